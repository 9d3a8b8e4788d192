"""Criteria: what the numbers of several seeds must show for a claim to hold.

Two arms or two runs are compared by the exact sign test over paired seeds, which assumes nothing of
how the numbers are distributed. A seed counts only if it shows a difference worth saying. A
statement that compares nothing holds if nearly every seed shows it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from bnviz.findings.over_seeds import CLEAR_DRIFT, CLEAR_GAP, CLEAR_STEPS
from bnviz.findings.sign_test import NEARLY_ALL, decision

#: The numbers of one seed, by the names of their quantities.
Numbers = Mapping[str, float]


@dataclass(frozen=True)
class Difference:
    """The smallest difference worth saying of a kind of quantity.

    Attributes:
        smallest: The difference, or the ratio of the larger number to the smaller one.
        words: It in words, such as "2 points of accuracy" or "1.25 times".
        ratio: Whether it is a ratio.
    """

    smallest: float
    words: str
    ratio: bool = False

    def order(self, one: float, other: float) -> int:
        """Returns 1 if `one` is larger by at least the smallest difference, -1 if smaller, else 0.

        An infinite number, such as the steps to a target that is never reached, is larger than
        every finite one; two infinite ones are equal.
        """
        if one == other:
            return 0
        if self._is_larger(one, other):
            return 1
        return -1 if self._is_larger(other, one) else 0

    def _is_larger(self, one: float, other: float) -> bool:
        least = self.smallest * other if self.ratio else self.smallest + other
        return one > other and one >= least


def times(ratio: float) -> Difference:
    """Returns a smallest difference that is a ratio."""
    return Difference(ratio, f"{ratio:g} times", ratio=True)


#: The smallest differences worth saying, by kind of quantity. The validation sets have 36 to 400
#: examples, so that one of 2 points is the answer for a few of them.
ACCURACY = Difference(0.02, "2 points of accuracy")
LOSS = Difference(CLEAR_GAP, f"{CLEAR_GAP} nats")
SATURATED = Difference(0.02, "2 points of the saturated share")
STEPS = times(CLEAR_STEPS)
DRIFT = times(CLEAR_DRIFT)
GRADIENT = times(1.25)
COUNT = Difference(1, "1")
#: Measured again, what a step costs differs by less.
COST = times(1.05)


class Criterion(Protocol):
    """What the numbers of the seeds must show."""

    def votes(self, numbers: Numbers) -> int:
        """Returns what one seed shows: 1 for it, -1 against it, 0 neither."""

    def holds(self, votes: Sequence[int]) -> bool:
        """Whether the votes of all seeds decide for it."""

    @property
    def words(self) -> str:
        """What a seed must show to count, in words; may be empty."""


@dataclass(frozen=True)
class More:
    """One quantity is larger than another: a comparison of two arms or two runs.

    Attributes:
        larger: Name of the quantity that is larger.
        smaller: Name of the other.
        by: The smallest difference that counts; seeds with a smaller one count for neither side.
    """

    larger: str
    smaller: str
    by: Difference

    def votes(self, numbers: Numbers) -> int:
        return self.by.order(numbers[self.larger], numbers[self.smaller])

    def holds(self, votes: Sequence[int]) -> bool:
        return decision(votes) == 1

    @property
    def words(self) -> str:
        return f"differences count from {self.by.words} on"


@dataclass(frozen=True)
class Alike:
    """Two quantities differ by less than a difference.

    Attributes:
        one: Name of the one.
        other: Name of the other.
        by: The difference.
    """

    one: str
    other: str
    by: Difference

    def votes(self, numbers: Numbers) -> int:
        return -1 if self.by.order(numbers[self.one], numbers[self.other]) else 1

    def holds(self, votes: Sequence[int]) -> bool:
        return _nearly_all(votes)

    @property
    def words(self) -> str:
        return f"alike means less than {self.by.words} apart"


@dataclass(frozen=True)
class NotMore(Alike):
    """One quantity is not larger than another by as much as a difference."""

    def votes(self, numbers: Numbers) -> int:
        return -1 if self.by.order(numbers[self.one], numbers[self.other]) == 1 else 1

    @property
    def words(self) -> str:
        return f"differences count from {self.by.words} on"


@dataclass(frozen=True)
class Shows:
    """A statement about the numbers of a seed that compares no arms or runs.

    Attributes:
        what: Returns whether the numbers of one seed show it.
        bounds: From which numbers on they show it, in words; empty if the statement says so.
    """

    what: Callable[[Numbers], bool]
    bounds: str = ""

    def votes(self, numbers: Numbers) -> int:
        return 1 if self.what(numbers) else -1

    def holds(self, votes: Sequence[int]) -> bool:
        return _nearly_all(votes)

    @property
    def words(self) -> str:
        return self.bounds


def _nearly_all(votes: Sequence[int]) -> bool:
    return votes.count(1) >= NEARLY_ALL * len(votes)
