"""ScriptTurns: whose message may start a script of the page next, when there are too many.

All scripts share one interpreter with each other and with the loop that serves everybody. So a few
at a time get on as fast as many, and the loop gets its share.
"""

import asyncio
import threading
import time
from collections.abc import Callable

from bnviz.engine.origin import Origin
from bnviz.engine.turns import Turns

#: Scripts that run at a time before others wait.
MAX_RUNNING = 3
#: Seconds after which one more may start all the same: a script that waits for something, such as a
#: file that is being read, is running too.
PAUSE = 0.05
#: Seconds between two looks at what is running, while messages wait.
_TICK = 0.005
#: Seconds after which half of what was used is forgotten.
HALF_LIFE = 10.0
#: Name that Streamlit gives to the threads of its scripts.
_THREAD = "ScriptRunner.scriptThread"


def scripts_running() -> int:
    """Number of Streamlit's scripts that run in this process."""
    return sum(thread.name == _THREAD for thread in threading.enumerate())


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

    async def take(self, origin: Origin, cost: float) -> None:
        """Waits for a message's turn.

        Args:
            origin: Where a message comes from.
            cost: What it costs to run the script that the message starts.
        """
        if self._waiting or not self._is_free():
            await self._wait(origin)
        self._let_through_at = self._clock()
        self._turns.charge([origin], cost)

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
