"""Task: the functions that a worker executes for a run or a block of a study.

The page's process imports this module to refer to the functions. They import `bnviz.lab`, and
TensorFlow with it, only when called, in the worker.
"""

import logging
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

from distributed import get_worker, secede

from bnviz.data.bounds import UploadError
from bnviz.data.dataset import Dataset
from bnviz.data.file_source import FileSource
from bnviz.engine import failures, watchdog
from bnviz.engine.opening import Opening
from bnviz.engine.set_aside import set_aside
from bnviz.frames import Frame
from bnviz.settings import Settings
from bnviz.studies.study import Block, Outcome

if TYPE_CHECKING:
    from bnviz.lab.block_training import BlockTraining
    from bnviz.lab.experiment import Experiment
    from bnviz.lab.step_cost import StepCost

#: Seconds between two messages with frames.
INTERVAL = 0.05
#: Seconds of a turn in which a run waits until its file is read or its networks are compiled.
COMPILING = 0.25

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
    """

    state: Literal["ended", "set aside", "lost", "failed"]
    seconds: float = 0.0
    compilations: int = 0
    error: str = ""
    worker: str = ""
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    step_costs: dict[str, float] = field(default_factory=dict)


def train(
    settings: str, source: FileSource | None, topic: str, token: str, share: float, go_on: bool
) -> Turn:
    """Trains a run for one turn and sends its frames as events of a Dask topic.

    Each event maps `run` to the token, `first` to the index of the first frame and `data` to the
    frames' bytes. The first event carries no frame; it reports that the run has begun. The second
    maps `shown` to what is drawn of the shown examples, as JSON.

    A run that is not complete at the end of its share is set aside here, to go on in a later turn.
    It ends early when its future is cancelled. The worker's own record of the task shows this
    without asking the scheduler, so the run also ends when the page that started it is gone.

    Args:
        settings: Settings of the run, as JSON.
        source: The file with the examples, if any; not needed to go on.
        topic: Topic of the events.
        token: Name of the run in the events.
        share: Seconds of its turn. It may take a frame longer, and ends early while its networks
            are compiled.
        go_on: Whether to take up what is set aside under this token.

    Returns:
        What came of it. Exceptions are not raised, because the page's process would have to import
        TensorFlow to unpickle some of them.
    """
    worker = get_worker()

    def send(first: int, data: bytes) -> None:
        worker.log_event(topic, {"run": token, "first": first, "data": data})

    if not go_on:
        send(0, b"")

    def begin(data: Dataset | None) -> "Experiment":
        from bnviz.lab.experiment import Experiment

        run = Experiment(Settings.from_json(settings), data)
        worker.log_event(topic, {"run": token, "shown": run.shown.to_json()})
        return run

    def advance(run: "Experiment", position: int, clock: _Clock) -> tuple[bool, int]:
        with run.turn() as frames:
            return _send_all(frames, position, send=send, clock=clock)

    opening = None if go_on else Opening(source, begin)
    return _take_turn(worker, token, share, opening, advance)[0]


def train_block(
    block: Block, source: FileSource | None, topic: str, token: str, share: float, go_on: bool
) -> Turn:
    """Trains a block of a study for one turn, reporting its beginning by an event of a Dask topic.

    The event maps `block` to the token. A block is set aside and ends early as a run is, see
    `train`.

    Args:
        block: The block to train.
        source: The file with the examples, if any; not needed to go on.
        topic: Topic of the event.
        token: Name of the block in the event.
        share: Seconds of its turn. It may take a second longer.
        go_on: Whether to take up what is set aside under this token.
    """
    worker = get_worker()
    if not go_on:
        worker.log_event(topic, {"block": token})

    def begin(data: Dataset | None) -> "BlockTraining":
        from bnviz.lab.block_training import BlockTraining

        return BlockTraining(block, data)

    def advance(training: "BlockTraining", _: int, clock: _Clock) -> tuple[bool, int]:
        return training.advance(clock.should_continue), 0

    opening = None if go_on else Opening(source, begin)
    turn, training = _take_turn(worker, token, share, opening, advance)
    return replace(turn, outcomes=training.outcomes) if turn.state == "ended" else turn


def measure_step_cost(
    settings: str, source: FileSource | None, token: str, share: float, go_on: bool
) -> Turn:
    """Measures for one turn what a training step of each arm costs, see `bnviz.lab.step_cost`.

    Args:
        settings: Settings of a run, as JSON.
        source: The file with the examples, if any; not needed to go on.
        token: Name of the measurement.
        share: Seconds of its turn. It may take a round longer.
        go_on: Whether to take up what is set aside under this token.
    """

    def begin(data: Dataset | None) -> "StepCost":
        from bnviz.lab.step_cost import StepCost

        return StepCost(Settings.from_json(settings), data)

    def advance(cost: "StepCost", _: int, clock: _Clock) -> tuple[bool, int]:
        return cost.advance(clock.should_continue), 0

    opening = None if go_on else Opening(source, begin)
    turn, cost = _take_turn(get_worker(), token, share, opening, advance)
    return replace(turn, step_costs=cost.seconds) if turn.state == "ended" else turn


def forget(token: str) -> None:
    """Drops what is set aside under a token."""
    set_aside.drop(token)


class _Clock:
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
        return self.seconds < COMPILING and self.should_continue()


def _take_turn(
    worker: Any,
    token: str,
    share: float,
    opening: Opening | None,
    advance: Callable[[Any, int, _Clock], tuple[bool, int]],
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
    clock = _Clock(worker, share)
    training: Any = None
    try:
        _silence_tensorflow()
        from bnviz.lab.arms import compiled_networks
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
        except (ExperimentError, UploadError) as error:
            return Turn("failed", clock.seconds, error=str(error)), None
        if not ended and not clock.cancelled:
            set_aside.put(token, training, position)
        elif not ended:
            training.close()
        compilations = compiled_networks() - before
        state: Literal["ended", "set aside"] = "ended" if ended else "set aside"
        return Turn(state, clock.seconds, compilations, worker=worker.address), training
    except Exception as error:
        return Turn("failed", clock.seconds, error=_unexpected(error)), None


def keep(source: FileSource) -> FileSource:
    """Returns the file, so that Dask keeps it on a worker for other tasks."""
    return source


def _send_all(
    frames: Iterator[Frame | None], first: int, *, send: Callable[[int, bytes], None], clock: _Clock
) -> tuple[bool, int]:
    """Sends frames as they are made, the first one at once and later ones in small groups.

    Args:
        frames: The frames that are not sent yet; None now and then while networks are compiled.
        first: The index of the first of them.
        send: Sends the bytes of frames from an index on.
        clock: Tells when to pause.

    Returns:
        Whether these were all, and the index of the next.
    """
    pending, sent_at, ended = bytearray(), -INTERVAL, True
    following = first
    for frame in frames:
        if frame is None:
            if not clock.should_prepare():
                ended = False
                break
            continue
        pending += frame.tobytes()
        following += 1
        if time.monotonic() - sent_at >= INTERVAL:
            send(first, bytes(pending))
            first, sent_at = following, time.monotonic()
            pending.clear()
        if not clock.should_continue():
            ended = False
            break
    if pending and not clock.cancelled:
        send(first, bytes(pending))
    return ended, following


def load() -> str:
    """Imports TensorFlow.

    Returns:
        An empty string, or one sentence on why this worker cannot train.
    """
    try:
        _silence_tensorflow()
        from bnviz.lab import experiment  # noqa: F401
    except Exception as error:
        return _unexpected(error)
    return ""


def warm_up() -> None:
    """Compiles the default experiment and a study of it, before anyone starts one."""
    try:
        from bnviz.lab import block_training, experiment

        experiment.warm_up()
        # Frees the worker's only thread, so that a run submitted meanwhile begins at once.
        secede()
        block_training.warm_up()
    except Exception as error:
        _unexpected(error)


def _silence_tensorflow() -> None:
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


def _unexpected(error: Exception) -> str:
    if failures.is_out_of_memory(error):
        watchdog.give_up()
        return failures.OUT_OF_MEMORY
    _log.error("The experiment failed with an error.", exc_info=error)
    return failures.in_job("experiment", error)
