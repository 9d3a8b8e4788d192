"""Work: what the engine carries out, a run or a study, and those who look at it."""

import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from bnviz.data.dataset import Dataset

State = Literal["queued", "running", "finished", "stopped", "diverged", "failed"]
#: States of work that goes on.
ACTIVE: tuple[State, ...] = ("queued", "running")
#: States of work that was done to its end.
COMPLETE: tuple[State, ...] = ("finished", "diverged")


@dataclass(frozen=True)
class QueuePosition:
    """A place in the queue.

    Attributes:
        number: 1 for what is next.
        seconds: Expected wait, an estimate from the durations of earlier runs.
    """

    number: int
    seconds: float


class Job:
    """What runs and studies have in common. Safe to use from any thread.

    Attributes:
        state: "queued", "running", "finished", "stopped" or "failed"; a run also "diverged".
        error: One sentence, if it failed.
        dataset: The examples, if they were uploaded and the work goes on.
        token: Names it among all work.
        began: When the first word of it came from a worker, on the clock `time.monotonic`.
        lonely_since: When its last viewer left, on the same clock; None while somebody looks.
    """

    def __init__(
        self,
        dataset: Dataset | None,
        *,
        lock: threading.RLock,
        changed: Callable[[Any], None],
        position: Callable[[Any], QueuePosition | None],
    ):
        self.state: State = "queued"
        self.error = ""
        self.dataset = dataset
        self.token = uuid.uuid4().hex
        self.began: float | None = None
        self.unwatched_since: float | None = time.monotonic()
        self._ended: float | None = None
        self._viewers: set[str] = set()
        self._over = threading.Event()
        self._lock = lock
        self._changed = changed
        self._position = position

    @property
    def active(self) -> bool:
        """Whether it waits or goes on."""
        return self.state in ACTIVE

    @property
    def viewers(self) -> int:
        """How many look at it."""
        return len(self._viewers)

    @property
    def seconds(self) -> float:
        """Time from its beginning to its end, or so far; 0 until it has begun."""
        if self.began is None:
            return 0.0
        return (self._ended or time.monotonic()) - self.began

    def position(self) -> QueuePosition | None:
        """The place in the queue; None unless queued."""
        return self._position(self)

    def join(self, viewer: str) -> None:
        """Counts a viewer in. Whoever joins twice counts once."""
        with self._lock:
            self._viewers.add(viewer)
            self.unwatched_since = None

    def leave(self, viewer: str) -> None:
        """Counts a viewer out; without viewers the work is stopped after the grace period."""
        with self._lock:
            self._viewers.discard(viewer)
            if not self._viewers and self.unwatched_since is None:
                self.unwatched_since = time.monotonic()

    def wait(self, timeout: float | None = None) -> bool:
        """Looks at the work until it ends, as a viewer.

        Args:
            timeout: Seconds at the most.

        Returns:
            Whether it ended.
        """
        viewer = f"wait-{uuid.uuid4().hex}"
        self.join(viewer)
        try:
            return self._over.wait(timeout)
        finally:
            self.leave(viewer)

    def begin(self) -> None:
        """Takes the first word from a worker; further ones change nothing."""
        with self._lock:
            if self.state == "queued":
                self.began = time.monotonic()
                self.state = "running"

    def stop(self) -> None:
        """Stops the work for all its viewers, at once; the workers follow as soon as they can."""
        self._end("stopped")

    def fail(self, sentence: str) -> None:
        """Ends the work with the reason why it cannot go on."""
        self._end("failed", sentence)

    def _end(self, state: State, error: str = "") -> None:
        with self._lock:
            if not self.active:
                return
            self._ended = time.monotonic()
            self.state, self.error, self.dataset = state, error, None
            self._over.set()
            self._changed(self)
