"""SeedBands: one experiment over many seeds, and how far the result of one run holds for all."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bnviz.findings import comparison
from bnviz.findings.comparison import SpeedUp
from bnviz.findings.wording import percent, with_arm
from bnviz.frames import ARMS
from bnviz.settings import Settings, SettingsError
from bnviz.studies import study
from bnviz.studies.planned_study import PlannedStudy
from bnviz.studies.study import BLOCK_SIZE, CURVES, Block, Outcome

#: Minimum and maximum number of seeds.
MIN_SEEDS, MAX_SEEDS = 5, 20
#: Approximate number of evaluations of each network after step 0.
EVALUATIONS = 60
#: A difference is claimed only if at least this share of the seeds shows it.
AGREEING_SHARE = 0.75


@dataclass(frozen=True, eq=False)
class Band:
    """A curve over the seeds, in arrays of shape (evaluation steps,).

    A loss that is not a number counts as infinite.

    Attributes:
        low: The lowest value over the seeds.
        median: The median over the seeds.
        high: The highest value over the seeds.
    """

    low: NDArray[np.float64]
    median: NDArray[np.float64]
    high: NDArray[np.float64]


@dataclass(frozen=True)
class SpeedRange:
    """The speed-up over the seeds in which at least one arm reached the target.

    Attributes:
        low: The lowest speed-up.
        median: The median.
        high: The highest speed-up.
    """

    low: SpeedUp
    median: SpeedUp
    high: SpeedUp


class SeedBands(PlannedStudy):
    """One experiment over several seeds; a `Study`.

    Args:
        settings: The experiment; its seed is the first one.
        seeds: Number of consecutive seeds, `MIN_SEEDS` to `MAX_SEEDS`.

    Attributes:
        settings: The experiment as it is trained.
        seeds: Number of seeds.
        evaluation_steps: Steps at which all networks are evaluated, about `EVALUATIONS`.
        curves: Each of `bnviz.studies.study.CURVES` by arm and name, shape
            (seeds, evaluation steps).
        diverged_at: Step of divergence by arm, or -1; shape (seeds,).
        known: Whether each seed is in, shape (seeds,).

    Raises:
        SettingsError: If the number of seeds is not as allowed.
    """

    def __init__(self, settings: Settings, seeds: int = 10):
        problems = study.seed_problems(settings.seed, seeds, low=MIN_SEEDS, high=MAX_SEEDS)
        if problems:
            raise SettingsError(problems)
        self.settings = study.reset_unused(settings)
        self.seeds = seeds
        self.evaluation_steps = study.choose_evaluation_steps(settings.steps, EVALUATIONS)
        shape = (seeds, len(self.evaluation_steps))
        self.curves = {arm: {name: np.zeros(shape, np.float32) for name in CURVES} for arm in ARMS}
        self.diverged_at = {arm: np.full(seeds, -1, np.int32) for arm in ARMS}
        plan = {}
        for start in range(0, seeds, BLOCK_SIZE):
            index = slice(start, min(start + BLOCK_SIZE, seeds))
            plan[Block(self._runs()[index], self.evaluation_steps)] = index
        super().__init__((seeds,), plan)

    @property
    def digest(self) -> str:
        return study.digest("seeds", self.settings, self.seeds)

    def _keep(self, arm: str, index: Any, outcome: Outcome) -> None:
        for name, values in self.curves[arm].items():
            values[index] = getattr(outcome, name)
        self.diverged_at[arm][index] = outcome.diverged_at

    def band(self, arm: str, curve: str) -> Band:
        """Returns a curve's median and range over the known seeds, of which there must be one."""
        values = self.curves[arm][curve][self.known].astype(np.float64)
        values = np.where(np.isfinite(values), values, np.inf)
        return Band(values.min(axis=0), np.median(values, axis=0), values.max(axis=0))

    def speed_ups(self) -> tuple[SpeedUp | None, ...]:
        """Returns the speed-up of BN, in steps, for each known seed.

        As for a single run, the target is `comparison.TARGET_SHARE` times the better arm's final
        validation accuracy. It counts as reached at the first evaluation step at or above it. The
        speed-up is None if no network has learnt anything, or if one is at the target at step 0.
        """
        return tuple(self._speed_up(seed) for seed in np.flatnonzero(self.known).tolist())

    def speed_range(self) -> SpeedRange | None:
        """Returns the median and range of the speed-ups; None if no seed has one."""
        known = [speed for speed in self.speed_ups() if speed is not None]
        if not known:
            return None
        lower = np.array([0.0 if each.bound == "less than" else each.ratio for each in known])
        upper = np.array([np.inf if each.bound == "more than" else each.ratio for each in known])
        return SpeedRange(
            _between(lower.min(), upper.min()),
            _between(float(np.median(lower)), float(np.median(upper))),
            _between(lower.max(), upper.max()),
        )

    def sentence(self) -> str:
        """Says what the seeds show about speed and accuracy."""
        if not self.known.any():
            return "No seed has been trained yet."
        return f"{self._on_speed()} {self._on_accuracy()}"

    def _runs(self) -> tuple[Settings, ...]:
        first = self.settings.seed
        return tuple(self.settings.replace(seed=first + number) for number in range(self.seeds))

    def _speed_up(self, seed: int) -> SpeedUp | None:
        accuracy = {arm: self.curves[arm]["validation_accuracy"][seed] for arm in ARMS}
        if not any(self._learnt(arm, seed) for arm in ARMS):
            return None
        target = comparison.TARGET_SHARE * max(float(curve[-1]) for curve in accuracy.values())
        hits = {arm: np.flatnonzero(curve >= target) for arm, curve in accuracy.items()}
        if any(len(steps) and steps[0] == 0 for steps in hits.values()):
            return None
        spent = [self.evaluation_steps[hits[arm][0] if len(hits[arm]) else -1] for arm in ARMS]
        none, bn = (bool(len(hits[arm])) for arm in ARMS)
        return comparison.ratio(*spent, slow=none, fast=bn)

    def _learnt(self, arm: str, seed: int) -> bool:
        """Returns whether a network has learnt something and not lost it by diverging."""
        accuracy = self.curves[arm]["validation_accuracy"]
        # The accuracy of an untrained network is luck, so the seeds share one start.
        gained = accuracy[seed, -1] - np.median(accuracy[self.known, 0])
        return bool(gained >= comparison.MIN_GAIN) and self.diverged_at[arm][seed] < 0

    def _on_speed(self) -> str:
        """Says which arm learns faster, and how many seeds show it."""
        speeds = self.speed_ups()
        count, range_ = len(speeds), self.speed_range()
        if range_ is None:
            return f"No network learnt anything in {self._steps()}, in any of {count} seeds."
        orders = [None if speed is None else speed.order for speed in speeds]
        faster, slower, same = (orders.count(order) for order in (1, -1, 0))
        needed = math.ceil(AGREEING_SHARE * count)
        ratios = f"{range_.median} as fast in steps (median; range {_from_to(range_)})"
        goal = f"to {percent(comparison.TARGET_SHARE)} of the better network's final accuracy"
        if faster >= needed:
            return f"BN learns faster in {_of(faster, count)}: {ratios} {goal}."
        if slower >= needed:
            return f"BN learns more slowly in {_of(slower, count)}: {ratios} {goal}."
        if same >= needed:
            return f"BN makes no difference in speed in {_of(same, count)}: {ratios} {goal}."
        parts = {"faster": faster, "slower": slower, "about as fast": same}
        others = [f"{word} in {number}" for word, number in parts.items() if number]
        unknown = count - faster - slower - same
        if unknown:
            others.append(f"not comparable in {unknown}")
        return (
            f"The seeds disagree, so no difference is claimed: of {count}, BN is "
            f"{', '.join(others)}; {ratios} {goal}."
        )

    def _on_accuracy(self) -> str:
        """Gives the validation accuracies at the end."""
        accuracies = []
        for arm in reversed(ARMS):
            band = self.band(arm, "validation_accuracy")
            low, median, high = (
                percent(values[-1]) for values in (band.low, band.median, band.high)
            )
            accuracies.append(f"{median} {with_arm(arm)} ({low.removesuffix(' %')} to {high})")
        return f"Validation accuracy after {self._steps()}: {', '.join(accuracies)}."

    def _steps(self) -> str:
        return f"{self.evaluation_steps[-1]:,} steps"


def _between(lower: float, upper: float) -> SpeedUp:
    """Returns a ratio that is known by two bounds."""
    if lower == upper:
        return SpeedUp(lower, "")
    return SpeedUp(lower, "more than") if lower > 0 else SpeedUp(upper, "less than")


def _from_to(speeds: SpeedRange) -> str:
    """Returns a range in words: "1.2 to more than 8.0 times"."""
    return f"{str(speeds.low).removesuffix(' times')} to {speeds.high}"


def _of(part: int, whole: int) -> str:
    """Returns how many seeds: "all 10 seeds", "8 of 10 seeds"."""
    return f"all {whole} seeds" if part == whole else f"{part} of {whole} seeds"
