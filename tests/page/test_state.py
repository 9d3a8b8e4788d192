"""The session state: declared in one place, separate for each session."""

import re

import pytest
import streamlit as st

from bnviz.page.shell.state import SessionState, state
from tests.support import ROOT

PAGE = ROOT / "bnviz" / "page"
#: Modules that use Streamlit's own session state, because it also holds the values of widgets, and
#: because a script that is to stop ends there.
WITH_WIDGETS = {
    "state",
    "fields",
    "folds",
    "file_reading",
    "rerun",
    "player_component",
    "map_component",
    "tab_component",
    "keep_component",
}
NAMES = [name for name in vars(SessionState) if not name.startswith("__")]


@pytest.fixture
def entries(monkeypatch):
    """An empty session."""
    found = {}
    monkeypatch.setattr(st, "session_state", found)
    return found


def test_no_other_module_uses_the_session_state_of_streamlit():
    users = {
        path.stem
        for path in PAGE.rglob("*.py")
        if "st.session_state" in path.read_text(encoding="utf-8")
    }
    assert users == WITH_WIDGETS


def test_every_value_is_documented():
    documented = re.findall(r"^        (\w+): ", SessionState.__doc__, re.MULTILINE)
    assert documented == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_sessions_share_no_collection(name, entries):
    first = getattr(state, name)
    entries.clear()
    second = getattr(state, name)
    assert first is not second or not isinstance(first, dict | set | list)


@pytest.mark.parametrize("name", NAMES)
def test_a_value_is_kept_once_it_is_set(name, entries):
    value = object()
    setattr(state, name, value)
    assert getattr(state, name) is value
    assert list(entries.values()) == [value]


def test_reading_adds_nothing_that_fragments_compare(entries):
    for name in NAMES:
        getattr(state, name)
    assert entries
    assert not [value for value in entries.values() if isinstance(value, str | int | None)]
