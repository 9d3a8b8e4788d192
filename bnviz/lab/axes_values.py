"""AxesValues: what normalizations of two trained networks are given, for the picture of axes."""

import keras
import numpy as np
from numpy.typing import NDArray

from bnviz.data import sampling
from bnviz.lab.datasets import load
from bnviz.lab.experiment import Experiment
from bnviz.settings import Settings

#: The convolutional network: channels of each convolution, side of their kernels, and its training.
_CHANNELS, _KERNEL = 8, 3
_RATE, _EPOCHS = 0.1, 6


def dense_values(settings: Settings, num_examples: int) -> NDArray[np.float32]:
    """Returns the pre-activations of the last hidden layer without BN, once it is trained.

    Args:
        settings: Settings of the run.
        num_examples: The first so many examples of the probe.

    Returns:
        Shape (num_examples, units, 1).
    """
    experiment = Experiment(settings)
    x, _ = sampling.probe(experiment.data)
    with experiment.turn() as frames:
        for _ in frames:
            pass
        network = experiment.arms["none"].compiled.network
        inner: NDArray[np.float32] = network.probe(x[:num_examples]).pre_activations[-1].numpy()
    return inner[..., None]


def convolution_values(settings: Settings, num_examples: int) -> NDArray[np.float32]:
    """Returns the pre-activations of the second of two convolutions, once they are trained.

    The network: convolution, ReLU, 2×2 maxima, convolution, ReLU, the mean over all positions, and
    a linear layer. No layer of it normalizes.

    Args:
        settings: Data set, whose examples are images, batch size and seed.
        num_examples: The first so many examples of the probe.

    Returns:
        Shape (num_examples, channels, positions).
    """
    data = load(settings)
    side = round(data.x_train.shape[1] ** 0.5)
    keras.utils.set_random_seed(settings.seed)
    inputs = keras.Input((side * side,))
    layer = keras.layers.Reshape((side, side, 1))(inputs)
    layer = keras.layers.MaxPooling2D()(keras.layers.ReLU()(_convolution()(layer)))
    convolved = _convolution()(layer)
    pooled = keras.layers.GlobalAveragePooling2D()(keras.layers.ReLU()(convolved))
    model = keras.Model(inputs, keras.layers.Dense(len(data.classes))(pooled))
    model.compile(
        keras.optimizers.SGD(_RATE), keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    )
    model.fit(data.x_train, data.y_train, batch_size=settings.batch_size, epochs=_EPOCHS, verbose=0)
    x, _ = sampling.probe(data)
    maps: NDArray[np.float32] = keras.Model(inputs, convolved)(x[:num_examples]).numpy()
    return maps.transpose(0, 3, 1, 2).reshape(num_examples, _CHANNELS, -1)


def _convolution() -> keras.layers.Layer:
    return keras.layers.Conv2D(_CHANNELS, _KERNEL, padding="same", kernel_initializer="he_normal")
