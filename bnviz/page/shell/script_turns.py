"""ScriptTurns: whose message may start a script of the page next, when there are too many.

All scripts share one interpreter with each other and with the loop that serves everybody. So a few
at a time get on as fast as many, and the loop gets its share.
"""

import asyncio
import threading
import time
from collections.abc import Callable

from bnviz.page.shell.sender import Sender

#: Scripts that run at a time before others wait.
MAX_RUNNING = 3
#: Seconds after which one more may start all the same: a script that waits for something, such as a
#: file that is being read, is running too.
PAUSE = 0.05
#: Seconds between two looks at what is running, while messages wait.
_TICK = 0.005
#: Seconds after which half of what was used is forgotten.
HALF_LIFE = 10.0
#: Less than this much is forgotten at once.
_NEGLIGIBLE = 0.01
#: Name that Streamlit gives to the threads of its scripts.
_THREAD = "ScriptRunner.scriptThread"


def scripts_running() -> int:
    """Number of Streamlit's scripts that run in this process."""
    return sum(thread.name == _THREAD for thread in threading.enumerate())


class ScriptTurns:
    """Lets messages through in turn, first those of whoever has used least lately.

    Addresses take turns, and browsers within an address. All methods are called on one event loop.

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
        self._waiting: list[tuple[Sender, asyncio.Future[None]]] = []
        self._timer: asyncio.TimerHandle | None = None
        self._used: dict[str | Sender, float] = {}
        self._decayed_at = self._let_through_at = clock()

    async def take(self, sender: Sender, cost: float) -> None:
        """Waits for the sender's turn.

        Args:
            sender: Who has sent a message.
            cost: What it costs to run the script that the message starts.
        """
        if self._waiting or not self._is_free():
            await self._wait(sender)
        self._let_through_at = self._clock()
        self._decay()
        for user in (sender.address, sender):
            self._used[user] = self._used.get(user, 0.0) + cost

    async def _wait(self, sender: Sender) -> None:
        turn = (sender, asyncio.get_running_loop().create_future())
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
            turn = min(self._waiting, key=lambda turn: self._rank(turn[0]))
            self._waiting.remove(turn)
            if not turn[1].done():
                turn[1].set_result(None)
        self._plan()

    def _rank(self, sender: Sender) -> tuple[float, float]:
        return self._used.get(sender.address, 0.0), self._used.get(sender, 0.0)

    def _decay(self) -> None:
        now = self._clock()
        factor = 0.5 ** ((now - self._decayed_at) / HALF_LIFE)
        self._decayed_at = now
        decayed = {user: factor * used for user, used in self._used.items()}
        self._used = {user: used for user, used in decayed.items() if used > _NEGLIGIBLE}
