"""The command `train`: trains a pair and prints its results."""

import argparse
import sys

from bnviz.data.dataset import Dataset
from bnviz.findings import report, step_costs
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
    dataset = None if upload is None else upload.dataset
    seconds, interrupted = record(recording, dataset)
    stopped = f"after {len(recording)} frames" if interrupted else ""
    if not interrupted and not step_costs.changed(recording) and measure_costs(recording, dataset):
        stopped = "before it was known what a step costs"
    if len(recording):
        results = (report.as_json if given.json else report.as_text)(recording, seconds)
        show(with_reading(results, upload, as_json=given.json))
        if out is not None:
            save(recording.save, out)
    if stopped:
        print(f"bnviz: interrupted {stopped}", file=sys.stderr)
    return INTERRUPTED if stopped else DONE


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


def measure_costs(recording: Recording, dataset: Dataset | None) -> bool:
    """Measures what a step of each arm of a recording costs; takes about two seconds.

    Returns:
        Whether Ctrl-C interrupted it. Then the recording is as it was.
    """

    def measure(bar: ProgressBar) -> None:
        from bnviz.lab import step_cost

        cost = step_cost.StepCost(recording.settings, dataset)

        def go_on() -> bool:
            bar.show(cost.progress, "what a step costs")
            return True

        cost.advance(go_on)
        recording.seconds_per_step = cost.seconds

    return timed(measure)[1]
