"""Leavings: frees what ended connections leave behind."""

import gc
import time
from collections.abc import Callable

#: Connections that end before what they leave behind is collected, and seconds at least between two
#: collections.
MAX_ENDED, PAUSE = 16, 1.0


class Leavings:
    """Counts connections that have ended.

    A connection of uvicorn (0.54) is in a circle of references with what has arrived of its last
    message, so only a full garbage collection frees both. Python counts objects, not bytes: it
    comes to that after hundreds of connections, with megabytes each.

    Args:
        clock: The time in seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._ended, self._collected_at = 0, float("-inf")

    def note(self) -> None:
        """Notes that a connection has ended; collects what the last ones have left behind."""
        self._ended += 1
        now = self._clock()
        if self._ended >= MAX_ENDED and now - self._collected_at >= PAUSE:
            self._ended, self._collected_at = 0, now
            gc.collect()
