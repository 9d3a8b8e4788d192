"""Worker: the process that trains, started by `bnviz.engine.cluster`.

A worker started with `dask worker --preload bnviz.engine.worker` only takes `dask_setup` from here:
it retires after many compilations.

The process reads one line of JSON from its standard input: the scheduler's address, the paths of
the cluster's certificate and key, and the folder for its files. The input then stays open. When it
closes, the page's process has ended, in whatever way, and the worker ends too, on every operating
system. Its standard output carries its heartbeat; see `bnviz.engine.heartbeat`.
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
from bnviz.engine.heartbeat import beat
from bnviz.engine.set_aside import set_aside

#: How much workers yield to other processes, from 0 to 19.
NICENESS = 10
#: Makes Linux end a worker rather than the page when memory runs out: a run can be repeated.
_OOM_SCORE_ADJUSTMENT = "500"
#: Numbers of compiled networks after which a worker retires once it is idle, and even if it is
#: busy, because a study of many architectures never leaves it idle.
MAX_NETWORKS, MAX_NETWORKS_IF_BUSY = 24, 32
#: Seconds that a retiring worker waits for its results to be fetched.
FETCH_TIMEOUT = 1.0


def main() -> None:
    """Runs a worker until the scheduler or the page's process is gone."""
    options = json.loads(sys.stdin.buffer.readline())
    heartbeat = _claimed_output()
    lifeline = threading.Thread(target=_end_with_page, args=(options["folder"],), daemon=True)
    lifeline.start()
    if hasattr(os, "nice"):
        # The page takes precedence: viewers notice a stuttering picture, not a slightly slower run.
        os.nice(NICENESS)
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(_OOM_SCORE_ADJUSTMENT)
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    dask.config.set(DASK)
    status = 1
    try:
        asyncio_run(_work(options, heartbeat), loop_factory=get_loop_factory())
        status = 0
    except (TimeoutError, OSError) as error:
        sys.stderr.write(f"The worker could not reach its scheduler: {error}\n")
    finally:
        # If the scheduler is gone because the page's process is, that thread is cleaning up.
        lifeline.join(1)
        # A run in another thread would keep the process alive.
        os._exit(status)


def _claimed_output() -> int:
    """Keeps the standard output for the heartbeat alone; returns its descriptor.

    Whatever else is written to it goes nowhere: downloads of data sets write their progress to it.
    """
    claimed = os.dup(sys.stdout.fileno())
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
    return claimed


async def _work(options: dict[str, str], heartbeat: int) -> None:
    beating = asyncio.create_task(beat(heartbeat))
    security = Security(
        require_encryption=True,
        tls_ca_file=options["certificate"],
        tls_worker_cert=options["certificate"],
        tls_worker_key=options["key"],
    )
    # One thread, so that runs and the warm-up wait for one another. No memory limit: a worker over
    # Dask's limit pauses until memory is freed, which TensorFlow never does.
    async with Worker(
        options["scheduler"],
        nthreads=1,
        memory_limit=0,
        security=security,
        protocol="tls",
        host="127.0.0.1",
        dashboard=False,
        dashboard_address="127.0.0.1:0",
        local_directory=options["folder"],
        death_timeout=30,
    ) as worker:
        watches = [asyncio.create_task(watch(worker)) for watch in (_retire, watchdog.watch)]
        await worker.finished()
        for watch in (*watches, beating):
            watch.cancel()


def dask_setup(worker: Worker) -> None:
    """Dask calls this in a worker that was started with this module as its preload."""
    # Without a nanny nothing would start a replacement.
    if worker.nanny:
        worker.loop.add_callback(_retire, worker)


async def _retire(worker: Worker) -> None:
    """Ends a worker that has compiled many networks, so that a new one replaces it.

    TensorFlow keeps every compiled program, 10 to 20 MB each, until its process ends.
    """
    while _compiled_networks() <= MAX_NETWORKS:
        await asyncio.sleep(1)
    # What is set aside would be begun again elsewhere.
    while worker.state.executing or worker.state.ready or set_aside:
        if _compiled_networks() > MAX_NETWORKS_IF_BUSY:
            break
        await asyncio.sleep(0.005)
    # It takes no more tasks; the scheduler sends new ones elsewhere.
    worker.status = Status.paused
    while worker.state.executing:
        await asyncio.sleep(0.005)
    # Results that nobody has fetched yet would be computed again.
    retired_at = time.monotonic()
    while worker.data and time.monotonic() - retired_at < FETCH_TIMEOUT:
        await asyncio.sleep(0.005)
    # The nanny stays and starts the next worker.
    await worker.close(nanny=False, reason="retired")


def _compiled_networks() -> int:
    """Returns the number of networks compiled in this process; 0 until the lab is imported."""
    lab = sys.modules.get("bnviz.lab.arms")
    count = getattr(lab, "compiled_networks", None)
    return count() if count else 0


def _end_with_page(folder: str) -> None:
    # Bypasses Python's buffers, whose lock, if held here, would abort an orderly exit.
    while os.read(0, 1024):
        pass
    shutil.rmtree(folder, ignore_errors=True)
    os._exit(0)


if __name__ == "__main__":
    main()
