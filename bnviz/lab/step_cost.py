"""StepCost: what a training step of each arm costs, in processor time."""

import time
from collections.abc import Callable
from contextlib import ExitStack

import numpy as np
import tensorflow as tf

from bnviz.data.dataset import Dataset
from bnviz.lab import compiler
from bnviz.lab.arms import Arm, compiled_network, new_arm
from bnviz.lab.datasets import load
from bnviz.lab.experiment import alone
from bnviz.lab.placement import taking_turns
from bnviz.lab.training import CHUNK, BatchOrder
from bnviz.recording.frame_layout import FrameLayout
from bnviz.settings import Settings

#: Seconds that a chunk of steps takes about: long beside a call and the clock, short beside the
#: times for which a processor is slow.
CHUNK_SECONDS = 0.004
#: Seconds of each arm after which the costs are known, and the fewest rounds, in each of which
#: every arm trains a chunk.
ENOUGH_SECONDS, FEWEST_ROUNDS = 0.7, 8
#: The share of the rounds, the fastest of each arm, of which its cost is the mean. Whatever else
#: the processors do makes a chunk longer, never shorter.
UNDISTURBED = 0.25


class StepCost:
    """Measures what a step of each arm costs, a few rounds at a time.

    The arms take turns while nothing else in this process trains, by the processor time of the
    process. Seconds that a run takes say nothing of an arm: they depend on what else the cores do,
    the other arms included.

    Args:
        settings: Settings of a run; all runs of an architecture have the same costs.
        dataset: The examples, if `settings.dataset` is "upload".

    Attributes:
        seconds: Seconds of a step by arm, once they are known; empty before, and where the clock
            is too coarse to tell.
    """

    def __init__(self, settings: Settings, dataset: Dataset | None = None):
        self.seconds: dict[str, float] = {}
        self._settings = settings
        self._data = load(settings, dataset)
        self._tensors = tf.constant(self._data.x_train), tf.constant(self._data.y_train)
        order = BatchOrder(len(self._data.x_train), settings.batch_size, seed=settings.seed)
        self._indices = order.take(CHUNK)
        self._steps = 1
        self._arms: list[Arm] = []
        self._rounds: list[list[float]] = []

    @property
    def progress(self) -> float:
        """How much is measured of what is needed, from 0 to 1."""
        seconds = self._steps * float(np.sum(self._rounds)) / max(1, len(self._arms))
        return min(1.0, seconds / ENOUGH_SECONDS, len(self._rounds) / FEWEST_ROUNDS)

    def advance(self, should_continue: Callable[[], bool]) -> bool:
        """Measures until the costs are known, or as long as it should.

        Args:
            should_continue: Called after every round; measuring pauses when it returns False.

        Returns:
            Whether the costs are known.
        """
        with alone(), ExitStack() as held:
            while compiler.is_busy():
                # Its processor time would count.
                time.sleep(compiler.TICK)
                if not should_continue():
                    return False
            for name in FrameLayout.of(self._settings).arms:
                held.enter_context(compiled_network(self._settings, name, self._data).lock)
            self._begin()
            with taking_turns() as move:
                while self.progress < 1:
                    move()
                    self._round()
                    if not should_continue():
                        break
            for arm in self._arms:
                arm.set_aside()
        if self.progress < 1:
            return False
        fastest = np.sort(self._rounds, axis=0)[: int(np.ceil(UNDISTURBED * len(self._rounds)))]
        costs = fastest.mean(axis=0).tolist()
        if all(costs):
            self.seconds = {arm.name: cost for arm, cost in zip(self._arms, costs, strict=True)}
        return True

    def close(self) -> None:
        """Releases what it holds."""
        self._arms.clear()

    def _begin(self) -> None:
        for arm in self._arms:
            arm.take_up()
        if not self._arms:
            names = FrameLayout.of(self._settings).arms
            self._arms = [new_arm(self._settings, name, self._data) for name in names]
            for arm in self._arms:
                self._train(arm, 1)  # compiles

    def _round(self) -> None:
        """Has each arm train a chunk; the first ones say how many steps a chunk should have."""
        taken = [self._train(arm, self._steps) for arm in self._arms]
        fastest = min(taken)
        if fastest * self._steps < CHUNK_SECONDS and self._steps < CHUNK:
            self._steps = int(np.clip(CHUNK_SECONDS / max(fastest, 1e-6), self._steps + 1, CHUNK))
            return
        self._rounds.append(taken)

    def _train(self, arm: Arm, steps: int) -> float:
        """Trains some steps; returns processor seconds of a step."""
        start = time.process_time()
        arm.compiled.trainer.train(*self._tensors, self._indices[:steps])
        return (time.process_time() - start) / steps
