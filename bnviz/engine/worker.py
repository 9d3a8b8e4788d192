"""Worker: the process that trains. `bnviz.engine.cluster` starts it; nobody else need.

A worker that `dask worker --preload bnviz.engine.worker` starts takes from here only that it makes
room for another one in time.

It reads one line of JSON from its standard input: the scheduler's address, the certificate and key
of this cluster, and the folder for its files. So no certificate is ever written to a disk by name,
and none shows in the list of processes. The input then stays open: when it ends, so has the page's
process, in whatever way, and the worker ends too, on every operating system alike.
"""

import asyncio
import json
import logging
import os
import shutil
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import dask
from distributed import Security, Worker
from distributed.compatibility import asyncio_run
from distributed.config import get_loop_factory
from distributed.core import Status

from bnviz.engine import watchdog
from bnviz.engine.configuration import DASK

#: How far workers stand back behind other processes, from 0 to 19.
NICENESS = 10
#: Points that put a worker before the page when Linux runs out of memory and looks for a process to
#: end: a run can be had again.
_SACRIFICE = "500"
#: Networks that a worker compiles before it makes room for another as soon as nothing waits for it,
#: and before it does so whatever waits: a study of many architectures leaves it no pause.
MAX_NETWORKS, FAR_TOO_MANY = 24, 32
#: Seconds in which what a worker has done is fetched from it.
FETCHED = 1.0


def main() -> None:
    """Works until the scheduler or the page's process is gone."""
    orders = json.loads(sys.stdin.buffer.readline())
    lifeline = threading.Thread(target=_end_with_page, args=(orders["folder"],), daemon=True)
    lifeline.start()
    if hasattr(os, "nice"):
        # The page and its viewers go first: a run that takes a little longer is not seen, a picture
        # that halts is.
        os.nice(NICENESS)
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(_SACRIFICE)
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    dask.config.set(DASK)
    status = 1
    try:
        asyncio_run(_work(orders), loop_factory=get_loop_factory())
        status = 0
    except (TimeoutError, OSError) as error:
        sys.stderr.write(f"A worker could not reach its scheduler: {error}\n")
    finally:
        # If the scheduler is gone because the page's process is, that thread has tidying to do.
        lifeline.join(1)
        # A run that is under way in another thread would keep the process.
        os._exit(status)


async def _work(orders: dict[str, str]) -> None:
    security = Security(
        require_encryption=True,
        tls_ca_file=orders["certificate"],
        tls_worker_cert=orders["certificate"],
        tls_worker_key=orders["key"],
    )
    # One thread, because runs and the warm-up are to wait for one another. No memory limit: a
    # worker over Dask's limit pauses, and TensorFlow does not give memory back for it to go on.
    async with Worker(
        orders["scheduler"],
        nthreads=1,
        memory_limit=0,
        security=security,
        protocol="tls",
        host="127.0.0.1",
        dashboard=False,
        dashboard_address="127.0.0.1:0",
        local_directory=orders["folder"],
        death_timeout=30,
    ) as worker:
        watches = [asyncio.create_task(watch(worker)) for watch in (_retire, watchdog.watch)]
        await worker.finished()
        for watch in watches:
            watch.cancel()


def dask_setup(worker: Worker) -> None:
    """Dask calls this in a worker that it has started, where this module is its preload."""
    # Without a nanny nobody would start the next one.
    if worker.nanny:
        worker.loop.add_callback(_retire, worker)


async def _retire(worker: Worker) -> None:
    """Ends a worker that has compiled many networks; another takes its place.

    TensorFlow keeps every compiled program, 10 to 20 MB each, until its process ends.
    """
    while _compiled_networks() <= MAX_NETWORKS:
        await asyncio.sleep(1)
    while worker.state.executing or worker.state.ready:
        if _compiled_networks() > FAR_TOO_MANY:
            break
        await asyncio.sleep(0.005)
    # It takes up nothing more; what comes meanwhile the scheduler gives to others.
    worker.status = Status.paused
    while worker.state.executing:
        await asyncio.sleep(0.005)
    # What was just done is fetched, or it would be done again.
    leaving = time.monotonic()
    while worker.data and time.monotonic() - leaving < FETCHED:
        await asyncio.sleep(0.005)
    # What watches over this worker stays, and starts the next one.
    await worker.close(nanny=False, reason="retired")


def _compiled_networks() -> int:
    """Networks compiled in this process; 0 until the lab, which another thread imports, is here."""
    lab = sys.modules.get("bnviz.lab.arms")
    count = getattr(lab, "compiled_networks", None)
    return count() if count else 0


def _end_with_page(folder: str) -> None:
    # Read past Python's buffers: their lock, held here, would abort an orderly exit.
    while os.read(0, 1024):
        pass
    shutil.rmtree(folder, ignore_errors=True)
    os._exit(0)


if __name__ == "__main__":
    main()
