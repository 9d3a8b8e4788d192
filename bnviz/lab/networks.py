"""Networks: each arm as a Keras model, all arms with the same initial kernels."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from bnviz.settings import Settings

INITIALIZERS = {
    "glorot_uniform": keras.initializers.GlorotUniform,
    "glorot_normal": keras.initializers.GlorotNormal,
    "he_uniform": keras.initializers.HeUniform,
    "he_normal": keras.initializers.HeNormal,
    "lecun_normal": keras.initializers.LecunNormal,
    "random_normal": keras.initializers.RandomNormal,
}


@dataclass(frozen=True)
class Block:
    """A hidden layer: Dense, its non-linearity, and what stands around it.

    Attributes:
        dense: The linear map `x @ kernel (+ bias)`.
        normalization: Batch Normalization, or None in the arm without it.
        position: Whether it stands "before" the activation or "after" it.
        activation: The non-linearity.
    """

    dense: keras.layers.Layer
    normalization: keras.layers.BatchNormalization | None
    position: str
    activation: keras.layers.Layer

    def after_dense(self) -> list[keras.layers.Layer]:
        """The layers after the linear map, in order."""
        layers = {
            "": [self.activation],
            "before": [self.normalization, self.activation],
            "after": [self.activation, self.normalization],
        }
        return layers[self.position]


@dataclass(frozen=True)
class Inside:
    """What a forward pass shows of a network.

    Attributes:
        pre_activations: Inputs of every non-linearity, shape (layers, num_examples, units).
        activations: Its outputs, of the same shape.
        logits: Shape (num_examples, num_classes).
        moments: Mean and variance of what enters each Batch Normalization, over the examples,
            shape (2, layers, units); None without it.
    """

    pre_activations: tf.Tensor
    activations: tf.Tensor
    logits: tf.Tensor
    moments: tf.Tensor | None


@dataclass(frozen=True)
class Network:
    """One arm: a Keras model, and its layers by the part they play.

    Attributes:
        model: From features, shape (batch, num_features), to logits, (batch, num_classes).
        blocks: The hidden layers in order.
        output: The last Dense layer, which gives the logits.
    """

    model: keras.Model
    blocks: tuple[Block, ...]
    output: keras.layers.Layer

    @property
    def dense_layers(self) -> list[keras.layers.Layer]:
        """Every layer with a kernel, in order."""
        return [*(block.dense for block in self.blocks), self.output]

    def probe(self, x: tf.Tensor) -> Inside:
        """A forward pass that shows its inside and changes nothing.

        Batch Normalization uses the mean and variance of `x` itself, as in a training step, but
        moves no moving statistics; dropout is off.

        Args:
            x: Examples, shape (num_examples, num_features).
        """
        pre_activations, activations, moments = [], [], []
        for block in self.blocks:
            x = block.dense(x)
            if block.position == "before":
                moments.append(tf.nn.moments(x, axes=[0]))
                x = normalize(block.normalization, x, *moments[-1])
            pre_activations.append(x)
            x = block.activation(x)
            activations.append(x)
            if block.position == "after":
                moments.append(tf.nn.moments(x, axes=[0]))
                x = normalize(block.normalization, x, *moments[-1])
        return Inside(
            tf.stack(pre_activations),
            tf.stack(activations),
            self.output(x),
            tf.stack(moments, axis=1) if moments else None,
        )


def normalize(
    layer: keras.layers.BatchNormalization, x: tf.Tensor, mean: tf.Tensor, variance: tf.Tensor
) -> tf.Tensor:
    """Batch Normalization of `x` by given statistics, without side effects.

    `y = gamma * (x - mean) / sqrt(variance + epsilon) + beta`, one gamma and one beta a neuron
    (Ioffe & Szegedy 2015, Algorithm 1).

    Args:
        layer: Where gamma, beta and epsilon are taken from.
        x: Shape (num_examples, units).
        mean: Shape (units,).
        variance: The biased one, shape (units,).
    """
    return tf.nn.batch_normalization(
        x,
        mean,
        variance,
        offset=layer.beta.value if layer.center else None,
        scale=layer.gamma.value if layer.scale else None,
        variance_epsilon=layer.epsilon,
    )


def build(settings: Settings, arm: str, num_features: int, num_classes: int) -> Network:
    """Builds one arm; its weights are set by `reset`.

    BN's momentum and epsilon are variables, so that other values need no new compilation. A Dense
    layer right before BN has no bias: beta takes its place.
    """
    position = settings.bn_position if arm == "bn" else ""
    penalty = keras.regularizers.L2(settings.l2) if settings.l2 else None

    def dense(units: int, name: str, *, use_bias: bool = True) -> keras.layers.Layer:
        return keras.layers.Dense(
            units, use_bias=use_bias, kernel_regularizer=penalty, name=f"{arm}_{name}"
        )

    inputs = x = keras.Input((num_features,), name=f"{arm}_input")
    blocks = []
    for number in range(1, settings.hidden_layers + 1):
        block = Block(
            dense(settings.units, f"dense_{number}", use_bias=position != "before"),
            keras.layers.BatchNormalization(
                center=settings.bn_center, scale=settings.bn_scale, name=f"{arm}_bn_{number}"
            )
            if position
            else None,
            position,
            keras.layers.Activation(settings.activation, name=f"{arm}_activation_{number}"),
        )
        blocks.append(block)
        x = block.dense(x)
        for layer in block.after_dense():
            x = layer(x)
        if settings.dropout:
            x = keras.layers.Dropout(settings.dropout, seed=number, name=f"{arm}_dropout_{number}")(
                x
            )
        if block.normalization is not None:
            block.normalization.momentum = tf.Variable(0.0, trainable=False)
            block.normalization.epsilon = tf.Variable(1.0, trainable=False)
    output = dense(num_classes, "output")
    model = keras.Model(inputs, output(x), name=arm)
    return Network(model, tuple(blocks), output)


def initial_kernels(
    settings: Settings, num_features: int, num_classes: int
) -> list[NDArray[np.float32]]:
    """The kernels that every arm starts from, drawn from the seed.

    Returns:
        One array a Dense layer, shape (inputs, outputs), each times `init_scale`.
    """
    sizes = [num_features, *[settings.units] * settings.hidden_layers, num_classes]
    seeds = np.random.SeedSequence(settings.seed).generate_state(len(sizes) - 1)
    options: dict[str, Any] = (
        {"stddev": settings.init_stddev} if settings.initializer == "random_normal" else {}
    )
    initializer = INITIALIZERS[settings.initializer]
    return [
        np.asarray(initializer(seed=int(seed), **options)(shape)) * np.float32(settings.init_scale)
        for seed, shape in zip(seeds, pairwise(sizes), strict=True)
    ]


def reset(network: Network, settings: Settings, kernels: list[NDArray[np.float32]]) -> None:
    """Sets every weight and statistic of `network` to its value at step 0.

    Kernels as given, biases and beta 0, gamma 1, moving mean 0, moving variance 1.
    """
    for layer, kernel in zip(network.dense_layers, kernels, strict=True):
        layer.kernel.assign(kernel)
        if layer.use_bias:
            layer.bias.assign(tf.zeros_like(layer.bias))
    for block in network.blocks:
        layer = block.normalization
        if layer is None:
            continue
        layer.momentum.assign(settings.bn_momentum)
        layer.epsilon.assign(settings.bn_epsilon)
        layer.moving_mean.assign(tf.zeros_like(layer.moving_mean))
        layer.moving_variance.assign(tf.ones_like(layer.moving_variance))
        if layer.center:
            layer.beta.assign(tf.zeros_like(layer.beta))
        if layer.scale:
            layer.gamma.assign(tf.ones_like(layer.gamma))
