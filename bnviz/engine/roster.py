"""Roster: all runs known by their settings; single flight, queue, grace period and cache.

It knows nothing of Dask: the engine asks it what should go on and does so.
"""

import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from statistics import median

from bnviz.dataset import Dataset
from bnviz.engine.runs import COMPLETE, Place, Run
from bnviz.settings import Settings

#: Seconds a training step is taken to last before any run has been measured.
FIRST_PACE = 0.003
#: Finished runs from whose pace the expected wait follows.
PACES_KEPT = 10


class Roster:
    """Runs by the digest of their settings. Safe to use from any thread.

    Args:
        grace: Seconds that a run without viewers goes on.
        cache_bytes: Bytes of frames kept of ended runs; those least recently asked for go first,
            those with viewers never.
        changed: Called when a run is added or ends, on the thread that did so.
    """

    def __init__(self, *, grace: float, cache_bytes: int, changed: Callable[[], None]):
        self.workers = 0
        self._grace = grace
        self._cache_bytes = cache_bytes
        self._changed = changed
        self._lock = threading.RLock()
        self._runs: OrderedDict[str, Run] = OrderedDict()
        self._active: dict[Run, None] = {}
        self._paces: deque[float] = deque(maxlen=PACES_KEPT)

    def start(self, settings: Settings, dataset: Dataset | None = None) -> Run:
        """The run of these settings: the one in flight, the finished one, or else a new one."""
        with self._lock:
            run = self.find(settings.digest)
            if run is not None and (run.active or run.state in COMPLETE):
                # Whoever asks for a run may take a moment to join it.
                if run.lonely_since is not None:
                    run.lonely_since = time.monotonic()
                return run
            run = Run(settings, dataset, lock=self._lock, changed=self._run_ended, place=self.place)
            self._runs[settings.digest] = run
            self._runs.move_to_end(settings.digest)
            self._active[run] = None
        self._changed()
        return run

    def find(self, digest: str) -> Run | None:
        """The last run of the settings with this digest, if it is still known."""
        with self._lock:
            run = self._runs.get(digest)
            if run is not None:
                self._runs.move_to_end(digest)
            return run

    def active(self) -> list[Run]:
        """Runs that wait or go on, the first started first."""
        with self._lock:
            return list(self._active)

    def held(self) -> list[Run]:
        """Runs that go on or are looked at."""
        with self._lock:
            looked_at = (run for run in self._runs.values() if run.viewers)
            return list(dict.fromkeys([*self._active, *looked_at]))

    def place(self, run: Run) -> Place | None:
        """The place of a run in the queue, and the expected wait; None unless it is queued.

        The wait is an estimate: what is left of the runs under way by their progress, and of those
        that wait ahead their steps at the median pace of the last runs, shared among all workers.
        A run of a much larger network than those before takes longer than it says.
        """
        with self._lock:
            if run.state != "queued":
                return None
            now = time.monotonic()
            number, seconds = 1, 0.0
            for other in self._active:
                if other is run:
                    break
                number += other.state == "queued"
                seconds += self._seconds_left(other, now)
            # Where a worker is free the wait is the time that it takes to begin.
            ahead = list(self._active).index(run)
            seconds = 0.0 if ahead < self.workers else seconds / max(1, self.workers)
            return Place(number, seconds)

    def tidy(self) -> None:
        """Stops runs that were without viewers for the grace period and bounds the cache."""
        now = time.monotonic()
        with self._lock:
            lonely = [
                run
                for run in self._active
                if run.lonely_since is not None and now - run.lonely_since >= self._grace
            ]
            for run in lonely:
                run.stop()
            self._bound_cache()

    @property
    def cached_bytes(self) -> int:
        """Bytes of frames of all ended runs that are kept."""
        with self._lock:
            return sum(run.recording.frames.nbytes for run in self._runs.values() if not run.active)

    def _run_ended(self, run: Run) -> None:
        with self._lock:
            self._active.pop(run, None)
            if run.state in COMPLETE and run.began is not None:
                self._paces.append((time.monotonic() - run.began) / run.settings.steps)
            self._bound_cache()
        self._changed()

    def _bound_cache(self) -> None:
        excess = self.cached_bytes - self._cache_bytes
        for digest, run in list(self._runs.items()):
            if excess <= 0:
                return
            if not run.active and not run.viewers:
                del self._runs[digest]
                excess -= run.recording.frames.nbytes

    def _seconds_left(self, run: Run, now: float) -> float:
        pace = median(self._paces) if self._paces else FIRST_PACE
        if run.began is not None and run.progress > 0.02:
            pace = (now - run.began) / (run.progress * run.settings.steps)
        return pace * run.settings.steps * (1 - run.progress)
