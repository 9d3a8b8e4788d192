"""Visit: the runs that a viewer can show again in this session."""

import dataclasses
import math
from collections.abc import Callable, Iterable
from typing import TypeVar

import streamlit as st

from bnviz.engine.job import COMPLETE
from bnviz.engine.origin import Origin
from bnviz.page.shell import brought, kept_file, session
from bnviz.page.shell.own_file import NoRoomError, Shelf
from bnviz.page.shell.state import state
from bnviz.page.shell.visit_run import VisitRun, named
from bnviz.recording import Recording
from bnviz.settings import Settings

T = TypeVar("T")

#: Maximum number of runs; the oldest make room for new ones.
MAX_RUNS = 12
#: Visits of sessions that have lost their connection.
_SHELF: Shelf[tuple[VisitRun, ...]] = Shelf(
    max_bytes=50_000_000, weigh=lambda runs: _bytes_of(runs)
)


class Visit:
    """The runs of one session, the oldest first.

    It is a resource of the session and not a part of its state, which Streamlit keeps for minutes
    after a page was closed. Frames of opened files count as files of this viewer, and those of
    several stay within a viewer's share; of the runs that were trained it keeps names, settings and
    pictures, a few kilobytes each.

    Args:
        origin: Where the session's requests come from.
        name: Name of the session.
        runs: What it held before its connection was lost.
    """

    def __init__(self, origin: Origin, name: str, runs: tuple[VisitRun, ...] = ()) -> None:
        self._origin, self._name = origin, name
        self._runs = runs
        # What is run that has been begun, by the digests of its settings, and what its viewer has
        # called it before; empty for nothing.
        self._begun: dict[str, str] = {}
        # Whatever the others hold: they have been waiting in memory.
        kept_file.HOLDERS.hold(self, origin, _bytes_of(runs))

    @property
    def runs(self) -> tuple[VisitRun, ...]:
        """The runs, the oldest first."""
        return tuple(map(brought.current, self._runs))

    def begin(self, settings: Settings, name: str = "") -> None:
        """Notes that a run of some settings has been begun; `collect` adds it once it has ended.

        Args:
            settings: What is run.
            name: What its viewer has called it before; empty for nothing, or as it was noted last.
        """
        self._begun[settings.digest] = name or self._begun.get(settings.digest, "")

    def collect(self, name_of: Callable[[Settings], str]) -> None:
        """Adds the runs that have been trained to their ends meanwhile.

        Args:
            name_of: What a run is called at first.
        """
        if not self._begun:
            return
        for digest in tuple(self._begun):
            run = session.engine().find(digest)
            if run is not None and run.active:
                continue
            name = self._begun.pop(digest)
            if run is not None and run.state in COMPLETE:
                self.add(VisitRun.trained(name or name_of(run.settings), run.recording))

    def rename(self, token: str, name: str) -> None:
        """Gives a run another name; an empty one changes nothing."""
        if name.strip():
            self._runs = tuple(
                dataclasses.replace(run, name=named(name)) if run.token == token else run
                for run in self._runs
            )

    def add(self, run: VisitRun) -> None:
        """Adds a run, unless it is there; older ones make room for its frames.

        Raises:
            NoRoomError: If its frames alone would take more than this host allows; then nothing
                has changed.
        """
        if any(each.token == run.token for each in self._runs):
            return
        kept = self._runs[max(0, len(self._runs) + 1 - MAX_RUNS) :]
        while True:
            try:
                self._hold((*kept, run))
            except NoRoomError:
                if not _bytes_of(kept):
                    raise
                kept = _without_oldest(kept)
            else:
                return

    def give_way(self, take: Callable[[], T]) -> T:
        """Calls a function that holds a file, whose room the oldest opened runs make.

        Args:
            take: The function.

        Raises:
            NoRoomError: If the room does not suffice without any of the runs; all of them are kept.
        """
        kept = self._runs
        while True:
            try:
                taken = take()
            except NoRoomError:
                if not _bytes_of(kept):
                    kept_file.HOLDERS.hold(self, self._origin, _bytes_of(self._runs))
                    raise
                kept = _without_oldest(kept)
                kept_file.HOLDERS.hold(self, self._origin, _bytes_of(kept))
            else:
                self._runs = kept
                return taken

    def _hold(self, runs: tuple[VisitRun, ...]) -> None:
        """Keeps these runs in place of all others.

        Raises:
            NoRoomError: If their frames have no room; then nothing has changed.
        """
        kept_file.HOLDERS.hold(
            self,
            self._origin,
            _bytes_of(runs),
            max_bytes=1e6 * session.limits().files_mb if _bytes_of(runs[-1:]) else math.inf,
            several=sum(bool(_bytes_of([run])) for run in runs) > 1,
        )
        self._runs = runs

    def leave(self) -> None:
        """Puts the runs on the shelf; called when the tab is closed or its connection is lost."""
        if self._runs:
            _SHELF.put(self._name, self._runs)
        self._runs = ()
        kept_file.HOLDERS.hold(self, self._origin, 0)


def here() -> Visit:
    """The visit of this session; after a lost connection, with the runs that it had before."""
    return _visit(state.session_name)


def find(token: str) -> VisitRun | None:
    """The run with this token; None if this session has none, or has none any more."""
    return next((run for run in _all() if run.token == token), None) if token else None


def recording_of(run: VisitRun) -> Recording | None:
    """The frames of a run; None if the engine, which had trained it, has dropped them."""
    if run.recording is not None:
        return run.recording
    found = session.engine().find(run.token)
    return found.recording if found is not None and found.state in COMPLETE else None


def of_settings(settings: Settings) -> VisitRun | None:
    """The latest recording of these settings that was opened; None if this session has none."""
    opened = (run for run in reversed(_all()) if run.recording is not None)
    return next((run for run in opened if run.settings == settings), None)


def _all() -> list[VisitRun]:
    """The runs of this session, after the one that the page begins with."""
    first = brought.run()
    return [*([] if first is None else [first]), *here().runs]


@st.cache_resource(scope="session", on_release=lambda visit: visit.leave(), show_spinner=False)
def _visit(session_name: bytes) -> Visit:
    name = session_name.hex()
    return Visit(session.origin(), name, _SHELF.claim(name) or ())


def _without_oldest(runs: tuple[VisitRun, ...]) -> tuple[VisitRun, ...]:
    """The runs without the oldest of those whose frames are counted."""
    oldest = next(run for run in runs if _bytes_of([run]))
    return tuple(run for run in runs if run is not oldest)


def _bytes_of(runs: Iterable[VisitRun]) -> int:
    """Bytes of their frames, without those that all viewers share."""
    shared = brought.run()
    return sum(run.frame_bytes for run in runs if shared is None or run.token != shared.token)
