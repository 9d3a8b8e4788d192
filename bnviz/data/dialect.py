"""Dialect: how a table is written as text, guessed from its first rows."""

import csv
import io
import itertools
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from bnviz.data.bounds import CLASSES, UploadError
from bnviz.data.choices import DELIMITERS, Choices
from bnviz.data.number_formats import is_missing, is_number

#: Rows at the start from which the delimiter and the heading are guessed.
SAMPLE_ROWS = 100
#: Maximum characters in a row and blank lines in a file. Parsing a file of nothing but commas or
#: newlines would otherwise take a minute.
MAX_ROW_LENGTH = 1_000_000
MAX_BLANK_LINES = 100_000
#: A line with which spreadsheets are told the delimiter.
_SEPARATOR_LINE = re.compile(r'\s*"?sep=([\t;|, ])"?[ \t;,]*(?:\r\n|\r|\n)', re.IGNORECASE)
COMMENT = "#"
#: Fewest cells of a row of positions that cannot be mistaken for an example.
_MIN_POSITIONS = 5
#: Fewest rows of a table that others can stand above, and most of those.
_MIN_ROWS = 3
_MAX_ABOVE = 20


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
        The dialect, and the text without what is no part of the table: a line that names the
        delimiter, lines above the table, and the comment sign before a heading. Lines keep their
        numbers.

    Raises:
        UploadError: If there is no row that can be read.
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
    sample = samples[delimiter]
    if not sample:
        # Raises a more precise error if there is text, but no row that can be read.
        next(rows(text, delimiter, comments=comments), None)
        raise UploadError("The file is empty.")
    if comments and choices.heading is not False and not _is_heading(sample):
        uncovered = _with_heading_uncovered(text, delimiter, sample)
        if uncovered is not None:
            text, sample = uncovered, _sample(uncovered, delimiter, comments)
    num_above = _num_above(sample)
    if num_above:
        text = _without_first(text, num_above, delimiter, comments)
        sample = _sample(text, delimiter, comments)
    heading = _is_heading(sample) if choices.heading is None else choices.heading
    width, shift = _width(sample, heading)
    return Dialect(delimiter, heading, comments, width, num_above, shift), text


def rows(text: str, delimiter: str, *, comments: bool) -> Iterator[tuple[int, list[str]]]:
    """Reads the rows that are not blank.

    Yields:
        The number of the line on which a row ends, counted from 1, and its cells.

    Raises:
        UploadError: If a quote is never closed, or the text exceeds `MAX_ROW_LENGTH` or
            `MAX_BLANK_LINES`.
    """
    length, blank, between = 0, 0, True
    spaces = delimiter == " "

    def lines() -> Iterator[str]:
        nonlocal length, between
        for number, line in enumerate(io.StringIO(text, newline=""), start=1):
            if comments and between and line.startswith(COMMENT):
                line = "\n"
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
        raise UploadError(f"Line {reader.line_num} cannot be read as CSV: {error}.") from error


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
    names = _sample(text[last + 1 : position], delimiter, comments=False)
    if len(names) != 1 or len(names[0]) != len(sample[0]) or not _is_heading([*names, *sample]):
        return None
    return text[:last] + " " + text[last + 1 :]


def _sample(text: str, delimiter: str, comments: bool) -> list[list[str]]:
    """The first rows, up to one that cannot be read with this delimiter."""
    sample = []
    try:
        for _, cells in itertools.islice(rows(text, delimiter, comments=comments), SAMPLE_ROWS):
            sample.append(cells)
    except UploadError:
        pass  # The rows before the broken one suffice here; reading all rows raises the error.
    return sample


def _fitness(delimiter: str, sample: list[list[str]]) -> tuple[float, float, float]:
    """Ranks a delimiter.

    It counts how many rows have the most common number of cells, unless that is one, then how many
    cells hold no other delimiter outside of a number, then the place in `DELIMITERS`.
    """
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
    # Words with spaces make a table of anything: spaces are the last choice.
    fits = fitting / len(sample) - 0.5 * (delimiter == " ")
    return fits, clean / len(cells), -place


def _num_above(sample: list[list[str]]) -> int:
    """The number of rows above the table."""
    (width, _), *_ = Counter(map(len, sample)).most_common(1)
    for above, row in enumerate(sample[: len(sample) - _MIN_ROWS]):
        if not (_is_title(row, width, sample[above + 1 :]) or _are_sizes(row, width)):
            return above if above <= _MAX_ABOVE else 0
    return 0


def _is_title(row: list[str], width: int, below: list[list[str]]) -> bool:
    """Whether a row is too short for a heading, and holds no number as an example would."""
    if any(map(is_number, row)) or not row[0].strip():
        return False
    if len(row) < width - 1:
        return True
    alone = len(row) < width or not any(map(str.strip, row[1:]))
    return alone and _is_heading(below)


def _are_sizes(row: list[str], width: int) -> bool:
    """Whether a row holds the numbers of examples and features, and names of classes."""
    sizes, names = row[:2], row[2:]
    if len(names) < CLASSES[0] or sizes[1] != str(width - 1) or any(map(is_number, names)):
        return False
    return sizes[0].isdecimal()


def _without_first(text: str, count: int, delimiter: str, comments: bool) -> str:
    """The text with blank lines for its first rows."""
    *_, (last, _) = itertools.islice(rows(text, delimiter, comments=comments), count)
    lines = itertools.islice(io.StringIO(text, newline=""), last)
    return "\n" * last + text[sum(map(len, lines)) :]


def _is_heading(sample: list[list[str]]) -> bool:
    """Whether the first row holds column names, which all columns decide together."""
    first, *below = sample
    if not below:
        return not any(map(is_number, first))
    shift = len(below[0]) - len(first) == 1
    positions = _are_positions(first)
    if positions and (len(first) >= _MIN_POSITIONS or _some_column_of_words(below)):
        return True
    for_, against, new, repeated = 0, 0, 0, 0
    for column, cell in enumerate(first):
        cells = [row[column + shift] for row in below if column + shift < len(row)]
        cells = [other for other in cells if not is_missing(other)]
        if is_missing(cell) or not cells:
            continue
        numbers = sum(map(is_number, cells))
        if 2 * numbers > len(cells):
            for_ += not is_number(cell)
            # pandas numbers columns without names; the rows may be numbered before them.
            position = {str(column + shift) for shift in (-1, 0, 1)}
            against += is_number(cell) and cell.strip() not in position
        elif not is_number(cell):
            new += cell not in cells
            repeated += cell in cells
    if for_ or against:
        return for_ > against
    # Only words: names do not occur among the values below them.
    return repeated == 0 and new > 0 and _some_column_repeats(below)


def _are_positions(first: list[str]) -> bool:
    """Whether a row holds nothing but its own positions, which pandas writes for want of names."""
    cells = [cell.strip() for cell in first]
    cells = cells[not cells[0] :]
    return any(cells == [str(at + start) for at in range(len(cells))] for start in (0, 1))


def _some_column_of_words(below: list[list[str]]) -> bool:
    return any(not any(map(is_number, cells)) for cells in zip(*below, strict=False))


def _some_column_repeats(below: list[list[str]]) -> bool:
    return any(2 * len(set(cells)) <= len(cells) for cells in zip(*below, strict=False))


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
