"""ReadingLine: whose file is read next."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

from bnviz.engine.origin import Origin
from bnviz.engine.turns import Turns
from bnviz.page.shell import script_turns

#: Files that are read at a time; of each address one.
MAX_READING = 2
#: Seconds between two looks at whether a script that waits is to stop.
_TICK = 0.05

T = TypeVar("T")

#: Reads a file, until the event says that nobody waits for it any more.
Read = Callable[[threading.Event], Any]


@dataclass(frozen=True, eq=False)
class _Waiting:
    """A file in the line."""

    key: str
    origin: Origin
    read: Read
    unwanted: threading.Event = field(default_factory=threading.Event)
    future: Future[Any] = field(default_factory=Future)


class ReadingLine:
    """Files that are being read or wait for it; its methods may be called from any thread.

    Those of whoever has used least time lately come first.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        # By their owners.
        self._files: dict[str, _Waiting] = {}
        self._reading: set[_Waiting] = set()
        self._turns = Turns()

    def join(self, owner: str, key: str, origin: Origin, read: Read) -> Future[Any]:
        """Puts a file into the line, in place of any other of the owner, unless it is there.

        Args:
            owner: Names who waits for it.
            key: Names the file and how it is read.
            origin: Where the owner is.
            read: Reads it; called in a thread of its own.

        Returns:
            What it will return; cancelled if the file leaves the line before.
        """
        with self._lock:
            file = self._files.get(owner)
            if file is None or file.key != key:
                self._drop(owner)
                file = self._files[owner] = _Waiting(key, origin, read)
                self._begin()
            return file.future

    def leave(self, owner: str) -> None:
        """Takes the owner's file out of the line, and ends its reading."""
        with self._lock:
            self._drop(owner)

    def _drop(self, owner: str) -> None:
        file = self._files.pop(owner, None)
        if file is not None:
            file.unwanted.set()
            file.future.cancel()

    def _begin(self) -> None:
        """Begins to read the files whose turn it is."""
        while len(self._reading) < MAX_READING:
            busy = {file.origin.address for file in self._reading}
            free = [
                (owner, file)
                for owner, file in self._files.items()
                if file not in self._reading and file.origin.address not in busy
            ]
            if not free:
                return
            owner, file = min(free, key=lambda each: self._turns.rank([each[1].origin]))
            self._reading.add(file)
            threading.Thread(target=self._read, args=(owner, file), daemon=True).start()

    def _read(self, owner: str, file: _Waiting) -> None:
        begun = time.monotonic()
        outcome: Callable[[], Any]
        try:
            found = file.read(file.unwanted)
            outcome = partial(file.future.set_result, found)
        except Exception as error:
            outcome = partial(file.future.set_exception, error)
        with self._lock:
            self._turns.charge([file.origin], time.monotonic() - begun)
            self._reading.discard(file)
            if self._files.get(owner) is file:
                del self._files[owner]
            self._begin()
            if not file.future.cancelled():
                outcome()


def outcome_of(future: Future[T], meanwhile: Callable[[], None] | None = None) -> T:
    """Waits for what was read of a file.

    Args:
        future: From `ReadingLine.join`.
        meanwhile: Called again and again; ends the wait with what it raises.

    Raises:
        CancelledError: If the file has left the line.
    """
    while True:
        try:
            with script_turns.waiting():
                return future.result(_TICK)
        except TimeoutError:
            if meanwhile is not None:
                meanwhile()


#: Own data and recordings of all viewers: each takes several times its size in memory.
LINE = ReadingLine()
