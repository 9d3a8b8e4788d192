"""Serving: a Streamlit server for a benchmark."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from pathlib import Path
from types import MappingProxyType
from typing import IO
from urllib.parse import urlencode

import machine
import psutil

from bnviz.settings import Settings


def _answers(port: int) -> bool:
    with suppress(OSError), closing(socket.create_connection(("127.0.0.1", port), 1)):
        return True
    return False


def _free_port() -> int:
    """A free local port."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def in_link(settings: Settings, **more: str) -> dict[str, str]:
    """The parameters of a link to these settings, which leaves out the defaults of today."""
    return {**settings.to_query(), "v": "2", **more}


class Server:
    """A running `streamlit run` process.

    Args:
        script: The script that it runs.
        prepare: Called in the new process before it becomes the server.
        log: File for what it writes to standard error; None for that of this process.
        variables: Environment variables besides those of this process.

    Attributes:
        url: Its address.
        started: When it was started, seconds since the epoch.
        process: Its process.
    """

    def __init__(
        self,
        script: Path,
        *,
        prepare: Callable[[], None] | None = None,
        log: IO[bytes] | None = None,
        variables: Mapping[str, str] = MappingProxyType({}),
    ):
        port = _free_port()
        self.url = f"http://127.0.0.1:{port}/"
        options = [
            "--server.headless=true",
            "--logger.level=warning",
            f"--server.port={port}",
            "--server.address=127.0.0.1",
        ]
        self.started = time.time()
        started = subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", str(script), *options],
            cwd=machine.ROOT,
            env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", **variables},
            stdout=subprocess.DEVNULL,
            stderr=log,
            preexec_fn=prepare,
        )
        self.process = psutil.Process(started.pid)
        self._started = started
        while not _answers(port):
            self._check()
            time.sleep(0.02)

    @property
    def address(self) -> str:
        """Its host and port."""
        return self.url.split("//")[1].rstrip("/")

    def link(self, settings: Settings) -> str:
        """The address that opens the page with these settings."""
        return f"{self.url}?{urlencode(in_link(settings))}"

    def workers(self) -> list[psutil.Process]:
        """The worker processes."""
        return [each for each in self.process.children(recursive=True) if is_worker(each)]

    def close(self) -> None:
        """Terminates the server and its child processes.

        Raises:
            RuntimeError: If it had already exited, which invalidates the measurements.
        """
        self._check()
        children = self.process.children(recursive=True)
        self._started.terminate()
        with suppress(subprocess.TimeoutExpired):
            self._started.wait(20)
        for left in psutil.wait_procs([self.process, *children], 10)[1]:
            print(f"Process {left.pid} did not exit; killing it.", file=sys.stderr)
            left.kill()

    def _check(self) -> None:
        if self._started.poll() is not None:
            raise RuntimeError(f"streamlit exited with code {self._started.returncode}")


def is_worker(process: psutil.Process) -> bool:
    """Whether a process is one of the engine's workers."""
    with suppress(psutil.Error):
        return "bnviz.engine.worker" in process.cmdline()
    return False
