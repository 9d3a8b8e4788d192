"""Session: the engine all viewers share, and the run that one viewer looks at."""

import gc
import uuid

import streamlit as st

from bnviz.engine.engine import Engine
from bnviz.engine.runs import Run


@st.cache_resource(show_spinner=False)
def engine() -> Engine:
    """The engine of this process; it starts its workers in the background."""
    started = Engine.from_environment()
    # What is imported stays: no later collection needs to look at it.
    gc.freeze()
    return started


class Viewer:
    """One browser tab: it is counted among the viewers of the run it looks at."""

    def __init__(self) -> None:
        self._name = uuid.uuid4().hex
        self._run: Run | None = None

    def watch(self, run: Run | None) -> None:
        """Looks at this run and no longer at the one before."""
        if run is not self._run:
            self.leave()
            self._run = run
        if run is not None:
            run.join(self._name)

    def leave(self) -> None:
        """Looks at nothing; called when the tab is closed or its connection lost."""
        if self._run is not None:
            self._run.leave(self._name)


@st.cache_resource(scope="session", on_release=lambda viewer: viewer.leave(), show_spinner=False)
def viewer() -> Viewer:
    """This session's viewer; made anew after a lost connection comes back."""
    return Viewer()
