"""Pace: after which steps a network that trains elsewhere is measured, so that it costs little."""

import math
from collections.abc import Collection
from statistics import median

from bnviz.recording.frames import DENSITY, NUM_FRAMES

#: Share of the time of training that measuring takes at most, unless another one is chosen.
BUDGET = 0.1
#: Steps whose time is kept, and those that are timed before anything but step 0 is measured; the
#: very first one compiles.
_TIMED, _MIN_TIMED = 64, 2
#: How far apart frames are while nobody knows how many steps there will be, as a share of them.
_GROWTH = 0.03


class Pace:
    """Decides which steps of a training are measured: about `NUM_FRAMES`, or as few as it takes.

    They are denser at the start, as those of the laboratory are.

    Args:
        total: Number of steps; None if it is not known.
        given: The only steps that are measured, such as those of another network; None for any.
        budget: Share of the time of training that measuring may take.

    Attributes:
        spent: Seconds that measuring has taken, without step 0, which compiles it.
        trained: Seconds that the timed steps have taken.
    """

    def __init__(
        self, total: int | None, given: Collection[int] | None = None, budget: float = BUDGET
    ):
        self.total, self._given, self._budget = total, given, budget
        self.spent = self.trained = 0.0
        self._steps: list[float] = []
        self._frames, self._expected = 0, 0.0
        self._next = 1

    def note_step(self, seconds: float) -> None:
        """Notes what a step took that did not compile."""
        self.trained += seconds
        self._steps = [*self._steps[-_TIMED:], seconds]

    def expect(self, seconds: float) -> None:
        """Notes what measuring step 0 took, which is not counted; the first frame takes as long."""
        self._expected = seconds

    def note_frame(self, step: int, seconds: float) -> None:
        """Notes what measuring after a step took."""
        self.spent += seconds
        self._frames += 1
        self._next = max(step + 1, self._following(step))

    def is_due(self, step: int) -> bool:
        """Whether a step is to be measured when it has been trained."""
        if len(self._steps) < _MIN_TIMED or step < self._next:
            return False
        if self._given is not None and step not in self._given:
            return False
        return self.spent + self._cost < self._budget * (self.trained + self._ahead(step))

    @property
    def _cost(self) -> float:
        """Seconds that a frame has taken on average."""
        return self.spent / self._frames if self._frames else self._expected

    def _ahead(self, step: int) -> float:
        """Seconds that the steps from one on are going to take, as far as that is known."""
        return max(0, self.total - step) * median(self._steps) if self.total is not None else 0.0

    def _following(self, step: int) -> int:
        """The step of the next frame, if measuring goes on to cost what it does."""
        if self._given is not None:
            return 0
        if self.total is None or not self._steps:
            return math.ceil(step * (1 + _GROWTH))
        seconds = self._budget * self.total * median(self._steps)
        count = max(1, min(NUM_FRAMES, int(seconds / max(self._cost, 1e-9))))
        place = math.floor(count * (step / self.total) ** (1 / DENSITY) + 1e-9)
        share: float = ((place + 1) / count) ** DENSITY
        return math.ceil(self.total * share)
