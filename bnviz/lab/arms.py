"""Arms: the networks of a run, with everything compiled for them, and their changes in mid-run."""

import hashlib
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import lru_cache

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from bnviz.data.dataset import Dataset
from bnviz.data.image_shape import ImageShape
from bnviz.lab.compiled_function import xla_compilations
from bnviz.lab.inference import Inference
from bnviz.lab.landscape import Landscape
from bnviz.lab.layer_maps import LayerReference
from bnviz.lab.networks import Network, build, reset
from bnviz.lab.observer import Observer
from bnviz.lab.surgery import copy, insert_normalization, remove_normalization
from bnviz.lab.training import Trainer, TrainingState, never
from bnviz.recording.frames import NORMALIZED_ARMS
from bnviz.settings import Settings
from bnviz.settings.architectures import closing_layers
from bnviz.settings.bn_changes import built_after
from bnviz.settings.interventions import LEARNING_RATE, Intervention

#: A run has diverged if its loss exceeds its first loss times this factor.
DIVERGENCE = 1_000.0
#: Compiled networks kept for later runs of an architecture: more than a worker compiles before
#: it is replaced, since TensorFlow frees almost none of the memory of those that are dropped.
_MAX_COMPILED = 40
#: Held while a network is built, so that all threads have the same one.
_building = threading.Lock()
#: Settings that decide what is compiled for an arm; all others are inputs to it.
_ARCHITECTURE = (
    "architecture",
    "hidden_layers",
    "units",
    "activation",
    "dropout",
    "optimizer",
    "batch_size",
    "l2",
)
_BN_ARCHITECTURE = ("bn_position", "bn_center", "bn_scale")
_DROPOUT_ARCHITECTURE = ("dropout_position", "bn_position")
#: Where skips are added in a network without normalization, too.
_RESIDUAL_ARCHITECTURE = ("bn_position",)
#: `Arm.change_losses` of an arm that was not changed.
UNCHANGED = (np.nan, np.nan)


@dataclass(frozen=True)
class CompiledNetwork:
    """A network and what trains and measures it, each compiled when it is first called.

    Attributes:
        network: The network.
        trainer: Trains the network.
        observer: Observes the network.
        landscape: Measures its loss landscape, among the costly measures.
        inference: Evaluates it by different statistics, among the costly measures.
        lock: Held by whoever compiles or uses it.
    """

    network: Network
    trainer: Trainer
    observer: Observer
    landscape: Landscape
    inference: Inference
    lock: threading.Lock = field(default_factory=threading.Lock)


@dataclass
class Arm:
    """One arm of a run and what is known of its training so far.

    Attributes:
        name: One of `bnviz.recording.frames.ARM_LABELS`.
        kind: How it was built; equals `name` until BN is inserted or removed.
        compiled: Its network, and what trains and measures it.
        kernels_digest: SHA-256 of its kernels at step 0.
        first_loss: Training loss at step 0.
        diverged_at: First step at which its loss was NaN or over `DIVERGENCE` times the first loss,
            or -1.
        references: The maps of its layers at step 0 and, if the costly measures are taken, at the
            last frame; empty before step 0 is observed.
        change_losses: Validation loss right before and right after a change of BN since the last
            frame, else `UNCHANGED`.
        saved: The state of its training while it is set aside, else None.
    """

    name: str
    kind: str
    compiled: CompiledNetwork
    kernels_digest: bytes
    first_loss: float = np.nan
    diverged_at: int = -1
    references: tuple[LayerReference, ...] = ()
    change_losses: tuple[float, float] = UNCHANGED
    saved: TrainingState | None = None

    def set_aside(self) -> None:
        """Saves its state, so that other runs may use the compiled network."""
        self.saved = self.compiled.trainer.save()

    def take_up(self) -> None:
        """Goes on with the state that was saved."""
        if self.saved is not None:
            self.compiled.trainer.restore(self.saved)
            self.saved = None

    def train(
        self,
        x: tf.Tensor,
        y: tf.Tensor,
        indices: NDArray[np.int32],
        *,
        should_stop: Callable[[], bool] = never,
    ) -> int:
        """Trains one step per row of `indices`.

        Args:
            x: Training features, shape (num_train, num_features).
            y: Training classes, shape (num_train,).
            indices: Indices of the examples of each batch, shape (steps, batch_size).
            should_stop: As for `bnviz.lab.training.Trainer.train`, and what that raises.

        Returns:
            The row of the first batch with a diverged loss, or -1.
        """
        limit = DIVERGENCE * self.first_loss
        trainer = self.compiled.trainer
        return trainer.train(x, y, indices, limit=limit, should_stop=should_stop)


def new_arm(settings: Settings, name: str, data: Dataset) -> Arm:
    """Returns an arm at step 0.

    Args:
        settings: Settings of the run.
        name: One of `bnviz.recording.frames.ARM_LABELS`.
        data: Examples of the run, which decide the numbers of features and classes.
    """
    compiled = compiled_network(settings, name, data)
    _reset(compiled, settings)
    sha = hashlib.sha256()
    for layer in compiled.network.linear_layers:
        sha.update(layer.kernel.numpy().tobytes())
    return Arm(name, name, compiled, sha.digest())


