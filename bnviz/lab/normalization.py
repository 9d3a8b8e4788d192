"""Normalization: what Batch and layer normalization compute, without side effects."""

import keras
import tensorflow as tf


def normalize(
    layer: keras.layers.Layer, x: tf.Tensor, mean: tf.Tensor, variance: tf.Tensor
) -> tf.Tensor:
    """Applies a normalization layer to `x` and updates no moving statistics.

    Batch Normalization by the given statistics, with one gamma and one beta per neuron (Ioffe &
    Szegedy 2015, Algorithm 1):

        y = gamma * (x - mean) / sqrt(variance + epsilon) + beta

    Layer normalization ignores the given statistics: it takes the mean and variance of each example
    over the units (Ba et al. 2016, section 3).

    Args:
        layer: Keras layer that holds gamma, beta and epsilon.
        x: Shape (num_examples, units).
        mean: Shape (units,), or any that broadcasts to that of `x`.
        variance: Biased variance, of the same shape as `mean`.

    Returns:
        The normalized values, in the shape of `x`.
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


def moving_average(moving: tf.Tensor, batch: tf.Tensor, momentum: tf.Tensor) -> tf.Tensor:
    """Returns a moving mean or variance after one more batch, as Keras computes it.

        moving * momentum + batch * (1 - momentum)

    Args:
        moving: Moving mean or variance before the batch.
        batch: Mean or biased variance of the batch, of the same shape.
        momentum: Share of the moving statistic that is kept, from 0 to 1.
    """
    return moving * momentum + batch * (1.0 - momentum)


class FrozenBatchNormalization(keras.layers.BatchNormalization):  # type: ignore[misc]
    """Batch Normalization by its moving statistics in training, too; gamma and beta still learn.

    Setting `trainable = False` would stop these from learning as well.
    """

    def call(self, inputs: tf.Tensor, training: bool | None = None) -> tf.Tensor:  # noqa: ARG002
        return super().call(inputs, training=False)
