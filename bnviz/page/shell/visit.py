"""Visit: the runs that a viewer can show again in this session."""

from collections.abc import Iterable

import streamlit as st

from bnviz.engine.origin import Origin
from bnviz.page.shell import brought, kept_file, session
from bnviz.page.shell.own_file import NoRoomError, Shelf
from bnviz.page.shell.state import state
from bnviz.page.shell.visit_run import VisitRun
from bnviz.settings import Settings

#: Maximum number of runs; the oldest make room for new ones.
MAX_RUNS = 12
#: Visits of sessions that have lost their connection.
_SHELF: Shelf[tuple[VisitRun, ...]] = Shelf(weigh=lambda runs: _bytes_of(runs))


class Visit:
    """The runs of one session, the oldest first.

    It is a resource of the session and not a part of its state, which Streamlit keeps for minutes
    after a page was closed. Frames of opened files count as files of this viewer.

    Args:
        origin: Where the session's requests come from.
        name: Name of the session.
        runs: What it held before its connection was lost.
    """

    def __init__(self, origin: Origin, name: str, runs: tuple[VisitRun, ...] = ()) -> None:
        self._origin, self._name = origin, name
        self._runs = runs
        # Whatever the others hold: they have been waiting in memory.
        kept_file.HOLDERS.hold(self, origin, _bytes_of(runs))

    @property
    def runs(self) -> tuple[VisitRun, ...]:
        """The runs, the oldest first."""
        return self._runs

    def add(self, run: VisitRun) -> None:
        """Adds a run, in place of an earlier one with its token.

        Raises:
            NoRoomError: If its frames would take more than this host allows; the older ones have
                made room for it then.
        """
        others = tuple(each for each in self._runs if each.token != run.token)
        self._runs = others[max(0, len(others) + 1 - MAX_RUNS) :]
        while True:
            runs = (*self._runs, run)
            try:
                max_bytes = 1e6 * session.limits().files_mb
                kept_file.HOLDERS.hold(self, self._origin, _bytes_of(runs), max_bytes=max_bytes)
            except NoRoomError:
                if not self._runs:
                    raise
                self._runs = self._runs[1:]
            else:
                self._runs = runs
                return

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


def of_settings(settings: Settings) -> VisitRun | None:
    """The latest run of these settings; None if this session has none."""
    return next((run for run in reversed(_all()) if run.settings == settings), None)


def _all() -> list[VisitRun]:
    """The runs of this session, after the one that the page begins with."""
    first = brought.run()
    return [*([] if first is None else [first]), *here().runs]


@st.cache_resource(scope="session", on_release=lambda visit: visit.leave(), show_spinner=False)
def _visit(session_name: bytes) -> Visit:
    name = session_name.hex()
    return Visit(session.origin(), name, _SHELF.claim(name) or ())


def _bytes_of(runs: Iterable[VisitRun]) -> int:
    return sum(run.recording.frames.nbytes for run in runs)
