"""Block training: trains the runs of a block together, both arms side by side."""

import threading
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import lru_cache, partial
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bnviz.data.dataset import Dataset
from bnviz.data.image_shape import ImageShape
from bnviz.lab.arms import DIVERGENCE, architecture
from bnviz.lab.compiler import Compilation, acquire_all
from bnviz.lab.datasets import DataError
from bnviz.lab.experiment import ExperimentError
from bnviz.lab.initial_kernels import initial_kernels
from bnviz.lab.stack import MAX_STEPS, Stack
from bnviz.lab.stack_data import StackedExamples, stacked_examples
from bnviz.lab.stack_drift import LastLayer, last_layer_drift
from bnviz.lab.training import BatchOrder, SavedVariables, steps_per_call
from bnviz.recording.frames import pair
from bnviz.settings import Settings
from bnviz.studies.study import BLOCK_SIZE, Block, Outcome
from bnviz.studies.sweep import MAX_SEEDS

#: Compiled stacks kept for later blocks of the same architecture.
_MAX_COMPILED = 16
#: Settings that do not change the initial kernels, or only scale them.
_NOT_DRAWN = ("init_scale", "learning_rate", "bn_momentum", "bn_epsilon", "zero_last_gamma")
#: Held while a block trains: all blocks of a process share the compiled stacks.
_lock = threading.Lock()


def _always() -> bool:
    return True


def train(block: Block, dataset: Dataset | None = None) -> dict[str, Outcome]:
    """Trains the runs of a block in both arms, each as `bnviz.lab.experiment.run` would.

    Args:
        block: The runs to train.
        dataset: The examples, if they are an upload.

    Returns:
        The outcome by arm.

    Raises:
        ExperimentError: If the data set is not available.
    """
    training = BlockTraining(block, dataset)
    training.advance()
    return training.outcomes


class BlockTraining:
    """The training of a block, which can be set aside after any call and taken up again.

    A block with fewer runs than `BLOCK_SIZE` is filled with copies of its last run, and everything
    that its runs may differ in is an input of the compiled stack. So all blocks of an architecture
    share one compilation, whatever their number of runs and steps.

    Args:
        block: The runs to train.
        dataset: The examples, if they are an upload.

    Attributes:
        outcomes: The outcome by arm, once the block is trained; empty before.

    Raises:
        ExperimentError: If the data set is not available.
    """

    def __init__(self, block: Block, dataset: Dataset | None = None):
        self.outcomes: dict[str, Outcome] = {}
        self._num_runs = len(block.settings)
        self._runs = [*block.settings, *[block.settings[-1]] * (BLOCK_SIZE - self._num_runs)]
        try:
            self._data = stacked_examples(self._runs, dataset)
        except DataError as error:
            raise ExperimentError(str(error)) from error
        self._compares = block.compares
        self._evaluation_steps = block.evaluation_steps
        self._batches = _batches(block.evaluation_steps, self._runs, self._data)
        self._arms: dict[str, _ArmTraining] = {}
        self._compiling: Compilation | None = None

    def close(self) -> None:
        """Releases what it holds, and lets others use the compiler."""
        if self._compiling is not None:
            self._compiling.cancel()
        self._arms.clear()

    def compile(self, should_continue: Callable[[], bool] = _always) -> bool:
        """Compiles the stacks, as long as it should; goes on in the background after that.

        Args:
            should_continue: Called now and then.

        Returns:
            Whether they are compiled.
        """
        if self._compiling is None:
            self._compiling = Compilation(self._uncompiled())
        return all(should_continue() for _ in self._compiling.waits())

    def _uncompiled(self) -> dict[Hashable, Callable[[], None]]:
        """What compiles the stack of each arm, by what it is compiled for."""
        settings = self._runs[0]

        def compile_stack(arm: str) -> None:
            stack = _stack(settings, arm, self._data)
            with stack.lock:
                stack.compile(self._data, settings.batch_size, compares=self._compares)

        return {
            ("stack", arm, architecture(settings, arm), self._data.shapes, self._compares): partial(
                compile_stack, arm
            )
            for arm in pair(settings)
        }

    def advance(self, should_continue: Callable[[], bool] = _always) -> bool:
        """Trains until the end, or as long as it should; nothing else here trains meanwhile.

        Args:
            should_continue: Called after every few steps, which take a second at most; training
                pauses when it returns False.

        Returns:
            Whether the block is trained.
        """
        arms = pair(self._runs[0])
        with _lock, ExitStack() as held, ThreadPoolExecutor(len(arms)) as threads:
            if not self.compile(should_continue):
                return False
            stacks = {arm: _stack(self._runs[0], arm, self._data) for arm in arms}
            locks = [stack.lock for stack in stacks.values()]
            while not acquire_all(locks):
                if not should_continue():
                    return False
            for lock in locks:
                held.callback(lock.release)
            for arm in self._arms.values():
                arm.take_up()
            if not self._arms:
                _reset(stacks.values(), self._runs, self._data)
                self._arms = {
                    arm: _ArmTraining(each, self._data, compares=self._compares)
                    for arm, each in stacks.items()
                }
            for step, indices in self._batches:
                evaluate = step + len(indices) in self._evaluation_steps
                futures = [
                    threads.submit(arm.advance, step, indices, evaluate=evaluate)
                    for arm in self._arms.values()
                ]
                for future in futures:
                    future.result()
                if not should_continue():
                    break
            else:
                self.outcomes = {
                    name: arm.outcome(self._num_runs) for name, arm in self._arms.items()
                }
                return True
            for arm in self._arms.values():
                arm.set_aside()
            return False


