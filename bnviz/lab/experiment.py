"""Experiment: trains the arms of a run side by side and measures them frame by frame."""

import threading
from collections.abc import (
    Callable,
    Collection,
    Generator,
    Hashable,
    Iterator,
    Mapping,
    Sequence,
)
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import closing, contextmanager, suppress
from functools import partial
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from bnviz.data.dataset import Dataset
from bnviz.data.image_shape import ImageShape
from bnviz.data.sampling import Examples, MeasuredExamples
from bnviz.data.shown import shown_examples
from bnviz.lab.arms import (
    Arm,
    CompiledNetwork,
    architecture,
    compiled_network,
    intervene,
    network_after,
    new_arm,
)
from bnviz.lab.compiler import Compilation, acquire_all, compile_ahead
from bnviz.lab.datasets import DOWNLOADS, DataError, load
from bnviz.lab.frame_recorder import ArmSnapshot, FrameRecorder
from bnviz.lab.observer import Observation
from bnviz.lab.training import BatchOrder, TrainingStoppedError, never
from bnviz.recording.frame_layout import FrameLayout
from bnviz.recording.frames import Frame
from bnviz.recording.shown_examples import ShownExamples
from bnviz.settings import Settings
from bnviz.settings.bn_changes import built_after
from bnviz.settings.interventions import Intervention

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
        yield from (frame for frame in frames if frame is not None)


class Experiment:
    """A run that can be set aside between two frames, while others train, and taken up again.

    Whether and when it was set aside changes no frame.

    Args:
        settings: Settings of the run.
        dataset: The examples, if `settings.dataset` is "upload".
        num_frames: The run ends with the last of so many frames; None for all of them.

    Attributes:
        data: The examples.

    Raises:
        ExperimentError: If the data set is not available.
    """

    def __init__(
        self, settings: Settings, dataset: Dataset | None = None, *, num_frames: int | None = None
    ):
        try:
            self.data = load(settings, dataset)
        except DataError as error:
            raise ExperimentError(str(error)) from error
        self._pipeline = _Pipeline(settings, self.data, FrameLayout.of(settings), num_frames)
        self._frames = _frames(self._pipeline)

    @property
    def shown(self) -> ShownExamples:
        """What is drawn of the examples whose answers the frames keep."""
        return self._pipeline.shown

    @property
    def arms(self) -> Mapping[str, Arm]:
        """The arms by name; once no frame is left, and until the turn ends, as in the last one."""
        return self._pipeline.arms

    @contextmanager
    def turn(self, should_stop: Callable[[], bool] = never) -> Iterator[Iterator[Frame | None]]:
        """Gives the run its turn; nothing else in this process trains meanwhile.

        Args:
            should_stop: Asked in any thread about once a second while the networks train, also
                between two frames; whether the run ends here for good.

        Yields:
            The frames that have not been taken yet; None now and then while its networks are
            compiled, for this run or another, which goes on in the background. Those that are still
            not taken at the end of the context are there in the next turn.
        """
        with _lock:
            try:
                self._pipeline.should_stop = should_stop
                yield self._of_turn()
                self._pipeline.set_aside()
            except BaseException:
                self.close()
                raise

    def _of_turn(self) -> Iterator[Frame | None]:
        yield from self._pipeline.taking_up()
        with suppress(TrainingStoppedError):
            # Not `yield from`, which would end the run together with its turn.
            for frame in self._frames:  # noqa: UP028
                yield frame

    def close(self) -> None:
        """Ends the run, so that what it holds is released now."""
        self._frames.close()


def warm_up() -> None:
    """Compiles the default experiment, so that the first run need not wait for it."""
    frames = run(Settings())
    for _ in range(2):
        next(frames)
    frames.close()


def prepare(settings: Settings, should_continue: Callable[[], bool]) -> None:
    """Compiles what measures the networks of a run, while other runs may have their turns.

    The first frame of the run, in this process, waits for nothing else. What trains the networks
    takes several times as long to compile, and more memory.

    Args:
        settings: Settings of the run; nothing is compiled if its data set is downloaded.
        should_continue: Asked before each network.
    """
    if settings.dataset in DOWNLOADS:
        return
    with closing(_Pipeline(settings, load(settings), FrameLayout.of(settings), 0)) as pipeline:
        compile_ahead(pipeline.parts(pipeline.compile_measuring), should_continue)


def _frames(pipeline: "_Pipeline") -> Generator[Frame | None, None, None]:
    """Measures each frame while the arms already train on to the next."""
    with closing(pipeline):
        yield from pipeline.compiling(pipeline.compile_measuring)
        yield from pipeline.beginning()
        for stop in pipeline.steps:
            if changes := pipeline.changes_due():
                # The last snapshot shows the arms before the change: it is measured before it.
                yield from pipeline.measure()
                yield from pipeline.intervening(changes)
            pipeline.start_training(stop)
            yield from pipeline.measure()
            pipeline.finish_training()
            if stop == 0:
                # Divergence is judged by the first loss, so it is measured before any training.
                yield from pipeline.measure()
                yield from pipeline.compiling(pipeline.compile_training)
        yield from pipeline.measure()


