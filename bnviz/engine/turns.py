"""Turns: whose run or study is next, judged by what each origin has used lately."""

import threading
import time
from collections.abc import Callable, Collection
from typing import TypeVar

from bnviz.engine.origin import Origin

#: Seconds after which half of what was used is forgotten.
HALF_LIFE = 60.0
#: Seconds by which whoever has used nothing lately may be ahead of the one whose turn was last.
#: With more, a newcomer would keep all others waiting for what they used before it came.
CREDIT = 1.0
#: Less than this many seconds are forgotten at once.
_NEGLIGIBLE = 1e-3
#: Seconds between two times that what was used is decayed, which takes the longer the more used it.
_PAUSE = 0.5

K = TypeVar("K")

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
        #: What the address whose turn was last had used, and of each address the browser.
        self._level = 0.0
        self._levels: dict[str, float] = {}
        self._decayed_at = clock()

    def charge(self, origins: Collection[Origin], seconds: float) -> None:
        """Adds seconds used, in equal parts, by all who wait for a job; negative to give back."""
        with self._lock:
            self._decay()
            for origin in origins:
                of_address, of_browser = self._rank(origin)
                share = seconds / len(origins)
                self._used[origin.address] = max(0.0, of_address + share)
                self._used[origin] = max(0.0, of_browser + share)

    def begin(self, origins: Collection[Origin], seconds: float) -> None:
        """Charges a turn that begins, and notes how much its users had used."""
        with self._lock:
            self._decay()
            for origin in origins:
                of_address, of_browser = self._rank(origin)
                self._level = max(self._level, of_address)
                levels, address = self._levels, origin.address
                levels[address] = max(levels.get(address, 0.0), of_browser)
        self.charge(origins, seconds)

    def rank(self, origins: Collection[Origin]) -> Rank:
        """The rank of a job: that of whoever has used least of those who wait for it."""
        with self._lock:
            return min(map(self._rank, origins))

    def _rank(self, origin: Origin) -> Rank:
        level = self._levels.get(origin.address, 0.0)
        return (
            max(self._used.get(origin.address, 0.0), self._level - CREDIT),
            max(self._used.get(origin, 0.0), level - CREDIT),
        )

    def copy(self) -> "Turns":
        """Returns what is used now, to be charged in a forecast; its clock stands still."""
        with self._lock:
            self._decay()
            now = self._decayed_at
            copied = Turns(lambda: now, self._half_life)
            copied._used, copied._levels = dict(self._used), dict(self._levels)
            copied._level = self._level
        return copied

    def _decay(self) -> None:
        now = self._clock()
        if now - self._decayed_at < _PAUSE:
            return
        factor = 0.5 ** ((now - self._decayed_at) / self._half_life)
        self._decayed_at = now
        self._used = _decayed(self._used, factor)
        self._levels = _decayed(self._levels, factor)
        self._level *= factor


def _decayed(used: dict[K, float], factor: float) -> dict[K, float]:
    decayed = {user: factor * seconds for user, seconds in used.items()}
    return {user: seconds for user, seconds in decayed.items() if seconds > _NEGLIGIBLE}
