"""Roster: all runs known by their settings, and their queue.

It knows nothing of Dask: the engine asks it what should go on and does so.
"""

import time
from collections import deque
from collections.abc import Callable
from statistics import median

from bnviz.data.dataset import Dataset
from bnviz.engine.job import COMPLETE, QueuePosition
from bnviz.engine.registry import Registry
from bnviz.engine.runs import Run
from bnviz.settings import Settings

#: Seconds a training step is taken to last before any run has been measured.
FIRST_PACE = 0.003
#: Finished runs from whose pace the expected wait follows.
PACES_KEPT = 10


class RunRegistry(Registry[Run]):
    """Runs by the digest of their settings. Safe to use from any thread.

    Args:
        grace: Seconds that a run without viewers goes on.
        cache_bytes: Bytes of frames kept of ended runs; those least recently asked for go first,
            those with viewers never.
        changed: Called when a run is added or ends, on the thread that did so.

    Attributes:
        workers: How many workers there are.
    """

    def __init__(self, *, grace: float, cache_bytes: int, changed: Callable[[], None]):
        super().__init__(grace=grace, capacity=cache_bytes, changed=changed)
        self.workers = 0
        self._paces: deque[float] = deque(maxlen=PACES_KEPT)

    def start(self, settings: Settings, dataset: Dataset | None = None) -> Run:
        """The run of these settings: the one in flight, the finished one, or else a new one."""

        def new(_: Run | None) -> Run:
            return Run(
                settings, dataset, lock=self._lock, changed=self._work_ended, position=self.position
            )

        return self._start(settings.digest, new)

    def weight(self, work: Run) -> int:
        """Bytes of its frames."""
        return work.recording.frames.nbytes

    def held(self) -> list[Run]:
        """Runs that go on or are looked at."""
        with self._lock:
            looked_at = (run for run in self._works.values() if run.viewers)
            return list(dict.fromkeys([*self._active, *looked_at]))

    def position(self, work: Run) -> QueuePosition | None:
        """The place of a run in the queue, and the expected wait; None unless it is queued.

        The wait is an estimate: what is left of the runs under way by their progress, and of those
        that wait ahead their steps at the median pace of the last runs, shared among all workers.
        A run of a much larger network than those before takes longer than it says.
        """
        with self._lock:
            if work.state != "queued":
                return None
            now = time.monotonic()
            number, seconds = 1, 0.0
            for other in self._active:
                if other is work:
                    break
                number += other.state == "queued"
                seconds += self._seconds_left(other, now)
            # Where a worker is free the wait is the time that it takes to begin.
            ahead = list(self._active).index(work)
            seconds = 0.0 if ahead < self.workers else seconds / max(1, self.workers)
            return QueuePosition(number, seconds)

    def until_free(self) -> float:
        """Seconds until a worker has ended its run, by the same estimate; 0 where one is free."""
        now = time.monotonic()
        with self._lock:
            left = [self._seconds_left(run, now) for run in self._active if run.state == "running"]
            return min(left) if left and len(self._active) >= self.workers else 0.0

    def _work_ended(self, work: Run) -> None:
        with self._lock:
            if work.state in COMPLETE and work.began is not None:
                self._paces.append(work.seconds / work.settings.steps)
            super()._work_ended(work)

    def _seconds_left(self, run: Run, now: float) -> float:
        pace = median(self._paces) if self._paces else FIRST_PACE
        if run.began is not None and run.progress > 0.02:
            pace = (now - run.began) / (run.progress * run.settings.steps)
        return pace * run.settings.steps * (1 - run.progress)
