"""Claim: a statement that runs over several seeds either show or do not show, and its wording."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import median

from bnviz.findings import step_costs
from bnviz.findings.sign_test import sign_test
from bnviz.lesson.claims.criteria import Criterion, More
from bnviz.lesson.claims.scope import scope
from bnviz.recording import Recording
from bnviz.settings import Settings
from bnviz.settings.written_numbers import written

#: Ways to write a number, by name.
FORMS: dict[str, Callable[[float], str]] = {
    "number": lambda value: written(value, ",.0f" if abs(value) >= 100 else ".2g"),
    "rate": lambda value: written(value) if value else "none",
    "count": lambda value: f"{value:,.0f}",
    "percent": lambda value: f"{written(100 * value, '.1f')} %",
    "decimal": lambda value: written(value, ".1f"),
    "loss": lambda value: written(value, ".3f"),
    "tiny": lambda value: written(value, ".0e") if value else "0",
    "factor": lambda value: written(value, ".3f"),
    "time": step_costs.in_words,
}


@dataclass(frozen=True)
class Quantity:
    """A number taken from the runs of each seed.

    Attributes:
        name: Identifies it among the quantities of its claim.
        label: What it measures, such as "steps to 80 % accuracy".
        of: The network or run that it belongs to, such as "with BN"; may be empty.
        read: Takes the number from one seed's recordings, given in the order of the claim's runs.
        form: How it is written, one of `FORMS`.
        absent: Word for an infinite value, such as "never".
    """

    name: str
    label: str
    of: str
    read: Callable[[Sequence[Recording]], float]
    form: str = "number"
    absent: str = "none"

    def format(self, value: float) -> str:
        """Returns a value in words."""
        return FORMS[self.form](value) if math.isfinite(value) else self.absent

    def format_spread(self, values: Sequence[float]) -> str:
        """Returns the median over the seeds and, in brackets, the whole range."""
        middle, low, high = map(self.format, (median(values), min(values), max(values)))
        return middle if low == high else f"{middle} ({low} to {high})"


@dataclass(frozen=True)
class Claim:
    """A statement, the runs that test it, and the numbers that decide it.

    Attributes:
        name: Identifies it in the chapters and in the table of evidence.
        statement: A sentence without its full stop.
        runs: The runs made for each seed.
        quantities: The numbers taken from the runs.
        criteria: What these numbers must show, all of it.
        trains: Whether reading the numbers trains networks, which the page must not do.
        needs_costs: Whether it must be known of the runs what a step costs.
    """

    name: str
    statement: str
    runs: tuple[Settings, ...]
    quantities: tuple[Quantity, ...]
    criteria: tuple[Criterion, ...]
    trains: bool = False
    needs_costs: bool = False

    def read(self, recordings: Sequence[Recording]) -> dict[str, float]:
        """Returns the numbers of one seed, by the names of their quantities.

        Args:
            recordings: Complete recordings, in the order of `runs`.

        Raises:
            ValueError: If a number is NaN.
        """
        numbers = {each.name: float(each.read(recordings)) for each in self.quantities}
        missing = [name for name, value in numbers.items() if math.isnan(value)]
        if missing:
            raise ValueError(f"{self.name} has no number for {', '.join(missing)}")
        return numbers

    def describe_run(self, recording: Recording) -> str:
        """Returns a single run in the numbers of this claim.

        Args:
            recording: A run with any settings, complete or growing.

        Returns:
            A sentence without its full stop; empty unless the run is complete and has the settings
            of the claim's only run, apart from the seed.
        """
        recording = recording.snapshot()
        if self.trains or len(self.runs) != 1 or not recording.complete:
            return ""
        if recording.settings.replace(seed=self.runs[0].seed) != self.runs[0]:
            return ""
        try:
            numbers = self.read([recording])
        except ValueError:
            return ""
        return in_words(self.quantities, {name: [value] for name, value in numbers.items()})


@dataclass(frozen=True)
class ClaimResult:
    """The outcome of checking a claim over several seeds.

    Attributes:
        claim: The claim that was checked.
        seeds: The seeds.
        values: The values of each quantity, one per seed, by the quantity's name.
    """

    claim: Claim
    seeds: tuple[int, ...]
    values: Mapping[str, tuple[float, ...]]

    @cached_property
    def votes(self) -> tuple[tuple[int, ...], ...]:
        """What each seed shows, criterion by criterion: 1 for it, -1 against it, 0 neither."""
        numbers = [
            {name: values[at] for name, values in self.values.items()}
            for at in range(len(self.seeds))
        ]
        return tuple(
            tuple(criterion.votes(each) for each in numbers) for criterion in self.claim.criteria
        )

    @property
    def shown(self) -> tuple[bool, ...]:
        """Whether each seed shows all that the claim needs."""
        return tuple(
            all(vote == 1 for vote in of_seed) for of_seed in zip(*self.votes, strict=True)
        )

    @property
    def holds(self) -> bool:
        """Whether the seeds decide for every criterion."""
        pairs = zip(self.claim.criteria, self.votes, strict=True)
        return all(criterion.holds(votes) for criterion, votes in pairs)

    @property
    def verdict(self) -> str:
        """Whether the seeds show the statement."""
        statement = self.claim.statement
        if self.holds:
            return f"{statement}: shown by {self._count}."
        lowered = statement if statement.startswith("BN") else statement[0].lower() + statement[1:]
        return f"Not confirmed (shown by only {self._count}): {lowered}."

    @property
    def details(self) -> str:
        """The numbers of the seeds, what counts as a difference, and the scope."""
        numbers = in_words(self.claim.quantities, self.values)
        words = "; ".join(dict.fromkeys(each.words for each in self.claim.criteria if each.words))
        rule = f" {words[0].upper()}{words[1:]}." if words else ""
        return f"{numbers}.{rule} Scope: {scope(self.claim.runs)}."

    @property
    def sentence(self) -> str:
        """The verdict and its details."""
        return f"{self.verdict} {self.details}"

    @property
    def _count(self) -> str:
        """How many seeds show it and, for comparisons, the largest p of their sign tests."""
        count, seeds = sum(self.shown), len(self.seeds)
        compared = [
            sign_test(max(votes.count(1), votes.count(-1)), seeds)
            for criterion, votes in zip(self.claim.criteria, self.votes, strict=True)
            if isinstance(criterion, More)
        ]
        p = f", p = {written(max(compared), '.2g')}" if compared else ""
        return f"{count} of {seeds} seeds{p}"


def in_words(quantities: Sequence[Quantity], values: Mapping[str, Sequence[float]]) -> str:
    """Returns numbers as `Quantity.format_spread` writes them, grouped by label."""
    parts: dict[str, list[str]] = {}
    for quantity in quantities:
        words = quantity.format_spread(values[quantity.name])
        parts.setdefault(quantity.label, []).append(f"{quantity.of} {words}".strip())
    text = "; ".join(f"{label}: {', '.join(each)}" for label, each in parts.items())
    return text[0].upper() + text[1:]
