"""Session: the engine all viewers share, and the work that one viewer looks at."""

import gc
import uuid
from functools import cache

import streamlit as st

from bnviz.engine.engine import Engine
from bnviz.engine.job import Job
from bnviz.engine.limits import Limits
from bnviz.engine.runs import Run


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
    """One browser tab: it is counted among the viewers of the runs and studies it looks at.

    Attributes:
        runs: Those that it shows, by the names under which the session knows them.
    """

    def __init__(self) -> None:
        self.runs: dict[str, Run | None] = {}
        self._name = uuid.uuid4().hex
        self._watched: tuple[Job, ...] = ()
        self._left: list[Job] = []

    def watch(self, *works: Job | None) -> None:
        """Looks at these and no longer at others.

        Of those left behind, to which the viewer may come back within the grace period, the ones
        beyond the host's limit are stopped at once, unless others look at them.
        """
        before, self._watched = self._watched, tuple(work for work in works if work is not None)
        for work in self._watched:
            work.join(self._name)
        for work in before:
            if work not in self._watched:
                work.leave(self._name)
                self._left.append(work)
        self._left = [left for left in self._left if left.active and left not in self._watched]
        while len(self._left) >= limits().viewer_runs:
            left = self._left.pop(0)
            if not left.viewers:
                left.stop()

    def leave(self) -> None:
        """Looks at nothing; called when the tab is closed or its connection lost."""
        for work in self._watched:
            work.leave(self._name)
        self._watched, self._left = (), []
        self.runs.clear()


@st.cache_resource(scope="session", on_release=lambda viewer: viewer.leave(), show_spinner=False)
def viewer() -> Viewer:
    """This session's viewer; made anew after a lost connection comes back."""
    return Viewer()
