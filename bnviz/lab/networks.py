"""Networks: each arm as a Keras model, all arms with the same initial kernels."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from bnviz.frames import BN_ARMS, NORMALIZED_ARMS
from bnviz.lab.noise import Noise
from bnviz.settings import BN_POSITIONS, Settings

INITIALIZERS = {
    "glorot_uniform": keras.initializers.GlorotUniform,
    "glorot_normal": keras.initializers.GlorotNormal,
    "he_uniform": keras.initializers.HeUniform,
    "he_normal": keras.initializers.HeNormal,
    "lecun_normal": keras.initializers.LecunNormal,
    "random_normal": keras.initializers.RandomNormal,
}


@dataclass(frozen=True)
class HiddenLayer:
    """A hidden layer: Dense, its non-linearity, and what stands around it.

    Attributes:
        dense: The linear map `x @ kernel (+ bias)`.
        normalization: Batch or layer normalization, or None in the arm without it.
        position: Whether it stands "before" the activation or "after" it.
        activation: The non-linearity.
        noise: What follows the normalization, or None.
        frozen: Whether Batch Normalization goes by its moving statistics in training too, and
            moves them no more.
    """

    dense: keras.layers.Layer
    normalization: keras.layers.Layer | None
    position: str
    activation: keras.layers.Layer
    noise: Noise | None = None
    frozen: bool = False

    def after_dense(self) -> list[keras.layers.Layer]:
        """The layers after the linear map, in order."""
        normalization = [layer for layer in (self.normalization, self.noise) if layer is not None]
        if self.position == "before":
            return [*normalization, self.activation]
        return [self.activation, *normalization]

    def statistics(self, mean: tf.Tensor, variance: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """What it normalizes a training batch of this mean and variance by."""
        if self.frozen and self.normalization is not None:
            return self.normalization.moving_mean.value, self.normalization.moving_variance.value
        return mean, variance

    @property
    def has_batch_statistics(self) -> bool:
        """Whether it normalizes by the mean and variance of a batch."""
        return isinstance(self.normalization, keras.layers.BatchNormalization)


@dataclass(frozen=True)
class ForwardPass:
    """What a forward pass shows of a network.

    Attributes:
        pre_activations: Inputs of every non-linearity, shape (layers, num_examples, units).
        activations: Its outputs, of the same shape.
        logits: Shape (num_examples, num_classes).
        entering: What enters every normalization, of the shape of the pre-activations, which
            stand here where there is none.
        moments: Mean and variance of what enters each Batch Normalization, over the examples,
            shape (2, layers, units); None without it.
    """

    pre_activations: tf.Tensor
    activations: tf.Tensor
    logits: tf.Tensor
    norm_inputs: tf.Tensor
    moments: tf.Tensor | None = None


@dataclass(frozen=True)
class Network:
    """One arm: a Keras model, and its layers by the part they play.

    Attributes:
        model: From features, shape (batch, num_features), to logits, (batch, num_classes).
        hidden_layers: The hidden layers in order.
        output: The last Dense layer, which gives the logits.
    """

    model: keras.Model
    hidden_layers: tuple[HiddenLayer, ...]
    output: keras.layers.Layer

    @property
    def dense_layers(self) -> list[keras.layers.Layer]:
        """Every layer with a kernel, in order."""
        return [*(block.dense for block in self.hidden_layers), self.output]

    def probe(self, x: tf.Tensor) -> ForwardPass:
        """A forward pass that shows its inside and changes nothing.

        Batch Normalization uses the mean and variance of `x` itself, unless it is frozen, as in a
        training step, but moves no moving statistics; noise is on, dropout is off.

        Args:
            x: Examples, shape (num_examples, num_features).
        """
        moments = []

        def normalized(block: HiddenLayer, values: tf.Tensor) -> tf.Tensor:
            moments.append(tf.nn.moments(values, axes=[0]))
            values = normalize(block.normalization, values, *block.statistics(*moments[-1]))
            return values if block.noise is None else block.noise.draw(values)

        inside = self.forward(x, normalized)
        if not self.hidden_layers[0].has_batch_statistics:
            return inside
        return replace(inside, moments=tf.stack(moments, axis=1))

    def forward(
        self, x: tf.Tensor, normalized: Callable[[HiddenLayer, tf.Tensor], tf.Tensor]
    ) -> ForwardPass:
        """A forward pass with a normalization of choice, without dropout.

        Args:
            x: Examples, shape (num_examples, num_features).
            normalized: Makes of a block and of what enters its normalization what leaves it; not
                called in the arm without.

        Returns:
            What is seen of it, without the moments.
        """
        pre_activations, activations, norm_inputs = [], [], []
        for block in self.hidden_layers:
            x = block.dense(x)
            if block.position == "before":
                norm_inputs.append(x)
                x = normalized(block, x)
            pre_activations.append(x)
            x = block.activation(x)
            activations.append(x)
            if block.position == "after":
                norm_inputs.append(x)
                x = normalized(block, x)
        return ForwardPass(
            tf.stack(pre_activations),
            tf.stack(activations),
            self.output(x),
            tf.stack(norm_inputs or pre_activations),
        )


def normalize(
    layer: keras.layers.Layer, x: tf.Tensor, mean: tf.Tensor, variance: tf.Tensor
) -> tf.Tensor:
    """Normalization of `x` without side effects.

    Batch Normalization by given statistics: `y = gamma * (x - mean) / sqrt(variance + epsilon) +
    beta`, one gamma and one beta a neuron (Ioffe & Szegedy 2015, Algorithm 1). Layer
    normalization goes by the mean and variance of each example over the neurons instead, whatever
    is given.

    Args:
        layer: Where gamma, beta and epsilon are taken from.
        x: Shape (num_examples, units).
        mean: Shape (units,).
        variance: The biased one, shape (units,).
    """
    if isinstance(layer, keras.layers.LayerNormalization):
        return layer(x)
    return tf.nn.batch_normalization(
        x,
        mean,
        variance,
        offset=layer.beta.value if layer.center else None,
        scale=layer.gamma.value if layer.scale else None,
        variance_epsilon=layer.epsilon,
    )


def position(settings: Settings, arm: str) -> str:
    """Where an arm's normalization stands: "before" or "after" the activation, or nowhere: ""."""
    if arm not in NORMALIZED_ARMS:
        return ""
    if arm == "bn_other":
        return next(other for other in BN_POSITIONS if other != settings.bn_position)
    return settings.bn_position


