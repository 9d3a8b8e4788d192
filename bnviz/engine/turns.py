"""Turns: whose run or study is next, judged by what each origin has used lately."""

import threading
import time
from collections.abc import Callable, Collection

from bnviz.engine.origin import Origin

#: Seconds after which half of what was used is forgotten.
HALF_LIFE = 60.0
#: Less than this many seconds are forgotten at once.
_NEGLIGIBLE = 1e-3
#: Seconds between two times that what was used is decayed, which takes the longer the more used it.
_PAUSE = 0.5

#: How much its address and its browser have used lately; the lowest is next.
Rank = tuple[float, float]


class Turns:
    """Seconds of the workers that addresses and browsers have used lately.

    Safe to use from any thread.

    Addresses come first: whoever invents a browser for each request shares with the others at their
    address. Within an address browsers take turns.

    Args:
        clock: Returns seconds that never jump.
        half_life: Seconds after which half of what was used is forgotten.
    """

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, half_life: float = HALF_LIFE
    ) -> None:
        self._clock, self._half_life = clock, half_life
        self._lock = threading.Lock()
        self._used: dict[str | Origin, float] = {}
        self._decayed_at = clock()

    def charge(self, origins: Collection[Origin], seconds: float) -> None:
        """Adds seconds used, in equal parts, by all who wait for a job; negative to give back."""
        with self._lock:
            self._decay()
            for origin in origins:
                for user in (origin.address, origin):
                    used = self._used.get(user, 0.0) + seconds / len(origins)
                    self._used[user] = max(0.0, used)

    def rank(self, origins: Collection[Origin]) -> Rank:
        """The rank of a job: that of whoever has used least of those who wait for it."""
        with self._lock:
            return min(
                (self._used.get(origin.address, 0.0), self._used.get(origin, 0.0))
                for origin in origins
            )

    def copy(self) -> "Turns":
        """Returns what is used now, to be charged in a forecast; its clock stands still."""
        with self._lock:
            self._decay()
            now = self._decayed_at
            copied = Turns(lambda: now, self._half_life)
            copied._used = dict(self._used)
        return copied

    def _decay(self) -> None:
        now = self._clock()
        if now - self._decayed_at < _PAUSE:
            return
        factor = 0.5 ** ((now - self._decayed_at) / self._half_life)
        self._decayed_at = now
        decayed = {user: factor * used for user, used in self._used.items()}
        self._used = {user: used for user, used in decayed.items() if used > _NEGLIGIBLE}
