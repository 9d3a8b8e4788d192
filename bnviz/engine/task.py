"""Task: the functions that a worker executes for a run or a block of a study.

The page's process imports this module to refer to the functions. They import `bnviz.lab`, and
TensorFlow with it, only when called, in the worker.
"""

import logging
import os
import time
from collections.abc import Callable, Iterable
from contextlib import closing
from typing import Any

from distributed import get_worker, secede

from bnviz.data.bounds import UploadError
from bnviz.data.dataset import Dataset
from bnviz.data.file_source import FileSource
from bnviz.engine import failures, watchdog
from bnviz.frames import Frame
from bnviz.settings import Settings
from bnviz.studies.study import Block, Outcome

#: Seconds between two messages with frames.
INTERVAL = 0.05

_log = logging.getLogger(__name__)


def train(settings: str, source: FileSource | None, topic: str, token: str) -> str:
    """Trains a run and sends its frames as events of a Dask topic.

    Each event maps `run` to the token, `first` to the index of the first frame and `data` to the
    frames' bytes. The first event carries no frame; it reports that the run has begun.

    The run ends early when its future is cancelled. The worker's own record of the task shows this
    without asking the scheduler, so the run also ends when the page that started it is gone.

    Args:
        settings: Settings of the run, as JSON.
        source: The file with the examples, if any.
        topic: Topic of the events.
        token: Name of the run in the events.

    Returns:
        An empty string, or one sentence on why the run failed. Exceptions are not raised, because
        the page's process would have to import TensorFlow to unpickle some of them.
    """
    worker = get_worker()
    should_continue = _continue_check(worker)

    def send(first: int, data: bytes) -> None:
        worker.log_event(topic, {"run": token, "first": first, "data": data})

    send(0, b"")
    try:
        _silence_tensorflow()
        from bnviz.lab.experiment import ExperimentError, run

        try:
            # Closed explicitly, so that an interrupted experiment releases its networks now.
            with closing(run(Settings.from_json(settings), _read(source))) as frames:
                _send_all(frames, send=send, should_continue=should_continue)
        except (ExperimentError, UploadError) as error:
            return str(error)
    except Exception as error:
        return _unexpected(error)
    return ""


def train_block(
    block: Block, source: FileSource | None, topic: str, token: str
) -> dict[str, Outcome] | str:
    """Trains a block of a study and reports its beginning by an event of a Dask topic.

    The event maps `block` to the token. A block ends early as a run does, see `train`.

    Args:
        block: The block to train.
        source: The file with the examples, if any.
        topic: Topic of the event.
        token: Name of the block in the event.

    Returns:
        The outcomes by arm, or one sentence on why the block failed, empty if it was stopped.
    """
    worker = get_worker()
    worker.log_event(topic, {"block": token})
    try:
        _silence_tensorflow()
        from bnviz.lab import block_training
        from bnviz.lab.experiment import ExperimentError

        try:
            return block_training.train(
                block, _read(source), should_continue=_continue_check(worker)
            )
        except (ExperimentError, UploadError) as error:
            return str(error)
        except block_training.StoppedError:
            return ""
    except Exception as error:
        return _unexpected(error)


def keep(source: FileSource) -> FileSource:
    """Returns the file, so that Dask keeps it on a worker for other tasks."""
    return source


def _read(source: FileSource | None) -> Dataset | None:
    """Reads a viewer's file, if there is one."""
    return None if source is None else source.dataset()


def _continue_check(worker: Any) -> Callable[[], bool]:
    """Returns a function that tells whether this thread's current task should continue."""
    key = worker.get_current_task()

    def should_continue() -> bool:
        task = worker.state.tasks.get(key)
        return task is not None and not watchdog.is_cancelled(task)

    return should_continue


def _send_all(
    frames: Iterable[Frame],
    *,
    send: Callable[[int, bytes], None],
    should_continue: Callable[[], bool],
) -> None:
    """Sends frames as they are made, the first one at once and later ones in small groups."""
    first, pending, sent_at = 0, bytearray(), -INTERVAL
    for index, frame in enumerate(frames):
        if not should_continue():
            return
        pending += frame.tobytes()
        if time.monotonic() - sent_at >= INTERVAL:
            send(first, bytes(pending))
            first, sent_at = index + 1, time.monotonic()
            pending.clear()
    if pending:
        send(first, bytes(pending))


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
