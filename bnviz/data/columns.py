"""Columns: what each column of a table holds, and its values as features or classes."""

import itertools
import math
import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from bnviz.data import number_formats
from bnviz.data.bounds import MAX_WORDS
from bnviz.data.number_formats import (
    MISSING,
    MISSING_AMONG_NUMBERS,
    NumberFormat,
    is_number,
)

#: Names of columns that only number the rows, in lower case.
INDEX_NAMES = frozenset(
    {
        "#",
        "case",
        "id",
        "idx",
        "index",
        "level_0",
        "no",
        "no.",
        "nr",
        "number",
        "obs",
        "record",
        "row",
        "row.names",
        "row_id",
        "row_names",
        "rowid",
        "rowname",
        "rownames",
        "rownumber",
        "s.no",
        "sno",
    }
)
_UNNAMED = re.compile(r"unnamed: ?\d+(\.\d+)*", re.IGNORECASE)
#: Fewest rows from which a column can be said to count them.
_MIN_COUNTED = 4
_WHOLE = re.compile(r"[0-9]{1,12}(?:\.0*)?")
#: Digits that begin with a zero: postal codes, numbers of articles.
_ZERO_FIRST = re.compile(r"0[0-9]+")
#: More digits than a float holds, and an exponent as no program writes one.
_LONG = 16
_CODE = re.compile(rf"[0-9]{{{_LONG},}}|[1-9][0-9]*[eE][0-9]+")
_TRUTH = {"true": 1.0, "false": 0.0}
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_TIME = r"(?:[T ]?\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?: ?[ap]m)?(?:Z|[+-]\d{2}:?\d{2})?)"
_DATE = re.compile(
    rf"(?:\d{{4}}[-/.]\d{{1,2}}[-/.]\d{{1,2}}|\d{{1,2}}[-/.]\d{{1,2}}[-/.](?:\d{{4}}|\d{{2}})"
    rf"|\d{{1,2}}[ -]{_MONTH}[ -]\d{{2,4}}|{_MONTH} \d{{1,2}},? \d{{4}}|{_MONTH}[ -]\d{{4}}"
    rf"|\d{{4}}-\d{{2}}){_TIME}?|{_TIME}",
    re.IGNORECASE | re.ASCII,
)


class Kind(Enum):
    """What the cells of a column are."""

    EMPTY = "empty"
    NUMBERS = "numbers"
    TRUTH = "true or false"
    DATES = "dates"
    WORDS = "words"


