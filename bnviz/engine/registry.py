"""Register: all work of one kind by its digest; single flight, grace period and cache."""

import threading
import time
from abc import ABC, abstractmethod
from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

from bnviz.engine.job import COMPLETE, Job, QueuePosition

W = TypeVar("W", bound=Job)


class Registry(ABC, Generic[W]):
    """Job by its digest. Safe to use from any thread. It knows nothing of Dask.

    Args:
        grace: Seconds that work without viewers goes on.
        capacity: What is kept of ended work, by `weight`; that which was least recently asked for
            goes first, that with viewers never.
        changed: Called when work is added or ends, on the thread that did so.
    """

    def __init__(self, *, grace: float, capacity: int, changed: Callable[[], None]):
        self._grace = grace
        self._capacity = capacity
        self._changed = changed
        self._lock = threading.RLock()
        self._works: OrderedDict[str, W] = OrderedDict()
        self._active: dict[W, None] = {}

    @abstractmethod
    def weight(self, work: W) -> int:
        """What it takes to keep ended work."""

    @abstractmethod
    def position(self, work: W) -> QueuePosition | None:
        """The place of work in the queue, and the expected wait; None unless it is queued."""

    def find(self, digest: str) -> W | None:
        """The last work with this digest, if it is still known."""
        with self._lock:
            work = self._works.get(digest)
            if work is not None:
                self._works.move_to_end(digest)
            return work

    def active(self) -> list[W]:
        """Job that waits or goes on, the first started first."""
        with self._lock:
            return list(self._active)

    @property
    def viewers(self) -> int:
        """How many look at work that waits or goes on."""
        with self._lock:
            return sum(work.viewers for work in self._active)

    def tidy(self) -> None:
        """Stops work that was without viewers for the grace period and bounds the cache."""
        now = time.monotonic()
        with self._lock:
            lonely = [
                work
                for work in self._active
                if work.unwatched_since is not None and now - work.unwatched_since >= self._grace
            ]
            for work in lonely:
                work.stop()
            self._bound_cache()

    @property
    def kept(self) -> int:
        """Weight of all ended work that is kept."""
        with self._lock:
            return sum(self.weight(work) for work in self._works.values() if not work.active)

    def _start(self, digest: str, make: Callable[[W | None], W]) -> W:
        """The work with this digest that is in flight or complete, or else what is made.

        Args:
            digest: Names the work.
            make: Gives queued work, from that which ended early if there was any.
        """
        with self._lock:
            work = self.find(digest)
            if work is not None and (work.active or work.state in COMPLETE):
                # Whoever asks for work may take a moment to join it.
                if work.unwatched_since is not None:
                    work.unwatched_since = time.monotonic()
                return work
            work = make(work)
            self._works[digest] = work
            self._works.move_to_end(digest)
            self._active[work] = None
        self._changed()
        return work

    def _work_ended(self, work: W) -> None:
        with self._lock:
            self._active.pop(work, None)
            self._bound_cache()
        self._changed()

    def _bound_cache(self) -> None:
        excess = self.kept - self._capacity
        for digest, work in list(self._works.items()):
            if excess <= 0:
                return
            if not work.active and not work.viewers:
                del self._works[digest]
                excess -= self.weight(work)
