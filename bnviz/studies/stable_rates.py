"""StableRates: the largest learning rate at which each arm still trains, over several seeds."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bnviz.findings.comparison import CLEAR_RATIO
from bnviz.findings.speed import MIN_GAIN
from bnviz.findings.wording import capitalized
from bnviz.recording.frames import pair
from bnviz.recording.header import arm_addition
from bnviz.settings import Settings, SettingsError
from bnviz.settings.choices import LEARNING_RATES
from bnviz.settings.written_numbers import written
from bnviz.studies import study
from bnviz.studies.study import BLOCK_SIZE, Block, Outcome

#: Maximum number of seeds of each learning rate.
MAX_SEEDS = 10
#: Learning rates of a round; the first round spreads them over all that are allowed.
RATES = 16
#: The search ends when the lowest unstable rate is at most this many times the highest stable one.
PRECISION = 1.12
#: A stable rate gets at least this share of the way from the accuracy at step 0 to the best one.
MIN_PROGRESS = 0.5
#: Stands in the settings for the learning rate, which each run has its own of.
_ANY_RATE = 1.0
#: The definition of stable, in words.
DEFINITION = (
    "A learning rate counts as stable if, with every seed, the loss does not diverge and the final "
    "validation accuracy gets at least halfway from its value at step 0 to the best that either "
    "network reaches at any rate. The same must hold at all rates tried between this one and the "
    "network's best one."
)


@dataclass(frozen=True)
class Limit:
    """The limit up to which an arm is stable.

    Attributes:
        stable: The highest stable rate; NaN if the arm does not learn at any rate.
        unstable: The lowest rate tried above it; infinite if `stable` is the highest allowed rate.
    """

    stable: float
    unstable: float

    @property
    def settled(self) -> bool:
        """Whether the limit is known to `PRECISION`, or does not exist."""
        return math.isnan(self.stable) or not PRECISION < self.unstable / self.stable < math.inf

    @property
    def at_bound(self) -> bool:
        """Whether even the highest allowed rate is stable."""
        return math.isinf(self.unstable)


class StableRates:
    """The largest stable learning rate of each arm; a `Study`.

    Each round trains `RATES` learning rates with all seeds, in both arms. The first round spreads
    them over all allowed rates. Each further round places them between the highest stable rate and
    the lowest rate above it, for every arm whose limit is not settled. `DEFINITION` says what is
    stable.

    Args:
        settings: The experiment, apart from its learning rate; its seed is the first one.
        seeds: Number of consecutive seeds, 1 to `MAX_SEEDS`.

    Attributes:
        settings: The experiment as it is trained, with the default learning rate.
        arms: The networks that are compared.
        seeds: Number of seeds.
        accuracies: Final validation accuracy of each seed, by arm and learning rate; 0 if it
            diverged. Holds only rates of which all seeds are known, in increasing order.

    Raises:
        SettingsError: If the number of seeds is not as allowed.
    """

    def __init__(self, settings: Settings, seeds: int = 3):
        problems = study.seed_problems(settings.seed, seeds, low=1, high=MAX_SEEDS)
        if problems:
            raise SettingsError(problems)
        self.settings = study.reset_unused(settings).replace(learning_rate=_ANY_RATE)
        self.arms = pair(self.settings)
        self.seeds = seeds
        self.accuracies: dict[str, dict[float, tuple[float, ...]]] = {arm: {} for arm in self.arms}
        self._starts: dict[Settings, list[float]] = {}
        self._runs: dict[Settings, dict[str, float]] = {}
        self._handed_out: dict[Settings, None] = {}
        self._evaluation_steps = (0, settings.steps)

    @property
    def digest(self) -> str:
        return study.digest("stable", self.settings, self.seeds)

    @property
    def complete(self) -> bool:
        return self._round_over and bool(self._runs) and not self._unsettled

    @property
    def progress(self) -> float:
        expected = max(self.num_runs, len(self._handed_out) + (not self._round_over))
        return 1.0 if self.complete else min(len(self._runs) / expected, 0.99)

    @property
    def architectures(self) -> Sequence[Block]:
        return [Block((self.settings,), self._evaluation_steps)]

    @property
    def num_runs(self) -> int:
        # Two rounds usually suffice; their number is not known in advance.
        return 2 * RATES * self.seeds

    @property
    def rates(self) -> tuple[float, ...]:
        """The known rates, in increasing order."""
        return tuple(self.accuracies[self.arms[0]])

    def blocks(self) -> Sequence[Block]:
        if not self._round_over:
            return []
        runs = [
            self.settings.replace(learning_rate=rate, seed=self.settings.seed + seed)
            for rate in self._next_rates()
            for seed in range(self.seeds)
        ]
        self._handed_out |= dict.fromkeys(runs)
        return [
            Block(tuple(runs[start : start + BLOCK_SIZE]), self._evaluation_steps)
            for start in range(0, len(runs), BLOCK_SIZE)
        ]

    def put(self, block: Block, outcomes: dict[str, Outcome]) -> None:
        for number, settings in enumerate(block.settings):
            accuracies = {arm: each.validation_accuracy[number] for arm, each in outcomes.items()}
            self._starts[settings] = [float(each[0]) for each in accuracies.values()]
            self._runs[settings] = {
                arm: 0.0 if outcomes[arm].diverged_at[number] >= 0 else float(each[-1])
                for arm, each in accuracies.items()
            }
        if self._round_over:
            self._gather()

    def stable(self, arm: str) -> dict[float, bool]:
        """Returns whether each known rate is stable on its own, in increasing order of rates."""
        if not self.rates:
            return {}
        # The accuracy of an untrained network is luck, so seeds and arms share one start.
        start = float(np.median([*self._starts.values()]))
        medians = [np.median(each) for of in self.accuracies.values() for each in of.values()]
        needed = start + max(MIN_PROGRESS * (float(max(medians)) - start), MIN_GAIN)
        return {rate: min(each) >= needed for rate, each in self.accuracies[arm].items()}

    def limit(self, arm: str) -> Limit:
        """Returns the limit up to which an arm is stable, as far as it is known."""
        stable = self.stable(arm)
        if not any(stable.values()):
            return Limit(math.nan, math.nan)
        medians = {rate: np.median(each) for rate, each in self.accuracies[arm].items()}
        last = best = max((rate for rate in stable if stable[rate]), key=lambda rate: medians[rate])
        for rate in (rate for rate in stable if rate > best):
            if not stable[rate]:
                return Limit(last, rate)
            last = rate
        return Limit(last, math.inf)

    def sentence(self) -> str:
        """Says how much higher a learning rate the second network allows."""
        if not self.rates:
            return "No learning rate has been tested yet."
        without, second = ((arm_addition(self.settings, arm), self.limit(arm)) for arm in self.arms)
        so_far = "" if self.complete else "So far: "
        return so_far + _in_words(without, second, self.settings.steps)

    @property
    def _round_over(self) -> bool:
        """Whether every run handed out is known."""
        return len(self._runs) == len(self._handed_out)

    @property
    def _unsettled(self) -> list[Limit]:
        """Limits that are not settled, without duplicates."""
        return [limit for limit in dict.fromkeys(map(self.limit, self.arms)) if not limit.settled]

    def _next_rates(self) -> list[float]:
        if not self._handed_out:
            return _spread(LEARNING_RATES.low, LEARNING_RATES.high, RATES)
        limits = self._unsettled
        rates = {
            rate
            for limit in limits
            for rate in _spread(limit.stable, limit.unstable, RATES // len(limits) + 2)[1:-1]
        }
        return sorted(rates - {*self.rates})

    def _gather(self) -> None:
        """Sorts the known runs into accuracies by rate."""
        rates = sorted({settings.learning_rate for settings in self._runs})
        seeds = range(self.settings.seed, self.settings.seed + self.seeds)
        for arm in self.arms:
            self.accuracies[arm] = {
                rate: tuple(
                    self._runs[self.settings.replace(learning_rate=rate, seed=seed)][arm]
                    for seed in seeds
                )
                for rate in rates
            }


def _spread(low: float, high: float, count: int) -> list[float]:
    """Returns rates from `low` to `high` in equal ratios, rounded to four digits between them."""
    inner = np.geomspace(low, high, count)[1:-1].tolist()
    return [low, *(float(f"{rate:.4g}") for rate in inner), high]


def _in_words(first: tuple[str, Limit], second: tuple[str, Limit], steps: int) -> str:
    """Compares two networks, each given by an addition to a noun and its limit."""
    (without, none), (having, other) = first, second
    learning = [each for each in (first, second) if not math.isnan(each[1].stable)]
    if not learning:
        return (
            f"Neither network learns within {steps:,} steps at any learning rate from "
            f"{written(LEARNING_RATES.low)} to {written(LEARNING_RATES.high)}: no difference to "
            "be seen."
        )
    if len(learning) == 1:
        able, unable = (having, without) if learning[0] is second else (without, having)
        return (
            f"{capitalized(able)}, training is stable up to a learning rate of "
            f"{_up_to(learning[0][1])}; {unable}, the network does not learn within {steps:,} "
            "steps at any rate."
        )
    if none.at_bound and other.at_bound:
        return (
            f"Training is stable up to a learning rate of {_up_to(none)}, both {without} and "
            f"{having}: no difference to be seen."
        )
    ratio = other.stable / none.stable
    limits = (
        f"{capitalized(without)}, training is stable up to a learning rate of {_up_to(none)}; "
        f"{having}, up to {_up_to(other)}"
    )
    if 1 / CLEAR_RATIO <= ratio <= CLEAR_RATIO:
        return f"{limits}: no clear difference."
    at_least = "at least " if none.at_bound or other.at_bound else ""
    times = _times(max(ratio, 1 / ratio))
    return f"{limits}: {at_least}{times} {'as high' if ratio > 1 else 'lower'}."


def _up_to(limit: Limit) -> str:
    highest = ", the highest allowed" if limit.at_bound else ""
    return f"{written(limit.stable, '.2g')}{highest}"


def _times(ratio: float) -> str:
    return f"{ratio:,.0f} times" if ratio >= 10 else f"{ratio:.1f} times"
