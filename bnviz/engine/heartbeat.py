"""Heartbeat: how the page's process notices that a worker process no longer responds.

A worker writes a byte every second from the event loop in which it talks to the scheduler. The
page's process reads them in a thread, since a pipe cannot be waited for on every system otherwise.
A worker that is stopped, swapped out or stuck in a call that holds Python's lock falls silent,
while its process and its connection stay.
"""

import asyncio
import os
import threading
import time
from collections.abc import Callable
from typing import IO

#: Seconds between two beats.
INTERVAL = 1.0


async def beat(descriptor: int) -> None:
    """Writes beats until it is cancelled or the reader is gone."""
    while True:
        try:
            os.write(descriptor, b".")
        except OSError:
            return
        await asyncio.sleep(INTERVAL)


class Listener:
    """Listens to the beats of a worker process.

    Args:
        beats: The process's output, from which beats are read until it ends.
        clock: Returns seconds that never jump.
    """

    def __init__(self, beats: IO[bytes], clock: Callable[[], float] = time.monotonic):
        self._beats = beats
        self._clock = clock
        self._heard = clock()
        threading.Thread(target=self._listen, name="bnviz-heartbeat", daemon=True).start()

    @property
    def silence(self) -> float:
        """Seconds since the last beat, or since the process was started."""
        return self._clock() - self._heard

    def _listen(self) -> None:
        with self._beats:
            while self._beats.read(1):
                self._heard = self._clock()