class _FrozenBatchNormalization(keras.layers.BatchNormalization):  # type: ignore[misc]
    """Goes by its moving statistics in training too; gamma and beta are learnt on.

    `trainable = False` would keep these as they are, too.
    """

    def call(self, inputs: tf.Tensor, training: bool | None = None) -> tf.Tensor:  # noqa: ARG002
        return super().call(inputs, training=False)


def build(
    settings: Settings, arm: str, num_features: int, num_classes: int, *, frozen: bool = False
) -> Network:
    """Builds one arm; its weights are set by `reset`.

    BN's momentum and epsilon are variables, so that other values need no new compilation. A Dense
    layer right before a normalization has no bias: beta takes its place, as in Ioffe & Szegedy
    2015, section 3.2, and, for layer normalization, in Ba et al. 2016, equation 4.

    Args:
        settings: The structure is taken from here.
        arm: One of `bnviz.frames.ARM_LABELS`.
        num_features: Features of an example.
        num_classes: Classes to tell apart.
        frozen: Whether the statistics of BN stay as they are.
    """
    where = position(settings, arm)
    penalty = keras.regularizers.L2(settings.l2) if settings.l2 else None

    def dense(units: int, name: str, *, use_bias: bool = True) -> keras.layers.Layer:
        return keras.layers.Dense(
            units, use_bias=use_bias, kernel_regularizer=penalty, name=f"{arm}_{name}"
        )

    def normalization(number: int) -> keras.layers.Layer | None:
        if not where:
            return None
        kind = keras.layers.LayerNormalization
        if arm in BN_ARMS:
            kind = _FrozenBatchNormalization if frozen else keras.layers.BatchNormalization
        return kind(center=settings.bn_center, scale=settings.bn_scale, name=f"{arm}_norm_{number}")

    inputs = x = keras.Input((num_features,), name=f"{arm}_input")
    blocks = []
    for number in range(1, settings.hidden_layers + 1):
        block = HiddenLayer(
            dense(settings.units, f"dense_{number}", use_bias=where != "before"),
            normalization(number),
            where,
            keras.layers.Activation(settings.activation, name=f"{arm}_activation_{number}"),
            Noise(f"{arm}_noise_{number}") if arm == "noisy_bn" else None,
            frozen,
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
            block.normalization.epsilon = tf.Variable(1.0, trainable=False)
            if block.has_batch_statistics:
                block.normalization.momentum = tf.Variable(0.0, trainable=False)
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

    Kernels as given, biases and beta 0, gamma 1, moving mean 0, moving variance 1, noise from the
    seed.
    """
    for layer, kernel in zip(network.dense_layers, kernels, strict=True):
        layer.kernel.assign(kernel)
        if layer.use_bias:
            layer.bias.assign(tf.zeros_like(layer.bias))
    for number, block in enumerate(network.hidden_layers):
        layer = block.normalization
        if layer is None:
            continue
        layer.epsilon.assign(settings.bn_epsilon)
        if layer.center:
            layer.beta.assign(tf.zeros_like(layer.beta))
        if layer.scale:
            layer.gamma.assign(tf.ones_like(layer.gamma))
        if block.has_batch_statistics:
            layer.momentum.assign(settings.bn_momentum)
            layer.moving_mean.assign(tf.zeros_like(layer.moving_mean))
            layer.moving_variance.assign(tf.ones_like(layer.moving_variance))
        if block.noise is not None:
            block.noise.reset(seed=settings.seed, number=number)
