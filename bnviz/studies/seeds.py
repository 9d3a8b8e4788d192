"""SeedBands: one experiment over many seeds, and how far what one run shows holds for all."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bnviz.findings import comparison
from bnviz.findings.comparison import SpeedUp
from bnviz.findings.wording import percent, with_arm
from bnviz.frames import ARMS
from bnviz.settings import SEEDS, Problem, Settings, SettingsError
from bnviz.studies import study
from bnviz.studies.study import BLOCK_SIZE, CURVES, Block, Outcome

#: Seeds of an experiment, at the least and at the most.
MIN_SEEDS, MAX_SEEDS = 5, 20
#: Evaluations of each network after step 0, about.
EVALUATIONS = 60
#: Share of the seeds that must show a difference for it to be called one.
AGREEING_SHARE = 0.75


@dataclass(frozen=True, eq=False)
class Band:
    """A curve over the seeds; each of shape (watched steps,), infinite where a loss is no number.

    Attributes:
        low: The lowest of all seeds.
        median: The median.
        high: The highest.
    """

    low: NDArray[np.float64]
    median: NDArray[np.float64]
    high: NDArray[np.float64]


@dataclass(frozen=True)
class SpeedRange:
    """The speed-up over the seeds in which one of the arms reached the target.

    Attributes:
        low: The lowest.
        median: The median.
        high: The highest.
    """

    low: SpeedUp
    median: SpeedUp
    high: SpeedUp


class SeedBands:
    """One experiment over several seeds; a `Study`.

    Args:
        settings: The experiment; its seed is the first one.
        seeds: How many following ones are trained.

    Attributes:
        settings: The experiment as it is trained.
        seeds: How many seeds.
        watch: The steps at which all networks are evaluated, about `EVALUATIONS`.
        curves: By arm and name of the curve, one of `bnviz.studies.study.CURVES`, its values, shape
            (seeds, watched steps).
        diverged_at: By arm the step of divergence, or -1, shape (seeds,).
        known: Which seeds are in, shape (seeds,).

    Raises:
        SettingsError: If the number of seeds is not as allowed.
    """

    def __init__(self, settings: Settings, seeds: int = 10):
        if not MIN_SEEDS <= seeds <= MAX_SEEDS:
            allowed = f"a whole number from {MIN_SEEDS} to {MAX_SEEDS}"
            raise SettingsError([Problem("seeds", str(seeds), allowed)])
        if settings.seed + seeds - 1 > SEEDS.high:
            allowed = f"at most {SEEDS.high - seeds + 1} for so many seeds"
            raise SettingsError([Problem("seed", str(settings.seed), allowed)])
        self.settings = study.reset_unused(settings)
        self.seeds = seeds
        self.evaluation_steps = study.choose_evaluation_steps(settings.steps, EVALUATIONS)
        shape = (seeds, len(self.evaluation_steps))
        self.curves = {arm: {name: np.zeros(shape, np.float32) for name in CURVES} for arm in ARMS}
        self.diverged_at = {arm: np.full(seeds, -1, np.int32) for arm in ARMS}
        self.known = np.zeros(seeds, bool)
        self._places: dict[Block, slice] = {}
        for start in range(0, seeds, BLOCK_SIZE):
            place = slice(start, min(start + BLOCK_SIZE, seeds))
            self._places[Block(self._runs()[place], self.evaluation_steps)] = place
        self._waiting = list(self._places)

    @property
    def digest(self) -> str:
        return study.digest("seeds", self.settings, self.seeds)

    @property
    def complete(self) -> bool:
        return bool(self.known.all())

    @property
    def progress(self) -> float:
        return float(self.known.mean())

    def blocks(self) -> Sequence[Block]:
        waiting, self._waiting = self._waiting, []
        return waiting

    def put(self, block: Block, outcomes: dict[str, Outcome]) -> None:
        place = self._places[block]
        for arm, outcome in outcomes.items():
            for name, values in self.curves[arm].items():
                values[place] = getattr(outcome, name)
            self.diverged_at[arm][place] = outcome.diverged_at
        self.known[place] = True

    def band(self, arm: str, curve: str) -> Band:
        """The median and the range of a curve over the seeds that are known, one at the least."""
        values = self.curves[arm][curve][self.known].astype(np.float64)
        values = np.where(np.isfinite(values), values, np.inf)
        return Band(values.min(axis=0), np.median(values, axis=0), values.max(axis=0))

    def speed_ups(self) -> tuple[SpeedUp | None, ...]:
        """The speed-up of BN in steps of each seed that is known.

        The target of a seed is `comparison.TARGET_SHARE` times the better arm's validation
        accuracy at its last step, as of a single run; it counts as reached at the first
        watched step at or above it. None where no network has learnt anything, or one stands
        there at step 0.
        """
        return tuple(self._speed_up(seed) for seed in np.flatnonzero(self.known).tolist())

    def speed_range(self) -> SpeedRange | None:
        """The median and the range of the speed-ups; None if no seed has one."""
        known = [speed for speed in self.speed_ups() if speed is not None]
        if not known:
            return None
        least = np.array([0.0 if each.bound == "less than" else each.ratio for each in known])
        most = np.array([np.inf if each.bound == "more than" else each.ratio for each in known])
        return SpeedRange(
            _between(least.min(), most.min()),
            _between(float(np.median(least)), float(np.median(most))),
            _between(least.max(), most.max()),
        )

    def sentence(self) -> str:
        """What the seeds show, from their own numbers."""
        if not self.known.any():
            return "No seed is known yet."
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
        """Whether a network has learnt something, and has not lost it by diverging."""
        accuracy = self.curves[arm]["validation_accuracy"]
        # Where an untrained network stands is luck, so the seeds share one start.
        gained = accuracy[seed, -1] - np.median(accuracy[self.known, 0])
        return bool(gained >= comparison.MIN_GAIN) and self.diverged_at[arm][seed] < 0

    def _on_speed(self) -> str:
        """Which arm learns faster, and how many seeds show it."""
        speeds = self.speed_ups()
        count, range_ = len(speeds), self.speed_range()
        if range_ is None:
            return f"In none of {count} seeds has a network learnt anything in {self._steps()}."
        orders = [None if speed is None else speed.order for speed in speeds]
        faster, slower, same = (orders.count(order) for order in (1, -1, 0))
        needed = math.ceil(AGREEING_SHARE * count)
        ratios = f"{range_.median} as fast in steps at the median ({_from_to(range_)})"
        goal = f"to {percent(comparison.TARGET_SHARE)} of the better network's last accuracy"
        if faster >= needed:
            return f"BN learns faster in {_of(faster, count)}: {ratios} {goal}."
        if slower >= needed:
            return f"BN learns more slowly in {_of(slower, count)}: {ratios} {goal}."
        if same >= needed:
            return f"BN makes no difference in speed in {_of(same, count)}: {ratios} {goal}."
        parts = {"faster": faster, "slower": slower, "as fast": same}
        others = [f"{word} in {number}" for word, number in parts.items() if number]
        unknown = count - faster - slower - same
        if unknown:
            others.append(f"not to be compared in {unknown}")
        return (
            f"The seeds do not agree, so no difference is claimed: of {count}, BN is "
            f"{', '.join(others)}; {ratios} {goal}."
        )

    def _on_accuracy(self) -> str:
        """The validation accuracies at the end."""
        said = []
        for arm in reversed(ARMS):
            band = self.band(arm, "validation_accuracy")
            low, median, high = (
                percent(values[-1]) for values in (band.low, band.median, band.high)
            )
            said.append(f"{median} {with_arm(arm)} ({low.removesuffix(' %')} to {high})")
        return f"Validation accuracy after {self._steps()}: {', '.join(said)}."

    def _steps(self) -> str:
        return f"{self.evaluation_steps[-1]:,} steps"


def _between(least: float, most: float) -> SpeedUp:
    """A ratio of which two bounds are known."""
    if least == most:
        return SpeedUp(least, "")
    return SpeedUp(least, "more than") if least > 0 else SpeedUp(most, "less than")


def _from_to(speeds: SpeedRange) -> str:
    """A range in words: "1.2 to more than 8.0 times"."""
    return f"{str(speeds.low).removesuffix(' times')} to {speeds.high}"


def _of(part: int, whole: int) -> str:
    """How many seeds: "all 10 seeds", "8 of 10 seeds"."""
    return f"all {whole} seeds" if part == whole else f"{part} of {whole} seeds"
