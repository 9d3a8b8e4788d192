"""Reading in a link: how a file is to be read, without a word from the file.

Columns stand there by their numbers from 1, so that a link gives none of their names away.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from bnviz.data.choices import DECIMALS, DELIMITERS, ENCODINGS, Choices

#: Parameter of a link.
READING = "reading"
#: What its value may look like: parts such as `class:5`.
ALLOWED = "parts such as class:5, columns:1-4.7, heading:no, delimiter:comma"
_HEADINGS = {"yes": True, "no": False}
_FORM = re.compile(
    r"(?:(?:^|,)(?:class:\d{1,6}|columns:\d{1,6}(?:-\d{1,6})?(?:\.\d{1,6}(?:-\d{1,6})?)*"
    rf"|heading:(?:{'|'.join(_HEADINGS)})|delimiter:(?:{'|'.join(DELIMITERS)})"
    rf"|decimal:(?:{'|'.join(DECIMALS)})|encoding:(?:{'|'.join(ENCODINGS)})))*"
)


def allows(text: str) -> bool:
    """Whether a text can be the value of the parameter."""
    return len(text) <= 10_000 and _FORM.fullmatch(text) is not None


def as_text(choices: Choices, names: Sequence[str]) -> str:
    """Choices as in a link; empty if all is guessed.

    Args:
        choices: What the viewer has chosen.
        names: All columns of the file, in order.
    """
    parts = []
    if choices.class_column in names:
        parts.append(f"class:{names.index(choices.class_column) + 1}")
    if choices.columns:
        chosen = set(choices.columns)
        numbers = [number for number, name in enumerate(names, 1) if name in chosen]
        parts.append(f"columns:{_as_ranges(numbers)}")
    for label, value, by_name in (
        ("heading", choices.heading, _HEADINGS),
        ("delimiter", choices.delimiter, DELIMITERS),
        ("decimal", choices.decimal, DECIMALS),
        ("encoding", choices.encoding, dict(zip(ENCODINGS, ENCODINGS, strict=True))),
    ):
        parts += [f"{label}:{name}" for name, each in by_name.items() if each == value]
    return ",".join(parts)


def choices_of(text: str, names_of: Callable[[Choices], Sequence[str]]) -> Choices:
    """The inverse of `as_text`; what does not fit the file is left to be guessed.

    Args:
        text: Value of the parameter.
        names_of: All columns of the file, given how it is written.
    """
    if not text or not allows(text):
        return Choices()
    parts = dict(part.split(":") for part in text.split(","))
    written = Choices(
        heading=_HEADINGS.get(parts.get("heading", "")),
        delimiter=DELIMITERS.get(parts.get("delimiter", "")),
        decimal=DECIMALS.get(parts.get("decimal", "")),
        encoding=parts.get("encoding"),
    )
    if not {"class", "columns"} & parts.keys():
        return written
    names = names_of(written)
    numbers = _numbers(parts.get("columns", ""), len(names))
    column = int(parts.get("class", 0))
    return replace(
        written,
        class_column=names[column - 1] if 1 <= column <= len(names) else None,
        columns=tuple(names[number - 1] for number in numbers) or None,
    )


def _as_ranges(numbers: Sequence[int]) -> str:
    """Ascending numbers, such as `1-4.7`."""
    ranges: list[list[int]] = []
    for number in numbers:
        if ranges and ranges[-1][-1] == number - 1:
            ranges[-1][1:] = [number]
        else:
            ranges.append([number])
    return ".".join("-".join(map(str, each)) for each in ranges)


def _numbers(text: str, highest: int) -> list[int]:
    """The inverse of `_as_ranges`, up to a highest number."""
    found: set[int] = set()
    for each in filter(None, text.split(".")):
        first, _, last = each.partition("-")
        found |= set(range(max(1, int(first)), min(highest, int(last or first)) + 1))
    return sorted(found)
