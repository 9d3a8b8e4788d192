"""Dialect: how a table is written as text, guessed from its first rows."""

import csv
import io
import itertools
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from bnviz.data.bounds import CLASSES, MAX_COLUMNS, UploadError
from bnviz.data.choices import DELIMITERS, Choices
from bnviz.data.headings import is_heading, num_above
from bnviz.data.number_formats import is_number, is_quantity

#: Rows at the start from which the delimiter and the heading are guessed.
SAMPLE_ROWS = 100
#: Maximum characters in a row and blank lines in a file. Parsing a file of nothing but commas or
#: newlines would otherwise take a minute.
MAX_ROW_LENGTH = 1_000_000
MAX_BLANK_LINES = 100_000
#: A line with which spreadsheets are told the delimiter.
_SEPARATOR_LINE = re.compile(r'\s*"?sep=([\t;|, ])"?[ \t;,]*(?:\r\n|\r|\n)', re.IGNORECASE)
COMMENT = "#"
_BETWEEN_DIGITS = re.compile(r"(?<=[0-9]),(?=[0-9])")


@dataclass(frozen=True)
class Dialect:
    """How a table is written.

    Attributes:
        delimiter: A value of `DELIMITERS`.
        has_heading: Whether the first row holds column names.
        comments: Whether lines that begin with "#" are comments.
        width: Number of columns.
        num_above: Number of rows above the table that are not part of it, such as a title.
        shift: Number of columns, 0 or 1, by which the heading is shorter than the rows at its left,
            since the column of row names has no name.
    """

    delimiter: str
    has_heading: bool
    comments: bool
    width: int
    num_above: int = 0
    shift: int = 0


def detect(text: str, choices: Choices) -> tuple[Dialect, str]:
    """Finds out how a table is written.

    Args:
        text: The text of the file.
        choices: What the user has chosen.

    Returns:
        The dialect, and the text without what is not part of the table: a line that names the
        delimiter, lines above the table, and the comment sign before a heading. Lines keep their
        numbers.

    Raises:
        UploadError: If there is no row that can be read, or one has too many columns.
    """
    chosen = choices.delimiter
    named = _SEPARATOR_LINE.match(text)
    if named is not None:
        chosen = chosen or named[1]
        text = "\n" + text[named.end() :]
    comments = _has_comments(text)
    possible = tuple(DELIMITERS.values()) if chosen is None else (chosen,)
    samples = {each: _sample(text, each, comments) for each in possible}
    delimiter = max(possible, key=lambda each: _fitness(each, samples[each]))
    if delimiter == "," and _has_decimal_commas_alone(samples.get(" ", _NOTHING).rows):
        delimiter = " "
    sample = samples[delimiter].rows
    if not sample:
        # Raises a more precise error if there is text, but no row that can be read.
        next(rows(text, delimiter, comments=comments), None)
        raise UploadError("The file is empty.")
    widest = max(map(len, sample))
    if widest > MAX_COLUMNS:
        raise UploadError(f"The file has {widest} columns; at most {MAX_COLUMNS} are allowed.")
    if comments and choices.heading is not False and not is_heading(sample):
        uncovered = _with_heading_uncovered(text, delimiter, sample)
        if uncovered is not None:
            text = uncovered
            sample = _sample(uncovered, delimiter, comments, width=len(sample[0])).rows
    above = num_above(sample)
    if above:
        text = _without_first(text, above, delimiter, comments)
        sample = _sample(text, delimiter, comments).rows
    heading = is_heading(sample) if choices.heading is None else choices.heading
    width, shift = _width(sample, heading)
    return Dialect(delimiter, heading, comments, width, above, shift), text


def rows(
    text: str, delimiter: str, *, comments: bool, width: int = 0
) -> Iterator[tuple[int, list[str]]]:
    """Reads the rows that are not blank.

    Args:
        text: The text of the file.
        delimiter: A value of `DELIMITERS`.
        comments: Whether lines that begin with "#" are comments.
        width: Number of cells of a row; a line with as many is a row, even if it begins with "#".
            If 0, it is not known.

    Yields:
        The number of the line on which a row ends, counted from 1, and its cells.

    Raises:
        UploadError: If a quote is never closed, or the text exceeds `MAX_ROW_LENGTH` or
            `MAX_BLANK_LINES`.
    """
    length, blank, between, first_line = 0, 0, True, 1
    spaces = delimiter == " "

    def lines() -> Iterator[str]:
        nonlocal length, between, first_line
        for number, line in enumerate(io.StringIO(text, newline=""), start=1):
            if comments and between and is_comment(line, delimiter, width):
                line = "\n"
            first_line = number if between else first_line
            between = False
            length += len(line)
            if length > MAX_ROW_LENGTH:
                raise UploadError(
                    f"The row on line {number} has more than {MAX_ROW_LENGTH} characters."
                )
            yield line.replace("\t", " ") if spaces else line

    reader = csv.reader(lines(), delimiter=delimiter, skipinitialspace=True, strict=True)
    try:
        for cells in reader:
            length, between = 0, True
            if spaces and cells and not cells[-1]:
                cells.pop()
            if any(cell and not cell.isspace() for cell in cells):
                yield reader.line_num, cells
            elif (blank := blank + 1) > MAX_BLANK_LINES:
                raise UploadError(f"The file has more than {MAX_BLANK_LINES} blank lines.")
    except csv.Error as error:
        if "unexpected end" in str(error):
            raise UploadError(
                f"The row on line {first_line} cannot be read as CSV: a quote in it is never "
                "closed."
            ) from error
        reason = str(error)
        if "expected after" in reason:
            reason = (
                "after a closing quote there is no delimiter; a quote within a cell is written "
                "twice"
            )
        raise UploadError(f"Line {reader.line_num} cannot be read as CSV: {reason}.") from error


