"""Complaints: what was wrong with the link, or with something that was asked for, in a sentence."""

from collections.abc import Iterable

import streamlit as st

from bnviz.page.shell.markup import plain
from bnviz.settings import Problem, describe_problems

_PROBLEMS = "problems"
_REFUSED = "refused"


def of_link(problems: Iterable[Problem]) -> None:
    """Notes what was wrong with the link, in place of all complaints before."""
    st.session_state[_PROBLEMS] = tuple(problems)
    st.session_state[_REFUSED] = ""


def refuse(sentence: str) -> None:
    """Notes why something that was asked for cannot be done."""
    st.session_state[_REFUSED] = sentence


def clear() -> None:
    """Forgets all of them, since something else is done now."""
    of_link(())


def show() -> None:
    """Says them."""
    if st.session_state.get(_REFUSED):
        st.warning(plain(st.session_state[_REFUSED]))
    problems = st.session_state.get(_PROBLEMS)
    if problems:
        st.warning(
            plain(
                "The link had settings that cannot be run; the nearest ones are used instead: "
                + describe_problems(problems)
                + "."
            )
        )
