"""Comparison: the figures by which the arms of a recording are compared.

Every function depends on the `Recording` alone, so the page, the terminal and a notebook show the
same numbers. A target that was not reached is `None`; `in_words` turns it into "not reached in 600
steps".
"""

import math
from dataclasses import dataclass

from bnviz.recording import Recording

#: Target of the speed-up: this share of the better arm's final validation accuracy.
TARGET_SHARE = 0.9
#: Ratio above which one number is called larger than another.
CLEAR_RATIO = 1.15
#: Gain in validation accuracy since step 0 from which a network counts as having learnt something.
#: With a smaller gain, the target of the speed-up may be reached by chance.
MIN_GAIN = 0.05


@dataclass(frozen=True)
class ArmResult:
    """The figures of one arm at the last recorded step.

    Attributes:
        train_loss: Loss on the probe; BN uses the probe's own statistics.
        train_accuracy: Share of the probe that is classified correctly, from 0 to 1.
        validation_loss: Loss on the validation examples; BN uses the moving statistics.
        validation_accuracy: Share of the validation examples that is classified correctly.
        generalisation_gap: `validation_loss - train_loss`.
        diverged_at: First step at which the loss was not finite or exceeded 1,000 times its first
            value; None if it never did.
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
    """When an arm first reached a target: in steps, examples and seconds.

    Attributes:
        step: A recorded step, so it is exact to the distance between two frames.
        examples: Examples trained on by then; an example counts each time it is used.
        seconds: Time spent training this arm by then.
    """

    step: int
    examples: int
    seconds: float


@dataclass(frozen=True)
class SpeedUp:
    """How many times as long the slow arm takes as the fast one.

    Attributes:
        ratio: Above 1 if the `fast` arm is faster.
        bound: "more than" or "less than" if one arm has not reached the target, else empty.
    """

    ratio: float
    bound: str

    def __str__(self) -> str:
        return f"{self.bound} {self.ratio:.1f} times".lstrip()

    @property
    def order(self) -> int | None:
        """1 if faster, -1 if slower, 0 if about the same; None if the bound does not decide it."""
        order = compare(self.ratio, 1.0)
        known = {"": (-1, 0, 1), "more than": (1,), "less than": (-1,)}[self.bound]
        return order if order in known else None


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
    """Returns the validation accuracy to which all arms are timed.

    `share * max(validation accuracy of each arm at the last recorded step)`. All arms share it, so
    an arm that learns little cannot win by a low target of its own.

    Args:
        recording: A run with at least one frame.
        share: From 0 to 1.

    Returns:
        A number from 0 to 1; NaN if no arm has an accuracy.
    """
    finals = [arm_result(recording, name).validation_accuracy for name in recording.layout.arms]
    return share * max((final for final in finals if math.isfinite(final)), default=math.nan)


def reached(recording: Recording, name: str, accuracy: float) -> Reached | None:
    """Returns when an arm's validation accuracy first reached a target.

    Args:
        recording: A run, complete or growing.
        name: One of `recording.layout.arms`.
        accuracy: The target, from 0 to 1; NaN is never reached.

    Returns:
        The first recorded step at or above the target, or None.
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
    """Returns how many times as long one arm takes to reach a target as the other.

    `(steps of slow) / (steps of fast)`: above 1 if `fast` is faster. An arm that has not reached
    the target counts with all it has spent so far, which makes the ratio a bound. BN can win in
    steps and lose in seconds, so the axis is part of the answer.

    Args:
        recording: A run, complete or growing.
        accuracy: The target validation accuracy, from 0 to 1.
        axis: "step", "examples" or "seconds".
        slow: The arm in the numerator.
        fast: The arm in the denominator.

    Returns:
        The ratio, or None if neither arm has reached the target or `fast` needs no time at all.
    """
    to_slow, to_fast = (reached(recording, name, accuracy) for name in (slow, fast))
    spent_slow = getattr(to_slow or _at(recording, slow, -1), axis)
    spent_fast = getattr(to_fast or _at(recording, fast, -1), axis)
    return ratio(spent_slow, spent_fast, slow=to_slow is not None, fast=to_fast is not None)


def ratio(spent_slow: float, spent_fast: float, *, slow: bool, fast: bool) -> SpeedUp | None:
    """Returns the ratio of what two arms spent up to the target, or up to the end of their runs.

    Args:
        spent_slow: Steps, examples or seconds of the slow arm.
        spent_fast: The same of the fast arm.
        slow: Whether the slow arm reached the target.
        fast: Whether the fast arm reached it.

    Returns:
        The ratio, or None if neither arm reached the target or `spent_fast` is 0.
    """
    if not (slow or fast) or not spent_fast:
        return None
    bound = "" if slow and fast else "less than" if slow else "more than"
    return SpeedUp(spent_slow / spent_fast, bound)


def in_words(reached: Reached | None, recording: Recording) -> str:
    """Returns the steps to a target in words: "120 steps", or "not reached in 600 steps"."""
    if reached is not None:
        return _steps(reached.step)
    last = int(recording.frames["step"][-1]) if len(recording) else 0
    return f"not reached in {_steps(last)}"


def _at(recording: Recording, name: str, index: int) -> Reached:
    """Returns what an arm has spent up to a frame: steps, examples and seconds."""
    frame = recording.frames[index]
    step = int(frame["step"])
    return Reached(step, step * recording.settings.batch_size, float(frame[name]["seconds"]))


def _steps(count: int) -> str:
    return f"{count:,} step" if count == 1 else f"{count:,} steps"
