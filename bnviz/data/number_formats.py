"""Number formats: how the numbers of a column are written, decided from all of its cells.

A column has one format. In "1.000" a point may be the decimal sign or separate thousands; the
other cells of the column, then the other columns of the file, say which, or else nobody does.
"""

import itertools
import math
import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

#: Cells that mean a missing value: those of pandas, and of other programs.
MISSING = frozenset(
    {
        "",
        "#N/A",
        "#N/A N/A",
        "#NA",
        "-1.#IND",
        "-1.#QNAN",
        "-NaN",
        "-nan",
        "1.#IND",
        "1.#QNAN",
        "<NA>",
        "N/A",
        "NA",
        "NULL",
        "NaN",
        "None",
        "n/a",
        "nan",
        "null",
        "?",
        # Of databases and of spreadsheets.
        "\\N",
        "#DIV/0!",
        "#NAME?",
        "#NULL!",
        "#NUM!",
        "#REF!",
        "#VALUE!",
    }
)
#: Cells that mean one among numbers only: among words, "-" may be the opposite of "+", and "none"
#: or "Na" a value like others.
MISSING_AMONG_NUMBERS = frozenset(
    {
        "-",
        "--",
        ".",
        "..",
        "*",
        "na",
        "Na",
        "NAN",
        "Nan",
        "none",
        "NONE",
        "Null",
        "N.A.",
        "n.a.",
    }
)
#: Other characters for a minus, an apostrophe and a space, as word processors write them.
_PLAIN = str.maketrans({"\u2212": "-", "\u2019": "'", "\u00a0": " ", "\u202f": " ", "\u2009": " "})
#: Beginning of every cell that is a number in some format without a unit.
_LIKELY = re.compile(r"\s*[+\-\u2212]?(?:[0-9.,]|inf)", re.IGNORECASE)
#: Signs that tell formats apart.
_SIGNS = ",. '"
_INFINITY = re.compile(r"([+-]?)inf(?:inity)?", re.IGNORECASE)
#: A number within a unit: "12 cm", "40%", "$3.50", "3,50 €".
_UNIT = re.compile(
    r"(?P<before>[^\w\s.,+'-]?) ?(?P<number>[+-]?[0-9.,][0-9., ']*(?:[eE][+-]?[0-9]+)?)"
    r"(?P<after>(?: ?%| ?[^\W\d_]{1,10}[²³]?| ?°[CF]?| ?[^\w\s.,+'-]|)?)"
)
#: Units that are neither words nor the signs of currencies.
_UNIT_SIGNS = ("", "%", "°", "°C", "°F")


@dataclass(frozen=True)
class NumberFormat:
    """A way to write numbers.

    Attributes:
        decimal: The decimal sign, "." or ",".
        thousands: What separates groups of three digits: ".", ",", " ", "'" or nothing.
        before: What stands before every number, such as "$".
        after: What stands after every number, such as "%" or " cm".
    """

    decimal: str
    thousands: str = ""
    before: str = ""
    after: str = ""

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        decimal, thousands = re.escape(self.decimal), re.escape(self.thousands)
        groups = rf"[1-9][0-9]{{0,2}}(?:{thousands}[0-9]{{3}})+"
        if self.thousands == ",":
            # Lakhs and crores.
            groups = rf"(?:{groups}|[1-9][0-9]?(?:,[0-9]{{2}})+,[0-9]{{3}})"
        grouped = rf"{groups}(?:{decimal}[0-9]*)?|"
        return re.compile(
            rf"[+-]?(?:{grouped if self.thousands else ''}"
            rf"(?:[0-9]+(?:{decimal}[0-9]*)?|{decimal}[0-9]+)(?:[eE][+-]?[0-9]+)?)"
        )

    def text(self, cell: str) -> str | None:
        """Returns the number in a cell as Python writes it, or None if there is none."""
        cell = _plain(cell)
        if self.before or self.after:
            if not (cell.startswith(self.before) and cell.endswith(self.after)):
                return None
            cell = cell[len(self.before) : len(cell) - len(self.after)].strip()
        if self._pattern.fullmatch(cell) is None:
            return None
        if self.thousands:
            cell = cell.replace(self.thousands, "")
        return cell.replace(self.decimal, ".")

    def number(self, cell: str) -> float | None:
        """Returns the number in a cell, which may be infinite, or None if there is none."""
        text = self.text(cell)
        if text is not None:
            return float(text)
        infinite = _INFINITY.fullmatch(cell.strip())
        return None if infinite is None else math.inf * (-1 if infinite[1] == "-" else 1)

    def numbers(self, cells: Collection[str]) -> list[float]:
        """Returns the numbers in different cells; one that is not a number is NaN."""
        plain = plain_numbers(cells) if self == PLAIN else None
        if plain is not None:
            return plain
        found = map(self.number, cells)
        return [math.nan if number is None else number for number in found]

    def accepts(self, cell: str) -> bool:
        """Whether a cell is a number in this format."""
        return self.number(cell) is not None

    def exact(self, cell: str) -> Decimal | None:
        """Returns the number in a cell without rounding, or None if there is none."""
        text = self.text(cell)
        return None if text is None else Decimal(text)


