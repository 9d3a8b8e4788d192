"""Rerun: when a part of the page that refreshes itself has the whole page drawn again.

Streamlit's frontend sends everything that changes within one tick as one message. A click that
coincides with a request of the player's or the map's is sent in the name of their fragment: its
callback runs, and without further steps only the fragment would be drawn.
"""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from bnviz.page.shell.state import state

#: Types whose values are compared.
_SIMPLE = (bool, int, float, str, UploadedFile, type(None))

Arguments = ParamSpec("Arguments")


def request() -> None:
    """Requests that the whole page be drawn again; for callbacks of a fragment and of toggles."""
    state.rerun_requested = True


def request_after_end(active: bool) -> None:
    """Requests that the whole page be drawn again if it has a Stop button and nothing to stop.

    Args:
        active: Whether anything is still active.
    """
    if state.drew_stop and not active:
        request()


def fragment(
    draw: Callable[Arguments, None], *, every: float | None = None
) -> Callable[Arguments, None]:
    """Like `st.fragment`, but redraws the whole page when more than the fragment has changed.

    Args:
        draw: Draws the fragment.
        every: Seconds after which it is drawn again and again; None not to.
    """

    @st.fragment(run_every=every)
    def part(*args: Arguments.args, **kwargs: Arguments.kwargs) -> None:
        if _changed():
            st.rerun(scope="app")
        draw(*args, **kwargs)
        if state.rerun_requested:
            st.rerun(scope="app")

    @wraps(draw)
    def first(*args: Arguments.args, **kwargs: Arguments.kwargs) -> None:
        state.rerun_requested = False
        state.drawn_values = _simple_values()
        part(*args, **kwargs)

    return first


def page_drawn() -> None:
    """Notes the widgets that were drawn after the fragment; called at the end of the page."""
    state.drawn_values = {**_simple_values(), **state.drawn_values}


def _changed() -> bool:
    """Whether a value differs from when the whole page was drawn."""
    now = _simple_values()
    # A button is true while its click is handled, and false again without having changed.
    return any(
        now[name] != before and not (before is True and now[name] is False)
        for name, before in state.drawn_values.items()
        if name in now
    )


def _simple_values() -> dict[str, object]:
    """Simple values of the page's widgets and of `state`."""
    # In one go: each single access scans all entries.
    entries = st.session_state.to_dict()
    return {name: value for name, value in entries.items() if isinstance(value, _SIMPLE)}
