"""Surgery: carries the function of one network over to another, with or without BN.

In inference both compute the same values, up to rounding, because Batch Normalization by fixed
statistics is an affine map of each neuron:

    y = gamma * (x - mean) / sqrt(variance + epsilon) + beta
"""

from typing import Any

import tensorflow as tf

from bnviz.lab.networks import Network


def insert_normalization(source: Network, target: Network, x: tf.Tensor) -> None:
    """Makes `target`, with BN, compute the function of `source`, without BN.

    Gamma and beta are set so that BN is the identity (Ioffe & Szegedy 2015, section 3):

        gamma = sqrt(variance + epsilon), beta = mean

    Mean and variance are those of the inputs of each BN over `x`; the moving statistics are set to
    them, too. If a Dense layer of `target` has no bias, the bias of `source` is added to beta. If
    `target` has no gamma or no beta, its function differs from that of `source`.

    Args:
        source: Network without BN.
        target: Network with BN, of the same sizes; it is changed. Its epsilon must be set.
        x: Training features, shape (num_examples, num_features).
    """
    forward_pass = source.forward(x, lambda _, values: values)
    pairs = zip(source.hidden_layers, target.hidden_layers, strict=True)
    for number, (old, new) in enumerate(pairs):
        _copy_shared(old.dense, new.dense)
        layer: Any = new.normalization
        norm_inputs = forward_pass.activations[number]
        bias = tf.zeros_like(old.dense.bias)
        if new.position == "before":
            bias = old.dense.bias.value
            norm_inputs = forward_pass.pre_activations[number] - bias
        mean, variance = tf.nn.moments(norm_inputs, axes=[0])
        layer.moving_mean.assign(mean)
        layer.moving_variance.assign(variance)
        if layer.scale:
            layer.gamma.assign(tf.sqrt(variance + layer.epsilon))
        if layer.center:
            layer.beta.assign(mean + bias)
    _copy_shared(source.output, target.output)


def remove_normalization(source: Network, target: Network) -> None:
    """Makes `target`, without BN, compute what `source`, with BN, computes in inference.

    The affine map by the moving statistics is folded into kernel and bias of the Dense layer before
    BN or, where BN follows the activation, of the Dense layer after it.

    Args:
        source: Network with BN.
        target: Network without BN, of the same sizes; it is changed.
    """
    _copy_shared(source.output, target.output)
    for old, new in zip(source.hidden_layers, target.hidden_layers, strict=True):
        _copy_shared(old.dense, new.dense)
        if not old.dense.use_bias:
            new.dense.bias.assign(tf.zeros_like(new.dense.bias))
    pairs = zip(source.hidden_layers, target.hidden_layers, strict=True)
    for number, (old, new) in enumerate(pairs):
        layer: Any = old.normalization
        scale = 1 / tf.sqrt(layer.moving_variance + layer.epsilon)
        scale = scale * layer.gamma if layer.scale else scale
        shift = -layer.moving_mean * scale
        shift = shift + layer.beta if layer.center else shift
        if old.position == "before":
            new.dense.kernel.assign(new.dense.kernel * scale)
            new.dense.bias.assign(new.dense.bias * scale + shift)
        else:
            after = target.dense_layers[number + 1]
            after.bias.assign(after.bias + tf.linalg.matvec(after.kernel, shift, transpose_a=True))
            after.kernel.assign(after.kernel * scale[:, None])


def copy(source: Network, target: Network) -> None:
    """Copies weights, statistics and the state of the noise to a network with the same layers.

    Args:
        source: Network to copy from.
        target: Network to copy to; it is changed.
    """
    for old, new in zip(source.hidden_layers, target.hidden_layers, strict=True):
        _copy_shared(old.dense, new.dense)
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
