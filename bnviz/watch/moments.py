"""Moments: the states of a network at some steps of its training, measured then or later."""

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from bnviz.lab.arms import DIVERGENCE
from bnviz.watch.measured import Measures, Measuring
from bnviz.watch.reader import Reader, State
from bnviz.watch.sample_sizes import SampleSizes

#: Memory that states may take which wait to be measured, in bytes.
_MAX_WAITING_BYTES = 2**26


@dataclass(frozen=True)
class Moment:
    """A network after a step.

    Attributes:
        step: The step.
        state: Its state.
        before: Its weights before that step; None if they are not known.
        rate: Its learning rate; None if it is not known.
    """

    step: int
    state: State
    before: State | None
    rate: float | None


class Moments:
    """The moments of one network; they are measured in the order of time.

    Args:
        reader: Reads the network.
        start: The network at step 0.
        most: How many moments may wait to be measured, if they do not take too much memory.

    Attributes:
        reader: What reads the network.
        most: How many moments may wait, after all.
        sizes: On how many examples it is measured; None until that is known.
        measures: Its measures by step.
    """

    def __init__(self, reader: Reader, start: Moment, most: int):
        self.reader, self._start = reader, start
        self._waiting: deque[Moment] = deque()
        # The weights before a step are held too.
        self.most = min(most, _MAX_WAITING_BYTES // max(1, 2 * reader.state_bytes))
        self._diverged_at = -1
        self.sizes: SampleSizes | None = None
        self.measures: dict[int, Measures] = {}
        # Who asks for a recording may do so on another thread while `fit` runs.
        self._lock = threading.Lock()

    @property
    def wait(self) -> bool:
        """Whether any moment waits to be measured."""
        return bool(self._waiting)

    @property
    def can_wait(self) -> bool:
        """Whether another moment may be kept until it is measured."""
        return len(self._waiting) < self.most

    @property
    def steps(self) -> set[int]:
        """The steps that are measured, or are going to be."""
        # Another thread may measure: a moment that is moved meanwhile is in the first of the two.
        waiting = self._waiting.copy()
        return {*(moment.step for moment in waiting), *self.measures.copy()}

    def begin(self, rungs: Sequence[SampleSizes], suits: Callable[[float], bool]) -> float:
        """Measures step 0, on the most examples that suit.

        Args:
            rungs: On how many, ascending; the first ones suit in any case.
            suits: Whether frames may take so many seconds.

        Returns:
            The seconds that a frame takes.
        """
        expected, start = 0.0, self._start
        for sizes in rungs:
            begun = time.perf_counter()
            measuring = Measuring(self.reader.taps)
            measures = measuring.measure(self.reader.read(sizes, start.state), start.rate)
            seconds = time.perf_counter() - begun
            if self.sizes and not suits(seconds):
                break
            self.sizes, self._measuring, expected = sizes, measuring, seconds
            self._record(0, measures)
        del self._start
        return expected

    def keep(self, moment: Moment) -> None:
        """Keeps a moment, later than all others."""
        self._waiting.append(moment)

    def measure_next(self) -> bool:
        """Measures the earliest moment that waits; returns whether there was one."""
        with self._lock:
            if not self._waiting or self.sizes is None:
                return False
            moment = self._waiting[0]
            reading = self.reader.read(self.sizes, moment.state, moment.before)
            self._record(moment.step, self._measuring.measure(reading, moment.rate))
            self._waiting.popleft()
            return True

    def _record(self, step: int, measures: Measures) -> None:
        first = self.measures.get(0, measures)["train_loss"]
        loss = measures["train_loss"]
        if self._diverged_at < 0 and np.isfinite(first) and not loss <= DIVERGENCE * first:
            self._diverged_at = step
        self.measures[step] = measures | {"diverged_at": self._diverged_at}
