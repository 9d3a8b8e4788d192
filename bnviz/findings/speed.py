"""Speed: how many times as fast as the first arm another one reaches a target accuracy.

One definition for a run, for many seeds and for the cells of a map, on plain arrays:

    target = TARGET_SHARE * (better final validation accuracy)
    steps(arm) = first evaluated step at or above the target
    ratio = steps(first arm) / steps(arm)

A ratio is given only where it says something about learning. There is none if chance reaches the
target, if either side takes fewer than `MIN_STEPS` steps, or if a network that reached the target
has diverged or lost it again; `Speed.reason` says which.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bnviz.recording import Recording
from bnviz.recording.frames import ARM_ADDITIONS

#: The target: this share of the better network's final validation accuracy. Most of what can be
#: learnt is learnt there, and both networks usually get there.
TARGET_SHARE = 0.9
#: Further shares, to show how far the speed-up depends on the target.
TARGET_SHARES = (0.5, 0.8, TARGET_SHARE, 0.95, 0.97, 0.99)
#: Gain in validation accuracy over chance from which a network counts as having learnt something.
#: With a smaller gain, luck reaches the target.
MIN_GAIN = 0.05
#: Fewest steps on either side of a ratio. Below, one step more or less changes it by over a tenth,
#: and what the accuracy does is the luck of a few batches.
MIN_STEPS = 10
#: From which ratio on one run says that a network is faster. Two seeds of the same network differ
#: by more in 5 % of pairs (9 and 5 % without and with BN for 5x32 ReLU at learning rate 0.2, 0 and
#: 6 % for 3x32 sigmoid at 1; 32 seeds each, digits), and by more than 1.15 times in 32 to 56 %.
CLEAR_SPEED = 1.5
#: How far the measured steps around an arrival may lie apart, as a share of the step, so that it
#: says something of networks that are not measured as often as the laboratory's.
MAX_APART = 0.2
#: Reasons for which there is no speed, whatever the steps.
NOT_LEARNT, BY_CHANCE = "no network has learnt", "the target is reached by chance"
#: Accuracies of one data set differ by at least 1 / 2,000; what differs by less is rounding.
_ROUNDING = 1e-6


@dataclass(frozen=True)
class SpeedUp:
    """How many times as fast an arm is as another.

    Attributes:
        ratio: Above 1 if it is faster.
        bound: "more than" or "less than" if one arm has not reached the target, else empty.
    """

    ratio: float
    bound: str

    def __str__(self) -> str:
        return f"{self.bound} {self.ratio:.1f} times".lstrip()

    def in_words(self, fewer: str = "fewer steps", as_many: str = "as many steps") -> str:
        """The ratio as a number above 1, such as "more than 6.4 times fewer steps".

        Args:
            fewer: What the faster arm needs.
            as_many: What the slower arm needs, and one that is as fast.
        """
        slower = self.ratio < 1
        faced = self.inverse if slower else self
        if f"{faced.ratio:.1f}" == "1.0":
            if not faced.bound:
                return as_many
            if faced.bound == "more than" and not slower:
                return fewer
        return f"{faced} {as_many if slower else fewer}"

    @property
    def inverse(self) -> "SpeedUp":
        """The same, seen from the other arm."""
        opposite = {"": "", "more than": "less than", "less than": "more than"}
        return SpeedUp(1 / self.ratio, opposite[self.bound])

    def order(self, clear: float = CLEAR_SPEED) -> int | None:
        """Returns 1 if faster, -1 if slower, 0 if about the same; None if the bound leaves it open.

        Args:
            clear: The ratio above which the arms differ.
        """
        order = 1 if self.ratio > clear else -1 if self.ratio * clear < 1 else 0
        known = {"": (-1, 0, 1), "more than": (1,), "less than": (-1,)}[self.bound]
        return order if order in known else None


@dataclass(frozen=True)
class Arrival:
    """When an arm reached a target.

    Attributes:
        step: The first evaluated step at or above the target; None if there is none.
        after: The evaluated step before it, -1 if there is none: the target was reached after it.
            The last evaluated step if the target is not reached.
    """

    step: int | None
    after: int

    def __str__(self) -> str:
        words = f"{self.spent:,} step" if self.spent == 1 else f"{self.spent:,} steps"
        return words if self.step is not None else f"not reached in {words}"

    @property
    def spent(self) -> int:
        """Steps up to the target, or up to the last evaluation."""
        return self.after if self.step is None else self.step


@dataclass(frozen=True)
class Speed:
    """The speed of an arm compared with the first one.

    Attributes:
        target: The validation accuracy that both are timed to; None if no accuracy is known.
        first: When the first arm reached it.
        this: When this arm reached it.
        speed_up: The ratio; None if there is none.
        reason: Why there is none, in words; else empty.
    """

    target: float | None
    first: Arrival
    this: Arrival
    speed_up: SpeedUp | None
    reason: str

    @property
    def goal(self) -> float | None:
        """The target, unless chance reaches it or no accuracy is known."""
        return None if self.reason in (NOT_LEARNT, BY_CHANCE) else self.target

    def to_json(self) -> dict[str, Any]:
        """Returns target, steps and ratio in JSON types.

        A ratio is null if an arm has not reached the target. Then `more_than` or `less_than` is
        the bound that this sets, or `reason` says why there is none.
        """
        speed_up = self.speed_up
        bounds = {"": "ratio", "more than": "more_than", "less than": "less_than"}
        steps = [self.first.step, self.this.step]
        result: dict[str, Any] = {"target": self.target, "steps": steps}
        result |= dict.fromkeys(bounds.values())
        if speed_up is not None:
            result[bounds[speed_up.bound]] = speed_up.ratio
        return result | {"reason": self.reason or None}


def speeds(
    steps: ArrayLike,
    accuracy: Mapping[str, ArrayLike],
    diverged_at: Mapping[str, int],
    *,
    chance: float = 0.0,
    share: float = TARGET_SHARE,
    names: Mapping[str, str] | None = None,
) -> dict[str, Speed]:
    """Returns the speed of every arm but the first, compared with the first.

    All arms share one target, so an arm that learns little cannot win by a low target of its own.

    Args:
        steps: The evaluated steps, increasing, shape (num_evaluations,), at least one.
        accuracy: Validation accuracy by arm, the first arm first, from 0 to 1; same shape.
        diverged_at: Step of divergence by arm; negative if it has not diverged.
        chance: Share of the largest class among the validation examples; 0 if not known. The
            accuracies at step 0 are reached by chance, too.
        share: The target as a share of the better final accuracy.
        names: What each network is called, as a noun; None for those of the laboratory.
    """
    at = np.asarray(steps, np.int64)
    curves = {arm: np.asarray(values, np.float64) for arm, values in accuracy.items()}
    first, *others = curves
    finals = [float(curve[-1]) for curve in curves.values() if math.isfinite(curve[-1])]
    never = Arrival(None, int(at[-1]))
    if not finals:
        return dict.fromkeys(others, Speed(None, never, never, None, "no accuracy is known"))
    best, luck = max(finals), by_luck(at, curves, chance)
    target = share * best
    arrivals = {arm: _arrival(at, curve, target) for arm, curve in curves.items()}
    kept = {arm: diverged_at[arm] < 0 and bool(curves[arm][-1] >= luck) for arm in curves}
    found = {}
    for arm in others:
        pair = {name: arrivals[name] for name in (first, arm)}
        if best < luck:
            reason = NOT_LEARNT
        elif target <= luck:
            reason = BY_CHANCE
        else:
            reason = _excluded(pair, kept, names or {})
        speed_up = None if reason else _ratio(arrivals[first], arrivals[arm])
        found[arm] = Speed(target, arrivals[first], arrivals[arm], speed_up, reason)
    return found


def by_luck(
    steps: NDArray[np.int64], accuracy: Mapping[str, NDArray[np.float64]], chance: float
) -> float:
    """Returns the accuracy up to which a network may have learnt nothing.

    It is `MIN_GAIN` above the share of the largest class and above what any arm has at step 0.
    """
    starts = [float(curve[0]) for curve in accuracy.values()] if steps[0] == 0 else []
    return max(value for value in (chance, *starts, 0.0) if math.isfinite(value)) + MIN_GAIN


def first_at(accuracy: NDArray[Any], target: float) -> int | None:
    """Returns the index of the first accuracy at or above a target; None if there is none."""
    hits = np.flatnonzero(accuracy >= target - _ROUNDING)
    return int(hits[0]) if len(hits) else None


def num_unchanged(recording: Recording) -> int:
    """Returns how many frames so far were measured before the first change in mid-run."""
    indices = [recording.index_of(change) + 1 for change in recording.header.changes]
    return min([len(recording), *indices])


def chance_of(recording: Recording) -> float:
    """Returns the share of the largest class of the validation examples; 0 if not recorded."""
    frames = recording.frames
    measured = "majority_share" in (frames.dtype.names or ()) and len(frames)
    return float(frames["majority_share"][0]) if measured else 0.0


def of_recording(recording: Recording, share: float = TARGET_SHARE) -> dict[str, Speed]:
    """Returns the speed of every arm but the first, up to the first change in mid-run.

    A change gives the networks another start, so no ratio spans it.

    Args:
        recording: A run with at least one frame, complete or growing.
        share: The target as a share of the better accuracy at its end, or before the change.
    """
    frames, arms = recording.frames[: num_unchanged(recording)], recording.layout.arms
    found = speeds(
        frames["step"],
        {arm: frames[arm]["validation_accuracy"] for arm in arms},
        {arm: int(frames[arm]["diverged_at"][-1]) for arm in arms},
        chance=chance_of(recording),
        share=share,
        names={arm.name: arm.network for arm in recording.header.arms},
    )
    if recording.header.settings is not None:
        return found
    # What trains elsewhere may be measured seldom.
    return {arm: _unless_coarse(each) for arm, each in found.items()}


def arrivals(recording: Recording, found: Mapping[str, Speed]) -> dict[str, Arrival]:
    """Returns when each arm of a recording reached the target, from its `of_recording`.

    Nothing of a single network, which is compared with none.
    """
    timed = next(iter(found.values()), None)
    if timed is None:
        return {}
    return {recording.layout.arms[0]: timed.first} | {arm: each.this for arm, each in found.items()}


def learnt(recording: Recording, arm: str) -> bool:
    """Returns whether an arm has learnt something by the last frame, and has not diverged."""
    frames = recording.frames
    curves = {name: frames[name]["validation_accuracy"] for name in recording.layout.arms}
    gained = curves[arm][-1] >= by_luck(frames["step"], curves, chance_of(recording))
    return bool(gained and frames[arm]["diverged_at"][-1] < 0)


def _unless_coarse(found: Speed) -> Speed:
    """The same without a ratio if one of the networks arrived somewhere between distant steps."""
    arrived = [each for each in (found.first, found.this) if each.step is not None]
    apart = any(each.spent - each.after > MAX_APART * each.spent for each in arrived)
    if found.speed_up is None or not apart:
        return found
    return replace(found, speed_up=None, reason="the target was reached between distant frames")


def _arrival(steps: NDArray[np.int64], accuracy: NDArray[np.float64], target: float) -> Arrival:
    index = first_at(accuracy, target)
    if index is None:
        return Arrival(None, int(steps[-1]))
    return Arrival(int(steps[index]), int(steps[index - 1]) if index else -1)


def _excluded(
    pair: Mapping[str, Arrival], kept: Mapping[str, bool], names: Mapping[str, str]
) -> str:
    """Returns why two arms have no ratio although the target says something; empty if they have.

    Args:
        pair: When each of the two arms reached the target.
        kept: By arm, whether it has learnt something in the end and has not diverged.
        names: What each network is called, if it is none of the laboratory's.
    """
    arrived = [arm for arm, arrival in pair.items() if arrival.step is not None]
    if not arrived:
        return "neither network has reached the target"
    for arm in arrived:
        if not kept[arm]:
            name = names.get(arm) or f"the network {ARM_ADDITIONS[arm]}"
            return f"{name} has reached the target and lost it again"
    fewest = min(arrival.spent for arrival in pair.values())
    return f"fewer than {MIN_STEPS} steps" if fewest < MIN_STEPS else ""


def _ratio(first: Arrival, this: Arrival) -> SpeedUp:
    """Returns the ratio of two arms of which at least one has reached the target."""
    bound = "more than" if first.step is None else "less than" if this.step is None else ""
    return SpeedUp(first.spent / this.spent, bound)
