"""Reading form: what was read from a viewer's file, a look at it, and a correction of each guess.

All text from the file is shown as text.
"""

import dataclasses
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import streamlit as st

from bnviz.data import uploads
from bnviz.data.choices import DECIMALS, DELIMITERS, ENCODINGS, Choices
from bnviz.data.reading import Reading
from bnviz.page.forms import fields
from bnviz.page.shell import file_reading, session
from bnviz.page.shell.markup import plain
from bnviz.page.shell.own_file import OwnFile

#: Number of columns, and of characters of a cell, that a look at a table shows.
_MAX_COLUMNS, _MAX_CELL = 30, 18
#: Number of bytes of another file that are looked at, of lines shown, and of characters of a line.
_MAX_RAW, _MAX_LINES, _MAX_LINE = 4_000, 6, 200
#: Option of a choice that is to be guessed; Streamlit gives None a meaning of its own.
_GUESS = ""
#: Number of columns for which a button is drawn.
_MAX_BUTTONS = 3

#: Takes the file's choices in place of the present ones.
Change = Callable[[Choices], None]


@dataclass(frozen=True)
class ReadFile:
    """A file and what could be read of it: a report, not the examples.

    Attributes:
        file: The file.
        columns: Names of all columns of a table; empty if they cannot be told.
        reading: What was taken; None if the file cannot be used.
        complaint: Why it cannot be used, in one sentence; else empty.
    """

    file: OwnFile
    columns: tuple[str, ...]
    reading: Reading | None
    complaint: str = ""

    @classmethod
    def of(cls, file: OwnFile) -> "ReadFile":
        """Reads a file."""
        outcome = file_reading.report(file, session.origin())
        return cls(file, outcome.columns, outcome.reading, outcome.complaint)


def draw(read: ReadFile, change: Change) -> None:
    """Draws what was read or why nothing was, and the choices.

    Args:
        read: The file.
        change: Called with the file's new choices.
    """
    with st.container(key="reading"):
        if read.reading is None:
            st.error(plain(read.complaint))
        else:
            st.caption(plain(read.reading.sentence()))
            _draw_taking_back(read, read.reading, change)
        if not uploads.is_table(read.file.name):
            return
        # Without a reading the choices are the way out: they are in view.
        label = "Correct the reading" if read.reading else "Read it in another way"
        part = st.expander(
            label, expanded=read.reading is None, key=f"correct_{label}", on_change="rerun"
        )
        if part.open:
            with part:
                rows = _raw_lines(read.file) if read.reading is None else read.reading.first_rows
                if rows:
                    st.code(_look(rows), language=None)
                _draw_choices(read, change)


def _draw_taking_back(read: ReadFile, reading: Reading, change: Change) -> None:
    """Draws a button for each column that was left out only because it counts the rows."""
    used = reading.choices.columns or ()
    counting = [each.name for each in reading.left_out if each.counts_rows]
    for name in counting[:_MAX_BUTTONS]:
        columns = tuple(each for each in reading.columns if each in used or each == name)
        st.button(
            f"Use {plain(name)} too",
            on_click=change,
            args=(dataclasses.replace(read.file.choices, columns=columns),),
            key=f"take_back_{_mark(name)}",
            help="This column counts the rows. It was left out because the position of a row can "
            "give its class away.",
        )


def _draw_choices(read: ReadFile, change: Change) -> None:
    """Draws a field for each choice."""
    # Streamlit keeps what a callback is given; so these are given neither the file nor the data.
    choices = read.file.choices
    guessed = read.reading.choices if read.reading else Choices()
    shown = dataclasses.replace(
        choices,
        class_column=choices.class_column or guessed.class_column,
        columns=choices.columns or guessed.columns,
    )
    select = partial(_select, choices=choices, guessed=guessed)
    if read.columns:
        select(
            "class column",
            "class_column",
            read.columns,
            str,
            take=partial(_take_class_column, shown, read.columns, choices.columns is None, change),
        )
        _draw_left_out(shown, read.columns, partial(_take_columns, choices, change))
    take = partial(_take_way_of_writing, choices, change)
    select("heading", "heading", (True, False), _yes_or_no, take=take)
    select("delimiter", "delimiter", tuple(DELIMITERS.values()), _name_in(DELIMITERS), take=take)
    select("decimal sign", "decimal", tuple(DECIMALS.values()), _name_in(DECIMALS), take=take)
    select("encoding", "encoding", ENCODINGS, str, take=take)


