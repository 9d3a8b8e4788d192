"""Pair: the figures that set the arms of a recording against each other.

All are functions of a `Recording` alone, so that the page, the terminal and a notebook show the
same numbers. What a run has not reached is `None`, and `in_words` says so: "not reached in 600
steps" is an answer.
"""

import math
from dataclasses import dataclass

from bnviz.recording import Recording

#: Share of the better arm's final validation accuracy that is the target of the speed-up.
TARGET_SHARE = 0.9
#: How many times another a number must be to be called larger.
CLEAR_RATIO = 1.15
#: Gain in validation accuracy since step 0 from which on a network has learnt something: below it
#: the target of the speed-up may be met by chance.
MIN_GAIN = 0.05


@dataclass(frozen=True)
class ArmResult:
    """Where one arm stands at the last recorded step.

    Attributes:
        train_loss: Loss on the probe, Batch Normalization by the probe's own statistics.
        train_accuracy: Share of the probe that is classified right, from 0 to 1.
        validation_loss: Loss on the validation examples, by the moving statistics.
        validation_accuracy: Share of the validation examples that is classified right.
        generalisation_gap: `validation_loss - train_loss`.
        diverged_at: Step from which on the loss was not finite, or over 1,000 times its first
            value; None if it never was.
        seconds: Time spent training this arm.
    """

    train_loss: float
    train_accuracy: float
    validation_loss: float
    validation_accuracy: float
    generalisation_gap: float
    diverged_at: int | None
    seconds: float


@dataclass(frozen=True)
class Reached:
    """When an arm first reached a target, on the three axes.

    Attributes:
        step: Recorded step, so exact to the distance between two frames.
        examples: Examples trained on by then, the same one counted each time.
        seconds: Time spent training this arm by then.
    """

    step: int
    examples: int
    seconds: float


@dataclass(frozen=True)
class SpeedUp:
    """How many times as long one arm takes as the other.

    Attributes:
        ratio: Over 1 where Batch Normalization is faster.
        bound: Empty, or "more than" or "less than" where one arm has not reached the target.
    """

    ratio: float
    bound: str

    def __str__(self) -> str:
        return f"{self.bound} {self.ratio:.1f} times".lstrip()

    @property
    def order(self) -> int | None:
        """1 if faster, -1 if slower, 0 if about the same; None if the bound leaves it open."""
        order = compare(self.ratio, 1.0)
        known = {"": (-1, 0, 1), "more than": (1,), "less than": (-1,)}[self.bound]
        return order if order in known else None


def compare(one: float, other: float) -> int:
    """1 if `one` is clearly larger, -1 if clearly smaller, else 0."""
    if one > CLEAR_RATIO * other:
        return 1
    return -1 if other > CLEAR_RATIO * one else 0


def arm_result(recording: Recording, name: str) -> ArmResult:
    """The figures of one arm at the last recorded step.

    Args:
        recording: With one frame at least.
        name: One of `recording.layout.arms`.

    Raises:
        IndexError: If there are no frames.
    """
    last = recording.frames[-1][name]
    train_loss, validation_loss = float(last["train_loss"]), float(last["validation_loss"])
    diverged_at = int(last["diverged_at"])
    return ArmResult(
        train_loss=train_loss,
        train_accuracy=float(last["train_accuracy"]),
        validation_loss=validation_loss,
        validation_accuracy=float(last["validation_accuracy"]),
        generalisation_gap=validation_loss - train_loss,
        diverged_at=None if diverged_at < 0 else diverged_at,
        seconds=float(last["seconds"]),
    )


def target_accuracy(recording: Recording, share: float = TARGET_SHARE) -> float:
    """The validation accuracy that both arms are timed to.

    `share * max over the arms of their validation accuracy at the last recorded step`. It is the
    same for both, so that an arm that learns little cannot win by a low target of its own.

    Args:
        recording: With one frame at least.
        share: From 0 to 1.

    Returns:
        From 0 to 1; NaN if no arm has an accuracy.
    """
    finals = [arm_result(recording, name).validation_accuracy for name in recording.layout.arms]
    return share * max((final for final in finals if math.isfinite(final)), default=math.nan)


def reached(recording: Recording, name: str, accuracy: float) -> Reached | None:
    """When an arm's validation accuracy was first at or above a target.

    Args:
        recording: The run, complete or growing.
        name: One of `recording.layout.arms`.
        accuracy: The target, from 0 to 1; NaN is never reached.

    Returns:
        The first such recorded step, or None.
    """
    frames = recording.frames
    hits = (frames[name]["validation_accuracy"] >= accuracy).nonzero()[0]
    if not len(hits):
        return None
    return _at(recording, name, int(hits[0]))


def speed_up(
    recording: Recording,
    accuracy: float,
    *,
    axis: str = "step",
    slow: str = "none",
    fast: str = "bn",
) -> SpeedUp | None:
    """How many times as long one arm takes to a target as the other.

    `(steps that slow needs) / (steps that fast needs)`; over 1 where `fast` is faster. An arm that
    has not reached the target enters with all it has spent so far, which makes the ratio a bound.
    BN can win in steps and lose in seconds, so the axis belongs to the answer.

    Args:
        recording: The run, complete or growing.
        accuracy: The target validation accuracy, from 0 to 1.
        axis: "step", "examples" or "seconds".
        slow: The arm whose time is divided.
        fast: The arm by whose time it is divided.

    Returns:
        The ratio, or None if no arm has reached the target, or `fast` needs no time at all.
    """
    to_slow, to_fast = (reached(recording, name, accuracy) for name in (slow, fast))
    spent_slow = getattr(to_slow or _at(recording, slow, -1), axis)
    spent_fast = getattr(to_fast or _at(recording, fast, -1), axis)
    return ratio(spent_slow, spent_fast, slow=to_slow is not None, fast=to_fast is not None)


def ratio(spent_slow: float, spent_fast: float, *, slow: bool, fast: bool) -> SpeedUp | None:
    """What the one has spent divided by what the other has, until the target or their end.

    Args:
        spent_slow: Steps, examples or seconds.
        spent_fast: Likewise.
        slow: Whether the one has reached the target.
        fast: Whether the other has.

    Returns:
        The ratio, or None if none has reached the target, or `fast` needs nothing at all.
    """
    if not (slow or fast) or not spent_fast:
        return None
    bound = "" if slow and fast else "less than" if slow else "more than"
    return SpeedUp(spent_slow / spent_fast, bound)


def in_words(reached: Reached | None, recording: Recording) -> str:
    """Steps to a target as an answer: "120 steps", or "not reached in 600 steps"."""
    if reached is not None:
        return _steps(reached.step)
    last = int(recording.frames["step"][-1]) if len(recording) else 0
    return f"not reached in {_steps(last)}"


def _at(recording: Recording, name: str, index: int) -> Reached:
    """What an arm has spent at a frame, on the three axes."""
    frame = recording.frames[index]
    step = int(frame["step"])
    return Reached(step, step * recording.settings.batch_size, float(frame[name]["seconds"]))


def _steps(count: int) -> str:
    return f"{count:,} step" if count == 1 else f"{count:,} steps"
