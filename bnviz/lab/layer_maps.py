"""Layer maps: what each hidden layer does to its inputs, apart from the network it is in.

They answer whose doing it is that a layer's values moved: the map of then is applied to what
reaches the layer now, and the map of now to what reached it then.
"""

from typing import Generic, NamedTuple, TypeVar

import keras
import tensorflow as tf

from bnviz.lab.convolution import convolve
from bnviz.lab.dynamic_tanh import DynamicTanh
from bnviz.lab.networks import Network
from bnviz.lab.noise import perturbed
from bnviz.lab.normalization import (
    beta_of,
    gamma_of,
    renormalized,
    renormalizes,
    training_moments,
)
from bnviz.lab.weight_norm import kernel_of

T = TypeVar("T")


class LayerMaps(NamedTuple):
    """The maps of all hidden layers, from what reaches a layer to its pre-activations.

    A map is `x @ kernel + bias`, or a convolution and its bias, normalized if the normalization
    comes before the activation: by the mean and variance of what it is given, or by the fixed ones
    if those of BN are frozen. Batch renormalization corrects by the fixed ones, which are its
    moving ones of that step. With noise, it adds that of one training step. Maps of all kinds have
    the same tensors, so that those of a network can still be applied after BN was inserted, removed
    or frozen. What a skip adds before an activation is part of what reaches a layer, not of its
    map, which adds it as it is.

    Attributes:
        first_kernel: Kernel of the first layer, shape (features, units), or (3, 3, channels, units)
            of a convolution.
        kernels: Kernels of the others, shape (layers - 1, units, units), or (layers - 1, 3, 3,
            units, units).
        neurons: Bias, mean, variance, beta and gamma of each neuron, shape (5, layers, 1, units);
            with dynamic tanh, its alpha in place of the mean.
        epsilon: Of the normalization, a scalar.
        by_given: Whether to normalize by mean and variance of what is given, a scalar.
        noise: Seed of each layer's noise, shape (layers, 2), or (0, 2) without noise.
    """

    first_kernel: tf.Tensor
    kernels: tf.Tensor
    neurons: tf.Tensor
    epsilon: tf.Tensor
    by_given: tf.Tensor
    noise: tf.Tensor


class LayerReference(NamedTuple):
    """The maps of a network at one step, and what they were given and gave.

    Attributes:
        maps: The maps.
        reaching: What reached each layer but the first, as `ForwardPass.reaching`.
        values: What the maps made of it, shape (layers, num_values, units).
    """

    maps: LayerMaps
    reaching: tf.Tensor | tuple[tf.Tensor, ...]
    values: tf.Tensor


class LayerCrossing(NamedTuple, Generic[T]):
    """The maps of two steps, each applied to what the other was given; tensors or arrays.

    Attributes:
        values: What the earlier maps made of what reached them then, shape
            (layers, num_values, units).
        moved_inputs: What they make of what reaches the layers now, of the same shape.
        moved_weights: What the maps of now make of what reached the layers then.
    """

    values: T
    moved_inputs: T
    moved_weights: T


def layer_maps(network: Network) -> LayerMaps:
    """The maps of a network in its current state, as in a training step."""
    first, *others = (kernel_of(hidden.linear) for hidden in network.hidden_layers)
    units = first.shape[-1]
    zeros, ones = tf.zeros(units), tf.ones(units)
    neurons, noise = [], []
    epsilon, by_given = tf.zeros(()), False
    for hidden in network.hidden_layers:
        bias = hidden.linear.bias.value if hidden.linear.use_bias else zeros
        mean, variance, beta, gamma = zeros, ones, zeros, ones
        layer = hidden.normalization
        if layer is not None and hidden.position == "before":
            beta = zeros if beta_of(layer) is None else beta_of(layer).value
            gamma = ones if gamma_of(layer) is None else gamma_of(layer).value
            by_given = not hidden.frozen
            if isinstance(layer, DynamicTanh):
                mean = layer.alpha.value * ones
            else:
                epsilon = tf.convert_to_tensor(layer.epsilon)
            if hidden.frozen:
                mean, variance = layer.moving_mean.value, layer.moving_variance.value
            elif renormalizes(layer):
                mean, variance = layer.renorm_mean.value, tf.square(layer.renorm_stddev.value)
            if hidden.noise is not None:
                noise.append(hidden.noise.seed_generator.state.value)
        neurons.append(tf.stack([bias, mean, variance, beta, gamma]))
    return LayerMaps(
        first,
        tf.stack(others) if others else tf.zeros((0, *first.shape[:-2], units, units)),
        tf.stack(neurons, axis=1)[:, :, tf.newaxis],
        epsilon,
        tf.constant(by_given),
        tf.stack(noise) if noise else tf.zeros((0, 2), tf.int64),
    )


