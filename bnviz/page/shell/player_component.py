"""Player component: the player on the Streamlit page."""

from collections.abc import Callable
from typing import Any, Literal

import streamlit as st

from bnviz.page.shell.components import component
from bnviz.page.shell.state import state
from bnviz.player.content import StageContent
from bnviz.player.request import PlayerRequest, read_change, read_seed, read_view

_KEY = "player"


def last_request() -> PlayerRequest:
    """The player's last request in this session."""
    return PlayerRequest.read(_state().get("want"))


def requested_change() -> tuple[int, str] | None:
    """The intervention that the viewer has just asked for: its step and its text."""
    return read_change(_state().get("change"))


def requested_seed() -> int | Literal["check"] | None:
    """What the viewer has just asked for of other seeds, see `read_seed`."""
    return read_seed(_state().get("seeds"))


def requested_view() -> str | None:
    """The view for which the viewer has just asked for a run that has it."""
    return read_view(_state().get("train"))


def requested_presenting() -> bool | None:
    """Whether the viewer has just asked to show the page to a class (True) or as usual (False)."""
    asked = _state().get("present")
    return asked if isinstance(asked, bool) else None


def opened() -> object:
    """What the viewer has opened of all that is folded away, as the browser sent it."""
    return _state().get("open")


def show(
    content: StageContent,
    *,
    on_change: Callable[[], None] = lambda: None,
    on_seeds: Callable[[], None] = lambda: None,
    on_train: Callable[[], None] = lambda: None,
    on_open: Callable[[], None] = lambda: None,
    on_present: Callable[[], None] = lambda: None,
) -> None:
    """Draws the player, or sends it what it lacks of some content.

    Args:
        content: What the player shows.
        on_change: Called when the viewer asks for an intervention.
        on_seeds: Called when the viewer asks for other seeds.
        on_train: Called when the viewer asks for a run that has what the view draws.
        on_open: Called when the viewer opens or closes what is folded away.
        on_present: Called when the viewer begins or ends to show the page to a class.
    """
    request = last_request()
    responded, state.responded = state.responded, (content.token, request)
    component("player")(
        key=_KEY,
        data=content.respond(request, repeated=responded == state.responded),
        height="content",
        on_want_change=lambda: None,
        on_change_change=on_change,
        on_seeds_change=on_seeds,
        on_train_change=on_train,
        on_open_change=on_open,
        on_present_change=on_present,
    )


def _state() -> Any:
    return st.session_state.get(_KEY) or {}
