"""Guard: watches what a case does besides what it returns."""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

#: Seconds after which a case counts as hung; the slowest takes a second.
PATIENCE = 60
#: What no bad input may lead to, by the names of Python's audit events.
_FORBIDDEN = (
    "ctypes.dlopen",
    "os.exec",
    "os.mkdir",
    "os.posix_spawn",
    "os.remove",
    "os.rename",
    "os.rmdir",
    "os.symlink",
    "os.system",
    "pickle.find_class",
    "socket.connect",
    "subprocess.Popen",
)
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT
_watching = False
_seen: list[str] = []


class HungError(Exception):
    """A case that does not end."""


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    if not _watching:
        return
    if event == "open":
        _, mode, flags = arguments
        written = set(mode) & set("wax+") if isinstance(mode, str) else flags & _WRITING
        # What is thrown away is no file.
        if written and arguments[0] != os.devnull:
            _seen.append(f"a file written: {arguments[0]!r}")
    elif event in _FORBIDDEN:
        _seen.append(f"{event} {arguments!r:.200}")


sys.addaudithook(_hook)


@contextmanager
def watched() -> Iterator[None]:
    """Raises if anything in it writes a file, unpickles, starts a process, connects or hangs.

    Raises:
        HungError: If it does not end in time (where there are alarms).
        PermissionError: If it did what is forbidden.
    """
    global _watching

    def late(*_: object) -> None:
        raise HungError(f"no end after {PATIENCE} s")

    bytecode, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    alarms = hasattr(signal, "SIGALRM")
    if alarms:
        before = signal.signal(signal.SIGALRM, late)
        signal.alarm(PATIENCE)
    _seen.clear()
    _watching = True
    try:
        yield
    finally:
        _watching = False
        sys.dont_write_bytecode = bytecode
        if alarms:
            signal.alarm(0)
            signal.signal(signal.SIGALRM, before)
    if _seen:
        raise PermissionError("; ".join(_seen))
