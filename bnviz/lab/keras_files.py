"""KerasFiles: trained networks as files that Keras opens by itself."""

import io
import itertools
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from bnviz.data.dataset import Dataset
from bnviz.data.image_shape import KERNEL_SIDE
from bnviz.data.sampling import validation
from bnviz.lab.arms import Arm
from bnviz.lab.convolution import Convolution, Pooling
from bnviz.lab.dynamic_tanh import DynamicTanh
from bnviz.lab.networks import Network
from bnviz.lab.noise import Noise
from bnviz.lab.normalization import FrozenBatchNormalization, GhostBatchNormalization
from bnviz.lab.observer import loss_and_accuracy
from bnviz.lab.skip import Skip
from bnviz.lab.training import make_optimizer
from bnviz.lab.weight_norm import WeightNorm, WeightNormDense, kernel_of
from bnviz.recording.header import arm_file_name
from bnviz.settings import Settings
from bnviz.settings.image_sides import POOL_SIDE

#: The file with the examples that the networks were validated on.
EXAMPLES_FILE = "examples.npz"
#: What takes the place of a layer, in order: layers of Keras's own, and the weights of each.
_Copies = list[tuple[keras.Layer, list[NDArray[np.float32]]]]


def network_files(
    models: Mapping[str, keras.Model], data: Dataset, settings: Settings
) -> dict[str, bytes]:
    """Returns a file of each network, and `EXAMPLES_FILE`, by name.

    The latter holds `x_validation`, scaled, and `y_validation`, the examples that the run is
    validated on; the names of the `classes`; and `offset` and `unit`: features in the values of
    their source are scaled by `(x - offset) / unit`.

    Args:
        models: The networks by arm, as `portable` returns them.
        data: Examples of their run.
        settings: Settings of their run.
    """
    files = {
        f"{arm_file_name(settings, arm)}.keras": _saved(model) for arm, model in models.items()
    }
    return files | {EXAMPLES_FILE: _examples(data)}


def outcomes(models: Mapping[str, keras.Model], data: Dataset) -> dict[str, tuple[float, float]]:
    """Returns loss and accuracy of networks on the validation examples, by arm."""
    x, y = (tf.constant(each) for each in validation(data))
    found = {arm: loss_and_accuracy(model(x), y) for arm, model in models.items()}
    return {arm: (float(loss), float(accuracy)) for arm, (loss, accuracy) in found.items()}


def omissions(arms: Mapping[str, Arm], settings: Settings) -> tuple[str, ...]:
    """Returns what the files of arms leave out, or say in other words, a sentence each."""
    found = []
    layers = [layer for arm in arms.values() for layer in arm.compiled.network.model.layers]
    if any(isinstance(layer, Noise) for layer in layers):
        found.append(
            "The noise of noisy BN is left out: only training adds it, and Keras has no layer "
            "of it."
        )
    frozen = [isinstance(layer, FrozenBatchNormalization) for layer in layers]
    ghosts = [isinstance(layer, GhostBatchNormalization) for layer in layers]
    if any(ghost and not still for ghost, still in zip(ghosts, frozen, strict=True)):
        found.append(
            "The virtual batches of ghost BN are left out: its layers are Keras's Batch "
            "Normalization, which is the same in inference and trains on by whole batches."
        )
    if any(isinstance(layer, DynamicTanh) for layer in layers):
        found.append(
            "Keras has no layer of dynamic tanh: others make the same values, and when they train "
            "on, each neuron learns an alpha of its own."
        )
    if any(isinstance(layer, WeightNorm) for layer in layers):
        found.append(
            "Keras has no layer of weight norm: its layers are plain ones, with the weights that "
            "g and v make, which are trained on as they are."
        )
    if any(frozen):
        found.append(
            "Where moving statistics were frozen the layers are not trainable, so that Keras keeps "
            "them; in the run gamma and beta went on learning."
        )
    if settings.l2:
        found.append("The L2 penalty is left out, as it is in every loss that is shown.")
    return tuple(found)


