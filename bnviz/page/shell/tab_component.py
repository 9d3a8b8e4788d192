"""Tab component: a key that the browser keeps for one tab, in its `sessionStorage`."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from bnviz.page.shell.components import component

_KEY = "tab"


def answer() -> str:
    """The key that the tab has answered; empty if it has none. It may be any text."""
    state: Any = st.session_state.get(_KEY) or {}
    found = state.get("answer")
    key = found.get("key") if isinstance(found, dict) else None
    return key if isinstance(key, str) else ""


def draw(*, ask: str, insist: bool, keep: str, on_answer: Callable[[], None]) -> None:
    """Draws the component, which shows nothing.

    Args:
        ask: Name of the session that asks for the key; empty if it does not.
        insist: Whether the tab is to answer even if it has no key.
        keep: The key that the tab is to keep if it is not asked; empty to forget any.
        on_answer: Called when the tab answers.
    """
    with st.container(key=_KEY + "_key"):
        component("tab")(
            key=_KEY,
            data={"ask": ask, "insist": insist, "keep": keep},
            on_answer_change=on_answer,
        )
