"""Notices: what was wrong with the link, and why a request was refused."""

from collections.abc import Iterable

import streamlit as st

from bnviz.page.shell.links import AwaitedFile
from bnviz.page.shell.markup import plain
from bnviz.page.shell.state import state
from bnviz.settings.problem import Problem, describe_problems


def of_link(problems: Iterable[Problem], awaited: AwaitedFile | None = None) -> None:
    """Notes what was wrong with the link and what it lacks, in place of all earlier notices."""
    state.problems = tuple(problems)
    state.refusal = ""
    state.awaited = awaited


def refuse(sentence: str) -> None:
    """Notes why a request of the viewer's was refused."""
    state.refusal = sentence


def clear() -> None:
    """Drops all notices: the viewer has moved on."""
    of_link(())


def show() -> None:
    """Draws the notices."""
    # Right after a reload the tab may be about to reclaim the file.
    if state.awaited is not None and (state.tab_answered or state.awaited.instead):
        st.info(plain(state.awaited.sentence()))
    if state.refusal:
        st.warning(plain(state.refusal))
    if state.problems:
        st.warning(
            plain(f"Parts of the link are not allowed: {describe_problems(state.problems)}.")
        )
