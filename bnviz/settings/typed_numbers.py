"""Typed numbers: how a person writes one in a link, in the terminal or in a text field.

`64`, `64.0`, `6.4e1` and, with a decimal comma, `64,0` are the same number. Digits and exponent are
ASCII. Text that could mean two numbers, such as `1,000`, is none.
"""

import re
from decimal import Decimal

#: Longest text that is read.
MAX_LENGTH = 60
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
#: One, or a thousand?
_AMBIGUOUS = re.compile(r"[+-]?[1-9]\d{0,2},\d{3}", re.ASCII)


def number(text: str) -> int | float:
    """Reads a number: whole ones exactly and as `int`, however they are written.

    Raises:
        ValueError: If the text is not a number, or could be two.
    """
    plain = _plain(text)
    exact = Decimal(plain)
    whole_part = int(exact)
    return whole_part if whole_part == exact else float(plain)


def whole(text: str) -> int:
    """Reads a whole number.

    Raises:
        ValueError: If the text is not a whole number.
    """
    value = number(text)
    if isinstance(value, float):
        raise ValueError(f"{text!r} is not a whole number")
    return value


def real(text: str) -> float:
    """Reads a number as a float, infinite if it is too large for one.

    Raises:
        ValueError: If the text is not a number, or could be two.
    """
    return float(_plain(text))


def _plain(text: str) -> str:
    """The number as Python writes it."""
    stripped = text.strip() if len(text) <= MAX_LENGTH else ""
    plain = stripped.replace("−", "-").replace(",", ".")
    if _AMBIGUOUS.fullmatch(stripped) or not _NUMBER.fullmatch(plain):
        raise ValueError(f"{text[:MAX_LENGTH]!r} is not a number")
    return plain
