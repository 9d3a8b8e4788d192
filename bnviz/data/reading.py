"""Reading: what was taken from a file, for its user to see and correct."""

from dataclasses import dataclass, field
from typing import Any

from bnviz.data.choices import DECIMALS, DELIMITERS, Choices

#: Number of classes, of columns left out and of notes that the sentence lists one by one.
MAX_SHOWN = 10


@dataclass(frozen=True)
class LeftOut:
    """A column that was left out.

    Attributes:
        name: Its name.
        reason: Why, in words that follow the name.
        counts_rows: Whether it was left out only because it counts the rows.
    """

    name: str
    reason: str
    counts_rows: bool = False


@dataclass(frozen=True)
class Reading:
    """What was taken from a file.

    Attributes:
        layout: What kind of file it is and what was found in it, in a few words.
        choices: Every choice, the user's own or guessed; None for those that do not apply.
        columns: Names of all columns of a table; empty for other files.
        left_out: The columns that were left out.
        num_missing: Number of examples left out because a value is missing.
        missing: Where values are missing, and how many.
        notes: What else a user should know, one sentence each.
        first_rows: A look at the beginning of the file, as text.
        num_train: Number of training examples.
        num_validation: Number of validation examples.
        held_out: Whether the validation examples were held out of the others.
        num_features: Number of features, as the network receives them.
        example_shape: Shape of an example that is an image, or (num_features,).
        classes: Name and number of examples of each class.
        scaled: How the features were scaled, in words that follow "features are".
    """

    layout: str
    choices: Choices = field(default_factory=Choices)
    columns: tuple[str, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    num_missing: int = 0
    missing: tuple[tuple[str, int], ...] = ()
    notes: tuple[str, ...] = ()
    first_rows: tuple[tuple[str, ...], ...] = ()
    num_train: int = 0
    num_validation: int = 0
    held_out: bool = True
    num_features: int = 0
    example_shape: tuple[int, ...] = ()
    classes: tuple[tuple[str, int], ...] = ()
    scaled: str = ""

    def sentence(self) -> str:
        """What was taken, on one line."""
        total = self.num_train + self.num_validation
        features = _count(self.num_features, "feature")
        parts = [
            f"{_count(total, 'example')} with {features} ({self.layout}); {self.num_train:,} for"
            f" training, {self.num_validation:,}{' held out' * self.held_out} for validation",
            f"{_count(len(self.classes), 'class')}{self._class_column()} ({self._class_counts()})",
        ]
        if self.left_out:
            shown = self.left_out[:MAX_SHOWN]
            names = ", ".join(f"'{each.name}' ({each.reason})" for each in shown)
            rest = len(self.left_out) - len(shown)
            parts.append(f"left out: {names}{f' and {rest} more' if rest else ''}")
        if self.num_missing:
            where = ", ".join(f"{name}: {count:,}" for name, count in self.missing[:MAX_SHOWN])
            parts.append(
                f"left out: {_count(self.num_missing, 'example')} with a missing value"
                f"{f' ({where})' if where else ''}"
            )
        parts.append(f"features are {self.scaled}")
        notes = [note.rstrip(".") for note in self.notes[:MAX_SHOWN]]
        rest = len(self.notes) - len(notes)
        if rest:
            notes.append(f"{_count(rest, 'more note')} on other columns")
        return ". ".join(["; ".join(parts), *notes]) + "."

    def as_json(self) -> dict[str, Any]:
        """What was taken, as simple values."""
        chosen = self.choices
        return {
            "train": self.num_train,
            "validation": self.num_validation,
            "features": self.num_features,
            "classes": [{"name": name, "count": count} for name, count in self.classes],
            "left_out": [{"name": each.name, "reason": each.reason} for each in self.left_out],
            "missing": self.num_missing,
            "missing_in": [{"name": name, "count": count} for name, count in self.missing],
            "scaled": self.scaled,
            "layout": self.layout,
            "heading": chosen.heading,
            "delimiter": chosen.delimiter,
            "decimal": chosen.decimal,
            "encoding": chosen.encoding,
            "class_column": chosen.class_column,
            "columns": None if chosen.columns is None else list(chosen.columns),
            "notes": list(self.notes),
        }

    def _class_column(self) -> str:
        name = self.choices.class_column
        return "" if name is None else f" in '{name}'"

    def _class_counts(self) -> str:
        """The classes and their counts, the first few of many."""
        shown = self.classes[:MAX_SHOWN]
        counts = ", ".join(f"{name}: {count:,}" for name, count in shown)
        rest = len(self.classes) - len(shown)
        return f"{counts} and {rest} more" if rest else counts


def layout_of_table(choices: Choices) -> str:
    """How a table is written, in a few words."""
    delimiter = next(name for name, sign in DELIMITERS.items() if sign == choices.delimiter)
    decimal = next(name for name, sign in DECIMALS.items() if sign == choices.decimal)
    heading = "a heading" if choices.heading else "no heading"
    return f"table, {heading}, delimiter {delimiter}, decimal {decimal}, {choices.encoding}"


def _count(number: int, what: str) -> str:
    plural = f"{what}{'es' if what.endswith('s') else 's'}"
    return f"{number:,} {what if number == 1 else plural}"
