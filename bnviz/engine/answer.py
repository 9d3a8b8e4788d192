"""Answer: what a task has returned, unless its worker vanishes with it."""

import asyncio
from typing import Any

#: Seconds between two looks at whether a worker has vanished.
_TICK = 0.05


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


async def _result(future: Any) -> Any:
    return await future
