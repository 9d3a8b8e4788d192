"""The command `train`: trains a pair and prints its results."""

import argparse
import sys

from bnviz.data.dataset import Dataset
from bnviz.findings import report
from bnviz.recording import Recording
from bnviz.terminal.options import (
    DONE,
    INTERRUPTED,
    output_path,
    read_settings,
    save,
    show,
    with_reading,
)
from bnviz.terminal.training import ProgressBar, timed


def train(given: argparse.Namespace) -> int:
    """Trains a pair and prints its results; returns the exit status."""
    settings, upload = read_settings(given)
    out = output_path(given.out)
    recording = Recording(settings)
    seconds, interrupted = record(recording, None if upload is None else upload.dataset)
    if len(recording):
        results = (report.as_json if given.json else report.as_text)(recording, seconds)
        show(with_reading(results, upload, as_json=given.json))
        if out is not None:
            save(recording.save, out)
    if interrupted:
        print(f"bnviz: interrupted after {len(recording)} frames", file=sys.stderr)
    return INTERRUPTED if interrupted else DONE


def record(recording: Recording, dataset: Dataset | None) -> tuple[float, bool]:
    """Runs a recording's experiment and appends its frames to the recording.

    Returns:
        Wall seconds of the run, and whether Ctrl-C interrupted it.
    """
    last = int(recording.steps[-1])

    def run(bar: ProgressBar) -> None:
        from bnviz.lab import experiment

        for frame in experiment.run(recording.settings, dataset):
            recording.append(frame)
            step = int(frame["step"])
            bar.show(step / last, f"step {step:,} of {last:,}")

    return timed(run)
