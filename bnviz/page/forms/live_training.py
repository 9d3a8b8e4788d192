"""Live training: what is chosen trains by itself, a moment after the last change."""

import time
from collections.abc import Callable

import streamlit as st

from bnviz.page.forms import fields
from bnviz.page.shell import rerun, script_turns
from bnviz.page.shell.components import component
from bnviz.page.shell.state import state
from bnviz.settings import Settings

#: Seconds without a further change after which training begins.
PAUSE = 0.05
#: Seconds for which the response after a change waits for the first frame, as asking again takes
#: longer.
FIRST_FRAME = 0.25
_FIELD, _LINE = "live", "live_line"


def is_on() -> bool:
    """Whether the viewer has what they choose trained by itself."""
    return bool(fields.value(_FIELD, False))


def turn_off() -> None:
    """Turns the switch off, as for a recording that the form cannot hold."""
    fields.set_value(_FIELD, False)


def draw(
    settings: Settings | None, shown: Settings | None, follow: Callable[[Settings], str]
) -> None:
    """Draws the switch, and trains what is chosen while it is on.

    Args:
        settings: What is chosen; None while it cannot be trained.
        shown: Settings of what is on the stage; None if it has none.
        follow: Trains settings; returns why it does not, in one sentence, or nothing.
    """
    was_on = is_on()
    on = st.toggle(
        "Train as I change things",
        was_on,
        key=fields.key(_FIELD),
        on_change=rerun.request,
        help="A change that needs no compilation trains by itself. Such runs leave no entries in "
        "the browser's history.",
    )
    fields.remember(_FIELD, on)
    with st.container(key=_LINE):  # always there, so that what follows keeps its place
        _shorten_history(on)
        if on and settings is not None and settings != shown:
            # Whoever goes on changing things ends this run of the script at the element below.
            with script_turns.waiting():
                time.sleep(PAUSE)
            place = st.empty()
            why = follow(settings)
            if why:
                place.caption(why)


def _shorten_history(on: bool) -> None:
    """Has the page's links replace each other in the browser's history while the switch is on."""
    state.shortens_history = state.shortens_history or on
    if state.shortens_history:
        with st.container(key="address_script"):
            component("address")(key="address", data={"replaces": on})
