"""Modes: what the page can be, each a module of the same form.

A further mode is a module with what `Mode` asks for, and a line in `MODES`.
"""

from collections.abc import Iterable
from typing import Any, Protocol

import streamlit as st

from bnviz.page.forms import fields
from bnviz.page.lesson import lesson_state
from bnviz.page.modes import laboratory, lesson_mode, map_mode, seeds_mode
from bnviz.page.shell import links, navigation, notices
from bnviz.page.shell.links import Link
from bnviz.settings import Problem


class Mode(Protocol):
    """A mode of the page. What its form asks for is its own matter; None where that cannot be run.

    Attributes:
        LABEL: Its name on the switch.
        PARAMETERS: Names that it has in the URL beside the settings.
    """

    LABEL: str
    PARAMETERS: tuple[str, ...]

    def open_at(self, link: Link, /) -> Iterable[Problem]:
        """Follows a link; returns what else was wrong with it."""

    def form(self) -> Any:
        """Draws the form in the sidebar and returns what it asks for."""

    def actions(self, asked: Any, /, *, key: str) -> None:
        """Draws the buttons; `key` tells those of the sidebar from those of a narrow screen."""

    def query(self, asked: Any, /) -> dict[str, str]:
        """What is asked for, as a URL query."""

    def shows(self, asked: Any, /) -> bool:
        """Whether the stage shows what is asked for."""

    def stage(self, asked: Any, /) -> None:
        """Draws what is shown, as a fragment that runs again by itself."""


#: The modes by their names in the URL, in the order of the switch.
MODES: dict[str, Mode] = {
    navigation.LABORATORY: laboratory,
    map_mode.NAME: map_mode,
    seeds_mode.NAME: seeds_mode,
    lesson_state.NAME: lesson_mode,
}


def follow_link() -> None:
    """Opens the page as its URL says, where that is to be followed."""
    if links.arrived():
        link = links.read({name: mode.PARAMETERS for name, mode in MODES.items()})
        navigation.go(link.mode)
        more = MODES[link.mode].open_at(link)
        notices.of_link([*link.problems, *more])


def chosen() -> Mode:
    """The open mode."""
    return MODES[navigation.mode()]


def switch(key: str) -> None:
    """Draws the choice among the modes, and the way back to the mode in which a run was clicked.

    Args:
        key: Tells the switch of the sidebar from that of a narrow screen.
    """
    field = f"mode_{key}"
    fields.put(field, navigation.mode())
    st.segmented_control(
        "Mode",
        list(MODES),
        default=navigation.mode(),
        format_func=lambda name: MODES[name].LABEL,
        required=True,
        key=fields.key(field),
        on_change=fields.when_changed(field, navigation.go),
        label_visibility="collapsed",
        width="stretch",
    )
    origin = navigation.opened_from()
    if origin:
        st.button(
            f"← Back to the {MODES[origin].LABEL.lower()}",
            on_click=navigation.go,
            args=(origin,),
            width="stretch",
            key=f"back_{key}",
        )


def write_address(asked: Any) -> None:
    """Puts what is asked for into the URL."""
    if asked is not None:
        mode = chosen()
        links.write(mode.query(asked), mode=navigation.mode(), train=mode.shows(asked))
