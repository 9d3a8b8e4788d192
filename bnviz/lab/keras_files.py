"""KerasFiles: the trained networks of a recording as files that Keras opens by itself.

Weights are not recorded, so the networks are trained again from the settings and the seed.
"""

import io
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from bnviz.data.dataset import Dataset
from bnviz.data.sampling import validation
from bnviz.frames import ARM_FILE_NAMES
from bnviz.lab.arms import Arm
from bnviz.lab.experiment import Experiment, ExperimentError
from bnviz.lab.networks import Network
from bnviz.lab.noise import Noise
from bnviz.lab.normalization import FrozenBatchNormalization
from bnviz.lab.observer import loss_and_accuracy
from bnviz.lab.training import make_optimizer
from bnviz.recording import Recording
from bnviz.settings import Settings

#: The file with the examples that the networks were validated on.
EXAMPLES_FILE = "examples.npz"
#: Measures of an arm that tell whether it is the network that was recorded.
_TELLING = (
    "data_digest",
    "kernels_digest",
    "batches_digest",
    "train_loss",
    "validation_loss",
    "validation_accuracy",
    "gradient_norm",
)


@dataclass(frozen=True)
class KerasFiles:
    """The networks of all arms at the last recorded frame.

    Attributes:
        files: The files by name: a network of each arm, and `EXAMPLES_FILE`.
        outcomes: Loss and accuracy on the validation examples, by arm.
        recorded: The same as the recording's last frame has them.
        departs_at: The first recorded step at which a network is not the recorded one; -1 if
            both are the same in all frames.
        omissions: What the files leave out, or say in other words, a sentence each.
    """

    files: Mapping[str, bytes]
    outcomes: Mapping[str, tuple[float, float]]
    recorded: Mapping[str, tuple[float, float]]
    departs_at: int
    omissions: tuple[str, ...]


def keras_files(
    recording: Recording,
    dataset: Dataset | None = None,
    *,
    progress: Callable[[int], object] = lambda _: None,
) -> KerasFiles:
    """Trains the networks of a recording again, up to its last frame, and saves them.

    The networks map features that are scaled as for training, shape (num_examples, num_features),
    to logits, (num_examples, num_classes). They are compiled: `evaluate` gives the loss, without
    the L2 penalty, and the accuracy; `fit` trains on with a fresh state of the optimizer.

    `EXAMPLES_FILE` holds `x_validation`, scaled, and `y_validation`, the examples that the
    recording was validated on; the names of the `classes`; and `offset` and `unit`: features in
    the values of their source are scaled by `(x - offset) / unit`.

    Args:
        recording: A run of the laboratory with at least one frame.
        dataset: The examples, if the run is one of an upload.
        progress: Called with each step that is reached.

    Raises:
        ExperimentError: If the recording is empty or its examples are not available.
    """
    settings = recording.settings
    if len(recording) == 0:
        raise ExperimentError("a run has to have begun before its networks can be saved")
    training = Experiment(settings, dataset, num_frames=len(recording))
    again = Recording(settings)
    with training.turn() as frames:
        for frame in frames:
            if frame is not None:
                again.append(frame)
                progress(int(frame["step"]))
        arms = dict(training.arms)
        models = {
            name: portable(
                arm.compiled.network,
                settings,
                learning_rate=arm.compiled.trainer.learning_rate,
                name=ARM_FILE_NAMES[name],
            )
            for name, arm in arms.items()
        }
    x, y = validation(training.data)
    files = {f"{ARM_FILE_NAMES[name]}.keras": _saved(model) for name, model in models.items()}
    files[EXAMPLES_FILE] = _examples(training.data)
    return KerasFiles(
        files,
        {name: _outcome(model(tf.constant(x)), y) for name, model in models.items()},
        {name: _recorded(recording, name) for name in arms},
        departure(recording, again),
        _omissions(settings, arms),
    )


