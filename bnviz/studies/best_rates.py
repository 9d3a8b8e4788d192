"""BestRates: how fast both arms are, each at its best learning rate, by the runs of a map."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bnviz.findings import speed
from bnviz.findings.speed import TARGET_SHARE, Speed, first_at
from bnviz.findings.wording import percent
from bnviz.recording.header import arm_label, arm_name
from bnviz.settings import Settings
from bnviz.settings.written_numbers import written
from bnviz.studies.axis import Axis, setting_label
from bnviz.studies.map_file import MapRuns
from bnviz.studies.map_speeds import between, bracket
from bnviz.studies.sweep import Sweep

_RATE = "learning_rate"


@dataclass(frozen=True)
class BestRates:
    """Both arms, each at the learning rate that first brings it to the target.

    The target is `TARGET_SHARE` of the best final accuracy of both at any rate of the map.

    Attributes:
        settings: Settings that the runs share.
        other: The setting of the map's other axis.
        value: Its value, as a label.
        rates: Best learning rate by arm.
        steps: Median steps to the target by arm at that rate; infinite if not reached.
        low: The lower end of where the speed-up lies: the median over the seeds.
        high: The upper end.
        last: Last step of the runs.
    """

    settings: Settings
    other: str
    value: str
    rates: Mapping[str, float]
    steps: Mapping[str, float]
    low: float
    high: float
    last: int

    def sentence(self) -> str:
        """Says how many times as fast the second network is."""
        rates = ", ".join(
            f"{written(rate, '.3g')} {arm_label(self.settings, arm)}"
            for arm, rate in self.rates.items()
        )
        none, bn = (
            f"{steps:,.0f}" if math.isfinite(steps) else f"not reached in {self.last:,}"
            for steps in self.steps.values()
        )
        who = arm_name(self.settings, self.settings.second_arm)
        goal = f"{percent(TARGET_SHARE)} of the best final accuracy"
        other = setting_label(self.other, self.settings.second_arm)
        return (
            f"At {other} {self.value} and each one's best learning rate "
            f"({rates}; the first to {goal}), {who} is {between(self.low, self.high)} as fast "
            f"(steps: {none} against {bn})."
        )

    def to_json(self) -> dict[str, Any]:
        """Returns the attributes in JSON types; an open bound or steps not reached are null."""
        ends = {"low": self.low or math.inf, "high": self.high}
        finite = {name: value if math.isfinite(value) else None for name, value in ends.items()}
        steps = [steps if math.isfinite(steps) else None for steps in self.steps.values()]
        at = {"setting": self.other, "value": self.value}
        return {"at": at, "rates": dict(self.rates), "steps": steps, **finite}


def best_rates(sweep: Sweep, runs: MapRuns) -> BestRates | None:
    """Compares the arms at their best learning rates, with the other axis at the base's value.

    Returns:
        The comparison; None if no axis is the learning rate, while runs are missing, or if fewer
        than half of the seeds have a speed-up.
    """
    axes = (sweep.y, sweep.x)
    side = next((number for number, axis in enumerate(axes) if axis.name == _RATE), None)
    if side is None:
        return None
    rate_axis, other = axes[side], axes[1 - side]
    place = other.nearest(getattr(sweep.base, other.name))
    line = (slice(None), place) if side == 0 else (place, slice(None))
    if not runs.timed[line].all():
        return None
    curves = {arm: runs.accuracy[arm][line] for arm in sweep.arms}
    diverged = {arm: runs.ends[arm]["diverged_at"][line] for arm in sweep.arms}
    steps = _steps(sweep.evaluation_steps, curves, diverged)
    best = {arm: _best(steps[arm], curves[arm][..., -1]) for arm in sweep.arms}
    found = [
        _speed(sweep, {arm: (curves[arm], diverged[arm]) for arm in sweep.arms}, best, seed, share)
        for seed, share in enumerate(runs.majority_share[line].max(axis=0).tolist())
    ]
    known = [each for each in found if each.speed_up is not None]
    if not known or 2 * len(known) < len(found):
        return None
    return _summary(rate_axis, other, place, best, known, sweep.base)


def _summary(
    rate_axis: Axis,
    other: Axis,
    place: int,
    best: Mapping[str, int],
    known: list[Speed],
    base: Settings,
) -> BestRates:
    arrivals = zip(*((each.first, each.this) for each in known), strict=True)
    steps = {
        arm: float(np.median([math.inf if one.step is None else one.step for one in of_arm]))
        for arm, of_arm in zip(best, arrivals, strict=True)
    }
    low, high = np.median([bracket(each) for each in known], axis=0).tolist()
    return BestRates(
        base,
        other.name,
        other.label(place),
        {arm: float(rate_axis.values[number]) for arm, number in best.items()},
        steps,
        low,
        high,
        base.steps,
    )


def _steps(
    at: tuple[int, ...],
    curves: Mapping[str, NDArray[np.float32]],
    diverged: Mapping[str, NDArray[np.int32]],
) -> dict[str, NDArray[np.float64]]:
    """Returns the steps to the target of each seed, by arm, shape (rates, seeds).

    They are infinite for a run that does not reach it, or that diverges or ends below it.
    """
    finals = {
        arm: np.where(np.isfinite(curve[..., -1]) & (diverged[arm] < 0), curve[..., -1], 0.0)
        for arm, curve in curves.items()
    }
    targets = TARGET_SHARE * np.maximum(*(each.max(axis=0) for each in finals.values()))
    found = {}
    for arm, curve in curves.items():
        found[arm] = np.full(curve.shape[:2], np.inf)
        for rate, seed in np.argwhere(finals[arm] >= targets).tolist():
            index = first_at(curve[rate, seed], float(targets[seed]))
            if index is not None:
                found[arm][rate, seed] = at[index]
    return found


def _best(steps: NDArray[np.float64], finals: NDArray[np.float32]) -> int:
    """Returns the index of the rate of fewest steps; among equals, that of highest accuracy."""
    medians = np.median(steps, axis=1)
    accuracy = np.median(np.nan_to_num(finals), axis=1)
    return int(np.lexsort((-accuracy, medians))[0])


def _speed(
    sweep: Sweep,
    arms: Mapping[str, tuple[NDArray[np.float32], NDArray[np.int32]]],
    best: Mapping[str, int],
    seed: int,
    chance: float,
) -> Speed:
    """Returns the speed of the second network in one seed, each arm at its best rate."""
    (found,) = speed.speeds(
        sweep.evaluation_steps,
        {arm: curves[best[arm], seed] for arm, (curves, _) in arms.items()},
        {arm: int(diverged[best[arm], seed]) for arm, (_, diverged) in arms.items()},
        chance=chance,
    ).values()
    return found
