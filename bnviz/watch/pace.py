"""Pace: after which steps a network that trains elsewhere is measured, so that it costs little."""

import math
from collections import deque
from collections.abc import Collection
from statistics import median

from bnviz.recording.frames import DENSITY, NUM_FRAMES

#: Share of the time of training that measuring takes at most, unless another one is chosen.
BUDGET = 0.1
#: The least number of frames, with some of the first steps among them that are never measured;
#: those that the budget does not pay for are measured after training.
MIN_FRAMES = 64
#: Steps whose time is kept, and those that are timed before anything but step 0 is measured; the
#: very first one compiles.
_TIMED, _MIN_TIMED = 64, 2
#: Steps that a training is expected to have whose number nobody knows.
_USUAL_STEPS = 1_000
#: How far apart frames are while nobody knows how many steps there will be, as a share of them.
_GROWTH = 0.03


class Pace:
    """Decides which steps of a training are measured, and whether at once or later.

    About `NUM_FRAMES` are, or as few as the budget pays for but not less than `MIN_FRAMES`, which
    are measured later unless they would take too much memory. They are denser at the start, as
    those of the laboratory are.

    Args:
        total: Number of steps; None if it is not known.
        given: The only steps that are measured, such as those of another network; None for any.
        budget: Share of the time of training that measuring may take.
        least: The least number of frames, whatever the budget pays for.

    Attributes:
        prepared: Seconds that preparations have taken, step 0 among them; they are not counted.
        spent: Seconds that measuring has taken since, while the network trained.
        trained: Seconds that the timed steps have taken.
    """

    def __init__(
        self,
        total: int | None,
        given: Collection[int] | None = None,
        budget: float = BUDGET,
        least: int = 1,
    ):
        self.total, self._given, self._budget, self._least = total, given, budget, least
        self.prepared = self.spent = self.trained = 0.0
        self._steps: deque[float] = deque(maxlen=_TIMED)
        self._noted, self._step = 0, 0.0
        self._frames, self._measuring, self._expected = 0, 0.0, 0.0
        self._next = 1

    def note_step(self, seconds: float, count: int = 1, *, disturbed: bool = False) -> None:
        """Notes what steps took that did not compile.

        Args:
            seconds: The seconds of all of them.
            count: How many they are, more than one where they are executed together.
            disturbed: Whether a state was kept or measured beside it, which makes it slower: caches
                are cold, and weights that are kept are not changed where they are.
        """
        if disturbed and self.is_known:
            self.trained += count * self._step
            self.spent += seconds - count * self._step
            return
        self.trained += seconds
        self._steps.append(seconds / count)
        self._noted += 1
        # Sorting them at every step would cost more than the rest of this.
        if self._noted <= _MIN_TIMED or self._noted % (_TIMED // 4) == 0:
            self._step = median(self._steps)

    def expect(self, seconds: float) -> None:
        """Says what a frame is going to take, before there is any."""
        self._expected = seconds

    @property
    def is_known(self) -> bool:
        """Whether enough steps were timed to say what training takes."""
        return self._noted >= _MIN_TIMED

    def affordable(self, seconds: float) -> float:
        """How many frames can be measured in all if each takes so many seconds."""
        total = self.total if self.total is not None else _USUAL_STEPS
        return self._budget * total * self._step / max(seconds, 1e-9)

    def note_due(self, step: int) -> None:
        """Notes that a step is going to be measured."""
        self._next = max(step + 1, self._following(step))

    def note_frame(self, seconds: float) -> None:
        """Notes what measuring a step took."""
        self.spent += seconds
        self._measuring += seconds
        self._frames += 1

    def is_due(self, step: int, *, can_wait: bool) -> bool:
        """Whether a step is to be measured when it has been trained.

        Args:
            step: The step.
            can_wait: Whether it can be measured later.
        """
        if not self.is_known or step < self._next:
            return False
        if self._given is not None and step not in self._given:
            return False
        return can_wait or self.pays(step, in_advance=True)

    def pays(self, step: int, *, in_advance: bool = False, at_once: bool = False) -> bool:
        """Whether the budget pays for measuring one of the steps up to this one now.

        Args:
            step: The step.
            in_advance: Whether that of the steps to come is spent already.
            at_once: Whether as much of that is as was for the steps so far, so that what is shown
                does not lag behind.
        """
        ahead = self._ahead(step)
        seconds = self.trained
        if in_advance:
            seconds += ahead
        elif at_once:
            seconds += min(ahead, self.trained)
        return self.is_known and self.spent + self._cost < self._budget * seconds

    @property
    def _cost(self) -> float:
        """Seconds that a frame has taken on average."""
        return self._measuring / self._frames if self._frames else self._expected

    def _ahead(self, step: int) -> float:
        """Seconds that the steps from one on are going to take, as far as that is known."""
        return max(0, self.total - step) * self._step if self.total is not None else 0.0

    def _following(self, step: int) -> int:
        """The step of the next frame, if measuring goes on to cost what it does."""
        if self._given is not None:
            return 0
        if self.total is None or not self._noted:
            return math.ceil(step * (1 + _GROWTH))
        count = max(self._least, min(NUM_FRAMES, int(self.affordable(self._cost))))
        place = math.floor(count * (step / self.total) ** (1 / DENSITY) + 1e-9)
        share: float = ((place + 1) / count) ** DENSITY
        return math.ceil(self.total * share)