def apply(
    maps: LayerMaps,
    network: Network,
    x: tf.Tensor,
    reaching: tf.Tensor | tuple[tf.Tensor, ...],
) -> tf.Tensor:
    """Applies the map of each hidden layer to its own inputs.

    Args:
        maps: The maps.
        network: A network with the same layers, which take their mean and variance as theirs do.
        x: Features, which reach the first layer, shape (num_examples, num_features).
        reaching: What reaches each of the others, as `ForwardPass.reaching`.

    Returns:
        Pre-activations, shape (layers, num_values, units).
    """
    normalization = network.hidden_layers[0].normalization
    if network.image is None:
        first = tf.matmul(x, maps.first_kernel)[tf.newaxis]
        values = tf.concat([first, tf.matmul(reaching, maps.kernels)], axis=0)
        values = _normalized(maps, maps.neurons, values, normalization)
        if maps.noise.shape[0]:
            noisy = zip(tf.unstack(values), tf.unstack(maps.noise), strict=True)
            values = tf.stack([perturbed(of_layer, seed) for of_layer, seed in noisy])
        return values + _skips(network, reaching) if _adds(network) else values
    kernels = [maps.first_kernel, *tf.unstack(maps.kernels)]
    seeds = tf.unstack(maps.noise) or [None] * len(kernels)
    read = []
    reached = [network.enter(x), *reaching]
    for number, (images, kernel, neurons, seed) in enumerate(
        zip(reached, kernels, tf.unstack(maps.neurons, axis=1), seeds, strict=True)
    ):
        values = _normalized(maps, neurons, convolve(images, kernel), normalization)
        values = values if seed is None else perturbed(values, seed)
        if network.hidden_layers[number].adds == "before":
            values += reached[number - 1]
        read.append(network.read(values))
    return tf.stack(read)


def _adds(network: Network) -> bool:
    """Whether skips are added before activations."""
    return any(hidden.adds == "before" for hidden in network.hidden_layers)


def _skips(network: Network, reaching: tf.Tensor) -> tf.Tensor:
    """What skips add in each layer of a Dense network with any, 0 in those without one.

    Args:
        network: The network.
        reaching: What reaches each layer but the first, shape (layers - 1, num_examples, units).
    """
    none = tf.zeros_like(reaching[0])
    return tf.stack(
        [
            # What reaches the layer before; of the first layer, `reaching` has nothing.
            reaching[number - 2] if hidden.adds == "before" else none
            for number, hidden in enumerate(network.hidden_layers)
        ]
    )


def _normalized(
    maps: LayerMaps,
    neurons: tf.Tensor,
    values: tf.Tensor,
    normalization: keras.layers.Layer | None,
) -> tf.Tensor:
    """What maps make of the products of their inputs and kernels, but for the noise.

    Args:
        maps: The maps, of which epsilon is read and what to normalize by.
        neurons: As `LayerMaps.neurons`, of all layers or of one.
        values: The products of all layers, (layers, num_examples, units), or of one layer of
            images, (num_examples, height, width, units).
        normalization: A layer that takes mean and variance as theirs do, or None.
    """
    bias, mean, variance, beta, gamma = tf.unstack(neurons)
    values = values + bias
    if isinstance(normalization, DynamicTanh):
        return tf.where(maps.by_given, gamma * tf.tanh(mean * values) + beta, values)
    position_axes = 2 if len(values.shape) == 4 else 0
    moments = training_moments(normalization, values, position_axes=position_axes)
    if renormalizes(normalization):
        moments = renormalized(*moments, mean, tf.sqrt(variance), maps.epsilon)
    fixed = mean, variance
    statistics = (tf.where(maps.by_given, *pair) for pair in zip(moments, fixed, strict=True))
    return tf.nn.batch_normalization(
        values,
        *statistics,
        offset=beta,
        scale=gamma,
        variance_epsilon=maps.epsilon,
    )
