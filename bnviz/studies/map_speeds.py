"""MapSpeeds: the speed-up in each run and cell of a map, and between which ratios it lies."""

import math
from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bnviz.findings import speed
from bnviz.findings.speed import BY_CHANCE, NOT_LEARNT, TARGET_SHARE, Speed, SpeedUp
from bnviz.findings.wording import percent
from bnviz.recording.header import arm_addition
from bnviz.studies.map_file import MapRuns
from bnviz.studies.sweep import EVALUATIONS, Sweep

#: How many times earlier than a map's networks are evaluated they may have reached a target: an
#: accuracy that rises and falls may touch it between two evaluations, and before the last one that
#: is below. So bracketed, 96 % of 208 runs had the speed-up of a run that is evaluated at every
#: recorded step (5x32 ReLU and 3x32 sigmoid, 300 to 1,500 steps, 9 learning rates, digits). The
#: previous evaluation alone as the bracket held 72 %.
EARLIER = 1.5
#: Why a run of an older file has no speed-up.
NOT_KEPT = "this map was saved by a version that did not keep what it needs; fill it again"
#: How the speed-up of a map is measured, in words.
SPEED_DEFINITION = (
    f"A speed-up is to {percent(TARGET_SHARE)} of the better network's final accuracy in the run "
    f"itself. A map evaluates its networks about {EVALUATIONS} times, so a target may be "
    f"reached up to {EARLIER:g} times earlier than seen: the speed-up lies between two ratios (in "
    "19 of 20 runs)"
)

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class CellSpeeds:
    """The speed-up in each cell, shape (rows, columns): medians over the seeds that have one.

    Attributes:
        low: The lower end of where the speed-up lies; 0 where the second network does not reach the
            target. NaN where fewer than half of the seeds have a speed-up.
        high: The upper end; infinite where the first one does not reach the target.
        reason: Why there is none, for most of the seeds without one; else empty.
        whose: The second network as an addition to a noun: "with BN".
    """

    low: Floats
    high: Floats
    reason: NDArray[np.object_]
    whose: str

    @property
    def middle(self) -> Floats:
        """The geometric mean of `low` and `high`; infinite or 0 where only one is a bound."""
        return np.sqrt(self.low) * np.sqrt(self.high, where=self.low > 0, out=0 * self.low)

    @property
    def shown(self) -> Floats:
        """What the colours show: the middle, or the bound where there is only one."""
        middle = np.where(np.isinf(self.high), self.low, self.middle)
        return np.where(self.low == 0, self.high, middle)

    def words(self, at: tuple[int, int]) -> str:
        """Returns the speed-up of a cell in words, or why there is none."""
        if np.isnan(self.low[at]):
            return f"no speed-up, {self.reason[at]}"
        return f"{self.whose} {between(float(self.low[at]), float(self.high[at]))} as fast"


class RunSpeeds:
    """The speed-up in each run of a sweep.

    Args:
        sweep: The runs.

    Attributes:
        low: The lower end of where the speed-up lies, shape `Sweep.shape`; NaN for none.
        high: The upper end.
        steps: Steps to the target of the speed-up, by arm: infinite if it is not reached, NaN
            where the target says nothing.
        reason: Why a run has none; else empty.
    """

    def __init__(self, sweep: Sweep):
        self._sweep = sweep
        self._steps = sweep.evaluation_steps
        self.low = np.full(sweep.shape, np.nan)
        self.high = np.full(sweep.shape, np.nan)
        self.steps = {arm: np.full(sweep.shape, np.nan) for arm in sweep.arms}
        self.reason = np.full(sweep.shape, "", object)

    def add(self, runs: MapRuns, index: Any) -> None:
        """Computes the speed-ups of the runs at an index of `Sweep.shape`; changes this object."""
        chosen = np.zeros(self.low.shape, bool)
        chosen[index] = True
        self.reason[chosen & runs.known] = NOT_KEPT
        for at in map(tuple, np.argwhere(chosen & runs.timed).tolist()):
            (found,) = speed.speeds(
                self._steps,
                {arm: runs.accuracy[arm][at] for arm in self._sweep.arms},
                {arm: int(runs.ends[arm]["diverged_at"][at]) for arm in self._sweep.arms},
                chance=float(runs.majority_share[at]),
            ).values()
            (self.low[at], self.high[at]), self.reason[at] = bracket(found), found.reason
            if found.target is None or found.reason in (NOT_LEARNT, BY_CHANCE):
                continue
            for arm, arrival in zip(self._sweep.arms, (found.first, found.this), strict=True):
                self.steps[arm][at] = np.inf if arrival.step is None else arrival.step

    def cells(self, filled: NDArray[np.bool_]) -> CellSpeeds:
        """Returns the speed-ups of the cells that have all of their seeds.

        Args:
            filled: Which cells have, shape (rows, columns).
        """
        low, high = (np.where(filled, median(ends), np.nan) for ends in (self.low, self.high))
        reason = np.full(filled.shape, "", object)
        for at in map(tuple, np.argwhere(filled & np.isnan(low)).tolist()):
            reason[at] = Counter(filter(None, self.reason[at])).most_common(1)[0][0]
        base = self._sweep.base
        return CellSpeeds(low, high, reason, arm_addition(base, base.second_arm))


def bracket(found: Speed) -> tuple[float, float]:
    """Returns the ends of where a speed-up lies if the networks are evaluated at few steps.

    Returns:
        NaN for none; 0 as the lower end below "less than", infinity as the upper one above "more
        than".
    """
    match found.speed_up:
        case None:
            return math.nan, math.nan
        case SpeedUp(ratio, "more than"):
            return ratio, math.inf
        case SpeedUp(ratio, "less than"):
            return 0.0, ratio
    earliest = [
        min(arrival.after + 1, math.ceil(arrival.spent / EARLIER))
        for arrival in (found.first, found.this)
    ]
    return earliest[0] / found.this.spent, found.first.spent / earliest[1]


def between(low: float, high: float) -> str:
    """Returns a ratio known by two bounds in words: "between 5.1 and 7.3 times"."""
    if low <= 0 or math.isinf(high):
        return str(SpeedUp(high, "less than") if low <= 0 else SpeedUp(low, "more than"))
    return f"between {low:.1f} and {high:.1f} times"


def median(values: Floats) -> Floats:
    """Returns the median over the last axis without NaN; NaN where more than half of them are."""
    known = ~np.isnan(values)
    enough = 2 * known.sum(axis=-1) >= known.shape[-1]
    medians = np.nanmedian(np.where(enough[..., np.newaxis], values, 0.0), axis=-1)
    return np.where(enough, medians, np.nan)
