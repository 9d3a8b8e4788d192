"""Comparison: the figures by which the arms of a recording are compared.

Every function depends on the `Recording` alone, so the page, the terminal and a notebook show the
same numbers. `bnviz.findings.speed` tells how many times as fast one arm learns as another.
"""

import math
from dataclasses import dataclass

from bnviz.findings import statistics
from bnviz.findings.speed import first_at
from bnviz.recording import Recording

#: Ratio above which one number is called larger than another.
CLEAR_RATIO = 1.15
#: Losses and generalisation gaps of one run that differ by less count as equal. Two seeds of the
#: same network differ by more in their gaps in 8 and 7 % of pairs (without and with BN, 5x32 ReLU
#: at learning rate 0.2) and in 1 and 6 % (3x32 sigmoid at 1; 32 seeds each, digits).
SAME_LOSS = 0.1


@dataclass(frozen=True)
class ArmResult:
    """The figures of one arm at the last recorded step.

    Attributes:
        train_loss: Loss on the probe; BN uses the probe's own statistics.
        train_loss_in_inference: The same loss by the moving statistics; NaN where not recorded.
        train_accuracy: Share of the probe that is classified correctly, from 0 to 1.
        validation_loss: Loss on the validation examples; BN uses the moving statistics.
        validation_accuracy: Share of the validation examples that is classified correctly.
        generalisation_gap: Validation loss minus training loss, both by the moving statistics; in
            recordings of the first version the training loss is by the probe's own statistics
            (`statistics.alike`).
        diverged_at: First step at which the loss was not finite or exceeded 1,000 times its first
            value; None if it never did.
    """

    train_loss: float
    train_loss_in_inference: float
    train_accuracy: float
    validation_loss: float
    validation_accuracy: float
    generalisation_gap: float
    diverged_at: int | None


@dataclass(frozen=True)
class Reached:
    """When an arm first reached a target: in steps and examples.

    Attributes:
        step: A recorded step, so it is exact to the distance between two frames.
        examples: Examples trained on by then; an example counts each time it is used. None where
            the size of the batches is not known.
    """

    step: int
    examples: int | None


def compare(one: float, other: float) -> int:
    """Returns 1 if `one` is clearly larger than `other`, -1 if clearly smaller, else 0.

    Clearly means by a ratio above `CLEAR_RATIO`.
    """
    if one > CLEAR_RATIO * other:
        return 1
    return -1 if other > CLEAR_RATIO * one else 0


def arm_result(recording: Recording, name: str) -> ArmResult:
    """Returns the figures of one arm at the last recorded step.

    Args:
        recording: A run with at least one frame.
        name: One of `recording.layout.arms`.

    Raises:
        IndexError: If there are no frames.
    """
    last = recording.frames[-1][name]
    validation_loss = float(last["validation_loss"])
    compared_loss = float(last[statistics.training_measure(recording, "loss")])
    diverged_at = int(last["diverged_at"])
    return ArmResult(
        train_loss=float(last["train_loss"]),
        train_loss_in_inference=compared_loss if statistics.alike(recording) else math.nan,
        train_accuracy=float(last["train_accuracy"]),
        validation_loss=validation_loss,
        validation_accuracy=float(last["validation_accuracy"]),
        generalisation_gap=validation_loss - compared_loss,
        diverged_at=None if diverged_at < 0 else diverged_at,
    )


def reached(recording: Recording, name: str, accuracy: float) -> Reached | None:
    """Returns when an arm's validation accuracy first reached a target.

    Args:
        recording: A run, complete or growing.
        name: One of `recording.layout.arms`.
        accuracy: The target, from 0 to 1; NaN is never reached.

    Returns:
        The first recorded step at or above the target, or None.
    """
    index = first_at(recording.frames[name]["validation_accuracy"], accuracy)
    if index is None:
        return None
    step = int(recording.frames["step"][index])
    batch = recording.header.batch_size
    return Reached(step, None if batch is None else step * batch)
