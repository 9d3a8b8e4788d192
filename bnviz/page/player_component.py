"""The player as a Streamlit component, and the messages it gets and sends."""

import json
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from bnviz.figures.view import View
from bnviz.page.components import component

_KEY = "player"


@dataclass(frozen=True)
class Want:
    """What the player last asked for; it comes from a browser and is read with care.

    Attributes:
        run: Token of the recording whose frames it holds.
        first: Index of the first frame it lacks.
        detail: Whether it gathers frames with detail.
        figure: Id of the figure it holds.
        view: What it is to show.
        ask: Number of the question, which the answer carries.
    """

    run: str = ""
    first: int = 0
    detail: bool = False
    figure: str = ""
    view: View = field(default_factory=View)
    ask: int = 0

    @classmethod
    def read(cls, given: object) -> "Want":
        """The question as it came; whatever is not of its form stays the default."""
        if not isinstance(given, Mapping):
            return cls()

        def number(name: str) -> int:
            value = given.get(name)
            whole = isinstance(value, int) and not isinstance(value, bool)
            return min(max(value, 0), 2**31) if whole else 0  # type: ignore[type-var, return-value]

        def text(name: str) -> str:
            value = given.get(name)
            return value[:200] if isinstance(value, str) else ""

        return cls(
            run=text("run"),
            first=number("from"),
            detail=given.get("detail") is True,
            figure=text("figure"),
            view=View.read(given.get("view")),
            ask=number("ask"),
        )


def last_want() -> Want:
    """The player's last question in this session."""
    state: Any = st.session_state.get(_KEY) or {}
    return Want.read(state.get("want"))


def pack(header: Mapping[str, Any], frames: bytes) -> bytes:
    """One message: the length of the header (uint32, little-endian), the header, the frames."""
    text = json.dumps(header, separators=(",", ":")).encode()
    return struct.pack("<I", len(text)) + text + frames


def asked_change() -> tuple[int, str] | None:
    """What the viewer has just asked to change, and from which step on."""
    state: Any = st.session_state.get(_KEY) or {}
    return read_change(state.get("change"))


def read_change(given: object) -> tuple[int, str] | None:
    """A step from 1 and what is to change there, as a browser sent it; None if it is no change."""
    if not isinstance(given, Mapping):
        return None
    step, change = given.get("step"), given.get("change")
    if not isinstance(step, int) or isinstance(step, bool) or not isinstance(change, str):
        return None
    return min(max(1, step), 2**31), change[:80]


def show(message: bytes, *, on_change: Callable[[], None]) -> None:
    """Puts the player on the page, or sends the one there a further message.

    Args:
        message: As of `pack`.
        on_change: Called when the viewer asks for a change of the run.
    """
    component("player")(
        key=_KEY,
        data=message,
        height="content",
        on_want_change=lambda: None,
        on_change_change=on_change,
    )