def warm_up() -> None:
    """Compiles the stacks of the default settings, so that their first block need not wait."""
    train(Block((Settings(steps=1),), (0, 1)))


@lru_cache(maxsize=_MAX_COMPILED)
def _compiled(
    settings: Settings, arm: str, num_features: int, num_classes: int, image: ImageShape | None
) -> Stack:
    return Stack(settings, arm, BLOCK_SIZE, num_features, num_classes, image)


def _stack(settings: Settings, arm: str, data: StackedExamples) -> Stack:
    """The stack of an arm that runs like this one are trained in."""
    sizes = data.num_features, data.num_classes, data.image
    return _compiled(architecture(settings, arm), arm, *sizes)


def _reset(stacks: Iterable[Stack], runs: Sequence[Settings], data: StackedExamples) -> None:
    """Sets the networks of all arms to step 0."""
    kernels = _kernels(runs, data.num_features, data.num_classes, data.image)
    for stack in stacks:
        stack.reset(runs, kernels)


def _kernels(runs: Sequence[Settings], *sizes: Any) -> list[list[NDArray[np.float32]]]:
    """The initial kernels of each run; runs that differ in their scale alone share one draw.

    Args:
        runs: Settings of each run.
        sizes: What `initial_kernels` takes after the settings.
    """
    default = Settings()
    not_drawn = {name: getattr(default, name) for name in _NOT_DRAWN}
    draws = [settings.replace(**not_drawn) for settings in runs]
    return [
        [kernel * np.float32(settings.init_scale) for kernel in _drawn_kernels(draw, *sizes)]
        for settings, draw in zip(runs, draws, strict=True)
    ]


@lru_cache(maxsize=MAX_SEEDS)
def _drawn_kernels(settings: Settings, *sizes: Any) -> list[NDArray[np.float32]]:
    """Kernels of scale 1; cached, because all cells of a map share those of a few seeds."""
    return initial_kernels(settings, *sizes)


