"""Experiment: trains the arms of a run side by side and measures them frame by frame."""

import threading
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from bnviz.data.dataset import Dataset
from bnviz.data.sampling import Examples, MeasuredExamples
from bnviz.frame_layout import FrameLayout
from bnviz.frames import Frame
from bnviz.interventions import Intervention
from bnviz.lab.arms import Arm, intervene, new_arm
from bnviz.lab.datasets import DataError, load
from bnviz.lab.frame_recorder import ArmSnapshot, FrameRecorder
from bnviz.lab.observer import Observation
from bnviz.lab.training import BatchOrder
from bnviz.settings import Settings

#: Held while an experiment has its turn: all runs of a process share the compiled networks.
_lock = threading.Lock()


@contextmanager
def alone() -> Iterator[None]:
    """While this context lasts, no run has its turn in this process."""
    with _lock:
        yield


class ExperimentError(ValueError):
    """An experiment that cannot be run; the message is one sentence."""


def run(settings: Settings, dataset: Dataset | None = None) -> Generator[Frame, None, None]:
    """Trains all arms from the same kernels on the same batches and measures them on the way.

    The same settings give the same frames on the same machine, bit for bit.

    Args:
        settings: Settings of the run.
        dataset: The examples, if `settings.dataset` is "upload".

    Yields:
        One frame for each step in `frame_steps(settings.steps)`.

    Raises:
        ExperimentError: If the data set is not available.
    """
    with Experiment(settings, dataset).turn() as frames:
        yield from frames


class Experiment:
    """A run that can be set aside between two frames, while others train, and taken up again.

    Whether and when it was set aside changes no frame.

    Args:
        settings: Settings of the run.
        dataset: The examples, if `settings.dataset` is "upload".

    Raises:
        ExperimentError: If the data set is not available.
    """

    def __init__(self, settings: Settings, dataset: Dataset | None = None):
        try:
            data = load(settings, dataset)
        except DataError as error:
            raise ExperimentError(str(error)) from error
        self._pipeline: _Pipeline | None = None
        self._frames = self._train(settings, data)

    @contextmanager
    def turn(self) -> Iterator[Iterator[Frame]]:
        """Gives the run its turn; nothing else in this process trains meanwhile.

        Yields:
            The frames that have not been taken yet. Those that are still not taken at the end of
            the context are there in the next turn.
        """
        with _lock:
            if self._pipeline is not None:
                self._pipeline.take_up()
            try:
                yield self._frames
            except BaseException:
                self.close()
                raise
            if self._pipeline is not None:
                self._pipeline.set_aside()

    def close(self) -> None:
        """Ends the run, so that what it holds is released now."""
        self._frames.close()

    def _train(self, settings: Settings, data: Dataset) -> Generator[Frame, None, None]:
        layout = FrameLayout.of(settings)
        try:
            with ThreadPoolExecutor(len(layout.arms)) as threads:
                self._pipeline = _Pipeline(settings, data, layout, threads)
                yield from _frames(self._pipeline, layout)
        finally:
            self._pipeline = None


def warm_up() -> None:
    """Compiles the default experiment, so that the first run need not wait for it."""
    frames = run(Settings())
    for _ in range(2):
        next(frames)
    frames.close()


def _frames(pipeline: "_Pipeline", layout: FrameLayout) -> Generator[Frame, None, None]:
    """Measures each frame while the arms already train on to the next."""
    for stop in layout.header.steps:
        if changes := pipeline.changes_due():
            # The last snapshot shows the arms before the change, so it is measured before it.
            yield from pipeline.measure()
            pipeline.intervene(changes)
        pipeline.start_training(stop)
        yield from pipeline.measure()
        pipeline.finish_training()
        if stop == 0:
            # Divergence is judged by the first loss, so it is measured before any training.
            yield from pipeline.measure()
            pipeline.compile_training()
    yield from pipeline.measure()


