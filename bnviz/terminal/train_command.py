"""The command `train`: trains a pair and prints its results."""

import argparse
import sys

from bnviz.data.dataset import Dataset
from bnviz.findings import report
from bnviz.recording import Recording
from bnviz.terminal.options import DONE, INTERRUPTED, output_path, read_settings, save
from bnviz.terminal.training import ProgressBar, timed


def train(given: argparse.Namespace) -> int:
    """Trains a pair and prints its results; returns the exit status."""
    settings, dataset = read_settings(given.changes, given.data)
    out = output_path(given.out)
    recording = Recording(settings)
    seconds, interrupted = record(recording, dataset)
    if len(recording):
        print((report.as_json if given.json else report.as_text)(recording, seconds))
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
