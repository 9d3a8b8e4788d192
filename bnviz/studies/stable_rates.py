"""StableRates: the largest learning rate at which each arm still trains, over several seeds."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bnviz.findings import comparison
from bnviz.frames import ARMS
from bnviz.settings import LEARNING_RATES, SEEDS, Problem, Settings, SettingsError
from bnviz.studies import study
from bnviz.studies.study import BLOCK_SIZE, Block, Outcome

#: Most seeds of each learning rate.
MAX_SEEDS = 10
#: Learning rates of one round; the first one spreads them over all that are allowed.
RATES = 16
#: The search ends when the lowest rate that is not stable is at the most so many times the highest
#: that is.
PRECISION = 1.12
#: Share of the way from the accuracy at step 0 to the best one that must be gone at a stable rate.
MIN_PROGRESS = 0.5
#: What is called stable, in words.
DEFINITION = (
    "A learning rate is called stable if with every seed the loss does not diverge and the last "
    "validation accuracy is at least half way from that at step 0 to the best that either network "
    "reaches at any rate, and if this also holds at the rates tried between it and the network's "
    "best one."
)


@dataclass(frozen=True)
class Limit:
    """Up to where an arm is stable.

    Attributes:
        stable: The highest stable rate; NaN if the arm learns at no rate.
        unstable: The lowest rate tried above it; infinite if there is none, since it is the highest
            that is allowed.
    """

    stable: float
    unstable: float

    @property
    def found(self) -> bool:
        """Whether it is known closely enough, or there is nothing to be found."""
        return math.isnan(self.stable) or not PRECISION < self.unstable / self.stable < math.inf

    @property
    def at_bound(self) -> bool:
        """Whether the highest allowed rate is still stable."""
        return math.isinf(self.unstable)


class StableRates:
    """The largest stable learning rate of each arm; a `Study`.

    Each round trains `RATES` learning rates with all seeds, in both arms: the first one all over
    what is allowed, each further one between the highest stable rate and the lowest above it, for
    every arm that is not known closely enough. `DEFINITION` says what is stable.

    Args:
        settings: What is trained, at another learning rate each; its seed is the first one.
        seeds: How many following ones are trained.

    Attributes:
        settings: The experiment as it is trained, at the default learning rate.
        seeds: How many seeds.
        accuracies: By arm and rate the last validation accuracy of each seed, 0 where it diverged;
            by increasing rate, and only of rates of which all seeds are known.

    Raises:
        SettingsError: If the number of seeds is not as allowed.
    """

    def __init__(self, settings: Settings, seeds: int = 3):
        if not 1 <= seeds <= MAX_SEEDS:
            allowed = f"a whole number from 1 to {MAX_SEEDS}"
            raise SettingsError([Problem("seeds", str(seeds), allowed)])
        if settings.seed + seeds - 1 > SEEDS.high:
            allowed = f"at most {SEEDS.high - seeds + 1} for so many seeds"
            raise SettingsError([Problem("seed", str(settings.seed), allowed)])
        self.settings = study.reset_unused(settings).replace(learning_rate=Settings().learning_rate)
        self.seeds = seeds
        self.accuracies: dict[str, dict[float, tuple[float, ...]]] = {arm: {} for arm in ARMS}
        self._starts: dict[Settings, list[float]] = {}
        self._runs: dict[Settings, dict[str, float]] = {}
        self._asked: dict[Settings, None] = {}
        self._watch = (0, settings.steps)

    @property
    def digest(self) -> str:
        return study.digest("stable", self.settings, self.seeds)

    @property
    def complete(self) -> bool:
        return self._round_over and bool(self._runs) and not self._open

    @property
    def progress(self) -> float:
        # Two rounds are enough as a rule; how many there will be is not known before.
        expected = max(2 * RATES * self.seeds, len(self._asked) + (not self._round_over))
        return 1.0 if self.complete else min(len(self._runs) / expected, 0.99)

    @property
    def rates(self) -> tuple[float, ...]:
        """The rates that are known, increasing."""
        return tuple(self.accuracies[ARMS[0]])

    def blocks(self) -> Sequence[Block]:
        if not self._round_over:
            return []
        runs = [
            self.settings.replace(learning_rate=rate, seed=self.settings.seed + seed)
            for rate in self._next_rates()
            for seed in range(self.seeds)
        ]
        self._asked |= dict.fromkeys(runs)
        return [
            Block(tuple(runs[start : start + BLOCK_SIZE]), self._watch)
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
        """Whether each known rate is stable by itself, by increasing rate."""
        if not self.rates:
            return {}
        # Where an untrained network stands is luck, so seeds and arms share one start.
        start = float(np.median([*self._starts.values()]))
        medians = [np.median(each) for of in self.accuracies.values() for each in of.values()]
        least = start + max(MIN_PROGRESS * (float(max(medians)) - start), comparison.MIN_GAIN)
        return {rate: min(each) >= least for rate, each in self.accuracies[arm].items()}

    def limit(self, arm: str) -> Limit:
        """Up to where an arm is stable, as far as is known."""
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
        """How much higher a learning rate BN allows, from this study's numbers."""
        if not self.rates:
            return "No learning rate is known yet."
        none, bn = (self.limit(arm) for arm in ARMS)
        so_far = "" if self.complete else "So far: "
        return so_far + _in_words(none, bn, self.settings.steps)

    @property
    def _round_over(self) -> bool:
        """Whether all that was asked for is known."""
        return len(self._runs) == len(self._asked)

    @property
    def _open(self) -> list[Limit]:
        """Limits that are not known closely enough, each once."""
        return [limit for limit in dict.fromkeys(map(self.limit, ARMS)) if not limit.found]

    def _next_rates(self) -> list[float]:
        if not self._asked:
            return _spread(LEARNING_RATES.low, LEARNING_RATES.high, RATES)
        limits = self._open
        rates = {
            rate
            for limit in limits
            for rate in _spread(limit.stable, limit.unstable, RATES // len(limits) + 2)[1:-1]
        }
        return sorted(rates - {*self.rates})

    def _gather(self) -> None:
        """Takes the runs of a round as accuracies by rate."""
        rates = sorted({settings.learning_rate for settings in self._runs})
        seeds = range(self.settings.seed, self.settings.seed + self.seeds)
        for arm in ARMS:
            self.accuracies[arm] = {
                rate: tuple(
                    self._runs[self.settings.replace(learning_rate=rate, seed=seed)][arm]
                    for seed in seeds
                )
                for rate in rates
            }


def _spread(low: float, high: float, count: int) -> list[float]:
    """Rates from one to another in equal ratios, both among them, to four digits."""
    inner = np.geomspace(low, high, count)[1:-1].tolist()
    return [low, *(float(f"{rate:.4g}") for rate in inner), high]


def _in_words(none: Limit, bn: Limit, steps: int) -> str:
    learning = [limit for limit in (none, bn) if not math.isnan(limit.stable)]
    if not learning:
        return (
            f"Neither network learns within {steps:,} steps at any learning rate from "
            f"{LEARNING_RATES.low:g} to {LEARNING_RATES.high:g}, so no difference is seen."
        )
    if len(learning) == 1:
        able, unable = ("With", "without") if learning[0] is bn else ("Without", "with")
        return (
            f"{able} BN training is stable up to a learning rate of {_up_to(learning[0])}; "
            f"{unable} BN the network learns at none within {steps:,} steps."
        )
    if none.at_bound and bn.at_bound:
        return (
            f"Training is stable up to a learning rate of {_up_to(none)}, without BN and with it "
            "alike: no difference is seen."
        )
    ratio = bn.stable / none.stable
    said = (
        f"Without BN training is stable up to a learning rate of {_up_to(none)}, with BN up to "
        f"{_up_to(bn)}"
    )
    if 1 / comparison.CLEAR_RATIO <= ratio <= comparison.CLEAR_RATIO:
        return f"{said}: no clear difference."
    at_least = "at least " if none.at_bound or bn.at_bound else ""
    return (
        f"{said}: {at_least}{_times(max(ratio, 1 / ratio))} {'as high' if ratio > 1 else 'lower'}."
    )


def _up_to(limit: Limit) -> str:
    highest = ", the highest allowed" if limit.at_bound else ""
    return f"{limit.stable:.2g}{highest}"


def _times(ratio: float) -> str:
    return f"{ratio:,.0f} times" if ratio >= 10 else f"{ratio:.1f} times"
