"""Over seeds: what a run and the same run with other seeds show together.

One run cannot tell a small difference from chance. A difference between two arms is said of all
seeds where the exact sign test over them bears it, the rule of the lesson's claims.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from bnviz.findings import speed
from bnviz.findings.comparison import SAME_LOSS
from bnviz.findings.seed_speeds import SpeedRange, speed_range
from bnviz.findings.sign_test import decision
from bnviz.findings.speed import Speed
from bnviz.recording import Recording
from bnviz.recording.frame_schema import IN_STD
from bnviz.recording.frames import pair
from bnviz.recording.header import RecordingHeader

#: The smallest differences that count as a seed's vote: ratios of steps and of drifts, and a
#: difference of generalisation gaps in nats. They are those of the lesson's claims.
CLEAR_STEPS, CLEAR_DRIFT, CLEAR_GAP = 1.25, 1.25, 0.02
#: What the seeds have in common, and what not.
SCOPE = (
    "The seeds differ in initial weights and the order of batches; the validation examples are the "
    "same."
)
#: The same where the data follow from the seed.
SCOPE_IN_PLANE = "The seeds differ in initial weights, the order of batches and the points."
#: Both in a few words, which a line has room for.
_SHORT_SCOPE, _SHORT_SCOPE_IN_PLANE = "weights, batches", "weights, data"


@dataclass(frozen=True)
class Tally:
    """What the seeds show of a difference between the second arm and the first.

    Attributes:
        votes: For each seed, that of the run first: 1 if the second arm has more, -1 if less, 0 if
            there is no difference worth saying.
    """

    votes: tuple[int, ...]

    @cached_property
    def decided(self) -> int:
        """Which of these all seeds together bear."""
        return decision(self.votes)

    @property
    def agrees(self) -> bool:
        """Whether the run shows what all seeds bear."""
        return self.votes[0] == self.decided

    def words(self, names: Mapping[int, str], none: str = "shows a difference") -> str:
        """How many seeds show what: "faster in 6 of 9 seeds, slower in 1".

        If no seed shows a difference: "none of 9 seeds shows a difference".

        Args:
            names: What a vote of 1 and one of -1 is called.
            none: What no seed does if there are no votes.
        """
        if not any(self.votes):
            return f"none of {len(self.votes)} seeds {none}"
        sides = sorted(names, key=self.votes.count, reverse=True)
        found = [(names[side], self.votes.count(side)) for side in sides]
        first, *others = [each for each in found if each[1]]
        parts = [f"{first[0]} in {first[1]} of {len(self.votes)} seeds"]
        return ", ".join(parts + [f"{name} in {count}" for name, count in others])


def count(recording: Recording) -> int:
    """Returns the number of seeds, that of the run included; 1 while no other is known."""
    others = recording.other_seeds
    return 1 if others is None else 1 + len(others)


def scope(header: RecordingHeader) -> str:
    """Returns in what the seeds of a run differ, in one sentence."""
    return SCOPE_IN_PLANE if header.plane else SCOPE


def short_scope(header: RecordingHeader) -> str:
    """Returns in what the seeds of a run differ, in a few words."""
    return _SHORT_SCOPE_IN_PLANE if header.plane else _SHORT_SCOPE


def speeds(recording: Recording) -> dict[int, Speed]:
    """Returns the speed of the second network in each seed of a run, that of the run first.

    Args:
        recording: A run of the laboratory.
    """
    arms = pair(recording.settings)
    second = arms[1]
    found = {recording.settings.seed: speed.of_recording(recording)[second]}
    for seed in _others(recording):
        found[int(seed["seed"])] = speed.speeds(
            recording.steps,
            {arm: seed[arm]["validation_accuracy"] for arm in arms},
            {arm: int(seed[arm]["diverged_at"]) for arm in arms},
            chance=float(seed["majority_share"]),
        )[second]
    return found


def speed_tally(found: Mapping[int, Speed]) -> Tally:
    """Returns in how many seeds the second network is faster."""
    orders = (each.speed_up and each.speed_up.order(CLEAR_STEPS) for each in found.values())
    return Tally(tuple(order or 0 for order in orders))


def range_of(found: Mapping[int, Speed]) -> SpeedRange | None:
    """Returns median and range of the speed-ups; None if no seed has one."""
    return speed_range([*found.values()])


def drift_tally(recording: Recording, measure: str) -> Tally | None:
    """Returns in how many seeds a part of drift of the last layer is more in the second network.

    It counts as more only if it is in both units.

    Args:
        recording: A run with at least one frame.
        measure: Name of the part in the values' own unit.

    Returns:
        None while no other seed is known.
    """
    seeds = _others(recording)
    if not len(seeds):
        return None  # and then the networks may be any others
    last, arms = recording.frames[-1], pair(recording.settings)
    units = (measure, measure + IN_STD)
    own = [[float(last[arm][name][-1]) for arm in arms] for name in units]
    others = [[[float(seed[arm][name]) for arm in arms] for name in units] for seed in seeds]
    return Tally(tuple(_drift_vote(each) for each in (own, *others)))


def gap_tally(recording: Recording, own: int) -> Tally | None:
    """Returns in how many seeds the generalisation gap of the second network is larger.

    Networks that have not learnt, or that fit their training examples unlike, are not compared.

    Args:
        recording: A run with at least one frame.
        own: The vote of the run itself.

    Returns:
        None while no other seed is known.
    """
    others = _others(recording)
    return Tally((own, *(_gap_vote(recording, seed) for seed in others))) if len(others) else None


def gap_order(ours: float, theirs: float) -> int:
    """Returns 1 if a gap is larger by a difference worth saying, -1 if smaller, else 0."""
    return int(np.sign(ours - theirs)) if abs(ours - theirs) >= CLEAR_GAP else 0


def as_json(recording: Recording) -> dict[str, Any]:
    """Returns number of seeds, median, lowest and highest speed-up, and seeds that show one.

    The speed-ups are null if no seed has one; one that is only a bound is null.
    """
    found = speeds(recording)
    range_ = range_of(found)
    return {
        "count": count(recording),
        "speed_up": range_
        and [
            None if each.bound else each.ratio for each in (range_.median, range_.low, range_.high)
        ],
        f"{pair(recording.settings)[1]}_faster": speed_tally(found).votes.count(1),
    }


def _others(recording: Recording) -> Sequence[Any]:
    others = recording.other_seeds
    return [] if others is None else [*others]


def _drift_vote(units: Sequence[Sequence[float]]) -> int:
    orders = set()
    for theirs, ours in units:
        more, less = ours > CLEAR_DRIFT * theirs, theirs > CLEAR_DRIFT * ours
        orders.add(1 if more else -1 if less else 0)
    return orders.pop() if len(orders) == 1 else 0


def _gap_vote(recording: Recording, seed: Any) -> int:
    arms = pair(recording.settings)
    curves = {arm: seed[arm]["validation_accuracy"] for arm in arms}
    luck = speed.by_luck(recording.steps, curves, float(seed["majority_share"]))
    if not all(curves[arm][-1] >= luck and seed[arm]["diverged_at"] < 0 for arm in arms):
        return 0
    fits, gaps = [], []
    for arm in arms:
        fits.append(float(seed[arm]["train_loss_in_inference"]))
        gaps.append(float(seed[arm]["validation_loss"]) - fits[-1])
    if not all(map(math.isfinite, gaps)) or not abs(fits[0] - fits[1]) < SAME_LOSS:
        return 0
    return gap_order(gaps[1], gaps[0])
