"""Job: what the engine executes, a run or a study, and the viewers who watch it."""

import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from bnviz.data.file_source import FileSource
from bnviz.engine.origin import Origin

State = Literal["queued", "running", "finished", "stopped", "diverged", "failed"]
#: States of a job that is queued or running.
ACTIVE: tuple[State, ...] = ("queued", "running")
#: States of a job that was executed to its end.
COMPLETE: tuple[State, ...] = ("finished", "diverged")


@dataclass(frozen=True)
class QueuePosition:
    """A position in the queue.

    Attributes:
        number: 1 for the job that has waited longest, which is not always the next.
        seconds: Expected wait until it is trained.
        compiling: Whether its networks are being compiled.
    """

    number: int
    seconds: float
    compiling: bool = False


class Job:
    """The common part of runs and studies. Safe to use from any thread.

    Attributes:
        state: "queued", "running", "finished", "stopped" or "failed"; a run may also be "diverged".
        error: One sentence if the job failed, otherwise empty.
        source: The file with the examples, if any; None once the job has ended.
        token: Unique name of the job.
        began: When a worker first reported on the job, on the `time.monotonic` clock.
        unwatched_since: When the last viewer left, on the same clock; None while it is watched.
        origins: Who has asked for it.
    """

    def __init__(
        self,
        source: FileSource | None,
        *,
        lock: threading.RLock,
        changed: Callable[[Any], None],
        position: Callable[[Any], QueuePosition | None],
    ):
        self.state: State = "queued"
        self.error = ""
        self.source = source
        self.token = uuid.uuid4().hex
        self.began: float | None = None
        self.unwatched_since: float | None = time.monotonic()
        self.origins: set[Origin] = set()
        self._ended: float | None = None
        self._viewers: set[str] = set()
        self._over = threading.Event()
        self._lock = lock
        self._changed = changed
        self._position = position

    @property
    def active(self) -> bool:
        """Whether the job is queued or running."""
        return self.state in ACTIVE

    @property
    def viewers(self) -> int:
        """Number of viewers watching the job."""
        return len(self._viewers)

    @property
    def seconds(self) -> float:
        """Time from the job's beginning to its end, or until now; 0 before it begins."""
        if self.began is None:
            return 0.0
        return (self._ended or time.monotonic()) - self.began

    def position(self) -> QueuePosition | None:
        """Returns the position in the queue; None unless queued."""
        return self._position(self)

    def join(self, viewer: str) -> None:
        """Adds a viewer. One who joins twice counts once."""
        with self._lock:
            self._viewers.add(viewer)
            self.unwatched_since = None

    def leave(self, viewer: str) -> None:
        """Removes a viewer. Without viewers the job is stopped after the grace period."""
        with self._lock:
            self._viewers.discard(viewer)
            if not self._viewers and self.unwatched_since is None:
                self.unwatched_since = time.monotonic()

    def wait(self, timeout: float | None = None) -> bool:
        """Waits for the job to end, watching it meanwhile.

        Args:
            timeout: Maximum number of seconds to wait.

        Returns:
            Whether the job ended.
        """
        viewer = f"wait-{uuid.uuid4().hex}"
        self.join(viewer)
        try:
            return self._over.wait(timeout)
        finally:
            self.leave(viewer)

    def begin(self) -> None:
        """Marks the job as running. Further calls have no effect."""
        with self._lock:
            if self.state == "queued":
                self.began = time.monotonic()
                self.state = "running"

    def stop(self) -> None:
        """Stops the job at once for all its viewers; workers follow as soon as they can."""
        self._end("stopped")

    def fail(self, sentence: str) -> None:
        """Ends the job as failed, with the reason in one sentence."""
        self._end("failed", sentence)

    def _end(self, state: State, error: str = "") -> None:
        with self._lock:
            if not self.active:
                return
            self._ended = time.monotonic()
            self.state, self.error = state, error
            self._over.set()
            self._changed(self)
            self.source = None
