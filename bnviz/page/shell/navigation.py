"""Visit: which mode of the page is open, and from where a run was opened."""

import streamlit as st

#: Name of the laboratory among the modes.
LABORATORY = ""
_MODE = "mode"
_FROM = "opened_from"


def mode() -> str:
    """Name of the open mode."""
    name: str = st.session_state.get(_MODE, LABORATORY)
    return name


def go(name: str, *, opened_from: str = "") -> None:
    """Opens a mode.

    Args:
        name: Of the mode.
        opened_from: That in which a run was clicked which the laboratory now shows.
    """
    st.session_state[_MODE] = name
    st.session_state[_FROM] = opened_from


def opened_from() -> str:
    """The mode in which the run was clicked that is shown; empty if it was not."""
    name: str = st.session_state.get(_FROM, "")
    return name