def portable(
    network: Network, settings: Settings, *, learning_rate: float, name: str
) -> keras.Sequential:
    """Returns a network as a model of Keras's own layers: in inference the same function, compiled.

    Args:
        network: The network.
        settings: Settings of its run.
        learning_rate: The current learning rate.
        name: Name of the model.
    """
    layers = network.model.layers
    # Names begin with that of the network, so that those of all arms differ.
    prefix = f"{network.model.name}_"
    copies = [_copy(layer, settings, layer.name.removeprefix(prefix)) for layer in layers]
    model = keras.Sequential([copy for copy in copies if copy is not None], name=name)
    optimizer = make_optimizer(settings)
    optimizer.learning_rate = learning_rate
    model.compile(
        optimizer=optimizer,
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    # Else its state would not be found in the file, and Keras would warn of it.
    optimizer.build(model.trainable_variables)
    for layer, copy in zip(layers, copies, strict=True):
        if copy is not None:
            copy.set_weights(layer.get_weights())
    return model


def _copy(layer: keras.Layer, settings: Settings, name: str) -> keras.Layer | None:
    """The same layer as one of Keras's own, without its weights; None if Keras has none."""
    match layer:
        case keras.layers.InputLayer():
            return keras.layers.InputLayer(layer.batch_shape[1:], name=name)
        case keras.layers.Dense():
            return keras.layers.Dense(layer.units, use_bias=layer.use_bias, name=name)
        case keras.layers.BatchNormalization():
            return keras.layers.BatchNormalization(
                momentum=settings.bn_momentum,
                epsilon=settings.bn_epsilon,
                center=layer.center,
                scale=layer.scale,
                trainable=not isinstance(layer, FrozenBatchNormalization),
                name=name,
            )
        case keras.layers.LayerNormalization():
            return keras.layers.LayerNormalization(
                epsilon=settings.bn_epsilon, center=layer.center, scale=layer.scale, name=name
            )
        case keras.layers.Activation():
            return keras.layers.Activation(settings.activation, name=name)
        case keras.layers.Dropout():
            return keras.layers.Dropout(layer.rate, seed=layer.seed, name=name)
        case Noise():
            return None
    raise TypeError(f"a layer of another kind: {layer}")


def _saved(model: keras.Model) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        # Keras takes the format from the name.
        path = Path(folder) / "network.keras"
        model.save(path)
        return path.read_bytes()


def _examples(data: Dataset) -> bytes:
    x, y = validation(data)
    offset, unit = (np.broadcast_to(each, data.num_features) for each in data.units)
    file = io.BytesIO()
    np.savez_compressed(
        file,
        x_validation=x,
        y_validation=y,
        offset=offset,
        unit=unit,
        classes=np.array(data.classes, np.str_),
    )
    return file.getvalue()


def _outcome(logits: tf.Tensor, y: np.ndarray) -> tuple[float, float]:
    loss, accuracy = loss_and_accuracy(logits, tf.constant(y))
    return float(loss), float(accuracy)


def _recorded(recording: Recording, arm: str) -> tuple[float, float]:
    last = recording.frames[-1][arm]
    return float(last["validation_loss"]), float(last["validation_accuracy"])


def departure(recorded: Recording, trained: Recording) -> int:
    """Returns the step of the first frame in which two recordings of a run differ; -1 if none does.

    What tells is the certificate, losses, accuracy and gradients, bit for bit.

    Args:
        recorded: The recording.
        trained: The same run, trained again up to the same frame.
    """
    steps = recorded.frames["step"]
    differs = np.zeros(len(steps), bool)
    for arm in recorded.layout.arms:
        for name in _TELLING:
            ours, theirs = (each.frames[arm][name] for each in (trained, recorded))
            equal = (ours == theirs) | ((ours != ours) & (theirs != theirs))
            differs |= ~equal.reshape(len(steps), -1).all(axis=1)
    return int(steps[differs.argmax()]) if differs.any() else -1


def _omissions(settings: Settings, arms: Mapping[str, Arm]) -> tuple[str, ...]:
    found = []
    layers = [layer for arm in arms.values() for layer in arm.compiled.network.model.layers]
    if any(isinstance(layer, Noise) for layer in layers):
        found.append(
            "The noise of noisy BN is left out: only training adds it, and Keras has no layer "
            "of it."
        )
    if any(isinstance(layer, FrozenBatchNormalization) for layer in layers):
        found.append(
            "Where BN was frozen its layers are not trainable, so that Keras keeps their "
            "statistics; in the run gamma and beta went on learning."
        )
    if settings.l2:
        found.append("The L2 penalty is left out, as it is in every loss that is shown.")
    return tuple(found)
