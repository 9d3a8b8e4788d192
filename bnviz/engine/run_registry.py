"""RunRegistry: all known runs by their settings, and their queue."""

import time
from collections import deque
from collections.abc import Callable
from statistics import median

from bnviz.data.file_source import FileSource
from bnviz.engine.job import COMPLETE, QueuePosition
from bnviz.engine.limits import recording_bytes
from bnviz.engine.registry import Registry
from bnviz.engine.runs import Run
from bnviz.settings import Settings

#: Assumed seconds of a training step before any run has been measured.
DEFAULT_PACE = 0.003
#: Number of finished runs from which the expected wait is estimated.
MAX_PACES = 10


class RunRegistry(Registry[Run]):
    """Runs by the digest of their settings. Safe to use from any thread. Independent of Dask.

    Args:
        grace: Seconds that a run continues without viewers.
        cache_bytes: Bytes of frames kept of ended runs. The least recently used are dropped first;
            runs that are being watched are never dropped.
        changed: Called when a run is added or ends, on the thread that did so.

    Attributes:
        workers: Number of workers.
    """

    def __init__(self, *, grace: float, cache_bytes: int, changed: Callable[[], None]):
        super().__init__(grace=grace, capacity=cache_bytes, changed=changed)
        self.workers = 0
        self._paces: deque[float] = deque(maxlen=MAX_PACES)

    def start(self, settings: Settings, source: FileSource | None = None) -> Run:
        """Returns the active or complete run of these settings, or a new one."""

        def make(_: Run | None) -> Run:
            return Run(
                settings, source, lock=self._lock, changed=self._job_ended, position=self.position
            )

        return self._start(settings.digest, make)

    def weight(self, job: Run) -> int:
        """Returns the bytes of the run's frames."""
        return job.recording.frames.nbytes

    def held_bytes(self) -> int:
        """Returns the bytes of frames that are not given back when there is need of them.

        An active run counts with all the frames that it will have. One that has ended, for whatever
        reason, counts with those that it has, as long as it is watched.
        """
        with self._lock:
            planned = sum(recording_bytes(run.settings) for run in self._active)
            watched = (run for run in self._jobs.values() if run.viewers and not run.active)
            return planned + sum(map(self.weight, watched))

    def position(self, job: Run) -> QueuePosition | None:
        """Returns a run's position in the queue and its expected wait; None unless queued.

        The wait is an estimate: the remaining time of the running runs, judged by their progress,
        plus the steps of the queued runs ahead at the median pace of recent runs, divided by the
        number of workers. It is too short for networks much larger than those before.
        """
        with self._lock:
            if job.state != "queued":
                return None
            now = time.monotonic()
            number, seconds = 1, 0.0
            for other in self._active:
                if other is job:
                    break
                number += other.state == "queued"
                seconds += self._seconds_left(other, now)
            # If a worker is free, the run is about to begin.
            ahead = list(self._active).index(job)
            seconds = 0.0 if ahead < self.workers else seconds / max(1, self.workers)
            return QueuePosition(number, seconds)

    def until_free(self) -> float:
        """Returns the estimated seconds until a worker is free; 0 if one is."""
        now = time.monotonic()
        with self._lock:
            left = [self._seconds_left(run, now) for run in self._active if run.state == "running"]
            return min(left) if left and len(self._active) >= self.workers else 0.0

    def _job_ended(self, job: Run) -> None:
        with self._lock:
            if job.state in COMPLETE and job.began is not None:
                self._paces.append(job.seconds / job.settings.steps)
            super()._job_ended(job)

    def _seconds_left(self, run: Run, now: float) -> float:
        pace = median(self._paces) if self._paces else DEFAULT_PACE
        if run.began is not None and run.progress > 0.02:
            pace = (now - run.began) / (run.progress * run.settings.steps)
        return pace * run.settings.steps * (1 - run.progress)