class _Pipeline:
    """The arms of a run, each training in a thread while their last snapshots are measured.

    The arms depend on each other in nothing, so each has a thread of its own.

    Args:
        settings: Settings of the run.
        data: Examples of the run.
        layout: Layout of the frames.
        num_frames: How many of the frames are measured; None for all.

    Attributes:
        steps: The steps at which a frame is measured.
        shown: What is drawn of the examples whose answers the frames keep.
        arms: The arms by name.
        should_stop: As for `Experiment.turn`.
    """

    def __init__(
        self, settings: Settings, data: Dataset, layout: FrameLayout, num_frames: int | None
    ):
        self.steps = layout.header.steps[:num_frames]
        self.should_stop: Callable[[], bool] = never
        self._settings = settings
        self._data = data
        self._layout = layout
        self._threads = ThreadPoolExecutor(len(layout.arms))
        measured = MeasuredExamples.of(data)
        self.shown = shown_examples(data, measured)
        self._train = _tensors((data.x_train, data.y_train))
        self._probe = _tensors(measured.probe)
        self._validation = _tensors(measured.validation)
        self._precise, _ = _tensors(measured.precise)
        self._shown = tf.constant(measured.shown)
        self._recorder = FrameRecorder(layout, data, measured)
        self._order = BatchOrder(len(data.x_train), settings.batch_size, seed=settings.seed)
        self.arms: dict[str, Arm] = {}
        self._held: list[CompiledNetwork] = []
        self._changes = list(settings.changes)
        self._step = 0
        self._training: dict[str, Future[ArmSnapshot]] = {}
        self._unmeasured: dict[str, ArmSnapshot] = {}
        self._compilation: Compilation | None = None

    def close(self) -> None:
        """Ends the threads, lets others use the networks, and has nothing more compiled."""
        if self._compilation is not None:
            self._compilation.cancel()
        self._threads.shutdown()
        self._release()

    def compiling(self, compile_: Callable[[CompiledNetwork], None]) -> Iterator[None]:
        """Compiles the networks of all arms, and gives way meanwhile; the arms are set aside.

        Args:
            compile_: Compiles a network.
        """
        yield from self._waiting_for(self.parts(compile_))

    def parts(
        self, compile_: Callable[[CompiledNetwork], None]
    ) -> dict[Hashable, Callable[[], None]]:
        """What compiles the network of each arm, by what it is compiled for.

        Args:
            compile_: Compiles a network.
        """

        def compile_arm(name: str) -> None:
            compiled = compiled_network(self._settings, name, self._data)
            with compiled.lock:
                compile_(compiled)

        parts: dict[Hashable, Callable[[], None]] = {}
        for name in self._layout.arms:
            of_arm = (compile_.__name__, name, architecture(self._settings, name))
            parts[*of_arm, *self._shapes] = partial(compile_arm, name)
        return parts

    def _waiting_for(self, parts: Mapping[Hashable, Callable[[], None]]) -> Iterator[None]:
        """Has something compiled, and gives way meanwhile; the arms are set aside."""
        self.set_aside()
        self._compilation = Compilation(parts)
        yield from self._compilation.waits()
        self._compilation = None
        yield from self.taking_up()

    @property
    def _shapes(self) -> tuple[Hashable, ...]:
        """What else decides what is compiled for an arm."""
        tensors = (*self._train, *self._probe, *self._validation, self._precise, self._shown)
        return (
            *(tuple(tensor.shape) for tensor in tensors),
            len(self._data.classes),
            ImageShape.of(self._settings, self._data),
            self._layout.deep,
        )

    def compile_measuring(self, compiled: CompiledNetwork) -> None:
        """Compiles what measures a network."""
        maps = (compiled.observer.reference(self._probe[0]),) * self._num_references
        compiled.observer.observe(self._probe, self._validation, maps, self._shown)
        if self._layout.deep:
            self._costly_measures(compiled)

    def compile_training(self, compiled: CompiledNetwork) -> None:
        """Compiles what trains a network, without training a step."""
        compiled.trainer.prepare(*self._train)

    def beginning(self) -> Iterator[None]:
        """Sets all arms to step 0, once nobody compiles their networks; gives way meanwhile."""
        names = self._layout.arms
        networks = [compiled_network(self._settings, name, self._data) for name in names]
        yield from self._holding(networks)
        self.arms = {name: new_arm(self._settings, name, self._data) for name in names}

    def start_training(self, stop: int) -> None:
        """Starts training all arms up to step `stop` and taking snapshots of them there."""
        indices = self._order.take(stop - self._step)
        self._step = stop
        self._training = {
            name: self._threads.submit(self._advance, arm, stop, indices)
            for name, arm in self.arms.items()
        }

    def finish_training(self) -> None:
        """Waits for the snapshots of all arms."""
        self._unmeasured = {name: future.result() for name, future in self._training.items()}

    def set_aside(self) -> None:
        """Lets the training that has been started end, and saves the state of all arms."""
        if not self._held:
            return
        wait(self._training.values())
        for arm in self.arms.values():
            arm.set_aside()
        self._release()

    def taking_up(self) -> Iterator[None]:
        """Goes on with the state that was saved, unless the networks are compiled for this run.

        Gives way while they are compiled for another run of the same architecture.
        """
        if self._held or self._compilation is not None:
            return
        yield from self._holding([arm.compiled for arm in self.arms.values()])
        for arm in self.arms.values():
            arm.take_up()

    def _holding(self, networks: Collection[CompiledNetwork]) -> Iterator[None]:
        """Lets nobody else use these networks, once nobody compiles one of them."""
        # A turn that begins while this waits may have held them already.
        while missing := [each for each in networks if each not in self._held]:
            if acquire_all([each.lock for each in missing]):
                self._held.extend(missing)
            else:
                yield

    def _release(self) -> None:
        while self._held:
            self._held.pop().lock.release()

    def measure(self) -> Iterator[Frame]:
        """Yields the frame of the last snapshots, unless it was yielded before."""
        snapshots, self._unmeasured = self._unmeasured, {}
        if snapshots:
            yield self._recorder.frame(self.arms, snapshots)

    def changes_due(self) -> list[Intervention]:
        """Returns the changes to be made before the next step, each of them once."""
        due = [change for change in self._changes if change.step <= self._step]
        self._changes = self._changes[len(due) :]
        return due

    def intervening(self, changes: Sequence[Intervention]) -> Iterator[None]:
        """Makes changes to all arms that they apply to, in order.

        Gives way while a network that an arm goes on with is compiled, for this run or another.
        """
        context = (self._settings, self._data, self._probe, self._validation, self._shown)
        for change in changes:
            parts: dict[Hashable, Callable[[], None]] = {}
            for name, arm in self.arms.items():
                if (built := built_after(arm.kind, change.action)) is not None:
                    of_arm = ("changed", name, *built, architecture(self._settings, built[0]))
                    parts[*of_arm, *self._shapes] = partial(self._compile_after, arm, change)
            if parts:
                yield from self._waiting_for(parts)
            for name in self._layout.arms:
                arm = self.arms[name]
                network = network_after(arm, change, self._settings, self._data)
                yield from self._holding([network])
                self.arms[name] = intervene(arm, change, *context)

    def _compile_after(self, arm: Arm, change: Intervention) -> None:
        """Compiles all that is called of the network with which an arm goes on after a change."""
        compiled = network_after(arm, change, self._settings, self._data)
        with compiled.lock:
            self.compile_measuring(compiled)
            self.compile_training(compiled)

    def _advance(self, arm: Arm, stop: int, indices: NDArray[np.int32]) -> ArmSnapshot:
        """Trains one arm up to step `stop` and takes a snapshot."""
        bad_row = arm.train(*self._train, indices, should_stop=self.should_stop)
        compiled = arm.compiled
        return ArmSnapshot(
            step=stop,
            observation=self._observe(arm),
            costly=self._costly_measures(compiled) if self._layout.deep else {},
            bad_step=stop - len(indices) + bad_row if bad_row >= 0 else -1,
            batches_digest=compiled.trainer.batches_digest,
        )

    @property
    def _num_references(self) -> int:
        """Earlier steps whose maps are crossed with those of now: the first, and the last."""
        return 2 if self._layout.deep else 1

    def _observe(self, arm: Arm) -> Observation:
        """Observes an arm; its maps of now become those that the next frame is compared with."""
        observer, features = arm.compiled.observer, self._probe[0]
        if not arm.references:
            arm.references = (observer.reference(features),) * self._num_references
        examples = (self._probe, self._validation)
        observation = observer.observe(*examples, arm.references, self._shown)
        if self._layout.deep:
            arm.references = (arm.references[0], observer.reference(features))
        return observation

    def _costly_measures(self, compiled: CompiledNetwork) -> dict[str, NDArray[Any]]:
        measures = compiled.landscape.measure(*self._probe, compiled.trainer.learning_rate)
        return measures | compiled.inference.evaluate(self._precise, self._validation)


def _tensors(examples: Examples) -> tuple[tf.Tensor, tf.Tensor]:
    x, y = examples
    return tf.constant(x), tf.constant(y)
