"""SetAside: what a worker has begun and set aside, so that others have their turn."""

import threading
import time
from collections.abc import Callable
from typing import Any, Protocol

#: Seconds after which what nobody has taken up again is dropped; it is done again from its start.
KEPT_SECONDS = 600.0


class Closable(Protocol):
    """What holds memory until it is closed."""

    def close(self) -> None:
        """Releases it."""


class SetAside:
    """Runs and blocks that are set aside, by their token. Safe to use from any thread.

    The engine decides how many there may be.

    Args:
        clock: Returns seconds that never jump.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic):
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: dict[str, tuple[float, Closable, int]] = {}

    def __len__(self) -> int:
        return len(self._kept)

    def put(self, token: str, training: Closable, position: int = 0) -> None:
        """Sets something aside.

        Args:
            token: Its name.
            training: What is set aside.
            position: A number to be kept with it.
        """
        with self._lock:
            self._kept[token] = self._clock(), training, position

    def take(self, token: str) -> tuple[Any, int] | None:
        """Returns what is set aside under a name, with its number, and no longer keeps it."""
        self._drop_old()
        with self._lock:
            found = self._kept.pop(token, None)
        return None if found is None else found[1:]

    def drop(self, token: str) -> None:
        """Drops what is set aside under a name."""
        found = self.take(token)
        if found is not None:
            found[0].close()

    def _drop_old(self) -> None:
        oldest = self._clock() - KEPT_SECONDS
        with self._lock:
            old = [token for token, (since, *_) in self._kept.items() if since < oldest]
            dropped = [self._kept.pop(token)[1] for token in old]
        for training in dropped:
            training.close()


#: What this process has set aside.
set_aside = SetAside()
