"""Pace: how much longer this host takes than the reference host."""

import math
import threading
from collections import deque
from statistics import median

#: Number of turns from which the pace is estimated.
MAX_TURNS = 15
#: Turns with less predicted time say little.
MIN_SECONDS = 0.3
#: Bounds of the pace.
SLOWEST, FASTEST = 100.0, 0.25


class Pace:
    """Seconds taken over seconds predicted, the median of recent turns.

    Safe to use from any thread.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ratios: deque[float] = deque(maxlen=MAX_TURNS)

    @property
    def factor(self) -> float:
        """How many times longer this host takes; 1 before anything is known."""
        with self._lock:
            ratio = median(self._ratios) if self._ratios else 1.0
        return min(max(ratio, FASTEST), SLOWEST)

    @property
    def coarse(self) -> float:
        """The factor as a power of two, at least 1, for what should not change from run to run."""
        return max(1.0, 2.0 ** round(math.log2(self.factor)))

    def note(self, *, taken: float, predicted: float) -> None:
        """Takes a turn in which nothing was compiled into account."""
        if predicted >= MIN_SECONDS:
            with self._lock:
                self._ratios.append(taken / predicted)
