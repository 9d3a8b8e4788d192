"""Own file: a viewer's file, who holds files, and the shelf where those of ended sessions wait."""

import hashlib
import hmac
import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Generic, TypeVar
from weakref import WeakKeyDictionary

from bnviz.data.choices import Choices
from bnviz.engine.admission import ADDRESS_SHARE, BROWSER_SHARE
from bnviz.engine.origin import Origin
from bnviz.settings.kinds import KEY_LENGTH

#: How long the file of an ended session waits, in seconds.
WAIT_SECONDS = 60.0
#: Maximum size in bytes of all files that wait, over all sessions.
MAX_WAITING_BYTES = 100_000_000
_GUESSES = Choices()

T = TypeVar("T")


@dataclass(frozen=True)
class OwnFile:
    """A viewer's file, as a session holds it.

    A file has two names. `digest` is public: it stands in links, which others may see, and says
    only whether somebody has the same file. `key` is private: it is what the engine knows the data
    by, and since the engine joins runs of equal settings, anyone who could name it would see the
    run. So it also depends on the session's secret, it is written only into the files that the
    viewer saves of its runs, and neither a digest nor a key trains anything except in a session
    that holds the file itself.

    Attributes:
        name: File name, as the browser gave it.
        data: Content.
        secret: Of the session that first held the file.
        choices: How the viewer has chosen to have it read.
    """

    name: str
    data: bytes = field(repr=False)
    secret: bytes = field(repr=False)
    choices: Choices = _GUESSES

    @cached_property
    def digest(self) -> str:
        """Public name: the beginning of the SHA-256 of the content, in hexadecimal."""
        return hashlib.sha256(self.data).hexdigest()[:KEY_LENGTH]

    @property
    def key(self) -> str:
        """Private name, for `Settings.upload`, of the content as it is read with these choices."""
        text = f"{self.name}\0{self.digest}\0{self.choices!r}"
        return hmac.new(self.secret, text.encode(), hashlib.sha256).hexdigest()[:KEY_LENGTH]

    @property
    def owner(self) -> str:
        """Names the session that holds it, in this process alone."""
        return self.secret.hex()

    @property
    def size(self) -> str:
        """Size in words."""
        count = len(self.data)
        if count < 1e3:
            return f"{count} bytes"
        return f"{count / 1e3:.0f} kB" if count < 1e6 else f"{count / 1e6:.1f} MB"


class NoRoomError(ValueError):
    """A file for which this host has no memory; the message is one sentence."""


class Holders:
    """Who holds files, and how many bytes. Its methods may be called from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._files: WeakKeyDictionary[object, tuple[Origin, int]] = WeakKeyDictionary()

    def hold(
        self,
        holder: object,
        origin: Origin,
        size: int,
        *,
        max_bytes: float = math.inf,
        several: bool = False,
    ) -> None:
        """Counts a file of so many bytes in place of what the holder held before.

        Args:
            holder: Who holds it, as long as they exist.
            origin: Where the holder's requests come from.
            size: Size in bytes; 0 for no file.
            max_bytes: Maximum size of the files of all holders together. Those of one browser have
                a share of it, and those of one address; but each may hold one file.
            several: Whether the bytes are those of several files, which may never exceed a share.

        Raises:
            NoRoomError: If there is no room; then nothing has changed.
        """
        with self._lock:
            others = [each for other, each in self._files.items() if other is not holder]
            here = [each for each in others if each[0].address == origin.address]
            own = sum(held for other, held in here if other == origin)
            address = sum(held for _, held in here)
            if (own or several) and own + size > BROWSER_SHARE * max_bytes:
                raise NoRoomError(
                    "Your files, in all tabs, take as much memory as this host allows one viewer; "
                    "remove one in another tab, or choose a smaller file."
                )
            if ((address or several) and address + size > ADDRESS_SHARE * max_bytes) or (
                size + sum(held for _, held in others) > max_bytes
            ):
                raise NoRoomError(
                    "The files of all viewers take as much memory as this host allows for them; "
                    "choose a smaller file, or try again in a few minutes."
                )
            self._files[holder] = (origin, size)

    @property
    def held_bytes(self) -> int:
        """Size of the files of all holders."""
        with self._lock:
            return sum(size for _, size in self._files.values())


class Shelf(Generic[T]):
    """Files of ended sessions, each of which may be reclaimed once within a time.

    Its methods may be called from any thread, and none of them waits for anything.

    Args:
        seconds: How long a file waits.
        max_bytes: Maximum size of all files together; the oldest make room for a new one.
        clock: The time in seconds.
        weigh: Returns the size of a file in bytes.
    """

    def __init__(
        self,
        seconds: float = WAIT_SECONDS,
        max_bytes: int = MAX_WAITING_BYTES,
        clock: Callable[[], float] = time.monotonic,
        weigh: Callable[[Any], int] = lambda file: len(file.data),
    ) -> None:
        self._seconds, self._max_bytes, self._clock = seconds, max_bytes, clock
        self._weigh = weigh
        self._lock = threading.Lock()
        # By key, in the order in which they are forgotten: when, and the file.
        self._waiting: dict[str, tuple[float, T]] = {}
        self._timer: threading.Timer | None = None

    def put(self, key: str, file: T) -> None:
        """Keeps the file of a session that has ended.

        Args:
            key: What it is reclaimed with.
            file: The file.
        """
        with self._lock:
            self._waiting.pop(key, None)
            self._waiting[key] = (self._clock() + self._seconds, file)
            while self._bytes > self._max_bytes:
                del self._waiting[next(iter(self._waiting))]
            self._plan()

    def claim(self, key: str) -> T | None:
        """Takes a file off the shelf; None if there is none with this key."""
        with self._lock:
            self._forget()
            found = self._waiting.pop(key, None)
        return None if found is None else found[1]

    @property
    def waiting_bytes(self) -> int:
        """Size of all files on the shelf."""
        with self._lock:
            return self._bytes

    @property
    def _bytes(self) -> int:
        return sum(self._weigh(file) for _, file in self._waiting.values())

    def _forget(self) -> None:
        """Drops the files that nobody has reclaimed in time."""
        now = self._clock()
        while self._waiting:
            key, (end, _) = next(iter(self._waiting.items()))
            if end > now:
                return
            del self._waiting[key]

    def _plan(self) -> None:
        """Starts the timer for the oldest file, unless it runs."""
        if self._timer is None and self._waiting:
            end, _ = next(iter(self._waiting.values()))
            self._timer = threading.Timer(max(end - self._clock(), 0), self._ring)
            self._timer.daemon = True
            self._timer.start()

    def _ring(self) -> None:
        with self._lock:
            self._timer = None
            self._forget()
            self._plan()
