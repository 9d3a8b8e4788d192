"""Run: one experiment that is queued, running or ended."""

import threading
import time
from collections.abc import Callable
from typing import Any, Literal

from bnviz.data.file_source import FileSource
from bnviz.engine.duration import training_seconds
from bnviz.engine.job import COMPLETE, Job, QueuePosition, State
from bnviz.engine.limits import recording_bytes
from bnviz.recording import Recording
from bnviz.recording.shown_examples import ShownExamples
from bnviz.settings import Settings

#: Seconds after its end in which it is likely to become known what a step of a run costs. It is
#: measured while nobody waits for anything.
COSTS_AWAITED = 60.0

#: Seconds after it was asked for in which the first frame of a run is expected, if it comes soon.
OPENING = 1.0

Check = Literal["none", "planned", "offered", "awaited", "known"]


class Run(Job):
    """One run. Safe to use from any thread. Created by `Engine.start`.

    Its state is "diverged" when it was trained to the last step and a network diverged.

    Attributes:
        settings: Settings of the run.
        recording: Its frames so far; it grows while the run is active.
        attempts: How often the run was submitted to the workers since it last had a turn.
        deaths: How many workers vanished while the run had its turn.
        worker: Address of the worker that has set it aside, or None.
        in_turn: Whether it has its turn, and since when, on the `time.monotonic` clock.
        begun_at: When it had its first turn on its worker, on the same clock, or None.
        predicted: Predicted seconds of the whole run on the reference host.
        check: What is known of other seeds: "none" if they are not to be trained, "planned" until
            the run has ended, "offered" if they are once somebody asks for it, "awaited", or
            "known".
        check_refusal: Why they are not, in one sentence; empty if that is not said.
        check_from: When they may be trained at the earliest, on the `time.monotonic` clock.
    """

    def __init__(
        self,
        settings: Settings,
        source: FileSource | None,
        *,
        lock: threading.RLock,
        changed: Callable[[Any], None],
        position: Callable[[Any], QueuePosition | None],
    ):
        super().__init__(source, lock=lock, changed=changed, position=position)
        self.settings = settings
        self.recording = Recording(settings)
        self.attempts = self.deaths = 0
        self.worker: str | None = None
        self.in_turn: float | None = None
        self.begun_at: float | None = None
        self.predicted = training_seconds(settings, source)
        self.check: Check = "none"
        self.check_refusal = ""
        self.check_from = 0.0
        self._asked = time.monotonic()
        self._opened = threading.Event()

    @property
    def progress(self) -> float:
        """Share of the steps that are recorded, 0 to 1."""
        frames = self.recording.frames
        return float(frames[-1]["step"] / self.settings.steps) if len(frames) else 0.0

    @property
    def planned_bytes(self) -> int:
        """Bytes of what it will hold at its end."""
        return recording_bytes(self.settings)

    @property
    def kept_bytes(self) -> int:
        """Bytes of what it holds."""
        return self.recording.frames.nbytes

    @property
    def is_opening(self) -> bool:
        """Whether its first frame may be a moment away: it has none, and is new."""
        recent = time.monotonic() - self._asked < OPENING
        return self.active and recent and not len(self.recording)

    def await_frame(self, timeout: float) -> None:
        """Waits for its first frame if that may be a moment away, or for its end.

        Args:
            timeout: Maximum number of seconds to wait.
        """
        if self.is_opening:
            self._opened.wait(timeout)

    @property
    def awaits_more(self) -> bool:
        """Whether more will probably be known of it soon, although it has ended."""
        if self.state not in COMPLETE or self._ended is None:
            return False
        recent = time.monotonic() - self._ended < COSTS_AWAITED
        return self.check == "awaited" or (recent and not self.recording.seconds_per_step)

    def adopt(self, recording: Recording) -> None:
        """Copies the frames that this run shares with an earlier one.

        They are available at once; the worker's own copies of them are ignored.
        """
        with self._lock:
            if self.active and self.settings.interventions:
                count = recording.shared_with(self.settings)
                self.recording.extend(0, recording.slice(0, count))
                self.recording.shown = recording.shown

    def show(self, text: str) -> None:
        """Takes from a worker what is drawn of the shown examples, as `ShownExamples.to_json`."""
        with self._lock:
            if self.active:
                self.recording.shown = ShownExamples.from_json(text)

    def receive(self, first: int, data: bytes) -> None:
        """Takes frames from a worker.

        Frames that are already here, frames after a gap, and all frames of an ended run are
        ignored.

        Args:
            first: Index of the first frame in `data`.
            data: Whole frames; empty to report that a worker has begun.
        """
        with self._lock:
            if not self.active:
                return
            self.begin()
            if first > len(self.recording):
                return
            try:
                self.recording.extend(first, data)
            except ValueError:
                self.fail("The workers run a different version of bnviz than this page.")
            if len(self.recording):
                self._opened.set()
            if self.recording.complete:
                last = self.recording.frames[-1]
                arms = self.recording.layout.arms
                diverged = any(last[arm]["diverged_at"] >= 0 for arm in arms)
                self._end("diverged" if diverged else "finished")

    def _end(self, state: State, error: str = "") -> None:
        super()._end(state, error)
        self._opened.set()
