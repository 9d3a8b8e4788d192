"""Run: one experiment under way or ended, and those who look at it."""

import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from bnviz.dataset import Dataset
from bnviz.recording import Recording
from bnviz.settings import Settings

State = Literal["queued", "running", "finished", "stopped", "diverged", "failed"]
#: States of a run that goes on.
ACTIVE: tuple[State, ...] = ("queued", "running")
#: States of a run that was trained to its last step.
COMPLETE: tuple[State, ...] = ("finished", "diverged")


@dataclass(frozen=True)
class Place:
    """A run's place in the queue.

    Attributes:
        number: 1 for the run that is next.
        seconds: Expected wait, an estimate from the durations of earlier runs.
    """

    number: int
    seconds: float


class Run:
    """One run. Safe to use from any thread; `Engine.start` makes them.

    Attributes:
        settings: What is run.
        recording: Its frames so far; it grows while the run goes on.
        state: "queued", "running", "finished", "diverged" (trained to its last step with a network
            that diverged), "stopped" or "failed".
        error: One sentence, if it failed.
        dataset: The examples, if they were uploaded and the run goes on.
        began: When the first word of it came from a worker, on the clock `time.monotonic`.
        lonely_since: When its last viewer left, on the same clock; None while somebody looks.
    """

    def __init__(
        self,
        settings: Settings,
        dataset: Dataset | None,
        *,
        lock: threading.RLock,
        changed: Callable[["Run"], None],
        place: Callable[["Run"], Place | None],
    ):
        self.settings = settings
        self.recording = Recording(settings)
        self.state: State = "queued"
        self.error = ""
        self.dataset = dataset
        self.token = uuid.uuid4().hex
        self.attempts = 0
        self.began: float | None = None
        self.lonely_since: float | None = time.monotonic()
        self._viewers: set[str] = set()
        self._over = threading.Event()
        self._lock = lock
        self._changed = changed
        self._place = place

    @property
    def active(self) -> bool:
        """Whether the run waits or goes on."""
        return self.state in ACTIVE

    @property
    def viewers(self) -> int:
        """How many look at it."""
        return len(self._viewers)

    @property
    def progress(self) -> float:
        """Share of the steps that are recorded, 0 to 1."""
        frames = self.recording.frames
        return float(frames[-1]["step"] / self.settings.steps) if len(frames) else 0.0

    def place(self) -> Place | None:
        """The place in the queue; None unless queued."""
        return self._place(self)

    def join(self, viewer: str) -> None:
        """Counts a viewer in. Whoever joins twice counts once."""
        with self._lock:
            self._viewers.add(viewer)
            self.lonely_since = None

    def leave(self, viewer: str) -> None:
        """Counts a viewer out; without viewers a run is stopped after the grace period."""
        with self._lock:
            self._viewers.discard(viewer)
            if not self._viewers and self.lonely_since is None:
                self.lonely_since = time.monotonic()

    def wait(self, timeout: float | None = None) -> bool:
        """Looks at the run until it ends, as a viewer.

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

    def stop(self) -> None:
        """Stops the run for all its viewers, at once; the worker follows at its next frame."""
        self._end("stopped")

    def fail(self, sentence: str) -> None:
        """Ends the run with the reason why it cannot go on."""
        self._end("failed", sentence)

    def adopt(self, recording: Recording) -> None:
        """Takes over the frames that this run has in common with an earlier one.

        They are there at once, and those that the worker sends again are passed over.
        """
        with self._lock:
            if self.active and self.settings.interventions:
                count = recording.shared_with(self.settings)
                self.recording.extend(0, recording.slice(0, count))

    def receive(self, first: int, data: bytes) -> None:
        """Takes frames from a worker.

        Passed over are frames that are here already, those after a hole, and all frames of a run
        that has ended.

        Args:
            first: Index of the first frame in `data`.
            data: Whole frames, or none as a sign that a worker has begun.
        """
        with self._lock:
            if not self.active:
                return
            if self.began is None:
                self.began = time.monotonic()
                self.state = "running"
            if first > len(self.recording):
                return
            try:
                self.recording.extend(first, data)
            except ValueError:
                self.fail("The workers run another version of the laboratory than this page.")
            if self.recording.complete:
                last = self.recording.frames[-1]
                arms = self.recording.layout.arms
                diverged = any(last[arm]["diverged_at"] >= 0 for arm in arms)
                self._end("diverged" if diverged else "finished")

    def _end(self, state: State, error: str = "") -> None:
        with self._lock:
            if not self.active:
                return
            self.state, self.error, self.dataset = state, error, None
            self._changed(self)
        self._over.set()
