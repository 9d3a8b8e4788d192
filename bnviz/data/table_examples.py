"""TableExamples: reads a table into examples, column by column."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from bnviz.data import number_formats, table
from bnviz.data.bounds import (
    EXAMPLES,
    FEATURES,
    MAX_TABLE_VALUES,
    MAX_VALUE,
    MAX_WORDS,
    UploadError,
    check_count,
)
from bnviz.data.choices import Choices
from bnviz.data.columns import Column, Kind
from bnviz.data.examples import Examples
from bnviz.data.number_formats import NumberFormat
from bnviz.data.reading import LeftOut, Reading, layout_of_table
from bnviz.data.table import Table, quoted
from bnviz.data.table_classes import class_column, classes_of

#: Share of missing cells above which a column is left out rather than its rows.
MAX_MISSING = 0.5


def read(data: bytes, choices: Choices) -> tuple[Examples, Reading]:
    """Reads a table: one example per row, features in columns, and a class in one column.

    Args:
        data: Content of the file.
        choices: What the user has chosen.

    Raises:
        UploadError: If the file cannot be trained on.
    """
    found = table.read(data, choices)
    _check_names(found, choices)
    target = class_column(found, choices)
    labels = _column(found, choices, target)
    sign = labels.decimal_sign
    features = _Features(found, choices, set() if sign is None else {sign})
    for index in range(len(found.names)):
        if index != target:
            features.add(_column(found, choices, index))
    x, names = features.values()
    missing = np.isnan(x).any(axis=1) | labels.missing
    _check_finite(x, names, found)
    if missing.any():
        _check_enough(x, names, missing)
        x = x[~missing]
    check_count(len(x), EXAMPLES, "examples")
    y, classes = classes_of(labels, ~missing, found, guessed=choices.class_column is None)
    decimal = choices.decimal or features.decimal
    filled = Choices(
        class_column=labels.name,
        columns=tuple(dict.fromkeys(names)),
        heading=found.dialect.has_heading,
        delimiter=found.dialect.delimiter,
        decimal=decimal,
        encoding=found.encoding,
    )
    reading = Reading(
        layout=layout_of_table(filled),
        choices=filled,
        columns=found.names,
        left_out=tuple(features.left_out),
        num_missing=int(missing.sum()),
        notes=(*found.notes, *features.notes, *features.of_words()),
        first_rows=found.first_rows,
    )
    return Examples(x, y, classes), reading


def _column(found: Table, choices: Choices, index: int) -> Column:
    return Column(found.names[index], found.named[index], found.cells(index), choices.decimal)


def _check_names(found: Table, choices: Choices) -> None:
    if not found.lines:
        raise UploadError("The file has a heading but no examples.")
    if len(found.names) == 1:
        raise UploadError(
            "The file has only one column; it needs at least one feature and a class; if it has "
            "more, choose the delimiter."
        )
    for name in (choices.class_column, *(choices.columns or ())):
        if name is not None and name not in found.names:
            known = ", ".join(map(quoted, found.names[:10]))
            more = ", ..." if len(found.names) > 10 else ""
            raise UploadError(
                f"The file has no column {quoted(name)}; its columns are {known}{more}."
            )


@dataclass
class _Features:
    """The features of a table, collected column by column.

    Attributes:
        found: The table.
        choices: What the user has chosen.
        proven: Decimal signs that cells of the file prove.
        left_out: Columns that were left out.
        notes: What the user should know.
        words: Columns of words that became features, and of how many different words.
    """

    found: Table
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
        if column.counts_rows and chosen is None:
            if column.named_as_index:
                self.left_out.append(LeftOut(column.name, "it counts the rows", counts_rows=True))
                self._counting = self._counting or column
                return
            self.notes.append(f"Column {quoted(column.name)} counts the rows, from row to row by 1")
        if reason is None:
            self._take(column)
        elif column.named or column.kind != Kind.EMPTY:
            self.left_out.append(LeftOut(column.name, reason))

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
                f"Column {quoted(column.name)}, line {self.found.lines[row]}: {value} is not a "
                "number; mend it, or leave out the column."
            )
        if column.ambiguous is not None:
            return column
        sign = column.decimal_sign
        if sign is not None:
            self.proven.add(sign)
        return column.numbers(column.formats[0])

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
                f"Column {quoted(counting.name)} counts the rows; it is the only feature there is"
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
        if agreed and number_formats.ambiguous(column.counts, agreed) is None:
            return agreed[0]
        cell = column.ambiguous
        if cell is None:
            return column.formats[0]
        usual = self._usual(column, cell)
        if usual is None:
            values = sorted({each.number(cell) or 0.0 for each in column.formats})
            row = list(column.cells).index(cell)
            raise UploadError(
                f"Column {quoted(column.name)}, line {self.found.lines[row]}: {quoted(cell)} may "
                f"be {values[0]:g} or {values[-1]:g}; choose the decimal sign."
            )
        self._taken_for = usual.decimal
        self.notes.append(
            f"Column {quoted(column.name)}: {quoted(cell)} is read as {usual.number(cell):.12g}"
        )
        return usual

    def _usual(self, column: Column, cell: str) -> NumberFormat | None:
        """The format that files with this delimiter have, unless other cells speak against it."""
        delimiter = self.found.dialect.delimiter
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
            return "dates"
        case Kind.WORDS if len(column.counts) > MAX_WORDS:
            words = (
                f"{len(column.counts)} different words, such as {quoted(next(iter(column.counts)))}"
            )
            return f"{words}; at most {MAX_WORDS} become features"
        case Kind.WORDS if len(column.counts) == 1:
            return "the same word in every row"
        case _:
            return None


def _check_finite(x: NDArray[np.float64], names: list[str], found: Table) -> None:
    wrong = np.abs(x) > MAX_VALUE
    if wrong.any():
        row, position = np.argwhere(wrong)[0]
        raise UploadError(
            f"Column {quoted(names[position])}, line {found.lines[row]}: {x[row, position]:g} is "
            f"not a finite number up to {MAX_VALUE:g}."
        )


def _check_enough(x: NDArray[np.float64], names: list[str], missing: NDArray[np.bool_]) -> None:
    """Names the column with the most missing values if too few examples have all of theirs."""
    left = int((~missing).sum())
    if left < EXAMPLES[0]:
        counts = np.isnan(x).sum(axis=0)
        worst = int(counts.argmax())
        raise UploadError(
            f"Only {left} of {len(x)} examples have all their values; leave out columns with many "
            f"missing ones, such as {quoted(names[worst])} ({counts[worst]} missing)."
        )


def _shortened(text: str) -> str:
    return text if len(text) <= 200 else text[:197] + "..."
