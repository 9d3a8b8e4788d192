"""The command `claims`: checks the lesson's claims, and makes its recordings."""

import argparse
import json
import math
import sys
from pathlib import Path

from bnviz.lesson import axes_picture, presets
from bnviz.lesson.claims import evidence
from bnviz.lesson.claims.catalogue import CLAIMS
from bnviz.lesson.claims.experiments import RECORDED
from bnviz.recording import Recording
from bnviz.recording.other_seeds import OTHER_SEEDS
from bnviz.settings import Settings
from bnviz.terminal.options import DONE, INTERRUPTED, UNREAD, CommandError, output_path, save, show
from bnviz.terminal.train_command import check as check_on_seeds
from bnviz.terminal.train_command import measure_costs, record
from bnviz.terminal.training import ProgressBar, timed

#: Exit status if a claim does not hold.
REFUTED = 1


def check(given: argparse.Namespace) -> int:
    """Checks the claims and prints their table; returns the exit status."""
    if given.recordings is not None:
        return _write_recordings(Path(given.recordings))
    if given.presets is not None:
        return _write_presets(Path(given.presets))
    if given.axes is not None:
        return _write_axes(Path(given.axes))
    if given.seeds < 1:
        raise CommandError(f"--seeds {given.seeds} must be at least 1")
    out = output_path(given.out)
    outcomes = []
    claims = [CLAIMS[name] for name in given.only or CLAIMS]
    try:
        for outcome in evidence.gather(claims, range(given.seeds), _recorded, _price):
            read = show(evidence.as_text(outcome))
            outcomes.append(outcome)
            if not read and out is None:
                return UNREAD
    except KeyboardInterrupt:
        print(f"bnviz: interrupted after {len(outcomes)} claims", file=sys.stderr)
        return INTERRUPTED
    if out is not None:
        save(lambda file: file.write(evidence.as_json(outcomes).encode()), out)
    return DONE if all(outcome.holds for outcome in outcomes) else REFUTED


def _write_recordings(folder: Path) -> int:
    _check_folder("recordings", folder)
    for name, settings in RECORDED.items():
        print(f"{folder / name}.npz", file=sys.stderr)
        save(_recorded(settings).save, folder / f"{name}.npz")
    return DONE


def _write_presets(folder: Path) -> int:
    """Makes the recordings of the presets that have none yet, and the curves of all."""
    _check_folder("presets", folder)
    recordings = {}
    for name, preset in presets.PRESETS.items():
        path = presets.path_of(name, folder)
        if path.exists():
            recordings[name] = Recording.load(path)
            continue
        print(path, file=sys.stderr)
        recording = _recorded(preset.settings)
        _price(recording)
        if check_on_seeds(recording, None, OTHER_SEEDS, math.inf):
            raise KeyboardInterrupt
        if not presets.is_shown(preset, recording):
            raise CommandError(f"the seeds of {name} do not show: {preset.sentence}")
        recordings[name] = recording if preset.view else recording.overview()
        save(recordings[name].save, path)
    curves = json.dumps(presets.curves_of(recordings))
    save(lambda file: file.write(f"{curves}\n".encode()), folder / presets.CURVES)
    return DONE


def _write_axes(path: Path) -> int:
    """Trains the two networks of the picture of axes, and writes what their normalizations get."""
    values = {}

    def train(_: ProgressBar) -> None:
        from bnviz.lab.axes_values import pre_activations

        for name, layer in axes_picture.LAYERS.items():
            values[name] = pre_activations(layer.settings, max(axes_picture.SIZES))

    if timed(train)[1]:
        return INTERRUPTED
    save(lambda file: file.write(axes_picture.as_json(values).encode()), path)
    return DONE


def _check_folder(option: str, folder: Path) -> None:
    if not folder.is_dir():
        raise CommandError(f"--{option} {folder} must be an existing folder")


def _recorded(settings: Settings) -> Recording:
    """Runs an experiment to its end and returns the recording."""
    recording = Recording(settings)
    if record(recording, None)[1]:
        raise KeyboardInterrupt
    return recording


def _price(recording: Recording) -> None:
    """Measures what a step of a recording's networks costs."""
    if measure_costs(recording, None):
        raise KeyboardInterrupt
