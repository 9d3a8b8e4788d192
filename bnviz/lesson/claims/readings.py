"""Readings: single numbers taken from the recordings of a claim's runs."""

import contextlib
import io
import math
import runpy
import tempfile
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np

from bnviz.export.keras_script import script
from bnviz.findings import comparison, speed, step_costs
from bnviz.recording import Recording
from bnviz.recording.frames import INFERENCE_STATISTICS
from bnviz.recording.header import RecordingHeader
from bnviz.settings import Settings


def accuracy(recording: Recording, arm: str) -> float:
    """Returns the validation accuracy at the last step, from 0 to 1."""
    return comparison.arm_result(recording, arm).validation_accuracy


def steps_to(recording: Recording, arm: str, target: float) -> float:
    """Returns the steps to a validation accuracy; infinite if it is not reached."""
    reached = comparison.reached(recording, arm, target)
    return math.inf if reached is None else reached.step


def times_as_fast(recording: Recording, arm: str) -> float:
    """Returns the speed-up of an arm over the first one; infinite if none is known."""
    found = speed.of_recording(recording)[arm].speed_up
    return math.inf if found is None or found.bound else found.ratio


def step_cost(recording: Recording, arm: str) -> float:
    """Returns the processor seconds of a training step; NaN if they are not known."""
    return step_costs.of_recording(recording).get(arm, math.nan)


def gap(recording: Recording, arm: str) -> float:
    """Returns the generalisation gap at the last step."""
    return comparison.arm_result(recording, arm).generalisation_gap


def last(recording: Recording, arm: str, measure: str, layer: int = -1) -> float:
    """Returns a measure of a layer at the last step; `layer` counts from 0, -1 is the last."""
    return float(recording.frames[-1][arm][measure][layer])


def relative(
    recording: Recording,
    arm: str,
    reading: Callable[[Recording, str, str, int], float],
    measure: str,
    layer: int = -1,
) -> float:
    """Returns a drift over the standard deviation of the layer's values at step 0.

    Args:
        recording: A run.
        arm: One of its arms.
        reading: Takes the drift from the run, as `last` or `typical`.
        measure: The name of the drift.
        layer: Counted from 0; -1 is the last.
    """
    unit = float(recording.frames[0][arm]["pre_activation_std"][layer])
    return reading(recording, arm, measure, layer) / unit


def gradient_decay(recording: Recording, arm: str) -> float:
    """Returns the gradient norm of the last hidden layer over that of the first.

    The median over all steps of the ratio.
    """
    norms = recording.frames[arm]["gradient_norm"]
    return float(np.median(norms[:, -2] / norms[:, 0]))


def gradient_growth(recording: Recording, arm: str) -> float:
    """Returns how much larger the gradient norm is at step 0 with each layer towards the input.

    The geometric mean over the hidden layers from the last to the second: all of them have kernels
    of one shape.
    """
    norms = recording.frames[0][arm]["gradient_norm"][1:-1]
    return float((norms[0] / norms[-1]) ** (1 / (len(norms) - 1)))


def statistics_excess(recording: Recording) -> float:
    """Returns the validation loss with BN by moving statistics minus that by exact ones.

    At the last step; the exact statistics are those of the training examples.
    """
    losses = recording.frames[-1]["bn"]["inference_loss"]
    moving, exact = (losses[INFERENCE_STATISTICS.index(name)] for name in ("moving", "precise"))
    return float(moving - exact)


