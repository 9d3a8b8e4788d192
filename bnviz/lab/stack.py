"""Stack: trains the runs of a block together, both arms side by side."""

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields
from functools import lru_cache
from itertools import pairwise

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from bnviz.dataset import Dataset
from bnviz.frames import ARMS
from bnviz.lab import stacked
from bnviz.lab.arms import DIVERGENCE, structure
from bnviz.lab.data import DataError, load, observed
from bnviz.lab.experiment import ExperimentError
from bnviz.lab.networks import initial_kernels
from bnviz.lab.stacked import Stack
from bnviz.lab.training import CHUNK, BatchOrder
from bnviz.settings import PLANE_DATASETS, Settings
from bnviz.study import Block, Outcome

#: Networks in one program. With fewer each takes longer; with more nothing is gained, and programs
#: that are not full train more copies for nothing.
STACK_SIZE = 16
#: Programs kept for further blocks of the same architecture.
_KEPT = 16
#: Settings that change the draw of initial kernels in no way but by a factor, or not at all.
_NOT_DRAWN = ("init_scale", "learning_rate", "bn_momentum", "bn_epsilon")
#: Networks are used again from block to block, so one process trains one block at a time.
_one_at_a_time = threading.Lock()


class StoppedError(Exception):
    """Training that was broken off because nobody wants its outcome any more."""


def _always() -> bool:
    return True


def train(
    block: Block, dataset: Dataset | None = None, *, wanted: Callable[[], bool] = _always
) -> dict[str, Outcome]:
    """Trains the runs of a block in both arms, each as `bnviz.lab.experiment.run` would.

    All that the runs differ in is data, so no other block of their architecture is compiled again,
    whatever its number of runs and of steps.

    Args:
        block: What to train.
        dataset: The examples, where they are an upload.
        wanted: Asked every few steps whether to go on.

    Returns:
        What came of it, by arm.

    Raises:
        ExperimentError: If the data cannot be had.
        StoppedError: If the outcome was not wanted any more.
    """
    try:
        keys = dict.fromkeys(map(_data_key, block.settings))
        data = {settings: load(settings, dataset) for settings in keys}
    except DataError as error:
        raise ExperimentError(str(error)) from error
    parts = []
    with _one_at_a_time, ThreadPoolExecutor(len(ARMS)) as threads:
        for start in range(0, len(block.settings), STACK_SIZE):
            runs = block.settings[start : start + STACK_SIZE]
            sets = [data[_data_key(settings)] for settings in runs]
            courses = _started(runs, sets)
            tuple(threads.map(lambda course: course.look(0), courses.values()))
            for step, indices in _batches(block.watch, runs, len(sets[0].x_train)):
                if not wanted():
                    raise StoppedError("the outcome of the block is not wanted any more")
                look = step + len(indices) in block.watch
                parts_of_step = [
                    threads.submit(course.advance, step, indices, look=look)
                    for course in courses.values()
                ]
                for part in parts_of_step:
                    part.result()
            parts.append({arm: course.outcome() for arm, course in courses.items()})
    return {arm: _joined([part[arm] for part in parts]) for arm in ARMS}


def warm_up() -> None:
    """Compiles the programs of the default settings, so that their first block need not wait."""
    train(Block((Settings(steps=1),), (0, 1)))


def compiled_networks() -> int:
    """Stacks compiled by this process so far; what they take is not given back by TensorFlow."""
    return _compiled.cache_info().misses


@lru_cache(maxsize=_KEPT)
def _compiled(settings: Settings, arm: str, num_features: int, num_classes: int) -> Stack:
    return Stack(settings, arm, STACK_SIZE, num_features, num_classes)


def _data_key(settings: Settings) -> Settings:
    """What the examples of a run follow from, all else at its default."""
    names = ["dataset", "upload"]
    if settings.dataset in PLANE_DATASETS:
        names += ["noise", "seed"]
    return Settings(**{name: getattr(settings, name) for name in names})


def _filled(values: Sequence) -> list:
    """One value for each place of a stack; the last stands in all that are left over."""
    return [*values, *[values[-1]] * (STACK_SIZE - len(values))]


def _batches(
    watch: Sequence[int], runs: Sequence[Settings], num_train: int
) -> Iterator[tuple[int, NDArray[np.int32]]]:
    """The batches of all runs in parts that end at every watched step, if not before.

    Yields:
        The step before the part, and indices of shape (steps, STACK_SIZE, batch_size).
    """
    size = runs[0].batch_size
    seeds = [settings.seed for settings in _filled(runs)]
    orders = {seed: BatchOrder(num_train, size, seed=seed) for seed in seeds}
    for start, stop in pairwise(watch):
        for step in range(start, stop, CHUNK):
            taken = {seed: order.take(min(CHUNK, stop - step)) for seed, order in orders.items()}
            yield step, np.stack([taken[seed] for seed in seeds], axis=1)


