"""Readings: single numbers taken from the recordings of a claim's runs."""

import contextlib
import io
import math
import runpy
import tempfile
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np

from bnviz.export.keras_script import script
from bnviz.findings import comparison
from bnviz.frames import ARM_LABELS, INFERENCE_STATISTICS
from bnviz.recording import Recording
from bnviz.settings import Settings


def accuracy(recording: Recording, arm: str) -> float:
    """Validation accuracy at the last step, from 0 to 1."""
    return comparison.arm_result(recording, arm).validation_accuracy


def steps_to(recording: Recording, arm: str, target: float) -> float:
    """Steps to a validation accuracy; infinite if it is not reached."""
    reached = comparison.reached(recording, arm, target)
    return math.inf if reached is None else reached.step


def gap(recording: Recording, arm: str) -> float:
    """Validation loss minus training loss, at the last step."""
    return comparison.arm_result(recording, arm).generalisation_gap


def last(recording: Recording, arm: str, measure: str, layer: int = -1) -> float:
    """A measure of a layer at the last step; `layer` from 0, -1 for the last one."""
    return float(recording.frames[-1][arm][measure][layer])


def typical(recording: Recording, arm: str, measure: str, layer: int = -1) -> float:
    """Median over the steps after the first of a measure of a layer, or of the network."""
    values = recording.frames[arm][measure][1:]
    values = values[:, layer] if values.ndim > 1 else values
    finite = values[np.isfinite(values)]
    return float(np.median(finite)) if len(finite) else math.nan


def farthest_mean(recording: Recording) -> float:
    """How far the mean of any neuron's `x_hat` over the probe is from 0, at any step, at most.

    Where BN stands before the activation, `x_hat = (pre_activation - beta) / gamma`.
    """
    arm = recording.frames["bn"]
    return float(np.abs((arm["neuron_mean"] - arm["beta"]) / arm["gamma"]).max())


def farthest_deviation(recording: Recording) -> float:
    """How far its standard deviation is from 1, at most."""
    arm = recording.frames["bn"]
    return float(np.abs(arm["neuron_std"] / np.abs(arm["gamma"]) - 1).max())


def smallest_deviation(recording: Recording, arm: str) -> float:
    """The smallest standard deviation of any neuron's inputs over the probe, at any step."""
    return float(recording.frames[arm]["neuron_std"].min())


def largest_deviation(recording: Recording, arm: str) -> float:
    """The largest one."""
    return float(recording.frames[arm]["neuron_std"].max())


def farthest(recording: Recording, parameter: str, start: float) -> float:
    """How far any neuron's gamma or beta has moved from its start, at most."""
    return float(np.abs(recording.frames[-1]["bn"][parameter] - start).max())


def around_change(recording: Recording, arm: str, side: int) -> float:
    """Validation loss right before (0) or right after (1) BN was changed; NaN if it was not."""
    losses = recording.frames[arm]["change_losses"]
    found = losses[np.isfinite(losses[:, 0]), side]
    return float(found[0]) if len(found) else math.nan


def inferred(recording: Recording, statistics: str, step: int) -> float:
    """Validation accuracy with BN by one of `INFERENCE_STATISTICS`, at a step."""
    frame = recording.frames[recording.index_at_step(step)]
    return float(frame["bn"]["inference_accuracy"][INFERENCE_STATISTICS.index(statistics)])


def narrowing(recording: Recording) -> float:
    """By how much BN narrows the generalisation gap."""
    return gap(recording, "none") - gap(recording, "bn")


def seconds_a_step(recording: Recording, arm: str) -> float:
    """Time that one training step of an arm takes."""
    return comparison.arm_result(recording, arm).seconds / recording.settings.steps


def highest_rate(recordings: Sequence[Recording], arm: str, target: float) -> float:
    """The highest learning rate with which an arm ends at an accuracy; 0 if there is none."""
    rates = (run.settings.learning_rate for run in recordings if accuracy(run, arm) >= target)
    return max(rates, default=0.0)


def working(recordings: Sequence[Recording], arm: str, target: float) -> float:
    """In how many runs an arm ends at an accuracy."""
    return sum(accuracy(run, arm) >= target for run in recordings)


def fewest_steps(recordings: Sequence[Recording], arm: str, target: float) -> float:
    """Steps to an accuracy in the run in which an arm needs the fewest."""
    return min(steps_to(run, arm, target) for run in recordings)


def script_distance(recording: Recording, measure: str) -> float:
    """How far a result of the exported script is from the recording's, of any arm, at most.

    Args:
        recording: Complete.
        measure: "validation_loss" or "validation_accuracy".
    """
    part = ("validation_loss", "validation_accuracy").index(measure)
    last_frame = recording.frames[-1]
    return max(
        abs(result[part] - float(last_frame[arm][measure]))
        for arm, result in _results_of_script(recording.settings).items()
    )


@lru_cache(maxsize=1)
def _results_of_script(settings: Settings) -> dict[str, tuple[float, float]]:
    """Validation loss and accuracy, by arm, from the exported script run in this process."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "experiment.py"
        path.write_text(script(settings), encoding="utf-8")
        with contextlib.redirect_stdout(io.StringIO()):
            results = runpy.run_path(str(path))["results"]
    labels = {label: arm for arm, label in ARM_LABELS.items()}
    return {labels[label]: result for label, result in results.items()}
