"""Kinds: what a setting may be, how it is read from text, and how it is explained."""

import math
from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Generic, NamedTuple, TypeVar

from bnviz.settings import typed_numbers
from bnviz.settings.interventions import MAX_CHANGES, parse, to_text
from bnviz.settings.scales import LINEAR, Scale
from bnviz.settings.written_numbers import written

Value = str | int | float | bool
Number = TypeVar("Number", bound=float, covariant=True)
#: Hexadecimal characters that name an uploaded data set.
KEY_LENGTH = 32


class Bounds(NamedTuple, Generic[Number]):
    """The lowest and the highest value allowed, both included."""

    low: Number
    high: Number


@dataclass(frozen=True)
class MoreThan:
    """The numbers above a bound, as a container."""

    low: float

    def __contains__(self, value: object) -> bool:
        return isinstance(value, int | float) and value > self.low


@dataclass(frozen=True)
class Kind:
    """What a setting may be, and how it is explained.

    Attributes:
        label: Its name on the form.
        group: Its heading on the form.
        help: One sentence for a beginner.
        basic: Whether the form shows it at once; it folds all others away.
        relevant_if: Another setting, and those of its values with which this one has an effect;
            None if it always has one.
    """

    label: str
    group: str
    help: str
    basic: bool = field(default=False, kw_only=True)
    relevant_if: tuple[str, Container[Value]] | None = field(default=None, kw_only=True)

    def allowed(self) -> str:
        """The allowed values in words that follow "must be"."""
        raise NotImplementedError

    def parse(self, text: str) -> Value:
        """Converts text (from a URL or a command line) to a value, in bounds or not.

        Raises:
            ValueError: If the text is of another type.
        """
        raise NotImplementedError

    def nearest(self, value: object) -> Value | None:
        """The nearest allowed value, or None if nothing is near, as with a word for a number."""
        raise NotImplementedError

    def read(self, given: object) -> object:
        """Converts text to a value; anything else is returned unchanged."""
        if not isinstance(given, str):
            return given
        try:
            return self.parse(given)
        except ValueError:
            return given

    def allows(self, value: object) -> bool:
        """Whether a value is allowed as it is."""
        nearest = self.nearest(value)
        return nearest is not None and nearest == value and type(nearest) is type(value)


@dataclass(frozen=True)
class Choice(Kind):
    """One of a few names."""

    options: tuple[str, ...]

    def allowed(self) -> str:
        return "one of " + ", ".join(self.options)

    def parse(self, text: str) -> str:
        return text

    def nearest(self, value: object) -> str | None:
        return value if isinstance(value, str) and value in self.options else None


@dataclass(frozen=True)
class Integer(Kind):
    """A whole number from `low` to `high`, which lie on a scale."""

    low: int
    high: int
    scale: Scale = field(default=LINEAR, kw_only=True)

    def allowed(self) -> str:
        return f"a whole number from {self.low} to {self.high}"

    def parse(self, text: str) -> int | float:
        return typed_numbers.number(text)

    def nearest(self, value: object) -> int | None:
        number = finite_number(value)
        if number is None:
            return None
        return round(min(max(number, self.low), self.high))


@dataclass(frozen=True)
class Float(Kind):
    """A finite number from `low` to `high`, which lie on a scale."""

    low: float
    high: float
    scale: Scale = field(default=LINEAR, kw_only=True)

    def read(self, given: object) -> object:
        value = super().read(given)
        number = finite_number(value)
        # A whole number above 2^53 may equal no float; it is out of bounds anyway.
        if number is None or abs(number) > 2**53:
            return value
        # Adding 0 turns -0.0 into 0.0, so that both have one digest.
        return float(number) + 0.0

    def allowed(self) -> str:
        return f"a number from {written(self.low)} to {written(self.high)}"

    def parse(self, text: str) -> float:
        return typed_numbers.real(text)

    def nearest(self, value: object) -> float | None:
        number = finite_number(value)
        return None if number is None else float(min(max(number, self.low), self.high)) + 0.0


@dataclass(frozen=True)
class Flag(Kind):
    """Yes or no."""

    WORDS: ClassVar[Mapping[str, bool]] = {
        "true": True,
        "1": True,
        "yes": True,
        "false": False,
        "0": False,
        "no": False,
    }

    def allowed(self) -> str:
        return "true or false"

    def parse(self, text: str) -> bool:
        if text.lower() not in self.WORDS:
            raise ValueError(text)
        return self.WORDS[text.lower()]

    def nearest(self, value: object) -> bool | None:
        return value if isinstance(value, bool) else None


@dataclass(frozen=True)
class Key(Kind):
    """The hexadecimal key of an uploaded data set, or empty."""

    length: int = KEY_LENGTH

    def allowed(self) -> str:
        return f"empty, or {self.length} characters from 0-9 and a-f"

    def parse(self, text: str) -> str:
        return text

    def nearest(self, value: object) -> str | None:
        if not isinstance(value, str):
            return None
        ok = value == "" or (len(value) == self.length and set(value) <= set("0123456789abcdef"))
        return value if ok else None


@dataclass(frozen=True)
class Changes(Kind):
    """Changes in mid-run, as text (see `bnviz.settings.interventions`).

    Attributes:
        steps: The lowest and the highest step.
        learning_rates: The lowest and the highest learning rate.
    """

    steps: Bounds[int]
    learning_rates: Bounds[float]

    def allowed(self) -> str:
        return (
            f"up to {MAX_CHANGES} changes such as 240:learning_rate=0.1,300:insert_bn (or "
            "remove_bn, freeze_bn; each of these three once)"
        )

    def parse(self, text: str) -> str:
        return to_text(parse(text, steps=self.steps, learning_rates=self.learning_rates))

    def nearest(self, value: object) -> str | None:
        if not isinstance(value, str):
            return None
        try:
            return self.parse(value)
        except ValueError:
            return None


def finite_number(value: object) -> int | float | None:
    """The value if it is a finite number other than a truth value, else None."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    # Whole numbers are always finite, and may be too large for isfinite, which converts to float.
    return value if isinstance(value, int) or math.isfinite(value) else None
