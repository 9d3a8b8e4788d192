"""Surgery: carries the function of one network over to another, with or without BN.

In inference both compute the same values, up to rounding, because Batch Normalization by fixed
statistics is an affine map of each neuron:

    y = gamma * (x - mean) / sqrt(variance + epsilon) + beta
"""

from typing import Any

import tensorflow as tf

from bnviz.lab.networks import HiddenLayer, Network
from bnviz.lab.normalization import batch_moments

#: Examples of images that pass at once.
_BLOCK = 512


def insert_normalization(source: Network, target: Network, x: tf.Tensor) -> None:
    """Makes `target`, with BN, compute the function of `source`, without BN.

    Gamma and beta are set so that BN is the identity (Ioffe & Szegedy 2015, section 3):

        gamma = sqrt(variance + epsilon), beta = mean

    Mean and variance are those of the inputs of each BN over `x`, and over all positions of images;
    the moving statistics are set to them, too. If a layer of `target` has no bias, that of `source`
    is added to beta. If `target` has no gamma or no beta, its function differs from that of
    `source`.

    Args:
        source: Network without BN.
        target: Network with BN, of the same sizes; it is changed. Its epsilon must be set.
        x: Training features, shape (num_examples, num_features).
    """
    pairs = list(zip(source.hidden_layers, target.hidden_layers, strict=True))
    for old, new in pairs:
        _copy_shared(old.linear, new.linear)
    _copy_shared(source.output, target.output)
    biases = [
        old.linear.bias.value if new.position == "before" else tf.zeros_like(old.linear.bias)
        for old, new in pairs
    ]
    moments = _moments_without(target, biases, x)
    for (_, new), bias, (mean, variance) in zip(pairs, biases, moments, strict=True):
        layer: Any = new.normalization
        layer.moving_mean.assign(mean)
        layer.moving_variance.assign(variance)
        if layer.scale:
            layer.gamma.assign(tf.sqrt(variance + layer.epsilon))
        if layer.center:
            layer.beta.assign(mean + bias)


def _moments_without(
    network: Network, biases: list[tf.Tensor], x: tf.Tensor
) -> list[tuple[tf.Tensor, tf.Tensor]]:
    """Mean and biased variance of what each normalization is given, if all but add these biases."""
    size = len(x) if network.image is None else _BLOCK
    blocks = [x[start : start + size] for start in range(0, len(x), size)]
    shares = tf.constant([len(block) / len(x) for block in blocks])[:, tf.newaxis]
    of_blocks = [_moments_of_block(network, biases, block) for block in blocks]
    found = []
    for of_layer in zip(*of_blocks, strict=True):
        means, variances = map(tf.stack, zip(*of_layer, strict=True))
        mean = tf.reduce_sum(shares * means, axis=0)
        spread = variances + tf.square(means - mean)
        found.append((mean, tf.reduce_sum(shares * spread, axis=0)))
    return found


def _moments_of_block(
    network: Network, biases: list[tf.Tensor], x: tf.Tensor
) -> list[tuple[tf.Tensor, tf.Tensor]]:
    """The same of so few examples that all their values fit into memory."""
    rest, found = iter(biases), []

    def shift(_: HiddenLayer, values: tf.Tensor) -> tf.Tensor:
        found.append(batch_moments(values))
        return values + next(rest)

    network.forward(x, shift)
    return found


def remove_normalization(source: Network, target: Network) -> None:
    """Makes `target`, without BN, compute what `source`, with BN, computes in inference.

    The affine map by the moving statistics is folded into kernel and bias of the layer before BN
    or, where BN follows the activation, of the layer after it. Where that is a convolution, what it
    computes at the border of images differs, since the zeros around them would have to be shifted,
    too. Across the skips of residual blocks BN after the activation cannot be removed:
    `bnviz.settings.bn_changes.is_removable`.

    Args:
        source: Network with BN.
        target: Network without BN, of the same sizes; it is changed.
    """
    _copy_shared(source.output, target.output)
    for old, new in zip(source.hidden_layers, target.hidden_layers, strict=True):
        _copy_shared(old.linear, new.linear)
        if not old.linear.use_bias:
            new.linear.bias.assign(tf.zeros_like(new.linear.bias))
    pairs = zip(source.hidden_layers, target.hidden_layers, strict=True)
    for number, (old, new) in enumerate(pairs):
        layer: Any = old.normalization
        scale = 1 / tf.sqrt(layer.moving_variance + layer.epsilon)
        scale = scale * layer.gamma if layer.scale else scale
        shift = -layer.moving_mean * scale
        shift = shift + layer.beta if layer.center else shift
        if old.position == "before":
            new.linear.kernel.assign(new.linear.kernel * scale)
            new.linear.bias.assign(new.linear.bias * scale + shift)
        else:
            after = target.linear_layers[number + 1]
            inputs, units = after.kernel.shape[-2:]
            rows = tf.reshape(after.kernel, (-1, units))
            repeated = tf.tile(shift, [rows.shape[0] // inputs])
            after.bias.assign(after.bias + tf.linalg.matvec(rows, repeated, transpose_a=True))
            after.kernel.assign(after.kernel * scale[:, None])


def copy(source: Network, target: Network) -> None:
    """Copies weights, statistics and the state of the noise to a network with the same layers.

    Args:
        source: Network to copy from.
        target: Network to copy to; it is changed.
    """
    for old, new in zip(source.hidden_layers, target.hidden_layers, strict=True):
        _copy_shared(old.linear, new.linear)
        if old.normalization is not None:
            _copy_shared(old.normalization, new.normalization)
        if old.noise is not None and new.noise is not None:
            new.noise.follow(old.noise)
    _copy_shared(source.output, target.output)


def _copy_shared(source: Any, target: Any) -> None:
    """Copies the variables that both layers have, by name."""
    values = {variable.name: variable for variable in source.variables}
    for variable in target.variables:
        if variable.name in values:
            variable.assign(values[variable.name])
