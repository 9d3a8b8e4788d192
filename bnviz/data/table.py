"""Table: rows of text out of a CSV file, whatever its delimiter, encoding and heading."""

import csv
import io
import itertools
from collections.abc import Iterator
from dataclasses import dataclass

#: In order of preference where two would do: a semicolon goes with commas in numbers.
DELIMITERS = ("\t", ";", ",")
#: Rows at the start from which the delimiter and the heading are told.
_SAMPLE_ROWS = 20
#: Cells that stand for a missing value.
_MISSING = {"", "nan", "na", "n/a", "null", "none", "?", "-"}
_NAME_LENGTH = 40
#: Characters of a row, and lines without a cell in a whole file, at the most: a file of newlines
#: or commas alone would keep a processor busy for a minute.
MAX_ROW_LENGTH = 1_000_000
MAX_BLANK_LINES = 100_000


class TableError(ValueError):
    """A file that cannot be read as a table; one sentence."""


@dataclass(frozen=True)
class Table:
    """A table of text.

    Attributes:
        names: The columns' names, each different, from the heading or else "column 1" and so on.
        delimiter: One of `DELIMITERS`.
        has_heading: Whether the first row names the columns.
        text: The whole file.
    """

    names: tuple[str, ...]
    delimiter: str
    has_heading: bool
    text: str

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Yields each row below the heading with the line on which it ends, from 1.

        Raises:
            TableError: If a row has more or fewer cells than the first, or quotes stay open.
        """
        rows = _rows(self.text, self.delimiter)
        for line, cells in itertools.islice(rows, int(self.has_heading), None):
            if len(cells) != len(self.names):
                raise TableError(
                    f"Line {line} has {len(cells)} cells where the first has {len(self.names)}."
                )
            yield line, cells

    def number(self, cell: str) -> float | None:
        """The number in a cell, or None; with semicolons between cells a comma is a point."""
        return _number(cell, self.delimiter)


def read(data: bytes, *, max_columns: int) -> Table:
    """Reads a table's form from its first rows.

    Args:
        data: The file: UTF-8 with or without a byte order mark, or Latin-1.
        max_columns: Columns a table may have, at the most.

    Raises:
        TableError: If the file is empty, too wide or no text.
    """
    if b"\0" in data:
        raise TableError("The file is not a CSV file in UTF-8 or Latin-1.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    samples = {delimiter: _sample(text, delimiter) for delimiter in DELIMITERS}
    delimiter = max(DELIMITERS, key=lambda delimiter: _fitness(samples[delimiter]))
    sample = samples[delimiter]
    if not sample:
        # Says why, if it is quotes that stay open and not a file without rows.
        next(_rows(text, delimiter), None)
        raise TableError("The file is empty.")
    if len(sample[0]) > max_columns:
        raise TableError(f"The file has {len(sample[0])} columns; at most {max_columns} are read.")
    heading = _is_heading(sample, delimiter)
    names = sample[0] if heading else [""] * len(sample[0])
    return Table(_distinct(names), delimiter, heading, text)


def shown(text: str) -> str:
    """Text from a file as it may stand in a message: short, on one line, in quotes."""
    text = "".join(letter if letter.isprintable() else " " for letter in text[:1_000])
    text = " ".join(text.split())
    return f"'{text}'" if len(text) <= _NAME_LENGTH else f"'{text[: _NAME_LENGTH - 3]}...'"


def _rows(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Yields the rows that are not blank, each with the line on which it ends."""
    length, blank = 0, 0

    def lines() -> Iterator[str]:
        nonlocal length
        for number, line in enumerate(io.StringIO(text, newline=""), start=1):
            length += len(line)
            if length > MAX_ROW_LENGTH:
                raise TableError(
                    f"The row on line {number} has more than {MAX_ROW_LENGTH} characters."
                )
            yield line

    reader = csv.reader(lines(), delimiter=delimiter, skipinitialspace=True, strict=True)
    try:
        for cells in reader:
            length = 0
            if any(cell and not cell.isspace() for cell in cells):
                yield reader.line_num, cells
            elif (blank := blank + 1) > MAX_BLANK_LINES:
                raise TableError(f"The file has more than {MAX_BLANK_LINES} lines without a cell.")
    except csv.Error as error:
        raise TableError(f"Line {reader.line_num} cannot be read as CSV: {error}.") from error


def _sample(text: str, delimiter: str) -> list[list[str]]:
    sample = []
    try:
        for _, cells in itertools.islice(_rows(text, delimiter), _SAMPLE_ROWS):
            sample.append(cells)
    except TableError:
        pass  # The rows before the broken one tell the form; reading them all tells the error.
    return sample


def _fitness(sample: list[list[str]]) -> tuple[bool, int]:
    """How well a delimiter does: rows of equal length first, then the more columns the better."""
    widths = {len(cells) for cells in sample}
    return len(widths) == 1 and widths != {1}, max(widths, default=0)


def _is_heading(sample: list[list[str]], delimiter: str) -> bool:
    """Whether the first row is a word, in some column, over cells that are all numbers."""

    def missing(cell: str) -> bool:
        return cell.strip().lower() in _MISSING

    first, *below = sample
    for column, cell in enumerate(first):
        if missing(cell) or _number(cell, delimiter) is not None:
            continue
        cells = [row[column] for row in below if column < len(row) and not missing(row[column])]
        if cells and all(_number(other, delimiter) is not None for other in cells):
            return True
    return not below and all(_number(cell, delimiter) is None for cell in first)


def _number(cell: str, delimiter: str) -> float | None:
    try:
        return float(cell.replace(",", ".") if delimiter == ";" else cell)
    except ValueError:
        return None


def _distinct(names: list[str]) -> tuple[str, ...]:
    distinct: dict[str, None] = {}
    for position, name in enumerate(names, start=1):
        short = shown(name)[1:-1] or f"column {position}"
        count = 1
        while (candidate := short if count == 1 else f"{short} ({count})") in distinct:
            count += 1
        distinct[candidate] = None
    return tuple(distinct)
