"""Standstill: how long a network's validation accuracy stayed at chance from step 0 on."""

from dataclasses import dataclass

import numpy as np

from bnviz.findings import speed
from bnviz.findings.lasting import MIN_FRAMES, lasting
from bnviz.findings.wording import percent, with_arm
from bnviz.recording import Recording

#: A standstill is worth a sentence if it lasts this share of the run beyond the step at which
#: another network has left chance: the task can be learnt, and the delay is more than a few steps.
MIN_SHARE = 0.1


@dataclass(frozen=True)
class Standstill:
    """A network at chance from step 0 on, while another one had learnt.

    Attributes:
        arm: The network.
        last: Last recorded step at chance, or before the first change in mid-run.
        accuracy: Validation accuracy at that step.
        left_at: Index of the first frame above chance; None if there is none.
        ongoing: Whether the network is still at chance in the last frame.
        other: The network that was first to leave chance, as an addition to a noun.
        other_left_at: First recorded step at which that one was above chance.
    """

    arm: str
    last: int
    accuracy: float
    left_at: int | None
    ongoing: bool
    other: str
    other_left_at: int

    def __str__(self) -> str:
        return (
            f"{'has stood' if self.ongoing else 'stood'} at chance from step 0 to {self.last:,} "
            f"(validation accuracy {percent(self.accuracy)}; {self.other} it had left "
            f"chance by step {self.other_left_at:,})"
        )


def standstill(recording: Recording, arm: str) -> Standstill | None:
    """Returns for how long a network stood at chance; None if not worth a sentence.

    It leaves chance where its validation accuracy lasts above `speed.by_luck`. Only frames before
    the first change in mid-run count, because a change gives the networks another start.

    Args:
        recording: A run, complete or growing.
        arm: One of `recording.layout.arms`.
    """
    steps, count = recording.steps, speed.num_unchanged(recording)
    if not count:
        return None
    left, above = _left(recording, count)
    ours = left.pop(arm)
    last = count - 1 if ours is None else ours - 1
    # One that is back at chance has not learnt: with few examples luck lasts for a while.
    others = [(index, name) for name, index in left.items() if index is not None and name in above]
    diverged = recording.frames[arm]["diverged_at"][: last + 1] >= 0
    if last < 0 or not others or diverged.any():
        return None
    index, other = min(others, key=lambda each: each[0])
    if steps[last] - steps[index] < MIN_SHARE * steps[-1]:
        return None
    return Standstill(
        arm=arm,
        last=int(steps[last]),
        accuracy=float(recording.frames[arm]["validation_accuracy"][last]),
        left_at=ours,
        ongoing=ours is None and count == len(recording),
        other=with_arm(recording, other),
        other_left_at=int(steps[index]),
    )


def waited(recording: Recording) -> bool:
    """Returns whether a network stayed at chance for a share of the run from step 0 on.

    Unlike `standstill`, it asks nothing of the other networks, which may have waited as well.
    """
    count = speed.num_unchanged(recording)
    if not count:
        return False
    left, _ = _left(recording, count)
    last = max(count if index is None else index for index in left.values()) - 1
    return last > 0 and bool(recording.steps[last] >= MIN_SHARE * recording.steps[-1])


def _left(recording: Recording, count: int) -> tuple[dict[str, int | None], set[str]]:
    """Returns by arm the index of the first of some frames above chance, and the arms still above.

    An arm is still above chance if the median of its last `MIN_FRAMES` accuracies is.
    """
    frames = recording.frames[:count]
    accuracy = {
        arm: frames[arm]["validation_accuracy"].astype(np.float64) for arm in recording.layout.arms
    }
    luck = speed.by_luck(frames["step"], accuracy, speed.chance_of(recording))
    # Single frames above chance are guesses of another class, and come and go.
    stays = {arm: lasting(curve >= luck) for arm, curve in accuracy.items()}
    left = {arm: int(each.argmax()) if each.any() else None for arm, each in stays.items()}
    return left, {arm for arm, curve in accuracy.items() if np.median(curve[-MIN_FRAMES:]) >= luck}
