"""StudyRun: one study that is queued, running or ended; StudyRegistry: all known studies."""

import logging
import threading
from collections import Counter
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from bnviz.data.file_source import FileSource
from bnviz.engine import failures
from bnviz.engine.job import Job, QueuePosition
from bnviz.engine.origin import PROGRAM, Origin
from bnviz.engine.registry import Registry
from bnviz.engine.turn_rules import BLOCK_SHARE
from bnviz.studies.study import Block, Outcome, Study

#: Maximum number of ended studies to keep; a large one takes about 10 MB.
MAX_ENDED_STUDIES = 8

S = TypeVar("S", bound=Study)

_log = logging.getLogger(__name__)


class StudyRun(Job, Generic[S]):
    """One execution of a study. Safe to use from any thread. Created by `Engine.study`.

    The study grows on the engine's thread, under `lock`. Hold the lock while reading the study, but
    briefly because the engine waits for it, and read again when `version` has changed.

    Attributes:
        study: The study with the results known so far.
        lock: Held while `study` grows.
        version: Number of blocks received.
        attempts: How often each block was submitted to the workers.
    """

    def __init__(
        self,
        study: S,
        source: FileSource | None,
        *,
        lock: threading.RLock,
        changed: Callable[[Any], None],
        position: Callable[[Any], QueuePosition | None],
    ):
        super().__init__(source, lock=lock, changed=changed, position=position)
        self.study = study
        self.lock = threading.RLock()
        self.version = 0
        self.attempts: Counter[Block] = Counter()
        self._progress = study.progress
        self._open: dict[Block, None] = {}
        self._seconds_before = 0.0

    @property
    def progress(self) -> float:
        """Share of the runs that are known, 0 to 1."""
        return self._progress

    @property
    def seconds(self) -> float:
        """Time from its beginning to its end, or until now, without the time it was stopped."""
        return self._seconds_before + super().seconds

    def open_blocks(self) -> list[Block]:
        """Returns the blocks without an outcome, submitted or not, in order.

        Ends a study that is complete or cannot continue.
        """
        with self.lock:
            try:
                self._open.update(dict.fromkeys(self.study.blocks()))
                complete = self.study.complete
            except Exception as error:
                self._fail_with(error)
                return []
            if complete:
                self._end("finished")
            elif not self._open:
                self.fail("The study is not complete, but requests no further runs.")
            return list(self._open) if self.active else []

    def receive(self, block: Block, outcomes: dict[str, Outcome]) -> None:
        """Takes the outcome of a block; ignored if it is known or the study has ended."""
        with self.lock:
            if not self.active or block not in self._open:
                return
            try:
                self.study.put(block, outcomes)
                self._progress = self.study.progress
            except Exception as error:
                self._fail_with(error)
                return
            del self._open[block], self.attempts[block]
            self.version += 1
            self.open_blocks()

    def resume(self, source: FileSource | None) -> None:
        """Queues the study again, after it was stopped or failed, with its known results."""
        with self._lock:
            self._seconds_before = self.seconds
            self.began = self._ended = None
            self.source, self.error, self.state = source, "", "queued"
            self.attempts.clear()
            self._over.clear()

    def _fail_with(self, error: Exception) -> None:
        _log.error("The study failed with an error.", exc_info=error)
        self.fail(failures.in_job("study", error))


class StudyRegistry(Registry[StudyRun[Any]]):
    """Studies by their digest. Safe to use from any thread.

    Args:
        grace: Seconds that a study continues without viewers.
        changed: Called when a study is added or ends, on the thread that did so.
        until_free: Returns the estimated seconds until a worker is free.
        capacity: Number of ended studies to keep.
    """

    def __init__(
        self,
        *,
        grace: float,
        changed: Callable[[], None],
        until_free: Callable[[], float],
        capacity: int = MAX_ENDED_STUDIES,
    ):
        super().__init__(grace=grace, capacity=capacity, changed=changed)
        self._until_free = until_free

    def start(
        self, study: S, source: FileSource | None = None, origin: Origin = PROGRAM
    ) -> StudyRun[S]:
        """Returns the active or complete run of this study, resumes one, or creates a new one."""

        def make_queued(earlier: StudyRun[S] | None) -> StudyRun[S]:
            if earlier is None:
                return StudyRun(
                    study,
                    source,
                    lock=self._lock,
                    changed=self._job_ended,
                    position=self.position,
                )
            earlier.resume(source)
            return earlier

        run = self._start(study.digest, origin, make_queued)
        # Ends a study whose results are all known.
        run.open_blocks()
        return run

    def weight(self, job: StudyRun[Any]) -> int:  # noqa: ARG002
        """Returns 1: all studies count alike."""
        return 1

    def position(self, job: StudyRun[Any]) -> QueuePosition | None:
        """Returns a study's position in the queue and its expected wait; None unless queued.

        Its first block is trained after the run that has its turn now, and studies take turns.
        """
        with self._lock:
            if job.state != "queued":
                return None
            queued = [other for other in self._active if other.state == "queued"]
            others = len(self._active) - len(queued) + queued.index(job)
            return QueuePosition(1 + queued.index(job), self._until_free() + BLOCK_SHARE * others)