def is_comment(line: str, delimiter: str, width: int) -> bool:
    """Whether a line is a comment: it begins with "#" and is not a row of the table.

    A row may begin with "#N/A" or "#ff0000", but not with a space after the sign.
    """
    if not line.startswith(COMMENT):
        return False
    if width < 2 or line[1:2] == " ":
        return True
    try:
        [cells] = csv.reader([line], delimiter=delimiter, skipinitialspace=True)
    except (csv.Error, ValueError):
        return True
    return len(cells) != width


def _has_comments(text: str) -> bool:
    """Whether lines that begin with "#" are comments: not if most below the first ones do."""
    if not text.startswith(COMMENT) and not any(end + COMMENT in text for end in "\r\n"):
        return False
    below = itertools.dropwhile(lambda line: line.startswith(COMMENT), io.StringIO(text))
    sample = list(itertools.islice(below, SAMPLE_ROWS))
    return 2 * sum(line.startswith(COMMENT) for line in sample) < len(sample)


def _with_heading_uncovered(text: str, delimiter: str, sample: list[list[str]]) -> str | None:
    """The text without the comment sign of the last comment, if that holds the column names."""
    position, last = 0, -1
    for line in io.StringIO(text, newline=""):
        if line.startswith(COMMENT):
            last = position
        elif not line.isspace():
            break
        position += len(line)
    if last < 0:
        return None
    names = _sample(text[last + 1 : position], delimiter, comments=False).rows
    if len(names) != 1 or len(names[0]) != len(sample[0]) or not is_heading([*names, *sample]):
        return None
    # A column may have no other name than this sign.
    sign = COMMENT if not names[0][0].strip() else " "
    return text[:last] + sign + text[last + 1 :]


class _Sample(NamedTuple):
    """The first rows, up to one that cannot be read with a delimiter, and whether there is one."""

    rows: list[list[str]]
    is_broken: bool = False


_NOTHING = _Sample([])


def _sample(text: str, delimiter: str, comments: bool, width: int = 0) -> _Sample:
    sample: list[list[str]] = []
    found = rows(text, delimiter, comments=comments, width=width)
    try:
        for _, cells in itertools.islice(found, SAMPLE_ROWS):
            sample.append(cells)
    except UploadError:
        # The rows before the broken one suffice here; reading all rows raises the error.
        return _Sample(sample, is_broken=True)
    return _Sample(sample)


def _fitness(delimiter: str, tried: _Sample) -> tuple[float, float, float]:
    """Ranks a delimiter.

    It counts how many rows have the most common number of cells, unless that is one, then how many
    cells hold no other delimiter outside of a number, then the place in `DELIMITERS`.
    """
    sample = tried.rows
    widths = Counter(len(cells) for cells in sample)
    several = Counter({width: count for width, count in widths.items() if width > 1})
    if not several:
        return 0.0, 0.0, 0.0
    (width, count), *_ = several.most_common(1)
    # A heading may be one cell shorter or longer than the rows below it.
    fitting = count + (len(sample) > 1 and abs(len(sample[0]) - width) == 1)
    others = set(DELIMITERS.values()) - {delimiter, " "}
    cells = [cell for row in sample for cell in row]
    clean = sum(not others & set(cell) or is_number(cell) for cell in cells)
    place = list(DELIMITERS.values()).index(delimiter)
    # A cell with one quote is part of one that another delimiter leaves whole.
    torn = tried.is_broken or any(cell.count('"') % 2 for cell in cells)
    # Words with spaces make a table of anything: spaces are the last choice of what can be read.
    fits = fitting / len(sample) - 0.5 * (delimiter == " ") - 0.75 * torn
    return fits, clean / len(cells), -place


def _has_decimal_commas_alone(sample: list[list[str]]) -> bool:
    """Whether spaces make a table in which all commas are decimal signs."""
    if len(set(map(len, sample))) != 1 or len(sample[0]) < CLASSES[0]:
        return False
    # A word that is the same in every row is the unit of the number before it.
    below = zip(*sample[1:], strict=True)
    if any(len(set(column)) == 1 and not is_number(column[0]) for column in below):
        return False
    # Cells with a space stood in quotes.
    commas = [cell for row in sample for cell in row if "," in cell and " " not in cell]
    return bool(commas) and all(
        "," not in _BETWEEN_DIGITS.sub("", cell) and (is_number(cell) or is_quantity(cell))
        for cell in commas
    )


def _without_first(text: str, count: int, delimiter: str, comments: bool) -> str:
    """The text with blank lines for its first rows."""
    *_, (last, _) = itertools.islice(rows(text, delimiter, comments=comments), count)
    lines = itertools.islice(io.StringIO(text, newline=""), last)
    return "\n" * last + text[sum(map(len, lines)) :]


def _width(sample: list[list[str]], heading: bool) -> tuple[int, int]:
    """The number of columns, and by how many the heading is shorter because of row names."""
    first, *below = sample
    width = len(first)
    if not below:
        return width, 0
    (common, _), *_ = Counter(map(len, below)).most_common(1)
    rows_of_it = [row for row in below if len(row) == common]
    if common == width + 1 and heading and any(row[-1].strip() for row in rows_of_it):
        return common, 1
    if common == width - 1 and not first[-1].strip():
        return common, 0
    return width, 0
