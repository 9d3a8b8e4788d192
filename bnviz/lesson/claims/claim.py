"""Claim: a statement that runs of several seeds show or do not show, and the words for it."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from bnviz.frame_layout import FrameLayout
from bnviz.recording import Recording
from bnviz.settings import Settings

#: Share of the seeds that must show a claim for it to hold.
NEEDED_SHARE = 0.8

#: How numbers are written, by name.
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

#: Numbers of one seed by the names of their quantities.
Numbers = Mapping[str, float]


@dataclass(frozen=True)
class Quantity:
    """A number that each seed's runs give.

    Attributes:
        name: Names it among those of its claim.
        label: What it is: "steps to 80 % accuracy".
        of: Of which network or run: "with BN"; may be empty.
        read: Takes it from one seed's recordings, which are in the order of the claim's runs.
        form: One of `FORMS`.
        absent: What is said where there is none (an infinite value), such as "never".
    """

    name: str
    label: str
    of: str
    read: Callable[[Sequence[Recording]], float]
    form: str = "number"
    absent: str = "none"

    def written(self, value: float) -> str:
        """A value in words."""
        return FORMS[self.form](value) if math.isfinite(value) else self.absent

    def spread(self, values: Sequence[float]) -> str:
        """The median over the seeds and, in brackets, the whole range."""
        middle, low, high = map(self.written, (median(values), min(values), max(values)))
        return middle if low == high else f"{middle} ({low} to {high})"


@dataclass(frozen=True)
class Claim:
    """A statement with what is run, what is measured and what shows it.

    Attributes:
        name: Names it in the chapters and in the table.
        statement: What it says, as a sentence without its full stop.
        runs: What is run for each seed.
        quantities: The numbers that are taken.
        shows: Whether one seed's numbers show the statement.
        trains: Whether taking the numbers trains networks, which the page does not do.
    """

    name: str
    statement: str
    runs: tuple[Settings, ...]
    quantities: tuple[Quantity, ...]
    shows: Callable[[Numbers], bool]
    trains: bool = False

    def read(self, recordings: Sequence[Recording]) -> dict[str, float]:
        """One seed's numbers.

        Args:
            recordings: Complete, in the order of `runs`.

        Raises:
            ValueError: If one is not a number.
        """
        numbers = {each.name: float(each.read(recordings)) for each in self.quantities}
        lost = [name for name, value in numbers.items() if math.isnan(value)]
        if lost:
            raise ValueError(f"{self.name} has no number for {', '.join(lost)}")
        return numbers

    def describe_run(self, recording: Recording) -> str:
        """A viewer's own run in the claim's numbers; empty where that one run does not give them.

        Args:
            recording: Of any settings, complete or growing.
        """
        recording = recording.snapshot()
        if self.trains or len(self.runs) != 1 or not recording.complete:
            return ""
        wanted, layout = FrameLayout.of(self.runs[0]), recording.layout
        comparable = set(wanted.arms) <= set(layout.arms) and layout.deep >= wanted.deep
        if not comparable or recording.settings.interventions != self.runs[0].interventions:
            return ""
        try:
            numbers = self.read([recording])
        except (ValueError, IndexError):
            return ""
        return in_words(self.quantities, {name: [value] for name, value in numbers.items()})


@dataclass(frozen=True)
class ClaimResult:
    """A claim with the numbers of its seeds.

    Attributes:
        claim: What was checked.
        seeds: The seeds.
        values: By the name of each quantity its value of each seed.
    """

    claim: Claim
    seeds: tuple[int, ...]
    values: Mapping[str, tuple[float, ...]]

    @property
    def shown(self) -> tuple[bool, ...]:
        """Which seeds show the claim."""
        return tuple(
            bool(self.claim.shows({name: values[at] for name, values in self.values.items()}))
            for at in range(len(self.seeds))
        )

    @property
    def holds(self) -> bool:
        """Whether enough seeds show it."""
        return sum(self.shown) >= NEEDED_SHARE * len(self.seeds)

    @property
    def sentence(self) -> str:
        """What the seeds say about the statement, and their numbers."""
        count, seeds = sum(self.shown), len(self.seeds)
        statement = self.claim.statement
        numbers = in_words(self.claim.quantities, self.values)
        if self.holds:
            return f"{statement}: shown by {count} of {seeds} seeds. {numbers}."
        lowered = statement if statement.startswith("BN") else statement[0].lower() + statement[1:]
        return f"Not confirmed, shown by {count} of {seeds} seeds only: {lowered}. {numbers}."


def in_words(quantities: Sequence[Quantity], values: Mapping[str, Sequence[float]]) -> str:
    """Numbers under their labels, those with the same label together, each as `Quantity.spread`."""
    parts: dict[str, list[str]] = {}
    for quantity in quantities:
        spread = quantity.spread(values[quantity.name])
        parts.setdefault(quantity.label, []).append(f"{quantity.of} {spread}".strip())
    said = "; ".join(f"{label}: {', '.join(each)}" for label, each in parts.items())
    return said[0].upper() + said[1:]
