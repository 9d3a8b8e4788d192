"""Engine: what tests of the engine share."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil

from bnviz.engine.job import Job
from tests.support import ROOT

#: Seconds that anything may take on a busy machine.
PATIENCE = 180


def until(condition: Callable[[], Any], seconds: float = PATIENCE) -> None:
    """Waits until a condition holds."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.01)


def workers_of(process: int | None = None) -> list[psutil.Process]:
    """The worker processes that a process started itself, by default this one."""
    found = []
    for child in psutil.Process(process).children():
        # A process may end while it is inspected.
        with suppress(psutil.NoSuchProcess):
            if "bnviz.engine.worker" in child.cmdline():
                found.append(child)
    return found


@contextmanager
def watched(job: Job) -> Iterator[Any]:
    """Watches a job, and stops it afterwards."""
    job.join("test")
    try:
        yield job
    finally:
        job.stop()
        job.leave("test")


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class DaskCluster:
    """A Dask scheduler and workers, each in a process started as the README describes.

    Args:
        folder: Working directory of the processes.
        port: Port of the scheduler; a free one if None.

    Attributes:
        address: Address of the scheduler.
        workers: The worker processes started so far.
    """

    def __init__(self, folder: Path, port: int | None = None):
        self._folder = folder
        self._stack = ExitStack()
        port = port or free_port()
        self.address = f"tcp://127.0.0.1:{port}"
        self.workers: list[subprocess.Popen[bytes]] = []
        self._start("scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard")

    def __enter__(self) -> "DaskCluster":
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def add_worker(self) -> None:
        options = ("--nthreads", "1", "--no-dashboard", "--no-nanny")
        self.workers.append(self._start("worker", self.address, *options))

    def _start(self, *arguments: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "-m", "dask", *arguments],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=self._folder,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
        )
        self._stack.callback(process.wait)
        self._stack.callback(process.kill)
        return process
