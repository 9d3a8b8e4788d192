"""Table: rows of text from a CSV file of any delimiter and encoding, with or without a heading."""

import csv
import io
import itertools
from collections.abc import Iterator
from dataclasses import dataclass

#: In order of preference where several fit; with semicolons, a comma is a decimal point.
DELIMITERS = ("\t", ";", ",")
#: Rows at the start from which the delimiter and the heading are detected.
_SAMPLE_ROWS = 20
#: Cells that mean a missing value, in lower case.
_MISSING = {"", "nan", "na", "n/a", "null", "none", "?", "-"}
_NAME_LENGTH = 40
#: Maximum characters in a row and blank lines in a file. Parsing a file of nothing but commas or
#: newlines would otherwise take a minute.
MAX_ROW_LENGTH = 1_000_000
MAX_BLANK_LINES = 100_000


class TableError(ValueError):
    """A file that cannot be read as a table; the message is one sentence."""


@dataclass(frozen=True)
class Table:
    """The text of a CSV file and how to read it.

    Attributes:
        names: Unique column names, from the heading or else "column 1", "column 2" and so on.
        delimiter: One of `DELIMITERS`.
        has_heading: Whether the first row holds column names.
        text: The text of the whole file.
    """

    names: tuple[str, ...]
    delimiter: str
    has_heading: bool
    text: str

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Reads the rows below the heading.

        Yields:
            The number of the line on which a row ends, counted from 1, and its cells.

        Raises:
            TableError: If a row has more or fewer cells than the first, a quote is never closed, or
                the file exceeds `MAX_ROW_LENGTH` or `MAX_BLANK_LINES`.
        """
        rows = _rows(self.text, self.delimiter)
        for line, cells in itertools.islice(rows, int(self.has_heading), None):
            if len(cells) != len(self.names):
                raise TableError(
                    f"Line {line} has {len(cells)} cells where the first has {len(self.names)}."
                )
            yield line, cells

    def number(self, cell: str) -> float | None:
        """Returns the number in a cell, or None; "1,5" is a number if the delimiter is ";"."""
        return _number(cell, self.delimiter)


def read(data: bytes, *, max_columns: int) -> Table:
    """Detects the delimiter and the heading of a CSV file from its first rows.

    Args:
        data: Bytes of the file: UTF-8 with or without a byte order mark, or Latin-1.
        max_columns: Maximum number of columns.

    Raises:
        TableError: If the file is empty, has too many columns or is not text.
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
        # Raises a more precise error if there is text, but no row that can be read.
        next(_rows(text, delimiter), None)
        raise TableError("The file is empty.")
    if len(sample[0]) > max_columns:
        raise TableError(
            f"The file has {len(sample[0])} columns; at most {max_columns} are allowed."
        )
    heading = _is_heading(sample, delimiter)
    names = sample[0] if heading else [""] * len(sample[0])
    return Table(_distinct(names), delimiter, heading, text)


def quoted(text: str) -> str:
    """Makes text from a file fit for a message: short, on one line, in quotes."""
    text = "".join(letter if letter.isprintable() else " " for letter in text[:1_000])
    text = " ".join(text.split())
    return f"'{text}'" if len(text) <= _NAME_LENGTH else f"'{text[: _NAME_LENGTH - 3]}...'"


def _rows(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Yields the rows that are not blank, each with the number of the line on which it ends."""
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
                raise TableError(f"The file has more than {MAX_BLANK_LINES} blank lines.")
    except csv.Error as error:
        raise TableError(f"Line {reader.line_num} cannot be read as CSV: {error}.") from error


def _sample(text: str, delimiter: str) -> list[list[str]]:
    """The first rows, as far as they can be read with this delimiter."""
    sample = []
    try:
        for _, cells in itertools.islice(_rows(text, delimiter), _SAMPLE_ROWS):
            sample.append(cells)
    except TableError:
        pass  # The rows before the broken one suffice here; `Table.rows` raises the error.
    return sample


def _fitness(sample: list[list[str]]) -> tuple[bool, int]:
    """Ranks a delimiter: rows of equal length come first, then more columns."""
    widths = {len(cells) for cells in sample}
    return len(widths) == 1 and widths != {1}, max(widths, default=0)


def _is_heading(sample: list[list[str]], delimiter: str) -> bool:
    """Whether the first row is a word above a column of numbers, or the only row and all words."""

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
    """Short column names made unique: a second "x" becomes "x (2)"."""
    distinct: dict[str, None] = {}
    for position, name in enumerate(names, start=1):
        short = quoted(name)[1:-1] or f"column {position}"
        count = 1
        while (candidate := short if count == 1 else f"{short} ({count})") in distinct:
            count += 1
        distinct[candidate] = None
    return tuple(distinct)