def _select(
    label: str,
    name: str,
    options: Sequence[Any],
    as_text: Callable[[Any], str],
    *,
    choices: Choices,
    guessed: Choices,
    take: Callable[[str, Any], None],
) -> None:
    """Draws the field of one choice, whose first option is to guess."""
    chosen, guess = getattr(choices, name), getattr(guessed, name)
    unknown = guess is None or chosen is not None
    first = "guess" if unknown else f"{as_text(guess)} (guessed)"
    every = [_GUESS, *options]
    # A field of its own for each value: nothing that was chosen for another is left in it.
    field = f"reading_{name}_{_mark(first, options, chosen)}"
    st.selectbox(
        label,
        every,
        every.index(chosen) if chosen in every else 0,
        format_func=lambda value: first if value == _GUESS else as_text(value),
        key=field,
        on_change=lambda: take(name, _unless_guess(fields.value(field, _GUESS))),
    )


def _unless_guess(value: Any) -> Any:
    return None if value == _GUESS else value


def _draw_left_out(shown: Choices, names: Sequence[str], take: Callable[[Any], None]) -> None:
    """Draws the field of the columns that are not used."""
    features = [name for name in names if name != shown.class_column]
    used = features if shown.columns is None else shown.columns
    left_out = [name for name in features if name not in used]
    field = f"left_out_{_mark(features, left_out)}"
    st.multiselect(
        "columns left out",
        features,
        left_out,
        key=field,
        on_change=lambda: take([x for x in features if x not in fields.value(field, [])]),
        placeholder="none",
    )


def _take_class_column(
    shown: Choices, names: Sequence[str], guesses: bool, change: Change, _: str, column: str | None
) -> None:
    """Takes the class column; the one before becomes a feature if the viewer chose these."""
    columns = None
    if not guesses:
        features = {*(shown.columns or ()), shown.class_column} - {column}
        columns = tuple(name for name in names if name in features)
    change(dataclasses.replace(shown, class_column=column, columns=columns))


def _take_columns(choices: Choices, change: Change, columns: Sequence[str]) -> None:
    """Takes the columns that hold features."""
    change(dataclasses.replace(choices, columns=tuple(columns) or None))


def _take_way_of_writing(choices: Choices, change: Change, name: str, value: Any) -> None:
    """Takes how the file is written; columns may have other names then, so they are guessed."""
    change(dataclasses.replace(choices, class_column=None, columns=None, **{name: value}))


def _raw_lines(file: OwnFile) -> list[list[str]]:
    """The first lines of a file that could not be read as a table."""
    text = file.data[:_MAX_RAW].decode(file.choices.encoding or ENCODINGS[0], "replace")
    return [[line] for line in text.splitlines()[:_MAX_LINES]]


def _look(rows: Sequence[Sequence[str]]) -> str:
    """Rows as text, in columns of equal width."""
    wide = max(map(len, rows)) > _MAX_COLUMNS
    count = min(max(map(len, rows)), _MAX_COLUMNS)
    longest = _MAX_CELL if count > 1 else _MAX_LINE
    cells = [
        [*(_short(cell, longest) for cell in row[:count]), *(["…"] if wide else [])] for row in rows
    ]
    count = max(map(len, cells))
    cells = [[*row, *[""] * (count - len(row))] for row in cells]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = ("  ".join(map(str.ljust, row, widths)).rstrip() for row in cells)
    return "\n".join(lines)


def _short(cell: str, longest: int) -> str:
    """A cell on one line, cut if it is long."""
    text = "".join(each if each.isprintable() else " " for each in cell)
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def _mark(*parts: object) -> str:
    """A short text that differs where the parts do."""
    return f"{zlib.crc32(repr(parts).encode('utf-8', 'replace')):08x}"


def _yes_or_no(value: bool) -> str:
    return "yes" if value else "no"


def _name_in(by_name: dict[str, str]) -> Callable[[str], str]:
    return {value: name for name, value in by_name.items()}.__getitem__