@dataclass(frozen=True)
class _Examples:
    """What a stack learns from and is measured on.

    Attributes:
        x: Training features of its data sets, one set after the other.
        y: Their classes.
        offsets: Where each network's data set starts among them, shape (networks, 1).
        probe: Features and classes, of one data set for all networks or of one for each.
        validation: Likewise.
    """

    x: tf.Tensor
    y: tf.Tensor
    offsets: NDArray[np.int32]
    probe: stacked.Examples
    validation: stacked.Examples

    @classmethod
    def of(cls, sets: Sequence[Dataset]) -> "_Examples":
        """From the data set of each network, or the one of all."""
        probes, validations = zip(*map(observed, sets), strict=True)
        return cls(
            tf.constant(np.concatenate([data.x_train for data in sets])),
            tf.constant(np.concatenate([data.y_train for data in sets])),
            np.arange(len(sets), dtype=np.int32)[:, None] * len(sets[0].x_train),
            *(
                tuple(tf.constant(np.stack(arrays)) for arrays in zip(*parts, strict=True))
                for parts in (probes, validations)
            ),
        )


class _Course:
    """The course of one arm's runs.

    Args:
        stack: Their networks, at step 0.
        examples: What they learn from.
        count: How many of them are runs of the block.
    """

    def __init__(self, stack: Stack, examples: _Examples, count: int):
        self._stack = stack
        self._examples = examples
        self._count = count
        self._limit = np.full(STACK_SIZE, np.inf, np.float32)
        self._diverged_at = np.full(STACK_SIZE, -1, np.int32)
        self._seen: list[NDArray[np.float32]] = []

    def advance(self, step: int, indices: NDArray[np.int32], *, look: bool) -> None:
        """Trains from a step on, and looks at the networks then if asked."""
        examples = self._examples
        rows = self._stack.train(
            examples.x, examples.y, indices + examples.offsets, limit=self._limit
        )
        self._diverge(rows >= 0, step + rows)
        if look:
            self.look(step + len(indices))

    def look(self, step: int) -> None:
        """Evaluates the networks."""
        seen = self._stack.evaluate(self._examples.probe, self._examples.validation)
        if step == 0:
            self._limit = np.float32(DIVERGENCE) * seen[0]
        self._diverge(~(seen[0] <= self._limit), step)
        self._seen.append(seen)

    def _diverge(self, bad: NDArray[np.bool_], step: NDArray[np.int32] | int) -> None:
        self._diverged_at = np.where(bad & (self._diverged_at < 0), step, self._diverged_at)

    def outcome(self) -> Outcome:
        """What came of it."""
        loss, _, *validation = np.stack(self._seen, axis=2)[:, : self._count]
        return Outcome(loss, validation[0], validation[1], self._diverged_at[: self._count])


def _started(runs: Sequence[Settings], sets: Sequence[Dataset]) -> dict[str, _Course]:
    """Each arm's runs at step 0, as many as fit one stack."""
    in_plane = runs[0].dataset in PLANE_DATASETS
    examples = _Examples.of(_filled(sets) if in_plane else sets[:1])
    sizes = (sets[0].num_features, len(sets[0].classes))
    kernels = _kernels(_filled(runs), *sizes)
    courses = {}
    for arm in ARMS:
        stack = _compiled(structure(runs[0], arm), arm, *sizes)
        stack.reset(_filled(runs), kernels)
        courses[arm] = _Course(stack, examples, len(runs))
    return courses


def _kernels(
    runs: Sequence[Settings], num_features: int, num_classes: int
) -> list[list[NDArray[np.float32]]]:
    """The initial kernels of each run; those of one draw are drawn once."""
    default = Settings()
    plain = {name: getattr(default, name) for name in _NOT_DRAWN}
    draws = [settings.replace(**plain) for settings in runs]
    drawn = {
        draw: initial_kernels(draw, num_features, num_classes) for draw in dict.fromkeys(draws)
    }
    return [
        [kernel * np.float32(settings.init_scale) for kernel in drawn[draw]]
        for settings, draw in zip(runs, draws, strict=True)
    ]


def _joined(parts: Sequence[Outcome]) -> Outcome:
    """The outcomes of a block's parts as one."""
    names = [each.name for each in fields(Outcome)]
    return Outcome(
        **{name: np.concatenate([getattr(part, name) for part in parts]) for name in names}
    )
