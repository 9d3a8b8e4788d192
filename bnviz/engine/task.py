"""Task: what a worker does with a run, and with a block of a study.

The page's process imports this module to name the functions; the laboratory, and TensorFlow with
it, is imported when they are called, in the worker.
"""

import logging
import os
import time
from collections.abc import Callable, Iterable
from contextlib import closing
from typing import Any

from distributed import get_worker, secede

from bnviz.data.dataset import Dataset
from bnviz.engine import watchdog
from bnviz.frames import Frame
from bnviz.settings import Settings
from bnviz.studies.study import Block, Outcome

#: Seconds of frames gathered into one message.
INTERVAL = 0.05

_log = logging.getLogger(__name__)


def train(settings: str, dataset: Dataset | None, topic: str, token: str) -> str:
    """Runs an experiment and sends its frames as events of a Dask topic.

    Each event is a mapping of `run` (the token), `first` (index of the first frame) and `data`
    (the frames' bytes). The first event carries no frame: it says that the run has begun.

    The run ends early when its future is cancelled, which the worker's own record of the task
    shows without asking the scheduler. So it also ends when the page that wanted it is gone.

    Args:
        settings: What to run, as JSON.
        dataset: The examples, if they were uploaded.
        topic: Topic of the events.
        token: Name of the run in the events.

    Returns:
        Empty, or one sentence on why the run cannot go on. No exception is raised, because the
        page's process would have to import TensorFlow to read some.
    """
    worker = get_worker()
    wanted = _wanted(worker)

    def send(first: int, data: bytes) -> None:
        worker.log_event(topic, {"run": token, "first": first, "data": data})

    send(0, b"")
    try:
        _quieten()
        from bnviz.lab.experiment import ExperimentError, run

        try:
            # Left early, the experiment lets go of its networks here and not at some later time.
            with closing(run(Settings.from_json(settings), dataset)) as frames:
                _send_all(frames, send=send, wanted=wanted)
        except ExperimentError as error:
            return str(error)
    except Exception as error:
        return _unexpected(error)
    return ""


def train_block(
    block: Block, dataset: Dataset | None, topic: str, token: str
) -> dict[str, Outcome] | str:
    """Trains a block of a study, and first says by an event of a Dask topic that it has begun.

    It ends early as a run does. The event is a mapping of `block` to the token.

    Args:
        block: What to train.
        dataset: The examples, if they were uploaded.
        topic: Topic of the event.
        token: Name of the block in it.

    Returns:
        What came of it, by arm, or one sentence on why it cannot be trained, which is empty if it
        was stopped.
    """
    worker = get_worker()
    worker.log_event(topic, {"block": token})
    try:
        _quieten()
        from bnviz.lab import block_training
        from bnviz.lab.experiment import ExperimentError

        try:
            return block_training.train(block, dataset, should_continue=_wanted(worker))
        except ExperimentError as error:
            return str(error)
        except block_training.StoppedError:
            return ""
    except Exception as error:
        return _unexpected(error)


def keep(dataset: Dataset) -> Dataset:
    """The data set that it is given, which Dask then keeps on a worker for others."""
    return dataset


def _wanted(worker: Any) -> Callable[[], bool]:
    """Asks whether the task under way, of this thread, has not been cancelled."""
    key = worker.get_current_task()

    def wanted() -> bool:
        task = worker.state.tasks.get(key)
        return task is not None and task.state != "cancelled"

    return wanted


def _send_all(
    frames: Iterable[Frame], *, send: Callable[[int, bytes], None], wanted: Callable[[], bool]
) -> None:
    """Sends frames as they come, the first at once and further ones a few at a time."""
    first, waiting, sent_at = 0, bytearray(), -INTERVAL
    for index, frame in enumerate(frames):
        if not wanted():
            return
        waiting += frame.tobytes()
        if time.monotonic() - sent_at >= INTERVAL:
            send(first, bytes(waiting))
            first, sent_at = index + 1, time.monotonic()
            waiting.clear()
    if waiting:
        send(first, bytes(waiting))


def load() -> str:
    """Loads TensorFlow.

    Returns:
        Empty, or one sentence on why this worker cannot train.
    """
    try:
        _quieten()
        from bnviz.lab import experiment  # noqa: F401
    except Exception as error:
        return _unexpected(error)
    return ""


def warm_up() -> None:
    """Compiles the default experiment and a study of it ahead of the first ones."""
    try:
        from bnviz.lab import block_training, experiment

        experiment.warm_up()
        # A run that comes meanwhile begins at once, in the worker's one thread.
        secede()
        block_training.warm_up()
    except Exception as error:
        _unexpected(error)


def _quieten() -> None:
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


def _unexpected(error: Exception) -> str:
    if watchdog.out_of_memory(error):
        watchdog.give_up()
        return f"The worker process ran out of memory; {watchdog.ADVICE}."
    _log.error("The experiment ended with an error.", exc_info=error)
    reason = (str(error).strip() or "no reason given").splitlines()[0][:200]
    return f"The experiment ended with an error ({type(error).__name__}: {reason})."
