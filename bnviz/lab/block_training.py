"""Stack: trains the runs of a block together, both arms side by side."""

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from bnviz.data.dataset import Dataset
from bnviz.frames import ARMS
from bnviz.lab.arms import DIVERGENCE, architecture
from bnviz.lab.datasets import DataError
from bnviz.lab.experiment import ExperimentError
from bnviz.lab.networks import initial_kernels
from bnviz.lab.stack import MAX_STEPS, Stack
from bnviz.lab.stack_data import StackedExamples, stacked_examples
from bnviz.lab.training import BatchOrder
from bnviz.settings import Settings
from bnviz.studies.study import BLOCK_SIZE, Block, Outcome
from bnviz.studies.sweep import MAX_SEEDS

#: Programs kept for further blocks of the same architecture.
_KEPT = 16
#: Multiplications of one call of a program at the most, about a second's worth, so that training
#: which is not wanted any more ends soon.
_MAX_PRODUCTS = 10e9
#: Settings that change nothing of the initial kernels but their scale.
_NOT_DRAWN = ("init_scale", "learning_rate", "bn_momentum", "bn_epsilon")
#: Networks are used again from block to block, so one process trains one block at a time.
_one_at_a_time = threading.Lock()


class StoppedError(Exception):
    """Training that was broken off because nobody wants its outcome any more."""


def _always() -> bool:
    return True


def train(
    block: Block, dataset: Dataset | None = None, *, should_continue: Callable[[], bool] = _always
) -> dict[str, Outcome]:
    """Trains the runs of a block in both arms, each as `bnviz.lab.experiment.run` would.

    All that the runs differ in is data, and places that are left over are filled with copies of the
    last run, so no other block of their architecture is compiled again, whatever its number of runs
    and of steps.

    Args:
        block: What to train.
        dataset: The examples, where they are an upload.
        should_continue: Called every few steps; training stops when it returns False.

    Returns:
        What came of it, by arm.

    Raises:
        ExperimentError: If the data cannot be had.
        StoppedError: If the outcome was not wanted any more.
    """
    count = len(block.settings)
    runs = [*block.settings, *[block.settings[-1]] * (BLOCK_SIZE - count)]
    try:
        data = stacked_examples(runs, dataset)
    except DataError as error:
        raise ExperimentError(str(error)) from error
    with _one_at_a_time, ThreadPoolExecutor(len(ARMS)) as threads:
        courses = {arm: _Course(stack, data) for arm, stack in _started(runs, data).items()}

        def advance(step: int, indices: NDArray[np.int32]) -> None:
            look = step + len(indices) in block.evaluation_steps
            parts = [
                threads.submit(each.advance, step, indices, look=look) for each in courses.values()
            ]
            for part in parts:
                part.result()

        for step, indices in _batches(block.evaluation_steps, runs, data):
            if not should_continue():
                raise StoppedError("the outcome of the block is not wanted any more")
            advance(step, indices)
    return {arm: course.outcome(count) for arm, course in courses.items()}


def warm_up() -> None:
    """Compiles the programs of the default settings, so that their first block need not wait."""
    train(Block((Settings(steps=1),), (0, 1)))


@lru_cache(maxsize=_KEPT)
def _compiled(settings: Settings, arm: str, num_features: int, num_classes: int) -> Stack:
    return Stack(settings, arm, BLOCK_SIZE, num_features, num_classes)


def _started(runs: Sequence[Settings], data: StackedExamples) -> dict[str, Stack]:
    """Each arm's networks at step 0."""
    sizes = (data.num_features, data.num_classes)
    kernels = _kernels(runs, *sizes)
    stacks = {arm: _compiled(architecture(runs[0], arm), arm, *sizes) for arm in ARMS}
    for stack in stacks.values():
        stack.reset(runs, kernels)
    return stacks


def _kernels(
    runs: Sequence[Settings], num_features: int, num_classes: int
) -> list[list[NDArray[np.float32]]]:
    """The initial kernels of each run; those of one draw are drawn once."""
    default = Settings()
    same = {name: getattr(default, name) for name in _NOT_DRAWN}
    draws = [settings.replace(**same) for settings in runs]
    return [
        [
            kernel * np.float32(settings.init_scale)
            for kernel in _drawn(draw, num_features, num_classes)
        ]
        for settings, draw in zip(runs, draws, strict=True)
    ]


@lru_cache(maxsize=MAX_SEEDS)
def _drawn(settings: Settings, num_features: int, num_classes: int) -> list[NDArray[np.float32]]:
    """Kernels of scale 1; all cells of a map have those of a few seeds."""
    return initial_kernels(settings, num_features, num_classes)


def _batches(
    watch: Sequence[int], runs: Sequence[Settings], data: StackedExamples
) -> Iterator[tuple[int, NDArray[np.int32]]]:
    """The batches of all runs, in parts that end at every watched step, if not before.

    Yields:
        The step before the part, and indices of shape (steps, networks, batch_size); at step 0
        there are none.
    """
    settings = runs[0]
    seeds = [run.seed for run in runs]
    orders = {seed: BatchOrder(data.num_train, settings.batch_size, seed=seed) for seed in seeds}
    widths = [data.num_features, *[settings.units] * settings.hidden_layers, data.num_classes]
    weights = sum(one * other for one, other in pairwise(widths))
    most = int(_MAX_PRODUCTS / (3 * weights * settings.batch_size * len(runs)))
    most = min(max(most, 1), MAX_STEPS)
    for start, stop in pairwise((0, *watch)):
        for step in range(start, max(stop, start + 1), most):
            taken = {seed: order.take(min(most, stop - step)) for seed, order in orders.items()}
            yield step, np.stack([taken[seed] for seed in seeds], axis=1) + data.offsets


class _Course:
    """The course of one arm's networks.

    Args:
        stack: The networks, at step 0.
        data: What they learn from.
    """

    def __init__(self, stack: Stack, data: StackedExamples):
        self._stack = stack
        self._data = data
        self._limit = np.full(BLOCK_SIZE, np.inf, np.float32)
        self._diverged_at = np.full(BLOCK_SIZE, -1, np.int32)
        self._seen: list[NDArray[np.float32]] = []

    def advance(self, step: int, indices: NDArray[np.int32], *, look: bool) -> None:
        """Trains from a step on, and looks at the networks after it if asked."""
        if len(indices):
            rows = self._stack.train(self._data.x, self._data.y, indices, self._limit)
            self._diverge(rows >= 0, step + rows)
        if look:
            seen = self._stack.evaluate(self._data.probe, self._data.validation)
            if not self._seen:
                self._limit = np.float32(DIVERGENCE) * seen[0]
            self._diverge(~(seen[0] <= self._limit), step + len(indices))
            self._seen.append(seen)

    def _diverge(self, bad: NDArray[np.bool_], step: NDArray[np.int32] | int) -> None:
        self._diverged_at = np.where(bad & (self._diverged_at < 0), step, self._diverged_at)

    def outcome(self, count: int) -> Outcome:
        """What came of the first networks."""
        loss, _, *validation = np.stack(self._seen, axis=2)[:, :count]
        return Outcome(loss, validation[0], validation[1], self._diverged_at[:count])
