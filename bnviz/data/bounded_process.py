"""BoundedProcess: a module of this package run in a process of its own, which ends with its task.

What takes seconds of a processor would keep the page from serving others, and what a stranger has
made may take any memory. Both are bounded there, and whatever happens to that process is one
exception here.
"""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Literal

#: How much it yields to other processes, from 0 to 19: more than a worker, for which others wait.
NICENESS = 15
#: Status of a process that has run out of memory.
OUT_OF_MEMORY = 3
_ROOT = Path(__file__).parents[2]
#: Seconds between two looks at whether the answer is still wanted.
_TICK = 0.1


class UnwantedError(Exception):
    """Nobody waits for the outcome any more."""


class ProcessError(RuntimeError):
    """A process that has given no answer.

    Attributes:
        reason: Whether it could not be "started", ran out of "memory", or "ended" otherwise.
    """

    def __init__(self, reason: Literal["started", "memory", "ended"]) -> None:
        super().__init__(reason)
        self.reason = reason


def answer(
    program: Sequence[str],
    sent: bytes,
    *,
    max_seconds: float,
    unwanted: threading.Event | None = None,
) -> bytes:
    """Starts a process and returns what it writes.

    Args:
        program: What Python runs, such as `("-m", module)`.
        sent: What the process reads.
        max_seconds: Seconds by the clock after which it is ended.
        unwanted: Set when nobody waits for the answer any more, which ends the process.

    Raises:
        ProcessError: If it gives none.
        UnwantedError: If nobody waits for it any more.
    """
    unwanted = unwanted or threading.Event()
    try:
        process = _spawn(program)
    except OSError:
        raise ProcessError("started") from None
    with process:
        try:
            asked = (process, unwanted, max_seconds)
            watch = threading.Thread(target=_end_if, args=asked, daemon=True)
            watch.start()
            written, _ = process.communicate(sent)
        except BaseException:  # such as Ctrl+C, which does not reach it
            process.kill()
            raise
    watch.join()
    if unwanted.is_set():
        raise UnwantedError
    if process.returncode == OUT_OF_MEMORY:
        raise ProcessError("memory")
    if process.returncode or not written:
        raise ProcessError("ended")
    return written


def bound(max_memory: int | None = None, max_processor_seconds: int | None = None) -> None:
    """Bounds what this process takes, where the system knows such bounds.

    Args:
        max_memory: Bytes of address space, the program itself included; None for any number.
        max_processor_seconds: Seconds of a processor; None for any number.
    """
    # If the system itself runs out of memory, this process ends before the page and its workers.
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")
    if sys.platform != "win32":
        import resource

        os.nice(NICENESS)
        for kind, most in (
            (resource.RLIMIT_AS, max_memory),
            (resource.RLIMIT_CPU, max_processor_seconds),
        ):
            if most is not None:
                with suppress(ValueError, OSError):
                    resource.setrlimit(kind, (most, most))


def _spawn(program: Sequence[str]) -> subprocess.Popen[bytes]:
    path = os.pathsep.join(filter(None, (str(_ROOT), os.environ.get("PYTHONPATH"))))
    return subprocess.Popen(  # noqa: S603
        # -P keeps the working directory off the path, so that no file there shadows a library.
        [sys.executable, "-P", *program],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        # NumPy's library for matrices, which are not used there, takes memory for each core.
        env=os.environ | {"PYTHONPATH": path, "OPENBLAS_NUM_THREADS": "1"},
        # Ctrl+C in the terminal reaches the page alone.
        start_new_session=True,
        creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
    )


def _end_if(
    process: subprocess.Popen[bytes], unwanted: threading.Event, max_seconds: float
) -> None:
    """Ends a process that is not wanted any more, or that takes too long."""
    deadline = time.monotonic() + max_seconds
    while process.poll() is None:
        if unwanted.wait(_TICK) or time.monotonic() > deadline:
            process.kill()
            return
