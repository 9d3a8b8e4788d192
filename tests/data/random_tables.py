"""Random tables, and a writer of them that shares nothing with the reader but the names of choices.

What a table holds is drawn first, as numbers and names; then how it is written. So what must be
read is known, and so is whether anybody could tell: numbers such as 1.250 that stand for a thousand
in one dialect and for one and a quarter in another.
"""

import re
from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st

#: Names of classes of one table each, many with tricky spellings.
CLASSES = (
    ("no", "yes"),
    ("setosa", "versicolor", "virginica"),
    ("0", "1"),
    ("1", "2", "10"),
    ("1", "01", "1.0"),
    ("9007199254740992", "9007199254740993"),
    ("1,5", "2,5", "10,5"),
    ("+", "-"),
    ("none", "some"),
    ("Na", "K"),
    ("true", "false"),
    ("Äpfel", "Öl"),
    ("a b", "c; d", "e, f"),
    ('a "quoted" word', "it's"),
    ("two\nlines", "one line"),
    ("2001-05-17", "2001-05-18"),
    ("1e5", "100000"),
    ("<b>", "=1+1"),
    ("10 %", "20 %"),
)
WORDS = (("red", "green"), ("low", "middle", "high"), ("A", "B", "C", "D"), ("a b", "c d", "é"))
MISSING = ("", "NA", "NaN", "?", "NULL", "-", "n/a")
#: A cell that is one number with decimal points and another with decimal commas.
_TWO_WAYS = re.compile(r"[+-]?[1-9][0-9]{0,2}[.,][0-9]{3}")
_WHOLE = re.compile(r"[+-]?[0-9]+")


@dataclass(frozen=True)
class Written:
    """A table and how it was written.

    Attributes:
        data: The file.
        x: The numbers that it holds, without the rows that lack a value.
        labels: The classes of its rows.
        delimiter: The sign between cells.
        decimal: The decimal sign.
        ambiguous: Whether a column can be read with either decimal sign.
        num_missing: Number of rows that lack a value.
    """

    data: bytes
    x: np.ndarray
    labels: list[str]
    delimiter: str
    decimal: str
    ambiguous: bool
    num_missing: int


@st.composite
def _numbers(draw, count: int, decimal: str, thousands: str) -> tuple[list[str], np.ndarray, bool]:
    """The cells of a column of numbers, its values, and whether it can be read in two ways."""
    digits = draw(st.sampled_from((0, 0, 1, 2, 3, 3, 6)))
    bounds = draw(
        st.sampled_from(((-10, 10), (-1_000, 1_000), (-(10**7), 10**7), (1_000, 10**6 - 1)))
    )
    values = draw(st.lists(st.integers(*bounds), min_size=count, max_size=count))
    form = draw(st.sampled_from(("plain", "plain", "grouped", "scientific", "signed")))
    unit = draw(st.sampled_from(("", "", "", "", "%", " cm", " €")))
    minus = draw(st.sampled_from(("-", "-", "-", "\u2212")))
    numbers, cells = [], []
    for value in values:
        shifted = value / 10**digits
        text = f"{shifted:.{digits}f}"
        if form == "scientific":
            text = f"{shifted:.3e}"
        elif form == "signed" and shifted > 0:
            text = f"+{text}"
        numbers.append(float(text))
        if form == "grouped":
            text = f"{shifted:,.{digits}f}"
        signs = {".": decimal, ",": thousands if form == "grouped" else "", "-": minus}
        cells.append("".join(signs.get(letter, letter) for letter in text))
    cells = [cell + unit for cell in cells]
    return cells, np.array(numbers)[:, None], _can_be_read_in_two_ways(cells)


def _can_be_read_in_two_ways(cells: list[str]) -> bool:
    """Whether numbers, which may have a unit, fit either decimal sign."""
    bare = [cell.replace("\u2212", "-").rstrip("% cm€") for cell in cells]
    either = [_TWO_WAYS.fullmatch(cell) is not None for cell in bare]
    return any(either) and all(
        two or _WHOLE.fullmatch(cell) for two, cell in zip(either, bare, strict=True)
    )


