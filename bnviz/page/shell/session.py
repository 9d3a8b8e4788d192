"""Session: the engine that all viewers share, and the work that one viewer watches."""

import gc
import uuid
from functools import cache

import streamlit as st

from bnviz.engine.engine import Engine
from bnviz.engine.job import ACTIVE, Job, State
from bnviz.engine.limits import Limits
from bnviz.engine.network_run import NetworkRun
from bnviz.engine.origin import Origin
from bnviz.engine.pace import Pace
from bnviz.engine.runs import Run
from bnviz.page.shell.origins import origin_of


@cache
def limits() -> Limits:
    """The limits of this host."""
    return Limits.from_environment()


@st.cache_resource(show_spinner=False)
def engine() -> Engine:
    """The engine of this process; it starts its workers in the background."""
    started = Engine.from_environment(_pace())
    # Imported modules stay: no later collection needs to scan them.
    gc.freeze()
    return started


@st.cache_resource(show_spinner=False)
def _pace() -> Pace:
    """The pace of this host."""
    return Pace()


def pace() -> float:
    """How many times longer runs take here than predicted, as `Engine.pace`.

    It is known without an engine, so that a page that only says it does not start one.
    """
    return _pace().coarse


def origin() -> Origin:
    """Where this session's requests come from."""
    return origin_of(st.context.cookies, st.context.ip_address)


class Viewer:
    """One browser tab, which counts as a viewer of the runs and studies that it watches.

    It may come back to one that it has left within the engine's grace period.

    Attributes:
        runs: The runs it shows, by the names of the modes that show them.
        replaced: The runs that live ones have replaced, by the same; shown until their first frame.
        network_run: The networks that it has asked for of the run that it shows; None if of none.
    """

    def __init__(self) -> None:
        self.runs: dict[str, Run] = {}
        self.replaced: dict[str, Run] = {}
        self.network_run: NetworkRun | None = None
        self._name = uuid.uuid4().hex
        self._watched: tuple[Job, ...] = ()
        self._stopped: set[Job] = set()

    def watch(self, *jobs: Job | None) -> None:
        """Watches these jobs and leaves all others."""
        # What has ended is shown as it is, and its frames are not held for having been stopped.
        self._stopped = {job for job in self._stopped if job.active}
        wanted = tuple(job for job in jobs if job is not None and job not in self._stopped)
        before, self._watched = self._watched, wanted
        if self.network_run not in wanted:
            self.network_run = None  # so that this session does not hold them
        for job in self._watched:
            job.join(self._name)
        for job in before:
            if job not in self._watched:
                job.leave(self._name)

    def let_go(self, job: Job | None) -> None:
        """Leaves a job that gives way to another; the engine may stop it to make room for that."""
        if job is not None:
            self._watched = tuple(other for other in self._watched if other is not job)
            job.leave(self._name)

    def start(self, job: Job) -> None:
        """Watches a job that this viewer has asked for, and may have stopped before."""
        self._stopped.discard(job)
        self.watch(job)

    def start_networks(self, run: NetworkRun) -> None:
        """Watches networks that this viewer has asked for, beside the run that they belong to."""
        shown = [job for job in self._watched if job is not self.network_run]
        self._stopped.discard(run)
        self.network_run = run
        self.watch(*shown, run)

    def stop(self, job: Job) -> None:
        """Leaves a job for good; it is stopped unless others watch it."""
        self._stopped.add(job)
        self.let_go(job)
        if not job.viewers:
            job.stop()

    def state(self, job: Job) -> State:
        """The state of a job for this viewer: "stopped" if they have left one that goes on."""
        return "stopped" if job in self._stopped and job.active else job.state

    def leave(self) -> None:
        """Watches nothing; called when the tab is closed or its connection is lost."""
        for job in self._watched:
            job.leave(self._name)
        self._watched, self._stopped = (), set()
        self.runs.clear()
        self.replaced.clear()
        self.network_run = None


def is_active(job: Job | None) -> bool:
    """Whether there is a job that is queued or running, and that this viewer has not stopped."""
    return job is not None and viewer().state(job) in ACTIVE


@st.cache_resource(scope="session", on_release=lambda viewer: viewer.leave(), show_spinner=False)
def viewer() -> Viewer:
    """This session's viewer; a new one once a lost connection has been restored."""
    return Viewer()
