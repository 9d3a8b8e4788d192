"""Registry: all jobs of one kind by digest, with sharing, a grace period and a cache."""

import threading
import time
from abc import ABC, abstractmethod
from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

from bnviz.engine.job import COMPLETE, Job, QueuePosition
from bnviz.engine.origin import Origin

J = TypeVar("J", bound=Job)


class Registry(ABC, Generic[J]):
    """Jobs by digest. Safe to use from any thread. Independent of Dask.

    Args:
        grace: Seconds that a job continues without viewers.
        capacity: How much is kept of ended jobs, measured by `weight`. The least recently used are
            dropped first; jobs that are being watched are never dropped.
        changed: Called when a job is added or ends, on the thread that did so.
    """

    def __init__(self, *, grace: float, capacity: int, changed: Callable[[], None]):
        self._grace = grace
        self._capacity = capacity
        self._changed = changed
        self._lock = threading.RLock()
        self._jobs: OrderedDict[str, J] = OrderedDict()
        self._active: dict[J, None] = {}

    @abstractmethod
    def weight(self, job: J) -> int:
        """Returns how much of the capacity an ended job takes."""

    @abstractmethod
    def position(self, job: J) -> QueuePosition | None:
        """Returns a job's position in the queue and its expected wait; None unless queued."""

    def find(self, digest: str) -> J | None:
        """Returns the latest job with this digest, or None if it is not kept."""
        with self._lock:
            job = self._jobs.get(digest)
            if job is not None:
                self._jobs.move_to_end(digest)
            return job

    def active(self) -> list[J]:
        """Returns the jobs that are queued or running, the oldest first."""
        with self._lock:
            return list(self._active)

    @property
    def viewers(self) -> int:
        """Number of viewers watching active jobs."""
        with self._lock:
            return sum(job.viewers for job in self._active)

    def tidy(self) -> None:
        """Stops jobs that have been unwatched for the grace period, and trims the cache."""
        now = time.monotonic()
        with self._lock:
            unwatched = [
                job
                for job in self._active
                if job.unwatched_since is not None and now - job.unwatched_since >= self._grace
            ]
            for job in unwatched:
                job.stop()
            self._trim_cache()

    @property
    def kept(self) -> int:
        """Total weight of the ended jobs that are kept."""
        with self._lock:
            return sum(self.weight(job) for job in self._jobs.values() if not job.active)

    def make_room(self, origin: Origin, most: int) -> None:
        """Stops jobs that a browser has left, the oldest first, until it has fewer than so many.

        A viewer may come back to what they have left within the grace period, unless they go on to
        many others.
        """
        with self._lock:
            jobs = [job for job in self._active if job.origins == {origin}]
            left = [job for job in jobs if not job.viewers]
            for job in left[: max(0, len(jobs) + 1 - most)]:
                job.stop()

    def _start(self, digest: str, origin: Origin, make: Callable[[J | None], J]) -> J:
        """Returns the active or complete job with this digest, or a new one.

        Args:
            digest: Digest of the job.
            origin: Who asks for it.
            make: Returns a queued job, given the one that was stopped or failed, if any.
        """
        with self._lock:
            job = self.find(digest)
            if job is not None and (job.active or job.state in COMPLETE):
                # The caller may take a moment to join it.
                if job.unwatched_since is not None:
                    job.unwatched_since = time.monotonic()
                job.origins.add(origin)
                return job
            job = make(job)
            job.origins.add(origin)
            self._jobs[digest] = job
            self._jobs.move_to_end(digest)
            self._active[job] = None
        self._changed()
        return job

    def _job_ended(self, job: J) -> None:
        with self._lock:
            self._active.pop(job, None)
            self._trim_cache()
        self._changed()

    def _trim_cache(self) -> None:
        excess = self.kept - self._capacity
        for digest, job in list(self._jobs.items()):
            if excess <= 0:
                return
            if not job.active and not job.viewers:
                del self._jobs[digest]
                excess -= self.weight(job)
