"""Session: the engine all viewers share, and the work that one viewer looks at."""

import gc
import uuid

import streamlit as st

from bnviz.engine.engine import Engine
from bnviz.engine.work import Work


@st.cache_resource(show_spinner=False)
def engine() -> Engine:
    """The engine of this process; it starts its workers in the background."""
    started = Engine.from_environment()
    # What is imported stays: no later collection needs to look at it.
    gc.freeze()
    return started


class Viewer:
    """One browser tab: it is counted among the viewers of the runs and studies it looks at."""

    def __init__(self) -> None:
        self._name = uuid.uuid4().hex
        self._watched: tuple[Work, ...] = ()

    def watch(self, *works: Work | None) -> None:
        """Looks at these and no longer at others."""
        before, self._watched = self._watched, tuple(work for work in works if work is not None)
        for work in self._watched:
            work.join(self._name)
        for work in before:
            if work not in self._watched:
                work.leave(self._name)

    def leave(self) -> None:
        """Looks at nothing; called when the tab is closed or its connection lost."""
        for work in self._watched:
            work.leave(self._name)


@st.cache_resource(scope="session", on_release=lambda viewer: viewer.leave(), show_spinner=False)
def viewer() -> Viewer:
    """This session's viewer; made anew after a lost connection comes back."""
    return Viewer()
