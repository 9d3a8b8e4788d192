"""Answer: that a task has ended, and what it has returned, unless its worker vanishes with it."""

import asyncio
from collections.abc import Callable
from typing import Any

#: Seconds between two looks at whether a worker has vanished.
_TICK = 0.05

#: Kept, because a loop itself holds its tasks only weakly.
_waiting: set[asyncio.Future[Any]] = set()


async def answer(future: Any) -> Any | None:
    """Returns the result of a task that has finished; None if its worker has vanished with it.

    Dask itself would wait until the task is done again, which never happens if only that worker
    may do it.

    Args:
        future: Dask's future of the task; no result is None.

    Raises:
        Exception: What the task raised.
    """
    gathering = asyncio.ensure_future(_result(future))
    while future.status == "finished":
        if (await asyncio.wait({gathering}, timeout=_TICK))[0]:
            return gathering.result()
    # Not cancelled, because Dask may gather for others at the same time; it ends with the future.
    gathering.add_done_callback(lambda each: each.cancelled() or each.exception())
    return None


def when_ended(future: Any, tell: Callable[[], None]) -> None:
    """Calls a function once a task has ended in whatever way, from the loop that calls this.

    Dask's own `add_done_callback` needs a thread, which cannot be started while the process ends.

    Args:
        future: Dask's future of the task.
        tell: The function; it must not raise.
    """
    from distributed import wait

    with future.client.as_current():
        waiting = asyncio.ensure_future(wait(future))
    _waiting.add(waiting)

    def end(each: asyncio.Future[Any]) -> None:
        _waiting.discard(each)
        # Looked at, so that the loop does not report it; whoever asks for the answer gets it.
        _ = each.cancelled() or each.exception()
        tell()

    waiting.add_done_callback(end)


async def _result(future: Any) -> Any:
    return await future
