"""Choices: what viewers have chosen and may train next."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import NamedTuple

from bnviz.engine.origin import Origin
from bnviz.settings import Settings

#: Seconds without a further change after which a viewer has chosen.
PAUSE = 0.4
#: Viewers of whom it is kept what they have chosen last.
MAX_VIEWERS = 20


class _Choice(NamedTuple):
    """What a viewer chose.

    Attributes:
        settings: It.
        at: When, in seconds.
        wanted: Whether anything is to be done ahead for it.
    """

    settings: Settings
    at: float
    wanted: bool


class Choices:
    """The last choice of each viewer. Safe to use from any thread.

    Args:
        is_wanted: Whether anything is to be done ahead for settings; asked once for each choice.
        clock: Returns seconds that never jump.
    """

    def __init__(
        self, is_wanted: Callable[[Settings], bool], clock: Callable[[], float] = time.monotonic
    ):
        self._is_wanted = is_wanted
        self._clock = clock
        self._lock = threading.Lock()
        self._latest: OrderedDict[Origin, _Choice] = OrderedDict()

    def note(self, settings: Settings, origin: Origin) -> None:
        """Notes what a viewer has chosen instead of what they had chosen before."""
        with self._lock:
            before = self._latest.get(origin)
        if before is not None and before.settings == settings:
            return
        choice = _Choice(settings, self._clock(), self._is_wanted(settings))
        with self._lock:
            self._latest[origin] = choice
            self._latest.move_to_end(origin)
            while len(self._latest) > MAX_VIEWERS:
                self._latest.popitem(last=False)

    def settled(self) -> list[Settings]:
        """Returns the wanted ones of a moment ago or earlier, the latest first."""
        with self._lock:
            until = self._clock() - PAUSE
            choices = reversed(self._latest.values())
            return [each.settings for each in choices if each.wanted and each.at <= until]
