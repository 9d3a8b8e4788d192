"""Supervisor: keeps one worker process alive and responding."""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from bnviz.engine.heartbeat import Listener

#: A worker process that ends within this many seconds counts as a failed start.
MIN_LIFETIME = 10.0
#: Seconds before restarting such a process, doubled each time up to the maximum.
MIN_DELAY, MAX_DELAY = 0.5, 30.0
#: Seconds without a heartbeat after which the page says so, and after which a worker process is
#: replaced. Importing TensorFlow silences a worker for a few seconds on a fast host.
NOTICEABLE_SILENCE, MAX_SILENCE = 10.0, 60.0
_POLL_INTERVAL = 0.1
#: Folder from which `bnviz` is imported.
_ROOT = Path(__file__).resolve().parents[2]


class Supervisor:
    """Starts a worker process, and another whenever it has ended or no longer responds.

    Args:
        options: What the worker reads from its input; see `bnviz.engine.worker`.

    Attributes:
        trouble: One sentence while the worker cannot start, otherwise empty.
        silence: Seconds since the worker's last heartbeat.
    """

    def __init__(self, options: dict[str, str]):
        self.trouble = ""
        self.silence = 0.0
        self._options = options

    async def run(self) -> None:
        """Keeps the worker alive until cancelled."""
        delay = MIN_DELAY
        while True:
            started = time.monotonic()
            try:
                process = _spawn(self._options)
            except OSError as error:
                self.trouble = (
                    f"A worker process cannot be started ({error}); the engine keeps trying."
                )
                await asyncio.sleep(MAX_DELAY)
                continue
            try:
                await self._attend(process)
            finally:
                _terminate(process)
                self.silence = 0.0
            if time.monotonic() - started >= MIN_LIFETIME:
                delay = MIN_DELAY
                continue
            self.trouble = (
                f"A worker process ended right after it was started (exit code "
                f"{process.returncode}); the engine keeps trying."
            )
            await asyncio.sleep(delay)
            delay = min(2 * delay, MAX_DELAY)

    async def _attend(self, process: subprocess.Popen[bytes]) -> None:
        """Waits until a process has ended or has been silent for too long."""
        started, listener = time.monotonic(), Listener(_output(process))
        while process.poll() is None and listener.silence < MAX_SILENCE:
            self.silence = listener.silence
            await asyncio.sleep(_POLL_INTERVAL)
            if time.monotonic() - started > MIN_LIFETIME:
                self.trouble = ""


def _spawn(options: dict[str, str]) -> subprocess.Popen[bytes]:
    path = os.pathsep.join(filter(None, (str(_ROOT), os.environ.get("PYTHONPATH"))))
    process = subprocess.Popen(
        # -P keeps the working directory off the path, so that no file there shadows a library.
        [sys.executable, "-P", "-m", "bnviz.engine.worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,  # its heartbeat
        env=os.environ
        | {
            "PYTHONPATH": path,
            "TF_CPP_MIN_LOG_LEVEL": "3",
            "TMPDIR": tempfile.gettempdir(),
        },
        # Ctrl+C in the terminal reaches the page alone, which then ends its workers.
        start_new_session=True,
        creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
    )
    with suppress(OSError):
        _input(process).write(json.dumps(options).encode() + b"\n")
        _input(process).flush()
    return process


def _input(process: subprocess.Popen[bytes]) -> Any:
    return process.stdin


def _output(process: subprocess.Popen[bytes]) -> Any:
    return process.stdout


def _terminate(process: subprocess.Popen[bytes]) -> None:
    with suppress(OSError):
        _input(process).close()
    try:
        process.wait(2)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
