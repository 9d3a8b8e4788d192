"""Claim: a statement that runs over several seeds either show or do not show, and its wording."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from bnviz.frame_layout import FrameLayout
from bnviz.recording import Recording
from bnviz.settings import Settings

#: A claim holds if at least this share of the seeds shows it.
NEEDED_SHARE = 0.8

#: Ways to write a number, by name.
FORMS: dict[str, Callable[[float], str]] = {
    "number": lambda value: f"{value:,.0f}" if abs(value) >= 100 else f"{value:.2g}",
    "rate": lambda value: f"{value:g}" if value else "none",
    "count": lambda value: f"{value:,.0f}",
    "percent": lambda value: f"{100 * value:.1f} %",
    "loss": lambda value: f"{value:.3f}",
    "tiny": lambda value: f"{value:.0e}" if value else "0",
    "times": lambda value: f"{value:.1f} times",
    "milliseconds": lambda value: f"{1_000 * value:.2f} ms",
}

#: The numbers of one seed, by the names of their quantities.
Numbers = Mapping[str, float]


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
        shows: Returns whether the numbers of one seed show the statement.
        trains: Whether reading the numbers trains networks, which the page must not do.
    """

    name: str
    statement: str
    runs: tuple[Settings, ...]
    quantities: tuple[Quantity, ...]
    shows: Callable[[Numbers], bool]
    trains: bool = False

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
        """Returns a viewer's own run in the numbers of this claim.

        Args:
            recording: A run with any settings, complete or growing.

        Returns:
            A sentence without its full stop; empty if that run alone does not give the numbers.
        """
        recording = recording.snapshot()
        if self.trains or len(self.runs) != 1 or not recording.complete:
            return ""
        needed, layout = FrameLayout.of(self.runs[0]), recording.layout
        comparable = set(needed.arms) <= set(layout.arms) and layout.deep >= needed.deep
        if not comparable or recording.settings.interventions != self.runs[0].interventions:
            return ""
        try:
            numbers = self.read([recording])
        except (ValueError, IndexError):
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

    @property
    def shown(self) -> tuple[bool, ...]:
        """Whether each seed shows the claim."""
        return tuple(
            bool(self.claim.shows({name: values[at] for name, values in self.values.items()}))
            for at in range(len(self.seeds))
        )

    @property
    def holds(self) -> bool:
        """Whether enough seeds show the claim."""
        return sum(self.shown) >= NEEDED_SHARE * len(self.seeds)

    @property
    def sentence(self) -> str:
        """Whether the seeds show the statement, with their numbers."""
        count, seeds = sum(self.shown), len(self.seeds)
        statement = self.claim.statement
        numbers = in_words(self.claim.quantities, self.values)
        if self.holds:
            return f"{statement}: shown by {count} of {seeds} seeds. {numbers}."
        lowered = statement if statement.startswith("BN") else statement[0].lower() + statement[1:]
        return f"Not confirmed (shown by only {count} of {seeds} seeds): {lowered}. {numbers}."


def in_words(quantities: Sequence[Quantity], values: Mapping[str, Sequence[float]]) -> str:
    """Returns numbers as `Quantity.format_spread` writes them, grouped by label."""
    parts: dict[str, list[str]] = {}
    for quantity in quantities:
        words = quantity.format_spread(values[quantity.name])
        parts.setdefault(quantity.label, []).append(f"{quantity.of} {words}".strip())
    text = "; ".join(f"{label}: {', '.join(each)}" for label, each in parts.items())
    return text[0].upper() + text[1:]
