"""Guard: watches for side effects of a case."""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

#: Seconds after which a case counts as hung; the slowest one takes a second.
PATIENCE = 60
#: Python's audit events that no bad input may cause.
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
#: The process in which a viewer's file is read, which may be started.
READER = (sys.executable, "-P", "-m", "bnviz.data.reading_process")
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT
_watching = False
_seen: list[str] = []


class HungError(Exception):
    """A case did not end in time."""


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    if not _watching:
        return
    if event == "open":
        _, mode, flags = arguments
        written = set(mode) & set("wax+") if isinstance(mode, str) else flags & _WRITING
        # Writing to the null device, or to a pipe that is open, leaves no file.
        if written and arguments[0] != os.devnull and not isinstance(arguments[0], int):
            _seen.append(f"a file written: {arguments[0]!r}")
    elif event == "subprocess.Popen" and tuple(arguments[1]) == READER:
        return
    elif event in _FORBIDDEN:
        _seen.append(f"{event} {arguments!r:.200}")


sys.addaudithook(_hook)


@contextmanager
def watched() -> Iterator[None]:
    """Watches a block of code for side effects.

    Raises:
        HungError: If the block does not end in time, on systems with alarm signals.
        PermissionError: If the block wrote a file, unpickled, connected, or started a process other
            than the reader.
    """
    global _watching

    def on_alarm(*_: object) -> None:
        raise HungError(f"no end after {PATIENCE} s")

    bytecode, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    alarms = hasattr(signal, "SIGALRM")
    if alarms:
        before = signal.signal(signal.SIGALRM, on_alarm)
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
