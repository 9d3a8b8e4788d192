"""SeedSpeeds: the speed-ups of many seeds, their range, and how far they depend on the target."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bnviz.findings.speed import Speed, SpeedUp
from bnviz.findings.wording import listed


@dataclass(frozen=True)
class SpeedRange:
    """The speed-up over the seeds that have one.

    Attributes:
        low: The lowest speed-up.
        median: The median.
        high: The highest speed-up.
    """

    low: SpeedUp
    median: SpeedUp
    high: SpeedUp

    def __str__(self) -> str:
        if self.low == self.high:
            return str(self.low)
        return f"{str(self.low).removesuffix(' times')} to {self.high}"

    @property
    def inverse(self) -> "SpeedRange":
        """The same, seen from the other arm."""
        return SpeedRange(self.high.inverse, self.median.inverse, self.low.inverse)


@dataclass(frozen=True)
class TargetSpeeds:
    """The speed-ups to one target.

    Attributes:
        share: The target as a share of the better network's final accuracy in each seed.
        range: Median and range of the speed-ups; None if no seed has one.
        compared: Number of seeds that have a speed-up.
        first: Number of seeds in which the first arm reaches the target.
        this: Number of seeds in which the arm compared with it does.
        seeds: Number of seeds.
    """

    share: float
    range: SpeedRange | None
    compared: int
    first: int
    this: int
    seeds: int


def speed_range(speeds: Sequence[Speed]) -> SpeedRange | None:
    """Returns median and range of the speed-ups; None if no seed has one.

    A speed-up that is a bound leaves open on one side where it lies, and so may the range.
    """
    known = [speed.speed_up for speed in speeds if speed.speed_up is not None]
    if not known:
        return None
    lower = np.array([0.0 if each.bound == "less than" else each.ratio for each in known])
    upper = np.array([np.inf if each.bound == "more than" else each.ratio for each in known])
    return SpeedRange(
        _between(lower.min(), upper.min()),
        _between(float(np.median(lower)), float(np.median(upper))),
        _between(lower.max(), upper.max()),
    )


def target_speeds(share: float, speeds: Sequence[Speed]) -> TargetSpeeds:
    """Summarizes the speeds of all seeds to one target.

    Args:
        share: The target as a share of the better final accuracy.
        speeds: The speed of each seed to it.
    """
    return TargetSpeeds(
        share,
        speed_range(speeds),
        sum(each.speed_up is not None for each in speeds),
        sum(each.first.step is not None for each in speeds),
        sum(each.this.step is not None for each in speeds),
        len(speeds),
    )


def reasons(speeds: Sequence[Speed]) -> str:
    """Returns why seeds have no speed-up: "fewer than 10 steps in 3 of 5 seeds"."""
    counts = Counter(each.reason for each in speeds if each.reason)
    return listed(f"{reason} in {of(count, len(speeds))}" for reason, count in counts.items())


def of(part: int, whole: int) -> str:
    """Returns how many seeds: "all 10 seeds", "8 of 10 seeds"."""
    return f"all {whole} seeds" if part == whole else f"{part} of {whole} seeds"


def _between(lower: float, upper: float) -> SpeedUp:
    """Returns a ratio that is known by two bounds."""
    if lower == upper:
        return SpeedUp(lower, "")
    return SpeedUp(lower, "more than") if lower > 0 else SpeedUp(upper, "less than")
