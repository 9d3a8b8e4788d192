"""StudyRun: a study under way or ended; the register of all of them."""

import logging
import threading
from collections import Counter
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from bnviz.data.dataset import Dataset
from bnviz.engine.job import Job, QueuePosition
from bnviz.engine.registry import Registry
from bnviz.studies.study import Block, Outcome, Study

#: Ended studies that are kept: a large one takes about 10 MB.
STUDIES_KEPT = 8

S = TypeVar("S", bound=Study)

_log = logging.getLogger(__name__)


class StudyRun(Job, Generic[S]):
    """A study that is carried out. Safe to use from any thread; `Engine.study` makes them.

    The study grows on the engine's thread, under `lock`. Whoever reads it holds that lock for the
    time of reading, which holds up the engine, and looks at it again when `version` has changed.

    Attributes:
        study: What is known so far.
        lock: Held while `study` grows.
        version: How many blocks it has taken in.
        attempts: By block the times that it was given to the workers.
    """

    def __init__(
        self,
        study: S,
        dataset: Dataset | None,
        *,
        lock: threading.RLock,
        changed: Callable[[Any], None],
        position: Callable[[Any], QueuePosition | None],
    ):
        super().__init__(dataset, lock=lock, changed=changed, position=position)
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
        """Time from its beginning to its end, or so far, without that for which it was stopped."""
        return self._seconds_before + super().seconds

    def open_blocks(self) -> list[Block]:
        """BlockDispatch whose outcome is not in, given to the workers or not, the first one first.

        A study that is complete, or cannot go on, has ended by then.
        """
        with self.lock:
            try:
                self._open.update(dict.fromkeys(self.study.blocks()))
                complete = self.study.complete
            except Exception as error:
                self._fail_by(error)
                return []
            if complete:
                self._end("finished")
            elif not self._open:
                self.fail("The study is not complete, but has no further runs to ask for.")
            return list(self._open) if self.active else []

    def receive(self, block: Block, outcomes: dict[str, Outcome]) -> None:
        """Takes in what came of a block; passed over if it is known or the study has ended."""
        with self.lock:
            if not self.active or block not in self._open:
                return
            try:
                self.study.put(block, outcomes)
                self._progress = self.study.progress
            except Exception as error:
                self._fail_by(error)
                return
            del self._open[block], self.attempts[block]
            self.version += 1
            self.open_blocks()

    def resume(self, dataset: Dataset | None) -> None:
        """Goes on after it was stopped or has failed, with all that is known."""
        with self._lock:
            self._seconds_before = self.seconds
            self.began = self._ended = None
            self.dataset, self.error, self.state = dataset, "", "queued"
            self.attempts.clear()
            self._over.clear()

    def _fail_by(self, error: Exception) -> None:
        _log.error("The study ended with an error.", exc_info=error)
        reason = (str(error).strip() or "no reason given").splitlines()[0][:200]
        self.fail(f"The study ended with an error ({type(error).__name__}: {reason}).")


class StudyRegistry(Registry[StudyRun[Any]]):
    """Studies by their digest. Safe to use from any thread.

    Args:
        grace: Seconds that a study without viewers goes on.
        changed: Called when a study is added or ends, on the thread that did so.
        until_free: Gives the seconds until a worker has ended its run.
    """

    def __init__(
        self, *, grace: float, changed: Callable[[], None], until_free: Callable[[], float]
    ):
        super().__init__(grace=grace, capacity=STUDIES_KEPT, changed=changed)
        self._until_free = until_free

    def start(self, study: S, dataset: Dataset | None = None) -> StudyRun[S]:
        """The study with this one's digest: in flight, finished, gone on with, or else new."""

        def queued(before: StudyRun[S] | None) -> StudyRun[S]:
            if before is None:
                return StudyRun(
                    study,
                    dataset,
                    lock=self._lock,
                    changed=self._work_ended,
                    position=self.position,
                )
            before.resume(dataset)
            return before

        run = self._start(study.digest, queued)
        # One of which all is known already has ended.
        run.open_blocks()
        return run

    def weight(self, work: StudyRun[Any]) -> int:  # noqa: ARG002
        """Each counts alike."""
        return 1

    def position(self, work: StudyRun[Any]) -> QueuePosition | None:
        """The place of a study in the queue, and the expected wait; None unless it is queued.

        Its first block is trained when a worker has ended the run under way, and all studies take
        turns, so the wait is that for a worker.
        """
        with self._lock:
            if work.state != "queued":
                return None
            queued = [other for other in self._active if other.state == "queued"]
            return QueuePosition(1 + queued.index(work), self._until_free())
