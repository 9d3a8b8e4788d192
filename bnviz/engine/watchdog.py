"""Watchdog: ends a worker process that is no longer usable, so that a new one replaces it."""

import asyncio
import os
import threading
import time
from typing import Any

from distributed import get_worker
from distributed.core import Status

#: Set when the process has run out of memory. Threads and programs whose creation failed are left
#: half built, so the next run might never end.
exhausted = threading.Event()
#: Seconds that a task may keep running in the worker after it was cancelled.
STUCK = 30.0
#: Seconds between checks; also the time a message needs to leave the process.
_POLL_INTERVAL = 0.25


def give_up() -> None:
    """Reports from within a task that memory ran out: the process takes no more tasks and ends."""
    worker = get_worker()
    # Before the scheduler hears that the task has ended and sends the next one.
    worker.loop.add_callback(setattr, worker, "status", Status.paused)
    exhausted.set()


async def watch(worker: Any) -> None:
    """Ends the process when memory has run out or a cancelled task does not stop.

    Args:
        worker: The Dask worker of this process.
    """
    since: dict[str, float] = {}
    try:
        while not exhausted.is_set():
            now = time.monotonic()
            cancelled = [key for key, task in worker.state.tasks.items() if is_cancelled(task)]
            since = {key: since.get(key, now) for key in cancelled}
            if any(now - start > STUCK for start in since.values()):
                break
            await asyncio.sleep(_POLL_INTERVAL)
        # Lets the failed run's message out.
        await asyncio.sleep(_POLL_INTERVAL)
    except asyncio.CancelledError:
        raise
    except BaseException:
        # Without memory anything may fail, including the above.
        os._exit(1)
    # An orderly exit would wait for threads that may never end.
    os._exit(1)


def is_cancelled(task: Any) -> bool:
    """Whether a task that is executing in a worker has been cancelled."""
    return bool(task.state == "cancelled")
