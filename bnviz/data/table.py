"""Table: the columns of a CSV file as text, whatever its dialect and encoding."""

import io
from array import array
from dataclasses import dataclass, replace

from bnviz.data.bounds import EXAMPLES, MAX_TABLE_VALUES, UploadError
from bnviz.data.choices import Choices
from bnviz.data.dialect import Dialect, detect, is_comment, rows
from bnviz.data.encodings import decode

#: Number of cells that are turned from rows to columns at a time.
_BLOCK_CELLS = 200_000
#: Number of rows that are kept as they are written.
NUM_FIRST_ROWS = 6
_NAME_LENGTH = 40
#: Encodings that are guessed when a file is not UTF-8, in which any bytes are text.
_GUESSED = ("cp1252", "latin-1")
#: Spaces that cells may begin or end with.
_ASCII_SPACES = " \t\r\v\f\x1c\x1d\x1e\x1f"


@dataclass(frozen=True)
class Table:
    """A table of text.

    Attributes:
        names: Unique column names, from the heading or else "column 1", "column 2" and so on.
        named: Whether each column has a name of its own.
        lines: Line of the file, counted from 1, on which each row ends.
        dialect: How the table is written.
        encoding: Encoding of the file.
        first_rows: The first rows as they are written, the heading included.
        num_comments: Number of lines left out as comments.
        foreign: Whether the encoding is the guess for a file that is not UTF-8.
    """

    names: tuple[str, ...]
    named: tuple[bool, ...]
    lines: "array[int]"
    dialect: Dialect
    encoding: str
    first_rows: tuple[tuple[str, ...], ...]
    num_comments: int
    foreign: bool
    _blocks: tuple[list[str], ...]

    @property
    def notes(self) -> tuple[str, ...]:
        """What its reader should know of the file."""
        notes = []
        above = self.dialect.num_above
        if above:
            rows = "The first row is" if above == 1 else f"The first {above} rows are"
            notes.append(f"{rows} above the table, and left out")
        if self.num_comments:
            lines = "line that begins" if self.num_comments == 1 else "lines that begin"
            are = "is" if self.num_comments == 1 else "are"
            notes.append(f"{self.num_comments} {lines} with '#' {are} left out as comments")
        if self.foreign:
            notes.append(
                f"The file is not UTF-8 and is read as {self.encoding}; if letters look wrong, "
                "choose the encoding"
            )
        return tuple(notes)

    def cells(self, column: int) -> list[str]:
        """The cells of a column, stripped, one for each row below the heading."""
        cells: list[str] = []
        for block in self._blocks[column]:
            split = block.split("\n")
            bare = block.isascii() and not any(space in block for space in _ASCII_SPACES)
            cells += split if bare else map(str.strip, split)
        return cells


def read(data: bytes, choices: Choices) -> Table:
    """Reads a table.

    Columns at the right end that hold nothing and have no name are left out. The cells of a column
    are kept together in a few strings, since a string for every cell would take ten times as much
    memory as the file.

    Args:
        data: Content of the file.
        choices: What the user has chosen.

    Raises:
        UploadError: If the file is empty or not text, has too many rows or columns, has a row with
            more or fewer cells than the first, or a quote that is never closed.
    """
    text, encoding = decode(data, choices.encoding)
    dialect, text = detect(text, choices)
    heading: list[str] = []
    lines: array[int] = array("l")
    first: list[tuple[str, ...]] = []
    blocks: list[list[str]] = [[] for _ in range(dialect.width)]
    waiting: list[list[str]] = []
    block_rows = max(1, _BLOCK_CELLS // dialect.width)
    found = rows(text, dialect.delimiter, comments=dialect.comments, width=dialect.width)
    for line, cells in found:
        if not heading and not lines and dialect.has_heading:
            heading = [""] * dialect.shift + cells
            first.append(tuple(map(cut, heading)))
            heading = heading[: dialect.width]
            continue
        waiting.append(_of_width(cells, dialect.width, line))
        lines.append(line)
        if len(first) < NUM_FIRST_ROWS:
            first.append(tuple(map(cut, cells)))
        if len(lines) > EXAMPLES[1]:
            raise UploadError(f"The file has more than {EXAMPLES[1]} examples.")
        if len(waiting) == block_rows:
            _turn(waiting, blocks)
    _turn(waiting, blocks)
    if len(lines) * dialect.width > MAX_TABLE_VALUES:
        raise UploadError(
            f"The table has {len(lines) * dialect.width / 1e6:.1f} million cells; at most "
            f"{MAX_TABLE_VALUES / 1e6:.0f} million can be read; save it as NPZ."
        )
    names = _without_quotes(heading) or [""] * dialect.width
    width = dialect.width
    while width > 1 and not names[width - 1].strip() and not any(map(str.strip, blocks[width - 1])):
        width -= 1
    named = tuple(bool(name.strip()) for name in names[:width])
    return Table(
        distinct(names[:width]),
        named,
        lines,
        replace(dialect, width=width),
        encoding,
        tuple(first),
        _num_comments(text, dialect),
        choices.encoding is None and encoding in _GUESSED,
        tuple(blocks[:width]),
    )


def _num_comments(text: str, dialect: Dialect) -> int:
    """The number of lines that are comments, if none is within quotes."""
    if not dialect.comments:
        return 0
    lines = io.StringIO(text, newline="")
    return sum(is_comment(line, dialect.delimiter, dialect.width) for line in lines)


def quoted(text: str) -> str:
    """Makes text from a file fit for a message: short, on one line, in quotes."""
    return f"'{cut(text)}'"


def cut(text: str) -> str:
    """Text from a file, short and on one line."""
    text = "".join(letter if letter.isprintable() else " " for letter in text[:1_000])
    text = " ".join(text.split())
    return text if len(text) <= _NAME_LENGTH else f"{text[: _NAME_LENGTH - 3]}..."


def _without_quotes(names: list[str]) -> list[str]:
    """Names without the single quotes in which some programs write all of them."""
    if all(len(name) > 2 and name[0] == name[-1] == "'" for name in names):
        return [name[1:-1] for name in names]
    return names


def _of_width(cells: list[str], width: int, line: int) -> list[str]:
    """A row without the empty cells beyond the last column."""
    if len(cells) > width and not any(map(str.strip, cells[width:])):
        del cells[width:]
    if len(cells) != width:
        raise UploadError(
            f"Line {line} has {len(cells)} {'cell' if len(cells) == 1 else 'cells'} where the "
            f"first has {width}; correct it, remove what is not part of the table, or choose the "
            "delimiter."
        )
    return cells


def _turn(waiting: list[list[str]], blocks: list[list[str]]) -> None:
    """Adds rows to the columns, and empties the list of rows."""
    if waiting:
        for column, cells in enumerate(zip(*waiting, strict=True)):
            block = "\n".join(cells)
            if block.count("\n") >= len(cells):
                block = "\n".join(" ".join(cell.split("\n")) for cell in cells)
            blocks[column].append(block)
    waiting.clear()


def distinct(names: list[str]) -> tuple[str, ...]:
    """Short column names made unique: a second "x" becomes "x (2)"."""
    unique: dict[str, None] = {}
    for position, name in enumerate(names, start=1):
        short = cut(name) or f"column {position}"
        count = 1
        while (candidate := short if count == 1 else f"{short} ({count})") in unique:
            count += 1
        unique[candidate] = None
    return tuple(unique)
