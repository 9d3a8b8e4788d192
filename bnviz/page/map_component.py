"""The map as a Streamlit component, and the messages it gets and sends."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st

from bnviz.page.components import component
from bnviz.sweep import MOST_PLACES, Cell

_KEY = "map"


@dataclass(frozen=True)
class Want:
    """What the map last asked for; it comes from a browser and is read with care.

    Attributes:
        held: Version of the picture that it holds.
        ask: Number of the question.
    """

    held: str = ""
    ask: int = 0

    @classmethod
    def read(cls, given: object) -> "Want":
        """The question as it came; whatever is not of its form stays the default."""
        if not isinstance(given, Mapping):
            return cls()
        held, ask = given.get("held"), given.get("ask")
        whole = isinstance(ask, int) and not isinstance(ask, bool)
        return cls(
            held=held[:200] if isinstance(held, str) else "",
            ask=min(max(ask, 0), 2**31) if whole else 0,  # type: ignore[type-var, arg-type]
        )


def last_want() -> Want:
    """The map's last question in this session."""
    return Want.read(_state().get("want"))


def asked_cell() -> Cell | None:
    """The cell that the viewer has just asked to see as a run."""
    return read_cell(_state().get("cell"))


def read_cell(given: object) -> Cell | None:
    """A cell as it came from a browser; None if it is none of any map."""
    if not isinstance(given, Mapping):
        return None
    row, column = given.get("row"), given.get("column")
    for place in (row, column):
        if not isinstance(place, int) or isinstance(place, bool) or not 0 <= place < MOST_PLACES:
            return None
    return Cell(row, column)  # type: ignore[arg-type]


def show(message: Mapping[str, Any], *, on_cell: Callable[[], None]) -> None:
    """Puts the map on the page, or sends the one there a further message.

    Args:
        message: What `map/map.js` reads.
        on_cell: Called when the viewer asks to see a cell as a run.
    """
    component("map")(
        key=_KEY,
        data=json.dumps(message, separators=(",", ":"), allow_nan=False).encode(),
        height="content",
        on_want_change=lambda: None,
        on_cell_change=on_cell,
    )


def _state() -> Any:
    return st.session_state.get(_KEY) or {}