def update_share(recording: Recording, arm: str, layer: int = -1) -> float:
    """Returns std(update) / std(kernel) of a hidden layer, the median over the last tenth."""
    ratios = recording.frames[arm]["update_ratio"][:, :-1][:, layer]
    return float(10 ** np.median(ratios[-len(ratios) // 10 :]))


def typical(recording: Recording, arm: str, measure: str, layer: int = -1) -> float:
    """Returns the median over all steps after step 0 of a measure of a layer or the network."""
    values = recording.frames[arm][measure][1:]
    values = values[:, layer] if values.ndim > 1 else values
    finite = values[np.isfinite(values)]
    return float(np.median(finite)) if len(finite) else math.nan


def pooled_move(recording: Recording, arm: str) -> float:
    """Returns how far the values in the last hidden layer move from frame to frame, pooled.

    The median over the frames, in the unit of the values.
    """
    measured = recording.frames[arm]
    moves = measured["drift_step"][1:, -1] * measured["pre_activation_std"][:-1, -1]
    return float(np.median(moves))


def farthest_mean(recording: Recording) -> float:
    """Returns the largest distance from 0 of a neuron's mean `x_hat`, over neurons and steps.

    The mean is taken over the probe. BN before the activation is assumed:
    `x_hat = (pre_activation - beta) / gamma`.
    """
    arm = recording.frames["bn"]
    return float(np.abs((arm["neuron_mean"] - arm["beta"]) / arm["gamma"]).max())


def farthest_deviation(recording: Recording) -> float:
    """Returns the largest distance from 1 of the standard deviation of a neuron's `x_hat`."""
    arm = recording.frames["bn"]
    return float(np.abs(arm["neuron_std"] / np.abs(arm["gamma"]) - 1).max())


def smallest_deviation(recording: Recording, arm: str) -> float:
    """Returns the smallest standard deviation of a neuron's pre-activation, over all steps."""
    return float(recording.frames[arm]["neuron_std"].min())


def largest_deviation(recording: Recording, arm: str) -> float:
    """Returns the largest standard deviation of a neuron's pre-activation, over all steps."""
    return float(recording.frames[arm]["neuron_std"].max())


def farthest(recording: Recording, parameter: str, start: float) -> float:
    """Returns the largest distance of a neuron's gamma or beta from its start, at the last step."""
    return float(np.abs(recording.frames[-1]["bn"][parameter] - start).max())


def around_change(recording: Recording, arm: str, side: int) -> float:
    """Returns the validation loss before (0) or after (1) a change of BN; NaN if there is none."""
    losses = recording.frames[arm]["change_losses"]
    found = losses[np.isfinite(losses[:, 0]), side]
    return float(found[0]) if len(found) else math.nan


def inference_accuracy(recording: Recording, statistics: str, step: int) -> float:
    """Returns the validation accuracy with BN at a step, by one of `INFERENCE_STATISTICS`."""
    frame = recording.frames[recording.index_at_step(step)]
    return float(frame["bn"]["inference_accuracy"][INFERENCE_STATISTICS.index(statistics)])


def excess_loss(recording: Recording) -> float:
    """Returns by how much BN raises the final training loss, both in inference."""
    losses = recording.frames[-1]
    return float(
        losses["bn"]["train_loss_in_inference"] - losses["none"]["train_loss_in_inference"]
    )


def highest_rate(recordings: Sequence[Recording], arm: str, target: float) -> float:
    """Returns the highest learning rate at which an arm ends at an accuracy; 0 if there is none."""
    rates = (run.settings.learning_rate for run in recordings if accuracy(run, arm) >= target)
    return max(rates, default=0.0)


def working(recordings: Sequence[Recording], arm: str, target: float) -> float:
    """Returns the number of runs in which an arm ends at an accuracy."""
    return sum(accuracy(run, arm) >= target for run in recordings)


def best_accuracy(recordings: Sequence[Recording], arm: str) -> float:
    """Returns the highest validation accuracy that an arm ends at in any run."""
    return max(accuracy(run, arm) for run in recordings)


def fewest_steps(recordings: Sequence[Recording], arm: str, target: float) -> float:
    """Returns the fewest steps that an arm needs to reach an accuracy in any run."""
    return min(steps_to(run, arm, target) for run in recordings)


def script_distance(recording: Recording, measure: str) -> float:
    """Returns the largest difference, over the arms, between the exported script and a recording.

    Args:
        recording: A complete recording.
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
    """Runs the exported script in this process; returns validation loss and accuracy by arm."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "experiment.py"
        path.write_text(script(settings), encoding="utf-8")
        with contextlib.redirect_stdout(io.StringIO()):
            results = runpy.run_path(str(path))["results"]
    labels = {arm.label: arm.name for arm in RecordingHeader.of(settings).arms}
    return {labels[label]: result for label, result in results.items()}
