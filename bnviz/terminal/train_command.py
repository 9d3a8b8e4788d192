"""Training: the command that trains a pair and prints its figures."""

import argparse
import contextlib
import sys
import time

from bnviz.data.dataset import Dataset
from bnviz.findings import report
from bnviz.recording import Recording
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


def train(given: argparse.Namespace) -> int:
    """Trains a pair and prints its figures; returns the exit status."""
    settings, dataset = chosen(given.changes, given.data)
    out = writable(given.out)
    recording = Recording(settings)
    seconds, interrupted = record(recording, dataset)
    if len(recording):
        print((report.as_json if given.json else report.as_text)(recording, seconds))
        if out is not None:
            save(recording.save, out)
    if interrupted:
        print(f"bnviz: broken off after {len(recording)} frames", file=sys.stderr)
    return INTERRUPTED if interrupted else DONE


def record(recording: Recording, dataset: Dataset | None) -> tuple[float, bool]:
    """Runs a recording's experiment and appends its frames to it.

    Returns:
        Wall seconds of the run, and whether Ctrl-C broke it off.
    """
    quieten()
    start = time.perf_counter()
    interrupted = False
    last = int(recording.steps[-1])
    try:
        # Downloads report on standard output, which belongs to the result.
        with contextlib.redirect_stdout(sys.stderr):
            from bnviz.lab import experiment

            start = time.perf_counter()
            try:
                with Bar() as bar:
                    for frame in experiment.run(recording.settings, dataset):
                        recording.append(frame)
                        step = int(frame["step"])
                        bar.show(step / last, f"step {step:,} of {last:,}")
            except experiment.ExperimentError as error:
                raise CommandError(str(error)) from error
    except KeyboardInterrupt:
        interrupted = True
    return time.perf_counter() - start, interrupted
