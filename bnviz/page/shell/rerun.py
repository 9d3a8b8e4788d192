"""Redraw: when a part of the page that asks by itself has the whole page drawn anew.

Streamlit's browser side sends all that changes within one tick as one message. A click that falls
together with a question of the player's or the map's is sent under the name of their fragment: its
callback runs, and nothing but the fragment would be drawn.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

_SOON = "redraw"
_DRAWN = "drawn_fields"

Arguments = ParamSpec("Arguments")


def soon() -> None:
    """Has the page drawn anew; a callback of what lies in a fragment, and of each switch."""
    st.session_state[_SOON] = True


def fragment(draw: Callable[Arguments, None]) -> Callable[Arguments, None]:
    """As `st.fragment`; the whole page is drawn where more has changed than the fragment's own.

    Args:
        draw: Draws the fragment.
    """

    @st.fragment
    def part(*args: Arguments.args, **kwargs: Arguments.kwargs) -> None:
        if _changed():
            st.rerun(scope="app")
        draw(*args, **kwargs)
        if st.session_state.get(_SOON):
            st.rerun(scope="app")

    @wraps(draw)
    def whole(*args: Arguments.args, **kwargs: Arguments.kwargs) -> None:
        st.session_state[_SOON] = False
        st.session_state[_DRAWN] = _fields()
        part(*args, **kwargs)

    return whole


def _changed() -> bool:
    drawn: dict[str, Any] = st.session_state.get(_DRAWN, {})
    now = _fields()
    # A button is true while its click is treated, and false again without having changed.
    return any(
        now[name] != before and not (before is True and now[name] is False)
        for name, before in drawn.items()
        if name in now
    )


def _fields() -> dict[str, Any]:
    """What stands in the page's fields, and what the session notes in such values."""
    simple = (bool, int, float, str, UploadedFile, type(None))
    # At once: each single access goes through all fields.
    state = st.session_state.to_dict()
    return {name: value for name, value in state.items() if isinstance(value, simple)}