def compiled_network(settings: Settings, name: str, data: Dataset) -> CompiledNetwork:
    """Returns the network that an arm begins with, in whatever state it is.

    Args:
        settings: Settings of the run.
        name: One of `bnviz.recording.frames.ARM_LABELS`.
        data: Examples of the run, which decide the numbers of features and classes.
    """
    return _network(settings, name, name, data)


def network_after(
    arm: Arm, change: Intervention, settings: Settings, data: Dataset
) -> CompiledNetwork:
    """Returns the network that an arm goes on with after a change, in whatever state it is.

    Args:
        arm: The arm before the change.
        change: The change.
        settings: Settings of the run.
        data: Examples of the run, which decide the numbers of features and classes.
    """
    built = built_after(arm.kind, change.action)
    if built is None:
        return arm.compiled
    kind, frozen = built
    return _network(settings, arm.name, kind, data, frozen=frozen)


def intervene(
    arm: Arm,
    change: Intervention,
    settings: Settings,
    data: Dataset,
    probe: tuple[tf.Tensor, tf.Tensor],
    validation: tuple[tf.Tensor, tf.Tensor],
    shown: tf.Tensor | None = None,
) -> Arm:
    """Makes a change in mid-run to an arm.

    BN is inserted only into an arm built without it, and removed only from one built with it, in
    such a way that inference computes the same as before. A change of BN starts with a fresh
    optimizer state and keeps the learning rate.

    Args:
        arm: The arm before the change; a new learning rate is set in place.
        change: The change.
        settings: Settings of the run.
        data: Examples of the run.
        probe: Features and classes of the probe.
        validation: Features and classes of the validation examples.
        shown: As `Observer.observe` takes it.

    Returns:
        The arm after the change: `arm` itself if the change does not apply to it or only sets the
        learning rate.
    """
    if change.action == LEARNING_RATE:
        arm.compiled.trainer.learning_rate = change.value
        return arm
    built = built_after(arm.kind, change.action)
    if built is None:
        return arm
    old, new = arm.compiled, network_after(arm, change, settings, data)
    kernels = [layer.kernel.numpy() for layer in old.network.linear_layers]
    _reset(new, settings, kernels)
    if change.action == "insert_bn":
        insert_normalization(old.network, new.network, tf.constant(data.x_train))
    elif change.action == "remove_bn":
        remove_normalization(old.network, new.network)
    else:
        copy(old.network, new.network)
    new.trainer.follow(old.trainer)
    before, after = (
        each.observer.observe(probe, validation, arm.references, shown).outcome()
        for each in (old, new)
    )
    new.trainer.prepare(tf.constant(data.x_train), tf.constant(data.y_train))
    losses = before["validation_loss"], after["validation_loss"]
    return replace(arm, kind=built[0], compiled=new, change_losses=losses)


def _reset(
    compiled: CompiledNetwork, settings: Settings, kernels: list[NDArray[np.float32]] | None = None
) -> None:
    """Sets a network to step 0, with the initial kernels if None."""
    reset(compiled.network, settings, kernels)
    compiled.trainer.reset(settings)


def _network(
    settings: Settings, name: str, kind: str, data: Dataset, *, frozen: bool = False
) -> CompiledNetwork:
    """A network of this kind, in whatever state it is."""
    sizes = (data.num_features, len(data.classes))
    image = ImageShape.of(settings, data)
    with _building:
        return _compiled(architecture(settings, kind), name, kind, *sizes, frozen, image)


def architecture(settings: Settings, kind: str) -> Settings:
    """Keeps the settings that decide what is compiled for an arm, with all others at default.

    Args:
        settings: Settings of a run.
        kind: One of `bnviz.recording.frames.ARM_LABELS`.
    """
    names = _ARCHITECTURE + (_BN_ARCHITECTURE if kind in NORMALIZED_ARMS else ())
    names += _DROPOUT_ARCHITECTURE if settings.dropout else ()
    blocks = closing_layers(settings.architecture, settings.hidden_layers)
    names += _RESIDUAL_ARCHITECTURE if blocks else ()
    return Settings(**{key: getattr(settings, key) for key in names})


@lru_cache(maxsize=_MAX_COMPILED)
def _compiled(
    settings: Settings,
    name: str,  # noqa: ARG001
    kind: str,
    num_features: int,
    num_classes: int,
    frozen: bool,
    image: ImageShape | None,
) -> CompiledNetwork:
    """Builds a network once per architecture; `name` keeps arms of the same kind apart."""
    network = build(settings, kind, num_features, num_classes, frozen=frozen, image=image)
    trainer = Trainer(network, settings)
    observer = Observer(network, trainer.kernels_before)
    return CompiledNetwork(network, trainer, observer, Landscape(network), Inference(network))


def compiled_networks() -> int:
    """Returns how many networks, and stacks of networks, this process has compiled so far.

    TensorFlow does not free the memory they take.
    """
    return xla_compilations()
