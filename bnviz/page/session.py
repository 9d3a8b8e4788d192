"""Session: the engine all viewers share, and the runs of one viewer."""

import gc
import uuid
from functools import cache

import streamlit as st

from bnviz.engine.engine import Engine
from bnviz.engine.runs import Run
from bnviz.limits import Limits


@cache
def limits() -> Limits:
    """What this host allows."""
    return Limits.from_environment()


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
        self._left: list[Run] = []

    def watch(self, run: Run | None) -> None:
        """Looks at this run and no longer at the one before.

        Of those left behind, to which the viewer may come back within the grace period, the ones
        beyond the host's limit are stopped at once, unless others look at them.
        """
        if run is not self._run:
            self.leave()
            if self._run is not None:
                self._left.append(self._run)
            self._run = run
            self._left = [left for left in self._left if left.active and left is not run]
            while len(self._left) >= limits().viewer_runs:
                left = self._left.pop(0)
                if not left.viewers:
                    left.stop()
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