class _Pipeline:
    """The arms of a run, each training in a thread while their last snapshots are measured.

    The arms depend on each other in nothing, so each has a thread of its own.

    Args:
        settings: Settings of the run.
        data: Examples of the run.
        layout: Layout of the frames.
        threads: As many threads as arms.
    """

    def __init__(
        self, settings: Settings, data: Dataset, layout: FrameLayout, threads: ThreadPoolExecutor
    ):
        self._settings = settings
        self._data = data
        self._layout = layout
        self._threads = threads
        measured = MeasuredExamples.of(data)
        self._train = _tensors((data.x_train, data.y_train))
        self._probe = _tensors(measured.probe)
        self._validation = _tensors(measured.validation)
        self._precise, _ = _tensors(measured.precise)
        self._recorder = FrameRecorder(layout, data, measured)
        self._order = BatchOrder(len(data.x_train), settings.batch_size, seed=settings.seed)
        self._arms = {name: new_arm(settings, name, data) for name in layout.arms}
        self._changes = list(settings.changes)
        self._step = 0
        self._training: dict[str, Future[ArmSnapshot]] = {}
        self._unmeasured: dict[str, ArmSnapshot] = {}

    def compile_training(self) -> None:
        """Compiles the training of all arms, without training a step."""
        trainers = [arm.compiled.trainer for arm in self._arms.values()]
        list(self._threads.map(lambda trainer: trainer.prepare(*self._train), trainers))

    def start_training(self, stop: int) -> None:
        """Starts training all arms up to step `stop` and taking snapshots of them there."""
        indices = self._order.take(stop - self._step)
        self._step = stop
        self._training = {
            name: self._threads.submit(self._advance, arm, stop, indices)
            for name, arm in self._arms.items()
        }

    def finish_training(self) -> None:
        """Waits for the snapshots of all arms."""
        self._unmeasured = {name: future.result() for name, future in self._training.items()}

    def set_aside(self) -> None:
        """Lets the training that has been started end, and saves the state of all arms."""
        wait(self._training.values())
        for arm in self._arms.values():
            arm.set_aside()

    def take_up(self) -> None:
        """Goes on with the state that was saved."""
        for arm in self._arms.values():
            arm.take_up()

    def measure(self) -> Iterator[Frame]:
        """Yields the frame of the last snapshots, unless it was yielded before."""
        snapshots, self._unmeasured = self._unmeasured, {}
        if snapshots:
            yield self._recorder.frame(self._arms, snapshots)

    def changes_due(self) -> list[Intervention]:
        """Returns the changes to be made before the next step, each of them once."""
        due = [change for change in self._changes if change.step <= self._step]
        self._changes = self._changes[len(due) :]
        return due

    def intervene(self, changes: Sequence[Intervention]) -> None:
        """Makes changes to all arms that they apply to, in order."""
        context = (self._settings, self._data, self._probe, self._validation)
        for change in changes:
            for name, arm in self._arms.items():
                self._arms[name] = intervene(arm, change, *context)

    def _advance(self, arm: Arm, stop: int, indices: NDArray[np.int32]) -> ArmSnapshot:
        """Trains one arm up to step `stop` and takes a snapshot."""
        bad_row = arm.train(*self._train, indices)
        compiled = arm.compiled
        return ArmSnapshot(
            step=stop,
            observation=self._observe(arm),
            costly=self._costly_measures(arm) if self._layout.deep else {},
            bad_step=stop - len(indices) + bad_row if bad_row >= 0 else -1,
            batches_digest=compiled.trainer.batches_digest,
        )

    def _observe(self, arm: Arm) -> Observation:
        """Observes an arm; its maps of now become those that the next frame is compared with."""
        observer, features = arm.compiled.observer, self._probe[0]
        if not arm.references:
            arm.references = (observer.reference(features),) * (2 if self._layout.deep else 1)
        observation = observer.observe(self._probe, self._validation, arm.references)
        if self._layout.deep:
            arm.references = (arm.references[0], observer.reference(features))
        return observation

    def _costly_measures(self, arm: Arm) -> dict[str, NDArray[Any]]:
        compiled = arm.compiled
        measures = compiled.landscape.measure(*self._probe, compiled.trainer.learning_rate)
        measures |= compiled.inference.evaluate(self._precise, self._probe[0], self._validation)
        measures["batch_values"] = measures["batch_values"][:, : self._layout.neurons]
        return measures


def _tensors(examples: Examples) -> tuple[tf.Tensor, tf.Tensor]:
    x, y = examples
    return tf.constant(x), tf.constant(y)
