"""The commands that train many networks: `sweep`, `seeds` and `stable`."""

import argparse
import sys
from dataclasses import replace
from pathlib import Path

from bnviz.data.uploads import Upload
from bnviz.settings import Settings, SettingsError
from bnviz.studies import seeds_file, seeds_report, study_report
from bnviz.studies.phase_map import PhaseMap, PhaseMapError
from bnviz.studies.seeds import SeedBands
from bnviz.studies.stable_rates import StableRates
from bnviz.studies.study import UNUSED, Study, second_problem
from bnviz.studies.sweep import Sweep
from bnviz.terminal.options import (
    DONE,
    INTERRUPTED,
    CommandError,
    output_path,
    read_integer,
    read_settings,
    save,
    show,
    with_reading,
)
from bnviz.terminal.training import ProgressBar, timed

#: Options of a sweep besides its settings.
SWEEP_OPTIONS = ("x", "y", "seeds", "measure", "target")


def sweep(given: argparse.Namespace) -> int:
    """Fills a map and prints it; returns the exit status."""
    out = output_path(given.out)
    if given.resume and out is None:
        raise CommandError("--resume needs --out FILE, the map to continue")
    requested, upload = _read_sweep(given)
    phase_map = PhaseMap(requested)
    if given.resume and out is not None and out.exists():
        phase_map = _load_map(out, requested, any_sweep=not _given_options(given))
    seconds, interrupted = _complete(phase_map, upload)
    results = (study_report.map_json if given.json else study_report.map_text)(phase_map, seconds)
    show(with_reading(results, upload, as_json=given.json))
    if out is not None:
        save(phase_map.save, out)
    if interrupted:
        known, total = int(phase_map.filled().sum()), phase_map.filled().size
        hint = "" if out is None else f"; --resume continues {out}"
        print(f"bnviz: interrupted after {known:,} of {total:,} cells{hint}", file=sys.stderr)
    return INTERRUPTED if interrupted else DONE


def seeds(given: argparse.Namespace) -> int:
    """Trains one experiment with many seeds; returns the exit status."""
    out = output_path(given.out)
    settings, upload = _read_settings(given, Settings())
    bands = SeedBands(settings, read_integer("seeds", given.seeds))
    seconds, interrupted = _complete(bands, upload)
    results = (seeds_report.seeds_json if given.json else seeds_report.seeds_text)(bands, seconds)
    show(with_reading(results, upload, as_json=given.json))
    if out is not None and not interrupted:
        save(lambda file: seeds_file.write(file, bands), out)
    if interrupted:
        count = int(bands.known.sum())
        print(f"bnviz: interrupted after {count} of {bands.seeds} seeds", file=sys.stderr)
    return INTERRUPTED if interrupted else DONE


def stable(given: argparse.Namespace) -> int:
    """Finds the largest stable learning rates; returns the exit status."""
    settings, upload = _read_settings(given, Sweep().base)
    rates = StableRates(settings, read_integer("seeds", given.seeds))
    seconds, interrupted = _complete(rates, upload)
    results = (study_report.stable_json if given.json else study_report.stable_text)(rates, seconds)
    show(with_reading(results, upload, as_json=given.json))
    if interrupted:
        count = len(rates.rates)
        print(f"bnviz: interrupted after {count} learning rates", file=sys.stderr)
    return INTERRUPTED if interrupted else DONE


def _complete(study: Study, upload: Upload | None) -> tuple[float, bool]:
    """Trains the blocks of a study until it is complete.

    Returns:
        Wall seconds, and whether Ctrl-C interrupted the study.
    """
    dataset = None if upload is None else upload.dataset

    def train_blocks(bar: ProgressBar) -> None:
        from bnviz.lab import block_training

        while blocks := study.blocks():
            for block in blocks:
                bar.show(study.progress, f"{study.progress:.0%}")
                study.put(block, block_training.train(block, dataset))
        bar.show(study.progress, f"{study.progress:.0%}")

    return timed(train_blocks)


def _read_settings(given: argparse.Namespace, default: Settings) -> tuple[Settings, Upload | None]:
    """Reads the settings and the data set of a study."""
    settings, upload = read_settings(given, default=default)
    unused = [name for name in UNUSED if getattr(settings, name) != getattr(default, name)]
    if unused:
        raise CommandError(
            f"{', '.join(unused)} cannot be set for a study, which trains many networks together; "
            "leave it out or use 'train'"
        )
    problem = second_problem(settings)
    if problem is not None:
        raise SettingsError([replace(problem, used=None)])
    return settings, upload


def _given_options(given: argparse.Namespace) -> dict[str, str]:
    """Returns the options of the sweep that the command line states."""
    options = {name: getattr(given, name) for name in (*SWEEP_OPTIONS, "data", "changes")}
    return {name: value for name, value in options.items() if value}


def _read_sweep(given: argparse.Namespace) -> tuple[Sweep, Upload | None]:
    base, upload = _read_settings(given, Sweep().base)
    stated = _given_options(given)
    sweep, problems = Sweep.nearest(
        base, {name: stated[name] for name in SWEEP_OPTIONS if name in stated}
    )
    if problems:
        raise SettingsError(problems)
    return sweep, upload


def _load_map(path: Path, requested: Sweep, *, any_sweep: bool) -> PhaseMap:
    """Loads a map to continue.

    Args:
        path: The file.
        requested: The sweep that the map must be of.
        any_sweep: Whether any other sweep is accepted, too.
    """
    try:
        phase_map = PhaseMap.load(path)
    except PhaseMapError as error:
        raise CommandError(f"--out {path}: {error}; leave out --resume to start again") from error
    if any_sweep:
        return phase_map
    # The measure to print may be another one of the same runs.
    saved = phase_map.sweep
    shown = Sweep(saved.base, saved.x, saved.y, saved.seeds, requested.measure, saved.target)
    if shown != requested:
        raise CommandError(
            f"--out {path} holds another sweep; leave out --resume to start again, or all options "
            "except --out and --resume to continue that one"
        )
    phase_map.sweep = shown
    return phase_map
