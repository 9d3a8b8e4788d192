"""Clicks: buttons that start and stop training.

A button's callback would receive the form as it was when the button was drawn: after typing a value
and clicking at once, that is the value before. So a click only notes the action, and the mode
carries it out after it has read the form.
"""

from collections.abc import Callable
from typing import Any

import streamlit as st

from bnviz.page.shell.state import state


def button(label: str, action: str, *, key: str, **options: Any) -> None:
    """Draws a button.

    Args:
        label: On the button.
        action: Noted when the button is clicked, for `taken`.
        key: Of the widget.
        options: Further arguments of `st.button`.
    """
    st.button(label, on_click=note, args=(action,), width="stretch", key=key, **options)


def note(action: str) -> None:
    """Notes an action, as a click on its button does."""
    state.clicks.add(action)


def taken(action: str) -> bool:
    """Whether a button for this action was clicked; the caller carries it out."""
    clicked = action in state.clicks
    state.clicks.discard(action)
    return clicked


def forget() -> None:
    """Drops clicks that no mode has taken: their mode was left at the same moment."""
    state.clicks.clear()


def stop_button(active: bool, stop: Callable[[], None], *, key: str) -> bool:
    """Draws a Stop button while something is active.

    Args:
        active: Whether anything can be stopped.
        stop: Called when the button is clicked.
        key: Of the widget.

    Returns:
        Whether the button was drawn, so that the caller draws no others in its place.
    """
    state.drew_stop = active
    if active:
        st.button("Stop", on_click=stop, width="stretch", key=key)
    return active
