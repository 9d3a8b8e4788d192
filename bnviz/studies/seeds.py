"""SeedBands: one experiment over many seeds, and how far the result of one run holds for all."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bnviz.findings import speed
from bnviz.findings.over_seeds import CLEAR_STEPS
from bnviz.findings.seed_speeds import TargetSpeeds, of, reasons, speed_range, target_speeds
from bnviz.findings.sign_test import NEARLY_ALL, decision
from bnviz.findings.speed import NOT_LEARNT, TARGET_SHARE, TARGET_SHARES, Speed
from bnviz.findings.wording import capitalized, percent
from bnviz.recording import other_seeds
from bnviz.recording.frames import frame_steps, pair
from bnviz.recording.header import arm_addition, arm_name
from bnviz.recording.other_seeds import END, OtherSeeds
from bnviz.settings import Settings, SettingsError
from bnviz.studies import study
from bnviz.studies.planned_study import PlannedStudy
from bnviz.studies.study import BLOCK_SIZE, CURVES, Block, Outcome

#: Minimum and maximum number of seeds.
MIN_SEEDS, MAX_SEEDS = 5, 20


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


class SeedBands(PlannedStudy):
    """One experiment over several seeds; a `Study`.

    Args:
        settings: The experiment; its seed is the first one.
        seeds: Number of consecutive seeds, `MIN_SEEDS` to `MAX_SEEDS`.

    Attributes:
        settings: The experiment as it is trained.
        arms: The networks that are compared.
        seeds: Number of seeds.
        evaluation_steps: Steps at which all networks are evaluated: those at which a run is
            recorded, so that a seed has the same speed-up as its run.
        curves: Each of `bnviz.studies.study.CURVES` by arm and name, shape
            (seeds, evaluation steps).
        diverged_at: Step of divergence by arm, or -1; shape (seeds,).
        majority_share: Share of the largest class among the validation examples, shape (seeds,).
        end: Each of `bnviz.recording.other_seeds.END` by arm and name, shape (seeds,).
        known: Whether each seed is in, shape (seeds,).

    Raises:
        SettingsError: If the number of seeds is not as allowed.
    """

    def __init__(self, settings: Settings, seeds: int = 10):
        problems = study.seed_problems(settings.seed, seeds, low=MIN_SEEDS, high=MAX_SEEDS)
        if problems:
            raise SettingsError(problems)
        self.settings = study.reset_unused(settings)
        self.arms = pair(self.settings)
        self.seeds = seeds
        self.evaluation_steps = tuple(frame_steps(settings.steps).tolist())
        shape = (seeds, len(self.evaluation_steps))
        self.curves = {
            arm: {name: np.zeros(shape, np.float32) for name in CURVES} for arm in self.arms
        }
        self.diverged_at = {arm: np.full(seeds, -1, np.int32) for arm in self.arms}
        self.majority_share = np.zeros(seeds, np.float32)
        self.end = {arm: {name: np.full(seeds, np.nan) for name in END} for arm in self.arms}
        plan = {}
        for start in range(0, seeds, BLOCK_SIZE):
            index = slice(start, min(start + BLOCK_SIZE, seeds))
            plan[Block(self._runs()[index], self.evaluation_steps, compares=True)] = index
        super().__init__((seeds,), plan)

    @property
    def digest(self) -> str:
        return study.digest("seeds", self.settings, self.seeds)

    @property
    def architectures(self) -> Sequence[Block]:
        return [Block((self.settings,), self.evaluation_steps, compares=True)]

    def _keep(self, arm: str, index: Any, outcome: Outcome) -> None:
        for name, values in self.curves[arm].items():
            values[index] = getattr(outcome, name)
        self.diverged_at[arm][index] = outcome.diverged_at
        self.majority_share[index] = outcome.majority_share
        for name, measure in outcome.end.items():
            self.end[arm][name][index] = measure

    def records(self) -> OtherSeeds:
        """Returns the known seeds as a recording of another seed keeps them."""
        known = np.flatnonzero(self.known)
        records = np.zeros(len(known), other_seeds.dtype(len(self.evaluation_steps), self.arms))
        records["seed"] = self.settings.seed + known
        records["majority_share"] = self.majority_share[known]
        for arm in self.arms:
            of_arm = records[arm]
            of_arm["validation_accuracy"] = self.curves[arm]["validation_accuracy"][known]
            of_arm["validation_loss"] = self.curves[arm]["validation_loss"][known, -1]
            of_arm["diverged_at"] = self.diverged_at[arm][known]
            for name, values in self.end[arm].items():
                of_arm[name] = values[known]
        return records

    def band(self, arm: str, curve: str) -> Band:
        """Returns a curve's median and range over the known seeds, of which there must be one."""
        values = self.curves[arm][curve][self.known].astype(np.float64)
        values = np.where(np.isfinite(values), values, np.inf)
        return Band(values.min(axis=0), np.median(values, axis=0), values.max(axis=0))

    def speeds(self, share: float = TARGET_SHARE) -> dict[int, Speed]:
        """Returns the speed of the second network in each known seed, as for a run of that seed.

        Args:
            share: The target as a share of the better network's final accuracy in that seed.
        """
        found = {}
        for number in np.flatnonzero(self.known).tolist():
            speeds = speed.speeds(
                self.evaluation_steps,
                {arm: self.curves[arm]["validation_accuracy"][number] for arm in self.arms},
                {arm: int(self.diverged_at[arm][number]) for arm in self.arms},
                chance=float(self.majority_share[number]),
                share=share,
            )
            found[self.settings.seed + number] = speeds[self.arms[1]]
        return found

    def by_target(self) -> tuple[TargetSpeeds, ...]:
        """Returns the speed-ups to each of `TARGET_SHARES`; empty if no seed is known."""
        if not self.known.any():
            return ()
        return tuple(
            target_speeds(share, [*self.speeds(share).values()]) for share in TARGET_SHARES
        )

    def sentence(self) -> str:
        """Says what the seeds show about speed and accuracy."""
        if not self.known.any():
            return "No seed has been trained yet."
        return f"{self._on_speed()} {self._on_accuracy()}"

    def _runs(self) -> tuple[Settings, ...]:
        first = self.settings.seed
        return tuple(self.settings.replace(seed=first + number) for number in range(self.seeds))

    def _on_speed(self) -> str:
        """Says which arm learns faster, and how many seeds show it."""
        speeds = [*self.speeds().values()]
        count, range_ = len(speeds), speed_range(speeds)
        if range_ is None and {each.reason for each in speeds} == {NOT_LEARNT}:
            return f"No network learnt anything in {self._steps()}, in any of {count} seeds."
        if range_ is None:
            return f"The speed cannot be compared: {reasons(speeds)}."
        orders = [each.speed_up and each.speed_up.order(CLEAR_STEPS) for each in speeds]
        faster, slower, same = (orders.count(order) for order in (1, -1, 0))
        decided = decision([order or 0 for order in orders])
        who = arm_name(self.settings, self.arms[1])
        subject = capitalized(who)
        ratios = f"{range_.median} as fast in steps (median; range {range_})"
        goal = f"to {percent(TARGET_SHARE)} of the better network's final accuracy"
        if decided == 1:
            return f"{subject} learns faster in {of(faster, count)}: {ratios} {goal}."
        if decided == -1:
            return f"{subject} learns more slowly in {of(slower, count)}: {ratios} {goal}."
        if same >= NEARLY_ALL * count:
            return f"{subject} makes no difference in speed in {of(same, count)}: {ratios} {goal}."
        parts = {"faster": faster, "slower": slower, "about as fast": same}
        others = [f"{word} in {number}" for word, number in parts.items() if number]
        unknown = count - faster - slower - same
        if unknown:
            others.append(f"not comparable in {unknown}")
        return (
            f"The seeds bear no difference by the sign test: of {count}, {who} is "
            f"{', '.join(others)}; {ratios} {goal}."
        )

    def _on_accuracy(self) -> str:
        """Gives the validation accuracies at the end."""
        accuracies = []
        for arm in reversed(self.arms):
            band = self.band(arm, "validation_accuracy")
            low, median, high = (
                percent(values[-1]) for values in (band.low, band.median, band.high)
            )
            accuracies.append(
                f"{median} {arm_addition(self.settings, arm)} ({low.removesuffix(' %')} to {high})"
            )
        return f"Validation accuracy after {self._steps()}: {', '.join(accuracies)}."

    def _steps(self) -> str:
        return f"{self.evaluation_steps[-1]:,} steps"
