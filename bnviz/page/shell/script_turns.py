"""ScriptTurns: whose message may start a script of the page next, when there are too many.

All scripts share one interpreter with each other and with the loop that serves everybody. So a few
at a time get on as fast as many, and the loop gets its share.
"""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from bnviz.engine.origin import Origin
from bnviz.engine.turns import Turns
from bnviz.page.shell.polling import RESPONSE_COST

#: Seconds of the interpreter that a script of the whole page takes, about, and any other one.
PAGE_SECONDS, SECONDS = 0.12, 1e-3 * RESPONSE_COST
#: Scripts that run at a time before others wait.
MAX_RUNNING = 2
#: Seconds after which one more may start all the same, in case those that run wait for something
#: that is not known here. With less, scripts start faster than they end while a crowd comes.
PAUSE = 1.0
#: Seconds between two looks at what is running, while messages wait.
_TICK = 0.005
#: Seconds after which half of what was used is forgotten.
HALF_LIFE = 10.0
#: Name that Streamlit gives to the threads of its scripts.
THREAD = "ScriptRunner.scriptThread"

#: Threads of scripts that leave the interpreter to others.
_idle: set[int] = set()


@contextmanager
def waiting() -> Iterator[None]:
    """While this context lasts, the script of this thread waits, so that another one may run."""
    thread = threading.get_ident()
    _idle.add(thread)
    try:
        yield
    finally:
        _idle.discard(thread)


def scripts_running() -> int:
    """Number of Streamlit's scripts that run in this process and do not wait for something."""
    return sum(
        thread.name == THREAD and thread.ident not in _idle for thread in threading.enumerate()
    )


class ScriptTurns:
    """Lets messages through in turn, first those of whoever has used least lately.

    All methods are called on one event loop.

    Args:
        running: Returns how many scripts are running.
        clock: The time in seconds.
    """

    def __init__(
        self,
        running: Callable[[], int] = scripts_running,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._running, self._clock = running, clock
        self._turns = Turns(clock, HALF_LIFE)
        self._waiting: list[tuple[Origin, asyncio.Future[None]]] = []
        self._timer: asyncio.TimerHandle | None = None
        self._let_through_at = clock()

    async def take(self, origin: Origin, seconds: float) -> None:
        """Waits for a message's turn.

        Args:
            origin: Where a message comes from.
            seconds: What the script takes that the message starts.
        """
        if self._waiting or not self._is_free():
            await self._wait(origin)
        self._let_through_at = self._clock()
        self._turns.charge([origin], seconds)

    async def _wait(self, origin: Origin) -> None:
        turn = (origin, asyncio.get_running_loop().create_future())
        self._waiting.append(turn)
        self._plan()
        try:
            await turn[1]
        finally:
            if turn in self._waiting:
                self._waiting.remove(turn)

    def _is_free(self) -> bool:
        """Whether one more script may start now."""
        return self._running() < MAX_RUNNING or self._clock() - self._let_through_at >= PAUSE

    def _plan(self) -> None:
        """Looks again soon, if anybody waits."""
        if self._waiting and self._timer is None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(_TICK, self._let_through)

    def _let_through(self) -> None:
        """Lets a message through, if one more script may start."""
        self._timer = None
        if self._waiting and self._is_free():
            turn = min(self._waiting, key=lambda turn: self._turns.rank([turn[0]]))
            self._waiting.remove(turn)
            if not turn[1].done():
                turn[1].set_result(None)
        self._plan()
