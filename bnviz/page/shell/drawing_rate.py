"""DrawingRate: how often the whole page is drawn for one browser, and for one address."""

import time
from collections.abc import Callable

from bnviz.engine.origin import Origin

#: Pages that a browser, in all its tabs, has drawn at once, and each second after that.
BROWSER_BURST, BROWSER_RATE = 60.0, 3.0
#: The same of an address, which may be that of a class.
ADDRESS_BURST, ADDRESS_RATE = 300.0, 10.0
#: Users of whom is known what they had drawn, before those are dropped who have it all again.
_MAX_USERS = 1_000


class DrawingRate:
    """Delays those who have pages drawn again and again; everybody else is never delayed.

    Drawing a page takes a tenth of a second of the interpreter that serves everybody.

    Args:
        clock: The time in seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        # By user: how many pages beyond what the rate allows, and when that was.
        self._levels: dict[str | Origin, tuple[float, float]] = {}

    def wait(self, origin: Origin) -> float:
        """Returns the seconds until a page may be drawn, which counts from now on."""
        return max(
            self._note(origin, BROWSER_BURST, BROWSER_RATE),
            self._note(origin.address, ADDRESS_BURST, ADDRESS_RATE),
        )

    def _note(self, user: str | Origin, burst: float, rate: float) -> float:
        now = self._clock()
        level, at = self._levels.get(user, (0.0, now))
        level = max(0.0, level - rate * (now - at)) + 1
        if user not in self._levels and len(self._levels) >= _MAX_USERS:
            self._forget(now)
        self._levels[user] = level, now
        return max(0.0, level - burst) / rate

    def _forget(self, now: float) -> None:
        """Drops those who have nothing to wait for and may begin anew."""
        self._levels = {
            user: (level, at)
            for user, (level, at) in self._levels.items()
            if level > (now - at) * (BROWSER_RATE if isinstance(user, Origin) else ADDRESS_RATE)
        }
