"""Distress: a worker process that is of no more use ends, so that another takes its place."""

import asyncio
import os
import threading
import time
from typing import Any

from distributed import get_worker
from distributed.core import Status

#: Set when the process has run out of memory. What failed then leaves threads and programs behind
#: that are half there, so that the next run might never end.
exhausted = threading.Event()
#: What a viewer can do about it.
ADVICE = "try fewer units, fewer layers or a smaller data set"
#: Seconds that something may go on in the worker after it has been cancelled.
STUCK = 30.0
#: Seconds between two looks, and in which a message leaves the process.
_LOOK = 0.25


def out_of_memory(error: BaseException) -> bool:
    """Whether an error says that there is no memory left; TensorFlow and threads have their own.

    A SystemError is raised where there was not even the memory to make another error.
    """
    names = {kind.__name__ for kind in type(error).__mro__}
    return bool(names & {"MemoryError", "ResourceExhaustedError", "SystemError"}) or (
        "can't start new thread" in str(error)
    )


def give_up() -> None:
    """Says, in a task, that the process is out of memory: it takes up nothing more and ends."""
    worker = get_worker()
    # Before the scheduler hears that the task has ended, and gives it the next one.
    worker.loop.add_callback(setattr, worker, "status", Status.paused)
    exhausted.set()


async def watch(worker: Any) -> None:
    """Ends the process when it is out of memory, or goes on with what nobody wants any more.

    Args:
        worker: The Dask worker in it.
    """
    since: dict[str, float] = {}
    try:
        while not exhausted.is_set():
            now = time.monotonic()
            cancelled = [key for key, task in worker.state.tasks.items() if is_cancelled(task)]
            since = {key: since.get(key, now) for key in cancelled}
            if any(now - start > STUCK for start in since.values()):
                break
            await asyncio.sleep(_LOOK)
        # The word of a failed run is on its way.
        await asyncio.sleep(_LOOK)
    except asyncio.CancelledError:
        raise
    except BaseException:
        # Without memory anything may fail, this too.
        os._exit(1)
    # Not in good order: that waits for threads that may never end.
    os._exit(1)


def is_cancelled(task: Any) -> bool:
    """Whether a task that is under way in a worker is wanted no more."""
    return bool(task.state == "cancelled")
