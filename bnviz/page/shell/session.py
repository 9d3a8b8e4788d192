"""Session: the engine that all viewers share, and the work that one viewer watches."""

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
    """The limits of this host."""
    return Limits.from_environment()


@st.cache_resource(show_spinner=False)
def engine() -> Engine:
    """The engine of this process; it starts its workers in the background."""
    started = Engine.from_environment()
    # Imported modules stay: no later collection needs to scan them.
    gc.freeze()
    return started


class Viewer:
    """One browser tab, which counts as a viewer of the runs and studies that it watches.

    Attributes:
        runs: The runs it shows, by the names of the modes that show them.
    """

    def __init__(self) -> None:
        self.runs: dict[str, Run] = {}
        self._name = uuid.uuid4().hex
        self._watched: tuple[Job, ...] = ()
        self._left: list[Job] = []

    def watch(self, *jobs: Job | None) -> None:
        """Watches these jobs and leaves all others.

        The viewer may come back to a job within the grace period. So jobs that were left count
        toward the host's limit on the runs of one viewer; those beyond it are stopped at once,
        unless others watch them.
        """
        before, self._watched = self._watched, tuple(job for job in jobs if job is not None)
        for job in self._watched:
            job.join(self._name)
        for job in before:
            if job not in self._watched:
                job.leave(self._name)
                self._left.append(job)
        self._left = [job for job in self._left if job.active and job not in self._watched]
        while len(self._left) >= limits().viewer_runs:
            oldest = self._left.pop(0)
            if not oldest.viewers:
                oldest.stop()

    def leave(self) -> None:
        """Watches nothing; called when the tab is closed or its connection is lost."""
        for job in self._watched:
            job.leave(self._name)
        self._watched, self._left = (), []
        self.runs.clear()


@st.cache_resource(scope="session", on_release=lambda viewer: viewer.leave(), show_spinner=False)
def viewer() -> Viewer:
    """This session's viewer; a new one once a lost connection has been restored."""
    return Viewer()
