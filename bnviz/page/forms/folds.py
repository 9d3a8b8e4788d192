"""Folds: what is folded away at first, and which of that a viewer has opened.

What is opened stays open in the session, whatever the mode, and in the link.
"""

from collections.abc import Iterable

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from bnviz.page.forms import fields
from bnviz.page.shell import player_component, rerun
from bnviz.page.shell.links import FOLDS
from bnviz.page.shell.state import state

#: The fold of the form.
SETTINGS = "settings"


def follow(opened: Iterable[str]) -> None:
    """Opens what a link names, and closes all else."""
    _note(opened)
    fields.set_value(_field(SETTINGS), SETTINGS in state.opened)


def fold(label: str, name: str) -> DeltaGenerator:
    """Draws a fold of the form, in which other elements can be drawn.

    Args:
        label: On it, whether open or not.
        name: One of `FOLDS`.
    """
    key = fields.key(_field(name))
    st.session_state.setdefault(key, name in state.opened)
    part = st.expander(label, key=key, on_change="rerun")
    fields.remember(_field(name), part.open)
    _note({*state.opened, name} if part.open else {*state.opened} - {name})
    return part


def opened_in_player() -> None:
    """Notes which folds of the player are open; anything malformed from a browser is ignored."""
    given = player_component.opened()
    if isinstance(given, list):
        _note([*(each for each in given if each != SETTINGS), *({SETTINGS} & {*state.opened})])
        rerun.request()  # which puts them into the link


def _note(opened: Iterable[object]) -> None:
    named = [each for each in opened if isinstance(each, str)]
    state.opened = tuple(name for name in FOLDS if name in named)


def _field(name: str) -> str:
    return f"open_{name}"
