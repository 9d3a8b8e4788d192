"""Presenting: the page as it is shown to a class, on a projector."""

from collections.abc import Mapping
from pathlib import Path

import streamlit as st

from bnviz.page.shell import rerun
from bnviz.page.shell.links import PRESENT
from bnviz.page.shell.player_component import requested_presenting
from bnviz.page.shell.state import state

_STYLE_SHEET = Path(__file__).parent / "presenting.css"
_YES = "1"


def asked(parameters: Mapping[str, str]) -> bool:
    """Whether a link asks for it."""
    return parameters.get(PRESENT) == _YES


def query() -> dict[str, str]:
    """What a link says of it."""
    return {PRESENT: _YES} if state.presenting else {}


def draw_style() -> None:
    """Draws the style sheet that hides the form and enlarges the player, if it is asked for."""
    with st.container(key="presenting_style"):  # always there, so that what follows keeps its place
        if state.presenting:
            st.html(_STYLE_SHEET)


def requested_in_player() -> None:
    """Begins or ends it, as the viewer has just asked for in the player."""
    requested = requested_presenting()
    if requested is not None:
        state.presenting = requested
        rerun.request()