@st.composite
def _column(draw, count: int, decimal: str, thousands: str) -> tuple[list[str], np.ndarray, bool]:
    """The cells of a column, its features, and whether it can be read in two ways."""
    kind = draw(st.sampled_from(("numbers", "numbers", "numbers", "words", "truth")))
    if kind == "numbers":
        return draw(_numbers(count, decimal, thousands))
    if kind == "truth":
        truth = [(row // 2) % 2 for row in range(count)]
        words = draw(st.sampled_from((("false", "true"), ("FALSE", "TRUE"), ("False", "True"))))
        return [words[each] for each in truth], np.array(truth, float)[:, None], False
    words = draw(st.sampled_from(WORDS))
    chosen = [words[row % len(words)] for row in range(count)]
    return chosen, np.array([[word == each for each in sorted(words)] for word in chosen]), False


def _quoted(cell: str, delimiter: str, everything: bool) -> str:
    """A cell in quotes where it needs them."""
    special = set(delimiter + '"\n\r' + (" \t\u00a0" if delimiter == " " else ""))
    if everything or special & set(cell) or cell != cell.strip() or (not cell and delimiter == " "):
        return '"' + cell.replace('"', '""') + '"'
    return cell


@st.composite
def tables(draw) -> Written:
    """A table in a random dialect."""
    count = draw(st.integers(9, 24))
    delimiter = draw(st.sampled_from((",", ",", ";", "\t", "|", " ")))
    decimal = draw(st.sampled_from((".", ".", ",")))
    thousands = draw(
        st.sampled_from([each for each in ("", ",", ".", " ", "'") if each != decimal])
    )
    columns = [draw(_numbers(count, decimal, thousands))]
    columns += draw(st.lists(_column(count, decimal, thousands), max_size=4))
    # Names of classes that are numbers tell the decimal sign of the file.
    other = re.compile(r"[0-9][.,][0-9]".replace(decimal, ""))
    usual = [names for names in CLASSES if not any(map(other.search, names))]
    names = draw(st.sampled_from(usual))
    labels = [names[row % len(names)] for row in range(count)]
    cells = [list(column[0]) for column in columns] + [list(labels)]
    lacking = draw(st.sets(st.integers(0, count - 1), max_size=count // 4))
    for row in lacking:
        token = draw(st.sampled_from(MISSING[:-2] if "-" in names else MISSING))
        # A dash is a missing number, but a word like others among words.
        cells[0][row] = token
    rows = [list(row) for row in zip(*cells, strict=True)]
    heading = draw(st.booleans())
    if heading:
        titles = [f"x{number}" for number in range(len(columns))]
        titles = draw(st.sampled_from((titles, [f"{each} (cm)" for each in titles])))
        rows.insert(0, [*titles, "class"])
        if draw(st.booleans()):
            start = draw(st.sampled_from((0, 1)))
            name = draw(st.sampled_from(("", "id", "index", "Unnamed: 0")))
            rows = [[name if at == 0 else str(at - 1 + start), *row] for at, row in enumerate(rows)]
    kept = [row not in lacking for row in range(count)]
    numbers = [cell for cell, keep in zip(columns[0][0], kept, strict=True) if keep]
    return Written(
        data=draw(_file(rows, delimiter)),
        x=np.concatenate([column[1] for column in columns], axis=1)[kept].astype(float),
        labels=[" ".join(label.split()) for label, keep in zip(labels, kept, strict=True) if keep],
        delimiter=delimiter,
        decimal=decimal,
        ambiguous=_can_be_read_in_two_ways(numbers) or any(column[2] for column in columns[1:]),
        num_missing=len(lacking),
    )


@st.composite
def _file(draw, rows: list[list[str]], delimiter: str) -> bytes:
    """Rows as a file."""
    everything = draw(st.booleans())
    trailing = draw(st.sampled_from(("", "", "", delimiter)))
    lines = [
        delimiter.join(_quoted(cell, delimiter, everything) for cell in row) + trailing
        for row in rows
    ]
    for _ in range(draw(st.sampled_from((0, 0, 0, 1, 2)))):
        place = draw(st.integers(1, len(lines)))
        lines.insert(place, draw(st.sampled_from(("# made by hand; on, a day", "#", ""))))
    if delimiter != " " and draw(st.integers(0, 4)) == 0:
        lines.insert(0, f"sep={delimiter}")
    end = draw(st.sampled_from(("\n", "\r\n", "\r")))
    text = end.join(lines) + draw(st.sampled_from(("", end)))
    encodings = ["utf-8", "utf-8-sig", "utf-16"]
    if not set("\u2212") & set(text):
        encodings.append("cp1252")
    return text.encode(draw(st.sampled_from(encodings)))