@dataclass(frozen=True)
class Column:
    """A column of a table.

    Attributes:
        name: Its name.
        named: Whether it has a name of its own.
        cells: Its cells.
        decimal: The decimal sign, if the user has chosen it.
        chosen: Whether the user has chosen it as a feature.
    """

    name: str
    named: bool
    cells: Sequence[str]
    decimal: str | None = None
    chosen: bool = False

    @cached_property
    def _plain(self) -> NDArray[np.float64] | None:
        """All its cells if they are numbers as Python writes them, which is found at once."""
        numbers = number_formats.plain_numbers(self.cells)
        return None if numbers is None else np.array(numbers, np.float64)

    @cached_property
    def counts(self) -> Counter[str]:
        """How often each different cell occurs, without missing ones."""
        counts = Counter(self.cells)
        for cell in MISSING & counts.keys():
            del counts[cell]
        doubtful = {cell: counts.pop(cell) for cell in MISSING_AMONG_NUMBERS & counts.keys()}
        if doubtful and not _are_numbers(counts):
            counts.update(doubtful)
        return counts

    @cached_property
    def formats(self) -> list[NumberFormat]:
        """Formats in which all its cells are numbers; see `number_formats.candidates`."""
        cells = self.counts if self._plain is None else self.cells
        return number_formats.candidates(cells, decimal=self.decimal, plain=self._plain is not None)

    @cached_property
    def ambiguous(self) -> str | None:
        """A cell that is one number in one of the formats and another in another, or None."""
        if len(self.formats) < 2:
            return None
        return number_formats.ambiguous(self.counts, self.formats)

    @property
    def decimal_sign(self) -> str | None:
        """The decimal sign that its cells prove, if they are numbers."""
        signs = {each.decimal for each in self.formats}
        if len(signs) != 1:
            return None
        telling = (signs | {each.thousands for each in self.formats}) & {".", ","}
        text = "".join(self.counts if self._plain is None else self.cells)
        return signs.pop() if any(sign in text for sign in telling) else None

    @property
    def missing_share(self) -> float:
        """The share of cells that hold no value."""
        return 0.0 if self._plain is not None else 1 - self.counts.total() / len(self.cells)

    @cached_property
    def kind(self) -> Kind:
        """What its cells are, of which some may be written wrongly."""
        if not self.counts:
            return Kind.EMPTY
        if not self.chosen and self._are_codes:
            return Kind.WORDS
        if self._plain is not None:
            return Kind.NUMBERS
        if all(cell.lower() in _TRUTH for cell in self.counts):
            return Kind.TRUTH
        if all(map(_DATE.fullmatch, self.counts)):
            return Kind.DATES
        return Kind.NUMBERS if self.formats or self._mostly_numbers else Kind.WORDS

    @property
    def _are_codes(self) -> bool:
        """Whether it holds nothing but digits, in some cells with a zero first."""
        codes = any(cell[0] == "0" and _ZERO_FIRST.fullmatch(cell) for cell in self.counts)
        return codes and all(map(str.isdecimal, self.counts))

    @cached_property
    def _mostly_numbers(self) -> bool:
        """Whether cells that are not numbers are slips of the pen among numbers.

        A word that recurs in a column of few different cells, such as "3+", is a value.
        """
        if 2 * sum(map(is_number, self.counts)) < len(self.counts) - MAX_WORDS:
            return False  # Quickly found for a column of many texts.
        nearest = number_formats.nearest(self.counts, decimal=self.decimal)
        words = {cell: count for cell, count in self.counts.items() if not nearest.accepts(cell)}
        if len(self.counts) <= MAX_WORDS and min(words.values()) > 1:
            return False
        return 2 * sum(words.values()) <= self.counts.total()

    @cached_property
    def missing(self) -> NDArray[np.bool_]:
        """Which rows have no value."""
        if self._plain is not None:
            return np.zeros(len(self.cells), bool)
        present = self.counts
        return np.fromiter((cell not in present for cell in self.cells), bool, len(self.cells))

    @property
    def counts_rows(self) -> bool:
        """Whether its integers rise by one from row to row."""
        if len(self.cells) < _MIN_COUNTED or not re.fullmatch(r"\d{1,9}", self.cells[0], re.ASCII):
            return False
        start = int(self.cells[0])
        return all(cell == str(start + row) for row, cell in enumerate(self.cells))

    @property
    def tells_rows_apart(self) -> bool:
        """Whether it holds a different whole number in each row."""
        if len(self.cells) < _MIN_COUNTED or len(set(self.cells)) < len(self.cells):
            return False
        return all(map(_WHOLE.fullmatch, self.cells))

    def gives_away(self, labels: "Column") -> bool:
        """Whether each of its values goes with one class alone, and each class with one value.

        Args:
            labels: The classes of the same rows.
        """
        if self._plain is not None and len(set(self.cells)) != len(labels.counts):
            return False
        if not 2 <= len(self.counts) == len(labels.counts) < len(self.cells) / 2:
            return False
        pairs = set(zip(self.cells, labels.cells, strict=True))
        return len(pairs) == len(labels.counts)

    @cached_property
    def odd_number(self) -> str | None:
        """A cell that is a number, but may have been meant as a code, such as "9E8"; or None."""
        text = "".join(self.counts)
        if len(text) < _LONG and not set("eE") & set(text):
            return None
        return next(filter(_CODE.fullmatch, self.counts), None)

    @property
    def named_as_index(self) -> bool:
        """Whether it has the name of a column that only counts the rows, or none."""
        name = self.name.strip().lower()
        return not self.named or name in INDEX_NAMES or _UNNAMED.fullmatch(name) is not None

    def first_wrong(self) -> tuple[int, str]:
        """Row and text of the first cell that is not a number, in a column of numbers."""
        nearest = number_formats.nearest(self.counts, decimal=self.decimal)
        for row, cell in enumerate(self.cells):
            if cell in self.counts and not nearest.accepts(cell):
                return row, cell
        raise ValueError("all cells are numbers")

    def numbers(self, written: NumberFormat) -> NDArray[np.float64]:
        """The values of a column of numbers; a missing one is NaN."""
        if self._plain is not None and written == number_formats.PLAIN:
            return self._plain
        value = dict(zip(self.counts, written.numbers(self.counts), strict=True))
        values = map(value.get, self.cells, itertools.repeat(math.nan))
        return np.fromiter(values, np.float64, len(self.cells))

    def truth(self) -> NDArray[np.float64]:
        """The values of a column of "true" and "false", as 1 and 0; a missing one is NaN."""
        return np.array([_TRUTH.get(cell.lower(), np.nan) for cell in self.cells], np.float64)

    def one_hot(self) -> NDArray[np.float64]:
        """A feature for each different word, in alphabetical order: 1 where the word stands."""
        number = {word: index for index, word in enumerate(sorted(self.counts))}
        values = np.zeros((len(self.cells), len(number)))
        for row, cell in enumerate(self.cells):
            if cell in number:
                values[row, number[cell]] = 1
        values[self.missing] = np.nan
        return values


def _are_numbers(cells: Collection[str]) -> bool:
    """Whether most of the cells are numbers, or all are numbers with the same unit."""
    if 2 * sum(map(is_number, cells)) > len(cells):
        return True
    return bool(cells) and bool(number_formats.candidates(cells))
