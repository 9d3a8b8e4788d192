"""Surgery: one network's function carried over to another that has BN where the first has none.

In inference both compute the same, up to rounding, because Batch Normalization by fixed statistics
is a linear map of each neuron: `y = gamma * (x - mean) / sqrt(variance + epsilon) + beta`.
"""

from typing import Any

import tensorflow as tf

from bnviz.lab.networks import Network


def insert_normalization(source: Network, target: Network, x: tf.Tensor) -> None:
    """Sets `target`, with BN, to the function of `source`, without.

    Gamma and beta are those of the identity, `gamma = sqrt(variance + epsilon)` and `beta = mean`
    (Ioffe & Szegedy 2015, section 3), with the statistics of `x`, which the moving statistics
    become too. A bias that `target` has not is added to beta. Where gamma or beta are not learnt
    they cannot be set, and the function changes.

    Args:
        source: The network as it is.
        target: Of the same sizes, with epsilon set.
        x: Training examples, shape (num_examples, num_features).
    """
    inside = source.forward(x, lambda _, values: values)
    for number, (old, new) in enumerate(
        zip(source.hidden_layers, target.hidden_layers, strict=True)
    ):
        _copy(old.dense, new.dense)
        layer: Any = new.normalization
        norm_inputs = inside.activations[number]
        bias = tf.zeros_like(old.dense.bias)
        if new.position == "before":
            bias = old.dense.bias.value
            norm_inputs = inside.pre_activations[number] - bias
        mean, variance = tf.nn.moments(norm_inputs, axes=[0])
        layer.moving_mean.assign(mean)
        layer.moving_variance.assign(variance)
        if layer.scale:
            layer.gamma.assign(tf.sqrt(variance + layer.epsilon))
        if layer.center:
            layer.beta.assign(mean + bias)
    _copy(source.output, target.output)


def remove_normalization(source: Network, target: Network) -> None:
    """Sets `target`, without BN, to what `source`, with BN, computes in inference.

    The map of each neuron by the moving statistics goes into the kernel and bias of the Dense
    layer before it, or, where BN stands after the activation, of the one behind it.

    Args:
        source: The network as it is.
        target: Of the same sizes.
    """
    _copy(source.output, target.output)
    behind = [*(block.dense for block in target.hidden_layers), target.output]
    for old, new in zip(source.hidden_layers, target.hidden_layers, strict=True):
        _copy(old.dense, new.dense)
        if not old.dense.use_bias:
            new.dense.bias.assign(tf.zeros_like(new.dense.bias))
    for number, (old, new) in enumerate(
        zip(source.hidden_layers, target.hidden_layers, strict=True)
    ):
        layer: Any = old.normalization
        scale = 1 / tf.sqrt(layer.moving_variance + layer.epsilon)
        scale = scale * layer.gamma if layer.scale else scale
        shift = -layer.moving_mean * scale
        shift = shift + layer.beta if layer.center else shift
        if old.position == "before":
            new.dense.kernel.assign(new.dense.kernel * scale)
            new.dense.bias.assign(new.dense.bias * scale + shift)
        else:
            after = behind[number + 1]
            after.bias.assign(after.bias + tf.linalg.matvec(after.kernel, shift, transpose_a=True))
            after.kernel.assign(after.kernel * scale[:, None])


def copy(source: Network, target: Network) -> None:
    """Sets `target` to the weights and statistics of `source`, which has the same layers."""
    for old, new in zip(source.hidden_layers, target.hidden_layers, strict=True):
        _copy(old.dense, new.dense)
        if old.normalization is not None:
            _copy(old.normalization, new.normalization)
        if old.noise is not None and new.noise is not None:
            new.noise.follow(old.noise)
    _copy(source.output, target.output)


def _copy(source: Any, target: Any) -> None:
    """Copies the variables that both layers have, by name."""
    values = {variable.name: variable for variable in source.variables}
    for variable in target.variables:
        if variable.name in values:
            variable.assign(values[variable.name])