def _batches(
    evaluation_steps: Sequence[int], runs: Sequence[Settings], data: StackedExamples
) -> Iterator[tuple[int, NDArray[np.int32]]]:
    """The batches of all runs, call by call; a call ends at every evaluation step, or earlier.

    Yields:
        The number of steps before the call, and the indices of the examples of its batches, shape
        (steps, networks, batch_size); the first call has no steps.
    """
    settings = runs[0]
    seeds = [run.seed for run in runs]
    orders = {seed: BatchOrder(data.num_train, settings.batch_size, seed=seed) for seed in seeds}
    sizes = data.num_features, data.num_classes
    affordable = steps_per_call(settings, *sizes, data.image, networks=len(runs))
    max_steps = min(affordable, MAX_STEPS)
    for start, stop in pairwise((0, *evaluation_steps)):
        for step in range(start, max(stop, start + 1), max_steps):
            steps = min(max_steps, stop - step)
            taken = {seed: order.take(steps) for seed, order in orders.items()}
            yield step, np.stack([taken[seed] for seed in seeds], axis=1) + data.offsets


class _ArmTraining:
    """Trains the networks of one arm and keeps their curves.

    Args:
        stack: The networks at step 0.
        data: Examples of the networks.
        compares: As for `Block`.
    """

    def __init__(self, stack: Stack, data: StackedExamples, *, compares: bool):
        self._stack = stack
        self._first: LastLayer | None = stack.last_layer(data.probe[0]) if compares else None
        self._data = data
        self._limit = np.full(BLOCK_SIZE, np.inf, np.float32)
        self._diverged_at = np.full(BLOCK_SIZE, -1, np.int32)
        self._evaluations: list[NDArray[np.float32]] = []
        self._saved: SavedVariables | None = None

    def set_aside(self) -> None:
        """Saves the networks, so that other blocks may use the stack."""
        self._saved = self._stack.save()

    def take_up(self) -> None:
        """Goes on with the networks that were saved."""
        if self._saved is not None:
            self._saved.restore()
            self._saved = None

    def advance(self, step: int, indices: NDArray[np.int32], *, evaluate: bool) -> None:
        """Trains from a step on, and evaluates the networks afterwards if asked to."""
        if len(indices):
            bad_rows = self._stack.train(self._data.x, self._data.y, indices, self._limit)
            self._mark_diverged(bad_rows >= 0, step + bad_rows)
        if evaluate:
            evaluation = self._stack.evaluate(self._data.probe, self._data.validation)
            train_loss = evaluation[0]
            if not self._evaluations:
                self._limit = np.float32(DIVERGENCE) * train_loss
            self._mark_diverged(~(train_loss <= self._limit), step + len(indices))
            self._evaluations.append(evaluation)

    def _mark_diverged(self, bad: NDArray[np.bool_], step: NDArray[np.int32] | int) -> None:
        self._diverged_at = np.where(bad & (self._diverged_at < 0), step, self._diverged_at)

    def outcome(self, num_runs: int) -> Outcome:
        """The outcome of the first networks, after their last step."""
        curves = np.stack(self._evaluations, axis=2)[:, :num_runs]
        train_loss, _, validation_loss, validation_accuracy = curves
        by_batch, by_exact = self._stack.compare_statistics(
            self._data.precise, self._data.validation
        )
        return Outcome(
            train_loss,
            validation_loss,
            validation_accuracy,
            self._diverged_at[:num_runs],
            np.broadcast_to(self._data.majority_share, BLOCK_SIZE)[:num_runs],
            by_batch[:num_runs],
            by_exact[:num_runs],
            self._end(num_runs),
        )

    def _end(self, num_runs: int) -> dict[str, NDArray[np.float64]]:
        """See `Outcome.end`."""
        if self._first is None:
            return {}
        # As validation examples, which BN normalizes by the moving statistics.
        loss = self._stack.loss_in_inference(self._data.probe)
        drift = last_layer_drift(self._first, self._stack.last_layer(self._data.probe[0]))
        measures = {"train_loss_in_inference": loss.astype(np.float64)} | drift
        return {name: values[:num_runs] for name, values in measures.items()}
