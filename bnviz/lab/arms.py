"""Arms: the networks of a run with what trains and observes them, and their changes in mid-run."""

import hashlib
import time
from dataclasses import dataclass, field, replace
from functools import lru_cache

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from bnviz.data.dataset import Dataset
from bnviz.frames import BN_ARMS, NORMALIZED_ARMS
from bnviz.interventions import LEARNING_RATE, Intervention
from bnviz.lab.compiled_function import xla_compilations
from bnviz.lab.inference import Inference
from bnviz.lab.landscape import Landscape
from bnviz.lab.measures import DriftReference
from bnviz.lab.networks import Network, build, initial_kernels, reset
from bnviz.lab.observer import Observer
from bnviz.lab.surgery import copy, insert_normalization, remove_normalization
from bnviz.lab.training import Trainer
from bnviz.settings import Settings

#: A loss this many times its first value counts as diverged.
DIVERGENCE = 1_000.0
#: Compiled networks kept for further runs of the same architecture: all that a worker may compile,
#: since TensorFlow gives back next to nothing of one that is let go.
_KEPT = 40
#: Settings that decide a network's program; all others are inputs to it.
_ARCHITECTURE = (
    "hidden_layers",
    "units",
    "activation",
    "dropout",
    "optimizer",
    "batch_size",
    "l2",
)
_BN_ARCHITECTURE = ("bn_position", "bn_center", "bn_scale")
#: Losses around a change where there was none.
UNCHANGED = (np.nan, np.nan)


@dataclass
class Arm:
    """One network of a run with what trains and observes it.

    Attributes:
        name: One of `bnviz.frames.ARM_LABELS`.
        kind: As what it is built: its name, until BN is inserted or removed.
        network: The network.
        trainer: Trains it.
        observer: Looks into it.
        landscape: Looks around in it, in deep runs.
        inference: Evaluates it by each of the statistics, in deep runs.
        kernels_digest: SHA-256 of its kernels at step 0.
        seconds: Time its training has taken so far.
        first_loss: Training loss at step 0.
        diverged_at: Step from which on its loss is no finite number or over `DIVERGENCE` times
            the first; -1 as long as it is not.
        past: What its drift is measured against.
        change_losses: Validation loss before and after the change of BN that was just made.
    """

    name: str
    kind: str
    network: Network
    trainer: Trainer
    observer: Observer
    landscape: Landscape
    inference: Inference
    kernels_digest: bytes
    seconds: float = 0.0
    first_loss: float = np.nan
    diverged_at: int = -1
    past: DriftReference = field(default_factory=DriftReference)
    change_losses: tuple[float, float] = UNCHANGED

    def train(self, x: tf.Tensor, y: tf.Tensor, indices: NDArray[np.int32]) -> int:
        """Trains on one batch a row; returns the first row with a diverged loss, or -1."""
        start = time.perf_counter()
        bad = self.trainer.train(x, y, indices, limit=DIVERGENCE * self.first_loss)
        self.seconds += time.perf_counter() - start
        return bad


def new_arm(settings: Settings, name: str, data: Dataset) -> Arm:
    """An arm at step 0.

    Args:
        settings: Of the run.
        name: One of `bnviz.frames.ARM_LABELS`.
        data: The examples, from which its sizes follow.
    """
    kernels = initial_kernels(settings, data.num_features, len(data.classes))
    arm = _assemble(settings, name, name, kernels, data)
    sha = hashlib.sha256()
    for layer in arm.network.dense_layers:
        sha.update(layer.kernel.numpy().tobytes())
    arm.kernels_digest = sha.digest()
    return arm


def _assemble(
    settings: Settings,
    name: str,
    kind: str,
    kernels: list[NDArray[np.float32]],
    data: Dataset,
    *,
    frozen: bool = False,
) -> Arm:
    """An arm at step 0 with these kernels."""
    sizes = (data.num_features, len(data.classes))
    compiled = _compiled(architecture(settings, kind), name, kind, *sizes, frozen)
    network, trainer = compiled[:2]
    reset(network, settings, kernels)
    trainer.reset(settings)
    return Arm(name, kind, *compiled, kernels_digest=b"")


def architecture(settings: Settings, kind: str) -> Settings:
    """What decides the program of an arm of this kind; all else is at its default."""
    names = _ARCHITECTURE + (_BN_ARCHITECTURE if kind in NORMALIZED_ARMS else ())
    return Settings(**{key: getattr(settings, key) for key in names})


def intervene(
    arm: Arm,
    change: Intervention,
    settings: Settings,
    data: Dataset,
    probe: tuple[tf.Tensor, tf.Tensor],
    validation: tuple[tf.Tensor, tf.Tensor],
) -> Arm:
    """An arm after a change in mid-run.

    BN is inserted into an arm built without and removed from one built with it so that inference
    gives what it gave before; the optimizer's state is fresh then, its learning rate is kept.

    Args:
        arm: As it stands.
        change: What is to be changed.
        settings: Of the run.
        data: The examples.
        probe: Features and classes of the fixed training examples.
        validation: Features and classes of the validation examples.

    Returns:
        Itself where the change does not concern it, or only its learning rate.
    """
    if change.action == LEARNING_RATE:
        arm.trainer.learning_rate = change.value
        return arm
    kind, frozen = arm.kind, False
    if change.action == "insert_bn" and arm.kind == "none":
        kind = "bn"
    elif change.action == "remove_bn" and arm.kind == "bn":
        kind = "none"
    elif change.action == "freeze_bn" and arm.kind in BN_ARMS:
        frozen = True
    else:
        return arm
    kernels = [layer.kernel.numpy() for layer in arm.network.dense_layers]
    other = _assemble(settings, arm.name, kind, kernels, data, frozen=frozen)
    if change.action == "insert_bn":
        insert_normalization(arm.network, other.network, tf.constant(data.x_train))
    elif change.action == "remove_bn":
        remove_normalization(arm.network, other.network)
    else:
        copy(arm.network, other.network)
    other.trainer.follow(arm.trainer)
    before, after = (each.observer.observe(probe, validation).outcome() for each in (arm, other))
    other.trainer.prepare(tf.constant(data.x_train), tf.constant(data.y_train))
    return replace(
        arm,
        kind=kind,
        network=other.network,
        trainer=other.trainer,
        observer=other.observer,
        landscape=other.landscape,
        inference=other.inference,
        change_losses=(before["validation_loss"], after["validation_loss"]),
    )


@lru_cache(maxsize=_KEPT)
def _compiled(
    settings: Settings,
    name: str,  # noqa: ARG001
    kind: str,
    num_features: int,
    num_classes: int,
    frozen: bool,
) -> tuple[Network, Trainer, Observer, Landscape, Inference]:
    """What an arm consists of; `name` keeps arms of one kind apart."""
    network = build(settings, kind, num_features, num_classes, frozen=frozen)
    trainer = Trainer(network, settings)
    observer = Observer(network, trainer.kernels_before)
    # What a run does not ask to look at is not compiled.
    return network, trainer, observer, Landscape(network), Inference(network)


def compiled_networks() -> int:
    """Networks, and stacks of them, whose training was compiled by this process so far.

    What they take is not given back by TensorFlow.
    """
    return xla_compilations()
