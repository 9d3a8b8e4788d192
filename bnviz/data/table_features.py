"""TableFeatures: which columns of a table become features, and their values."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from bnviz.data import number_formats
from bnviz.data.bounds import (
    FEATURES,
    MAX_TABLE_VALUES,
    MAX_WORDS,
    UploadError,
    check_count,
)
from bnviz.data.choices import Choices
from bnviz.data.columns import Column, Kind
from bnviz.data.number_formats import NumberFormat
from bnviz.data.reading import LeftOut
from bnviz.data.table import Table, quoted

#: Share of missing cells above which a column is left out rather than its rows.
MAX_MISSING = 0.5


@dataclass
class Features:
    """The features of a table, collected column by column.

    Attributes:
        table: The table.
        labels: Its column of classes.
        choices: What the user has chosen.
        proven: Decimal signs that cells of the file prove.
        left_out: Columns that were left out.
        notes: What the user should know.
        words: Columns of words that became features, and of how many different words.
    """

    table: Table
    labels: Column
    choices: Choices
    proven: set[str]
    left_out: list[LeftOut] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    _parts: dict[str, NDArray[np.float64] | Column] = field(default_factory=dict)
    _counting: Column | None = None
    _num_values: int = 0
    _taken_for: str = "."

    @property
    def decimal(self) -> str:
        """The decimal sign that the cells of the file prove, else the one they are read with."""
        return next(iter(self.proven)) if len(self.proven) == 1 else self._taken_for

    def add(self, column: Column) -> None:
        """Takes a column, or leaves it out.

        Raises:
            UploadError: If a cell is not a number, or a chosen column cannot be used.
        """
        chosen = self.choices.columns
        if chosen is not None and column.name not in chosen:
            self.left_out.append(LeftOut(column.name, "not chosen"))
            return
        reason = _unusable(column)
        if reason is not None and chosen is not None:
            raise UploadError(
                f"Column {quoted(column.name)} cannot be used: {reason}; leave it out."
            )
        if reason is None and chosen is None and column.missing_share > MAX_MISSING:
            reason = f"{column.missing_share:.0%} of its cells are missing"
        numbering = self._numbering(column)
        if column.counts_rows and chosen is None and column.named_as_index:
            self.left_out.append(LeftOut(column.name, numbering, counts_rows=True))
            self._counting = self._counting or column
            return
        if numbering and reason is None:
            self.notes.append(
                f"Column {quoted(column.name)} is used, though {numbering}, which can give the "
                "class away"
            )
        elif reason is None and column.gives_away(self.labels):
            self.notes.append(
                f"Column {quoted(column.name)} gives the class away: each of its values goes with "
                "one class alone"
            )
        if reason is None:
            self._take(column)
        elif column.named or column.kind != Kind.EMPTY:
            self.left_out.append(LeftOut(column.name, reason))

    def _numbering(self, column: Column) -> str:
        """How a column numbers the rows, in words; empty if it does not."""
        if column.counts_rows:
            return "it counts the rows"
        # In a table without any names, different whole numbers may well be a feature.
        if any(self.table.named) and column.named_as_index and column.tells_rows_apart:
            return "each row has a number of its own in it"
        return ""

    def _take(self, column: Column) -> None:
        match column.kind:
            case Kind.TRUTH:
                part: NDArray[np.float64] | Column = column.truth()
            case Kind.WORDS:
                part = column.one_hot()
                self.words.append(f"{quoted(column.name)} ({part.shape[1]})")
            case _:
                part = self._numbers(column)
        self._parts[column.name] = part
        self._num_values += getattr(part, "size", len(column.cells))
        if self._num_values > MAX_TABLE_VALUES:
            raise UploadError(
                f"The table has more than {MAX_TABLE_VALUES / 1e6:.0f} million values once words "
                "are features; leave out columns of words."
            )

    def _numbers(self, column: Column) -> NDArray[np.float64] | Column:
        """The values of a column of numbers; the column itself if they depend on other columns."""
        if not column.formats:
            row, cell = column.first_wrong()
            value = quoted(cell)
            raise UploadError(
                f"Column {quoted(column.name)}, line {self.table.lines[row]}: {value} is not a "
                "number; correct it, remove its row, or leave out the column."
            )
        if column.ambiguous is not None:
            return column
        self._warn_of_codes(column)
        sign = column.decimal_sign
        if sign is not None:
            self.proven.add(sign)
        return column.numbers(column.formats[0])

    def _warn_of_codes(self, column: Column) -> None:
        """Says what numbers become that may have been meant as codes."""
        odd = column.odd_number
        if odd is not None:
            number = column.formats[0].number(odd)
            self.notes.append(
                f"Column {quoted(column.name)}: {quoted(odd)} is read as the number {number:.15g}"
            )

    def of_words(self) -> list[str]:
        """Says which columns of words became features."""
        if not self.words:
            return []
        return [f"Each different word is a feature in {_shortened(', '.join(self.words))}"]

    def values(self) -> tuple[NDArray[np.float64], list[str]]:
        """All features, NaN where one is missing, and the name of the column of each.

        Raises:
            UploadError: If there are none or too many, or numbers can be read in two ways.
        """
        if not self._parts and self._counting is not None:
            counting = self._counting
            self.left_out = [each for each in self.left_out if each.name != counting.name]
            self.notes.append(
                f"Column {quoted(counting.name)} is used, though it numbers the rows: there is no "
                "other feature"
            )
            self._take(counting)
        parts, names = [], []
        for name, part in self._parts.items():
            if isinstance(part, Column):
                part = part.numbers(self._resolved(part))
            parts.append(part.reshape(len(part), -1))
            names += [name] * parts[-1].shape[1]
        if not parts:
            reasons = ", ".join(f"{quoted(each.name)} ({each.reason})" for each in self.left_out)
            raise UploadError(
                f"No column is left for the features; left out: {_shortened(reasons)}."
            )
        check_count(len(names), FEATURES, "features")
        return np.concatenate(parts, axis=1), names

    def _resolved(self, column: Column) -> NumberFormat:
        """The format of a column that by itself can be read in two ways."""
        agreed = [each for each in column.formats if {each.decimal} == self.proven]
        cell = column.ambiguous
        if cell is None:
            return column.formats[0]
        agreed = [each for each in agreed if number_formats.ambiguous([cell], agreed) is None]
        usual = agreed[0] if agreed else self._usual(column, cell)
        if usual is None:
            values = sorted({each.number(cell) or 0.0 for each in column.formats})
            row = list(column.cells).index(cell)
            raise UploadError(
                f"Column {quoted(column.name)}, line {self.table.lines[row]}: {quoted(cell)} may "
                f"be {values[0]:g} or {values[-1]:g}; choose the decimal sign."
            )
        self._taken_for = usual.decimal
        number = usual.number(cell)
        others = {each.number(cell) for each in column.formats} - {number}
        self.notes.append(
            f"Column {quoted(column.name)}: {quoted(cell)} is read as {number:.12g}, not "
            f"{others.pop():.12g}; else choose the decimal sign"
        )
        return usual

    def _usual(self, column: Column, cell: str) -> NumberFormat | None:
        """The format that files with this delimiter have, unless other cells speak against it."""
        delimiter = self.table.dialect.delimiter
        if "," in cell:
            # Spreadsheets delimit by semicolons where the comma is the decimal sign.
            wanted = {";": (",", ""), ",": (".", ",")}.get(delimiter)
        else:
            # A writer of decimals that gives 1.000 would not give 999 without any.
            mixed = any(other.isdecimal() for other in column.counts)
            wanted = None if mixed and delimiter != "," else (".", "")
        allowed = [each for each in column.formats if (each.decimal, each.thousands) == wanted]
        return allowed[0] if allowed else None


def _unusable(column: Column) -> str | None:
    """Why a column cannot be a feature, or None."""
    match column.kind:
        case Kind.EMPTY:
            return "it is empty"
        case Kind.DATES:
            return "dates or times"
        case Kind.WORDS if len(column.counts) > MAX_WORDS:
            words = (
                f"{len(column.counts)} different words, such as {quoted(next(iter(column.counts)))}"
            )
            return f"{words}; at most {MAX_WORDS} become features"
        case Kind.WORDS if len(column.counts) == 1:
            only = "the same word" if not column.missing.any() else "one word or nothing"
            return f"{only} in every row"
        case _:
            return None


def _shortened(text: str) -> str:
    return text if len(text) <= 200 else text[:197] + "..."