def portable(
    network: Network, settings: Settings, *, learning_rate: float, name: str
) -> keras.Model:
    """Returns a network as a model of Keras's own layers: in inference the same function, compiled.

    It maps features that are scaled as for training, shape (num_examples, num_features), to logits,
    (num_examples, num_classes). `evaluate` gives the loss, without the L2 penalty, and the
    accuracy; `fit` trains on with a fresh state of the optimizer.

    Args:
        network: The network.
        settings: Settings of its run.
        learning_rate: The current learning rate.
        name: Name of the model.
    """
    # Names begin with that of the network, so that those of all arms differ.
    prefix = f"{network.model.name}_"
    copies = {
        layer.name: _copies(layer, settings, layer.name.removeprefix(prefix))
        for layer in network.model.layers
    }
    model = _joined(network.model, copies, name)
    optimizer = make_optimizer(settings)
    optimizer.learning_rate = learning_rate
    model.compile(
        optimizer=optimizer,
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    # Else its state would not be found in the file, and Keras would warn of it.
    optimizer.build(model.trainable_variables)
    for copy, weights in itertools.chain.from_iterable(copies.values()):
        copy.set_weights(weights)
    return model


def _joined(model: keras.Model, copies: Mapping[str, _Copies], name: str) -> keras.Model:
    """Joins copies of the layers of a model as these are joined."""
    if not any(isinstance(layer, Skip) for layer in model.layers):
        in_order = itertools.chain.from_iterable(copies.values())
        return keras.Sequential([copy for copy, _ in in_order], name=name)
    made: dict[int, Any] = {}
    for layer in model.layers:
        if isinstance(layer, keras.layers.InputLayer):
            [(copy, _)] = copies[layer.name]
            inputs = x = copy.output
        else:
            given = [made[id(each)] for each in tf.nest.flatten(layer.input)]
            x = given if len(given) > 1 else given[0]
            for copy, _ in copies[layer.name]:
                x = copy(x)
        made[id(layer.output)] = x
    return keras.Model(inputs, x, name=name)


def _copies(layer: keras.Layer, settings: Settings, name: str) -> _Copies:
    """The same layer as layers of Keras's own, in order, and the weights of each."""
    match layer:
        case Noise():
            return []
        case DynamicTanh():
            ones = np.ones(layer.output.shape[-1:], np.float32)
            beta = [] if layer.beta is None else [layer.beta.numpy()]
            values = "bhwc" if len(layer.output.shape) > 2 else "bc"
            equation = f"{values},c->{values}"
            by_neuron = {"equation": equation, "output_shape": layer.output.shape[1:]}
            squashed = [
                (keras.layers.EinsumDense(**by_neuron, name=f"{name}_alpha"), [layer.alpha * ones]),
                (keras.layers.Activation("tanh", name=f"{name}_tanh"), []),
            ]
            by_neuron["bias_axes"] = "c" if beta else None
            if layer.gamma is not None:
                last = keras.layers.EinsumDense(**by_neuron, name=f"{name}_gamma")
                return [*squashed, (last, [layer.gamma.numpy(), *beta])]
            if beta:
                last = keras.layers.EinsumDense(**by_neuron, name=f"{name}_beta")
                return [*squashed, (_added(last, name), [0 * ones, *beta])]
            return squashed
        case WeightNorm():
            dense = isinstance(layer, WeightNormDense)
            plain = (
                keras.layers.Dense(layer.units, name=name) if dense else _convolution(layer, name)
            )
            return [(plain, [kernel_of(layer).numpy(), layer.bias.numpy()])]
    return [(_copy(layer, settings, name), layer.get_weights())]


def _added(layer: keras.layers.EinsumDense, name: str) -> keras.Model:
    """Adds the bias of a layer to values, as a model: Keras has no layer that has this alone.

    The layer is given zeros, so that its kernel changes nothing, and stays as it is in training.
    """
    values = keras.Input(layer.partial_output_shape, name=f"{name}_values")
    zeros = keras.layers.Rescaling(0.0, name=f"{name}_zeros")(values)
    both = keras.layers.Add(name=f"{name}_sum")([values, layer(zeros)])
    return keras.Model(values, both, name=f"{name}_shift")


def _copy(layer: keras.Layer, settings: Settings, name: str) -> keras.Layer:
    """The same layer as one of Keras's own, without its weights."""
    match layer:
        case keras.layers.InputLayer():
            return keras.layers.InputLayer(layer.batch_shape[1:], name=name)
        case keras.layers.Reshape():
            return keras.layers.Reshape(layer.target_shape, name=name)
        case Convolution():
            return _convolution(layer, name)
        case Pooling():
            return keras.layers.AveragePooling2D(POOL_SIDE, name=name)
        case keras.layers.GlobalAveragePooling2D():
            return keras.layers.GlobalAveragePooling2D(name=name)
        case Skip():
            return keras.layers.Add(name=name)
        case keras.layers.Dense():
            return keras.layers.Dense(layer.units, use_bias=layer.use_bias, name=name)
        case keras.layers.BatchNormalization():
            return keras.layers.BatchNormalization(
                momentum=settings.bn_momentum,
                epsilon=settings.bn_epsilon,
                center=layer.center,
                scale=layer.scale,
                trainable=not isinstance(layer, FrozenBatchNormalization),
                renorm=layer.renorm,
                renorm_clipping=layer.renorm_clipping,
                renorm_momentum=settings.bn_momentum,
                name=name,
            )
        case keras.layers.LayerNormalization():
            return keras.layers.LayerNormalization(
                epsilon=settings.bn_epsilon, center=layer.center, scale=layer.scale, name=name
            )
        case keras.layers.GroupNormalization():
            return keras.layers.GroupNormalization(
                layer.groups,
                epsilon=settings.bn_epsilon,
                center=layer.center,
                scale=layer.scale,
                name=name,
            )
        case keras.layers.RMSNormalization():
            return keras.layers.RMSNormalization(
                epsilon=settings.bn_epsilon, trainable=layer.trainable, name=name
            )
        case keras.layers.Activation():
            return keras.layers.Activation(settings.activation, name=name)
        case keras.layers.Dropout():
            return keras.layers.Dropout(layer.rate, seed=layer.seed, name=name)
    raise TypeError(f"a layer of another kind: {layer}")


def _convolution(layer: Convolution, name: str) -> keras.layers.Conv2D:
    return keras.layers.Conv2D(
        layer.filters, KERNEL_SIDE, padding="same", use_bias=layer.use_bias, name=name
    )


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
