"""Worker turn: what a worker does in one turn of a run, a block or a measurement."""

import logging
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from bnviz.data.bounds import UploadError
from bnviz.engine import failures, watchdog
from bnviz.engine.opening import Opening
from bnviz.engine.set_aside import set_aside
from bnviz.engine.turn_rules import COMPILING_SHARE
from bnviz.recording.trained_networks import TrainedNetworks
from bnviz.studies.study import Outcome

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Turn:
    """What came of one turn of a run or a block on a worker.

    Attributes:
        state: "ended", "set aside", "lost" (it was to be taken up again, but is not there) or
            "failed".
        seconds: How long the turn took.
        compilations: How often something was compiled in it.
        error: One sentence if it failed, else empty.
        worker: Address of the worker.
        outcomes: The outcomes of a block that has ended, by arm; empty if it was stopped.
        step_costs: Seconds of a step by arm, if they were measured and are known.
        networks: The networks for which a run was trained again, once it has ended.
    """

    state: Literal["ended", "set aside", "lost", "failed"]
    seconds: float = 0.0
    compilations: int = 0
    error: str = ""
    worker: str = ""
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    step_costs: dict[str, float] = field(default_factory=dict)
    networks: TrainedNetworks | None = None


class Clock:
    """Tells when a turn is over.

    Args:
        worker: The worker that executes the current task.
        share: Seconds of the turn.
    """

    def __init__(self, worker: Any, share: float):
        self._worker = worker
        self._key = worker.get_current_task()
        self._start = time.monotonic()
        self._share = share

    @property
    def seconds(self) -> float:
        """Seconds since the turn began."""
        return time.monotonic() - self._start

    @property
    def cancelled(self) -> bool:
        """Whether nobody waits for the task any more."""
        task = self._worker.state.tasks.get(self._key)
        return task is None or watchdog.is_cancelled(task)

    def should_continue(self) -> bool:
        """Whether the turn goes on."""
        return self.seconds < self._share and not self.cancelled

    def should_prepare(self) -> bool:
        """Whether the turn goes on if there is nothing to train yet."""
        return self.seconds < COMPILING_SHARE and self.should_continue()


def take_turn(
    worker: Any,
    token: str,
    share: float,
    opening: Opening | None,
    advance: Callable[[Any, int, Clock], tuple[bool, int]],
) -> tuple[Turn, Any]:
    """Begins something or takes it up again, and sets it aside if it has not ended.

    Args:
        worker: The worker that executes the current task.
        token: Its name.
        share: Seconds of the turn.
        opening: How it begins; None to take it up again.
        advance: Continues it from a position until the clock says so; returns whether it has ended,
            and its position then.

    Returns:
        What came of the turn, and what had it.
    """
    clock = Clock(worker, share)
    training: Any = None
    try:
        silence_tensorflow()
        from bnviz.lab.arms import compiled_networks
        from bnviz.lab.datasets import DataError
        from bnviz.lab.experiment import ExperimentError

        before = compiled_networks()
        try:
            training, position, ended = opening, 0, False
            if opening is None:
                found = set_aside.take(token)
                if found is None:
                    return Turn("lost"), None
                training, position = found
            if isinstance(training, Opening):
                begun = training.begun(clock.should_prepare)
                training = training if begun is None else begun
            if not isinstance(training, Opening):
                ended, position = advance(training, position, clock)
        except (DataError, ExperimentError, UploadError) as error:
            return Turn("failed", clock.seconds, error=str(error), worker=worker.address), None
        if not ended and not clock.cancelled:
            set_aside.put(token, training, position)
        elif not ended:
            training.close()
        compilations = compiled_networks() - before
        state: Literal["ended", "set aside"] = "ended" if ended else "set aside"
        return Turn(state, clock.seconds, compilations, worker=worker.address), training
    except Exception as error:
        return Turn("failed", clock.seconds, error=unexpected(error), worker=worker.address), None


def silence_tensorflow() -> None:
    """Keeps TensorFlow's own log out of the output of this process."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


def unexpected(error: Exception) -> str:
    """Returns one sentence on an error that nobody foresaw; a process without memory ends."""
    if failures.is_out_of_memory(error):
        watchdog.give_up()
        return failures.OUT_OF_MEMORY
    _log.error("The experiment failed with an error.", exc_info=error)
    return failures.in_job("experiment", error)