#: Numbers as Python writes them.
PLAIN = NumberFormat(".")
#: All formats without a unit, the plain ones first.
_FORMATS = tuple(
    NumberFormat(decimal, thousands)
    for thousands, decimal in itertools.product(("", ",", ".", " ", "'"), ".,")
    if thousands != decimal
)


def is_missing(cell: str) -> bool:
    """Whether a cell means that there is no value."""
    return cell.strip() in MISSING


def is_number(cell: str) -> bool:
    """Whether a cell is a number in any format without a unit."""
    return _LIKELY.match(cell) is not None and any(
        each.number(cell) is not None for each in _FORMATS
    )


def is_quantity(cell: str) -> bool:
    """Whether a cell is a number with a unit."""
    return any(each.before or each.after for each in _formats([cell]))


def candidates(
    cells: Collection[str], *, decimal: str | None = None, plain: bool = False
) -> list[NumberFormat]:
    """The formats in which all cells are numbers, the plainest first.

    Args:
        cells: Different cells of a column, without missing ones.
        decimal: The decimal sign, if it is known.
        plain: Whether all cells are known to be `plain_numbers`.
    """
    text = _plain("".join(cells))
    signs = {sign for sign in _SIGNS if sign in text}
    return [
        each
        for each in _formats(cells)
        if decimal in (None, each.decimal)
        and (not each.thousands or each.thousands in signs)
        and (each.decimal == (decimal or ".") or each.decimal in signs or each.thousands)
        and ((plain and each == PLAIN) or all(map(each.accepts, cells)))
    ]


def nearest(cells: Collection[str], *, decimal: str | None = None) -> NumberFormat:
    """The format in which most of the cells are numbers."""
    allowed = [each for each in _FORMATS if decimal in (None, each.decimal)]
    likely = [cell for cell in cells if _LIKELY.match(cell)]
    return max(allowed, key=lambda each: sum(map(each.accepts, likely)))


def ambiguous(cells: Iterable[str], formats: Collection[NumberFormat]) -> str | None:
    """A cell that is one number in one of the formats and another in another, or None."""
    for cell in cells:
        if len({each.number(cell) for each in formats}) > 1:
            return cell
    return None


def _plain(text: str) -> str:
    """Text with the usual characters for a minus and for spaces, and without spaces around it."""
    return (text if text.isascii() else text.translate(_PLAIN)).strip()


def plain_numbers(cells: Iterable[str]) -> list[float] | None:
    """All cells as numbers if they are as Python writes them, which is quickly found; else None."""
    text = "".join(cells)
    # Python also takes underscores, digits of other scripts and "nan" for parts of numbers.
    if not text.isascii() or any(sign in text for sign in "_nN"):
        return None
    try:
        return list(map(float, cells))
    except ValueError:
        return None


def _formats(cells: Iterable[str]) -> tuple[NumberFormat, ...]:
    """All formats, with the unit that every one of the cells has, if they have one."""
    units = set()
    for cell in cells:
        match = _UNIT.fullmatch(_plain(cell))
        if match is None:
            return _FORMATS
        units.add((match["before"], match["after"].strip()))
        if len(units) > 1:
            return _FORMATS
        if units == {("", "")}:
            return _FORMATS
    if not units:
        return _FORMATS
    ((before, after),) = units
    signs = [sign for sign in (before, after) if sign not in _UNIT_SIGNS and not sign[0].isalpha()]
    if any(unicodedata.category(sign[0]) != "Sc" for sign in signs):
        return _FORMATS
    return tuple(NumberFormat(e.decimal, e.thousands, before, after) for e in _FORMATS)
