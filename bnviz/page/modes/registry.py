"""Registry: the modes of the page, each a module of the same form, and the switch between them.

A new mode is a module with the members of `Mode`, and an entry in `MODES`.
"""

from collections.abc import Iterable
from typing import Any, Protocol

import streamlit as st

from bnviz.page.forms import fields, folds, own_data
from bnviz.page.modes import laboratory_mode, lesson_mode, map_mode, seeds_mode
from bnviz.page.shell import links, navigation, notices
from bnviz.page.shell.links import Link
from bnviz.page.shell.state import state
from bnviz.settings.problem import Problem


class Mode(Protocol):
    """A mode of the page.

    What its form selects is the mode's own affair, such as settings or a sweep; None stands for a
    selection that cannot be run.

    Attributes:
        NAME: Its name in the URL.
        LABEL: Its name on the switch.
        PARAMETERS: Names of its URL parameters beside the settings.
        TRAIN: The click that does what a link asks for if it asks for training.
    """

    NAME: str
    LABEL: str
    PARAMETERS: tuple[str, ...]
    TRAIN: str

    def follow(self, link: Link, /) -> Iterable[Problem]:
        """Follows a link to this mode; returns further problems with it."""

    def form(self) -> Any:
        """Draws the form in the sidebar; returns the selection."""

    def actions(self, selection: Any, /, *, key: str) -> None:
        """Draws the buttons; `key` distinguishes the sidebar from a narrow screen."""

    def query(self, selection: Any, /) -> dict[str, str]:
        """The selection as URL parameters."""

    def shows(self, selection: Any, /) -> bool:
        """Whether the stage shows the results of this selection."""

    def stage(self, selection: Any, /) -> None:
        """Draws the main part of the page, including a fragment that refreshes itself."""


_ALL: tuple[Mode, ...] = (laboratory_mode, lesson_mode, map_mode, seeds_mode)
#: The modes by name, in the order of the switch.
MODES: dict[str, Mode] = {mode.NAME: mode for mode in _ALL}


def current() -> Mode:
    """The open mode."""
    return MODES[state.mode]


def follow_link() -> None:
    """Opens what the URL names, if it is to be followed."""
    if navigation.link_arrived():
        link = links.read({name: mode.PARAMETERS for name, mode in MODES.items()})
        navigation.go(link.mode)
        folds.follow(link.opened)
        mode = MODES[link.mode]
        link, awaited = own_data.resolved(link, mode.TRAIN)
        notices.of_link([*link.problems, *mode.follow(link)], awaited)


def write_link(selection: Any) -> None:
    """Puts what the current mode shows into the URL.

    Args:
        selection: From the mode's form; the URL stays as it is if None.
    """
    if selection is not None:
        if state.awaited is not None and not state.awaited.instead:
            state.awaited = None  # the viewer has chosen other data
        mode = current()
        query = own_data.in_link(mode.query(selection))
        links.write(query, mode=mode.NAME, train=mode.shows(selection), opened=state.opened)


def switch(key: str) -> None:
    """Draws the switch between the modes, and a button back to where a run was opened from.

    Args:
        key: Distinguishes the switch in the sidebar from that on a narrow screen.
    """
    field = f"mode_{key}"
    fields.set_value(field, state.mode)
    st.segmented_control(
        "Mode",
        list(MODES),
        default=state.mode,
        format_func=lambda name: MODES[name].LABEL,
        required=True,
        key=fields.key(field),
        on_change=fields.when_changed(field, navigation.go),
        label_visibility="collapsed",
        width="stretch",
    )
    origin = state.opened_from
    if origin:
        st.button(
            f"← Back to the {MODES[origin].LABEL.lower()}",
            on_click=navigation.go,
            args=(origin,),
            width="stretch",
            key=f"back_{key}",
        )
