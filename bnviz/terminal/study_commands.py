"""Studies: the commands that train many networks: a map, many seeds, the stable learning rates."""

import argparse
import contextlib
import sys
import time
from pathlib import Path

from bnviz.data.dataset import Dataset
from bnviz.settings import Problem, Settings, SettingsError
from bnviz.studies import study_report
from bnviz.studies.phase_map import PhaseMap, PhaseMapError
from bnviz.studies.seeds import SeedBands
from bnviz.studies.stable_rates import StableRates
from bnviz.studies.study import UNUSED, Study
from bnviz.studies.sweep import Sweep
from bnviz.terminal.options import (
    DONE,
    INTERRUPTED,
    Bar,
    CommandError,
    chosen,
    quieten,
    save,
    writable,
)

#: Options of a sweep beside its settings.
SWEEP_OPTIONS = ("x", "y", "seeds", "measure", "target")


def sweep(given: argparse.Namespace) -> int:
    """Fills a map and prints it; returns the exit status."""
    out = writable(given.out)
    if given.resume and out is None:
        raise CommandError("--resume needs --out FILE, from which it goes on")
    wanted, dataset = _wanted(given)
    phase_map = PhaseMap(wanted)
    if given.resume and out is not None and out.exists():
        phase_map = _resumed(out, wanted, any_sweep=not _named(given))
    seconds, interrupted = _carry_out(phase_map, dataset)
    print((study_report.map_json if given.json else study_report.map_text)(phase_map, seconds))
    if out is not None:
        save(phase_map.save, out)
    if interrupted:
        known, whole = int(phase_map.filled().sum()), phase_map.filled().size
        kept = "" if out is None else f"; --resume goes on from {out}"
        print(f"bnviz: broken off at {known:,} of {whole:,} cells{kept}", file=sys.stderr)
    return INTERRUPTED if interrupted else DONE


def seeds(given: argparse.Namespace) -> int:
    """Trains one experiment with many seeds; returns the exit status."""
    settings, dataset = _settings(given, Settings())
    bands = SeedBands(settings, _whole("seeds", given.seeds))
    seconds, interrupted = _carry_out(bands, dataset)
    print((study_report.seeds_json if given.json else study_report.seeds_text)(bands, seconds))
    if interrupted:
        count = int(bands.known.sum())
        print(f"bnviz: broken off after {count} of {bands.seeds} seeds", file=sys.stderr)
    return INTERRUPTED if interrupted else DONE


def stable(given: argparse.Namespace) -> int:
    """Looks for the largest stable learning rates; returns the exit status."""
    settings, dataset = _settings(given, Sweep().base)
    rates = StableRates(settings, _whole("seeds", given.seeds))
    seconds, interrupted = _carry_out(rates, dataset)
    print((study_report.stable_json if given.json else study_report.stable_text)(rates, seconds))
    if interrupted:
        count = len(rates.rates)
        print(f"bnviz: broken off after {count} learning rates", file=sys.stderr)
    return INTERRUPTED if interrupted else DONE


def _carry_out(study: Study, dataset: Dataset | None) -> tuple[float, bool]:
    """Trains what a study asks for until it is complete.

    Returns:
        Wall seconds without the time to load TensorFlow, and whether Ctrl-C broke it off.
    """
    quieten()
    start = time.perf_counter()
    interrupted = False
    try:
        # Downloads report on standard output, which belongs to the result.
        with contextlib.redirect_stdout(sys.stderr):
            from bnviz.lab import block_training, experiment

            start = time.perf_counter()
            try:
                with Bar() as bar:
                    while blocks := study.blocks():
                        for block in blocks:
                            bar.show(study.progress, f"{study.progress:.0%}")
                            study.put(block, block_training.train(block, dataset))
                    bar.show(study.progress, f"{study.progress:.0%}")
            except experiment.ExperimentError as error:
                raise CommandError(str(error)) from error
    except KeyboardInterrupt:
        interrupted = True
    return time.perf_counter() - start, interrupted


def _settings(given: argparse.Namespace, default: Settings) -> tuple[Settings, Dataset | None]:
    """The settings of a study, and its data set."""
    settings, dataset = chosen(given.changes, given.data, default=default)
    unused = [name for name in UNUSED if getattr(settings, name) != getattr(default, name)]
    if unused:
        raise CommandError(
            f"{', '.join(unused)} cannot be set here, where many networks are trained together; "
            "leave it out or use 'train'"
        )
    return settings, dataset


def _whole(name: str, text: str) -> int:
    try:
        return int(text[:20])
    except ValueError:
        raise SettingsError([Problem(name, text, "a whole number")]) from None


def _named(given: argparse.Namespace) -> dict[str, str]:
    """What the command line says of the sweep."""
    options = {name: getattr(given, name) for name in (*SWEEP_OPTIONS, "data", "changes")}
    return {name: value for name, value in options.items() if value}


def _wanted(given: argparse.Namespace) -> tuple[Sweep, Dataset | None]:
    base, dataset = _settings(given, Sweep().base)
    named = _named(given)
    sweep, problems = Sweep.nearest(
        base, {name: named[name] for name in SWEEP_OPTIONS if name in named}
    )
    if problems:
        raise SettingsError(problems)
    return sweep, dataset


def _resumed(path: Path, wanted: Sweep, *, any_sweep: bool) -> PhaseMap:
    """The map in a file.

    Args:
        path: Where it is.
        wanted: What it must be a map of.
        any_sweep: Whether that does not matter.
    """
    try:
        phase_map = PhaseMap.load(path)
    except PhaseMapError as error:
        raise CommandError(f"--out {path}: {error}; leave out --resume to begin anew") from error
    if any_sweep:
        return phase_map
    # What is shown may be another measure of the same runs.
    found = phase_map.sweep
    shown = Sweep(found.base, found.x, found.y, found.seeds, wanted.measure, found.target)
    if shown != wanted:
        raise CommandError(
            f"--out {path} holds another sweep; leave out --resume to begin anew, or all options "
            "but --out and --resume to go on with that one"
        )
    phase_map.sweep = shown
    return phase_map
