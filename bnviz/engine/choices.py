"""Choices: what viewers have chosen and may train next."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable

from bnviz.engine.origin import Origin
from bnviz.settings import Settings

#: Seconds without a further change after which a viewer has chosen.
PAUSE = 0.4
#: Viewers of whom it is kept what they have chosen last.
MAX_VIEWERS = 20


class Choices:
    """The last choice of each viewer. Safe to use from any thread.

    Args:
        clock: Returns seconds that never jump.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic):
        self._clock = clock
        self._lock = threading.Lock()
        self._latest: OrderedDict[Origin, tuple[float, Settings]] = OrderedDict()

    def note(self, settings: Settings, origin: Origin) -> None:
        """Notes what a viewer has chosen instead of what they had chosen before."""
        with self._lock:
            before = self._latest.get(origin)
            if before is not None and before[1] == settings:
                return
            self._latest[origin] = self._clock(), settings
            self._latest.move_to_end(origin)
            while len(self._latest) > MAX_VIEWERS:
                self._latest.popitem(last=False)

    def settled(self) -> list[Settings]:
        """Returns what viewers have chosen a moment ago or earlier, the latest first."""
        with self._lock:
            until = self._clock() - PAUSE
            return [settings for at, settings in reversed(self._latest.values()) if at <= until]
