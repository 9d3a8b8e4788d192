"""SeedChecks: has runs that have ended checked on other seeds, while nobody waits for anything."""

import logging
from collections.abc import Callable

from bnviz.data.file_source import FileSource
from bnviz.engine.run_registry import RunRegistry
from bnviz.engine.runs import Run
from bnviz.engine.study_runs import StudyRun
from bnviz.studies.seed_check import seed_check
from bnviz.studies.seeds import SeedBands

_log = logging.getLogger(__name__)

#: Starts a study for which nobody waits.
Start = Callable[[SeedBands, FileSource | None], StudyRun[SeedBands]]


class SeedChecks:
    """The checks of runs that somebody looks at. For use in one thread.

    Args:
        runs: The runs.
        start: Starts a study for which nobody waits.
    """

    def __init__(self, runs: RunRegistry, start: Start):
        self._runs = runs
        self._start = start
        self._checks: dict[Run, StudyRun[SeedBands]] = {}

    def step(self) -> None:
        """Starts the checks that are due, and gives runs the outcomes of those that have ended."""
        for run, source in self._runs.idle_work.unchecked():
            if run not in self._checks and run.viewers:
                check = self._start(seed_check(run.settings), source)
                check.join(run.token)
                self._checks[run] = check
        for run, check in list(self._checks.items()):
            if check.active and run.viewers:
                continue
            check.leave(run.token)
            del self._checks[run]
            if check.state == "finished":
                self._runs.idle_work.take_check(run, check.study.records())
            elif check.state == "failed":
                _log.warning("A run cannot be checked on other seeds: %s", check.error)
                self._runs.idle_work.take_check(run, None, check.error)
