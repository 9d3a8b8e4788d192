"""Normalization: what the layers that normalize compute, without side effects."""

from typing import Any

import keras
import tensorflow as tf

from bnviz.recording.networks import GHOST_SIZE, MAX_D, MAX_R


def normalize(
    layer: keras.layers.Layer, x: tf.Tensor, mean: tf.Tensor, variance: tf.Tensor
) -> tf.Tensor:
    """Applies a normalization layer to `x` and updates no moving statistics.

    Batch Normalization by the given statistics, with one gamma and one beta per neuron (Ioffe &
    Szegedy 2015, Algorithm 1):

        y = gamma * (x - mean) / sqrt(variance + epsilon) + beta

    Any other layer ignores the given statistics and takes those of each example by itself: see
    `training_moments`.

    Args:
        layer: Keras layer that holds gamma, beta and epsilon.
        x: Shape (num_examples, units).
        mean: Shape (units,), or any that broadcasts to that of `x`.
        variance: Biased variance, of the same shape as `mean`.

    Returns:
        The normalized values, in the shape of `x`.
    """
    if not isinstance(layer, keras.layers.BatchNormalization):
        return layer(x)
    return tf.nn.batch_normalization(
        x,
        mean,
        variance,
        offset=layer.beta.value if layer.center else None,
        scale=layer.gamma.value if layer.scale else None,
        variance_epsilon=layer.epsilon,
    )


def batch_moments(values: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Computes the mean and biased variance of each neuron over a batch, each of shape (units,).

    Args:
        values: Shape (num_examples, units), or of images (num_examples, height, width, units): then
            all positions of a channel count like examples (Ioffe & Szegedy 2015, section 3.2).
    """
    mean, variance = tf.nn.moments(values, axes=[*range(len(values.shape) - 1)])
    return mean, variance


def training_moments(
    layer: keras.layers.Layer | None, values: tf.Tensor, *, position_axes: int = 0
) -> tuple[tf.Tensor, tf.Tensor]:
    """Computes the mean and variance that a layer normalizes values by in a training step.

    They are taken of

    - each neuron over the examples in Batch Normalization (and without a layer);
    - each neuron over the examples of a virtual batch in ghost BN, as from `ghost_moments`;
    - each example over the units in layer normalization (Ba et al. 2016, section 3);
    - each example over the units of a group in group normalization (Wu & He 2018, equation 7);
    - each example over the units in RMS normalization, with 0 in place of the mean, so that the
      variance is the mean square (Zhang & Sennrich 2019, equation 4).

    Of images, Batch Normalization and group normalization take all positions together, RMS
    normalization each position by itself, as its Keras layer does.

    Args:
        layer: Keras layer that normalizes, or None.
        values: What it is given, shape (layers, num_examples, units), or of one layer of images
            (num_examples, height, width, units).
        position_axes: How many axes the positions have: 2 for images.

    Returns:
        Mean and biased variance, in shapes that broadcast to that of `values`.
    """
    match layer:
        case keras.layers.LayerNormalization():
            mean, variance = tf.nn.moments(values, axes=[-1], keepdims=True)
        case keras.layers.RMSNormalization():
            variance = tf.reduce_mean(tf.square(values), axis=-1, keepdims=True)
            mean = tf.zeros_like(variance)
        case keras.layers.GroupNormalization():
            *others, units = values.shape
            size = units // layer.groups
            groups = tf.reshape(values, (*others, layer.groups, size))
            axes = [*range(-2 - position_axes, -2)]
            of_groups = tf.nn.moments(groups, axes=[*axes, -1], keepdims=True)
            of_groups = [tf.squeeze(each, -1) for each in of_groups]
            mean, variance = (tf.repeat(each, size, axis=-1) for each in of_groups)
        case GhostBatchNormalization() if position_axes:
            mean, variance = ghost_moments(values)
        case GhostBatchNormalization():
            of_layers = [ghost_moments(each) for each in tf.unstack(values)]
            mean, variance = (tf.stack(each) for each in zip(*of_layers, strict=True))
        case _:
            axes = [*range(-2 - position_axes, -1)]
            mean, variance = tf.nn.moments(values, axes=axes, keepdims=True)
    return mean, variance


def ghost_moments(values: tf.Tensor, *, axis: int = 0) -> tuple[tf.Tensor, tf.Tensor]:
    """Computes the mean and variance by which ghost BN normalizes each example in training.

    The batch is cut into virtual batches of `GHOST_SIZE` examples, in order; what is left over
    belongs to the last one. A smaller batch is one virtual batch.

    Args:
        values: Shape (num_examples, ..., units), or (networks, num_examples, ..., units).
        axis: That of the examples.

    Returns:
        Mean and biased variance of its virtual batch for each example, over all axes between it and
        the last, each in the shape of `values` with 1 for all axes between.
    """
    count = tf.shape(values)[axis]
    whole = tf.maximum(count // GHOST_SIZE - 1, 0) * GHOST_SIZE
    first, last = tf.split(values, [whole, count - whole], axis=axis)
    # The shape is lost in the split.
    others = values.shape[:axis], values.shape[axis + 1 :]
    virtual = tf.reshape(first, (*others[0], -1, GHOST_SIZE, *others[1]))
    last = tf.ensure_shape(last, (*others[0], None, *others[1]))
    between = list(range(axis + 1, len(values.shape) - 1))
    axes = [axis + 1, *(each + 1 for each in between)]
    of_virtual = tf.nn.moments(virtual, axes=axes, keepdims=True)
    of_last = tf.nn.moments(last, axes=[axis, *between], keepdims=True)
    mean, variance = (
        tf.concat(
            [
                tf.repeat(tf.squeeze(of_first, axis + 1), GHOST_SIZE, axis=axis),
                tf.repeat(rest, count - whole, axis=axis),
            ],
            axis=axis,
        )
        for of_first, rest in zip(of_virtual, of_last, strict=True)
    )
    return mean, variance


def renormalizes(layer: keras.layers.Layer | None) -> bool:
    """Returns whether a layer is Batch Renormalization."""
    return isinstance(layer, keras.layers.BatchNormalization) and layer.renorm


def renormalized(
    mean: tf.Tensor,
    variance: tf.Tensor,
    moving_mean: tf.Tensor,
    moving_std: tf.Tensor,
    epsilon: tf.Tensor,
) -> tuple[tf.Tensor, tf.Tensor]:
    """Computes by what mean and variance Batch Renormalization normalizes a batch in training.

    By Ioffe, *Batch Renormalization*, 2017, Algorithm 1, with `std = sqrt(variance + epsilon)`:

        x_hat = (x - mean) / std * r + d
        r = std / moving_std, kept from 1 / MAX_R to MAX_R
        d = (mean - moving_mean) / moving_std, kept from -MAX_D to MAX_D

    Gradients pass through mean and variance of the batch, and not through r and d. Without their
    bounds `x_hat` would be `(x - moving_mean) / moving_std`. Since

        x_hat = (x - (mean - std * d / r)) / (std / r)

    it is what Batch Normalization makes of another mean and variance. As Keras has it,
    `moving_std` is never below `sqrt(epsilon)`.

    Args:
        mean: Mean of a batch.
        variance: Its biased variance, of the same shape.
        moving_mean: Moving mean before the batch, in a shape that broadcasts to that of `mean`.
        moving_std: Moving average of `std`, of the same shape.
        epsilon: Constant added to the variance.

    Returns:
        The other mean and variance, in the shape of `mean`.
    """
    std = tf.sqrt(variance + epsilon)
    moving_std = tf.maximum(moving_std, tf.sqrt(epsilon))
    r = tf.stop_gradient(tf.clip_by_value(std / moving_std, 1 / MAX_R, MAX_R))
    d = tf.stop_gradient(tf.clip_by_value((mean - moving_mean) / moving_std, -MAX_D, MAX_D))
    return mean - std * d / r, tf.square(std / r) - epsilon


def gamma_of(layer: keras.layers.Layer) -> Any:
    """Returns the variable that a normalization layer scales by, shape (units,), or None."""
    return layer.scale if isinstance(layer, keras.layers.RMSNormalization) else layer.gamma


def beta_of(layer: keras.layers.Layer) -> Any:
    """Returns the variable that a normalization layer shifts by, shape (units,), or None."""
    return None if isinstance(layer, keras.layers.RMSNormalization) else layer.beta


def moving_average(moving: tf.Tensor, batch: tf.Tensor, momentum: tf.Tensor) -> tf.Tensor:
    """Returns a moving mean or variance after one more batch, as Keras computes it.

        moving * momentum + batch * (1 - momentum)

    Args:
        moving: Moving mean or variance before the batch.
        batch: Mean or biased variance of the batch, of the same shape.
        momentum: Share of the moving statistic that is kept, from 0 to 1.
    """
    return moving * momentum + batch * (1.0 - momentum)


class GhostBatchNormalization(keras.layers.BatchNormalization):  # type: ignore[misc]
    """Batch Normalization of virtual batches by themselves in training.

    For each virtual batch, as `ghost_moments` cuts them (Hoffer, Hubara & Soudry, *Train longer,
    generalize better*, 2017, Algorithm 1):

        y = gamma * (x - mean) / sqrt(variance + epsilon) + beta

    The moving statistics take one step for each batch, towards the mean over its examples of what
    they are normalized by, so that momentum means what it means in Batch Normalization; in the
    paper they take one for each virtual batch. In inference nothing differs from Batch
    Normalization.
    """

    def call(self, inputs: tf.Tensor, training: bool | None = None) -> tf.Tensor:
        """Normalizes, and in training updates the moving statistics.

        Args:
            inputs: Shape (num_examples, ..., units).
            training: Whether this is a training step.
        """
        if not training:
            return super().call(inputs, training=False)
        moments = ghost_moments(inputs)
        axes = list(range(len(inputs.shape) - 1))
        moving = self.moving_mean, self.moving_variance
        for variable, values in zip(moving, moments, strict=True):
            of_batch = tf.reduce_mean(values, axis=axes)
            variable.assign(moving_average(variable.value, of_batch, self.momentum))
        return normalize(self, inputs, *moments)


class FrozenBatchNormalization(keras.layers.BatchNormalization):  # type: ignore[misc]
    """Batch Normalization by its moving statistics in training, too; gamma and beta still learn.

    Setting `trainable = False` would stop these from learning as well.
    """

    def call(self, inputs: tf.Tensor, training: bool | None = None) -> tf.Tensor:  # noqa: ARG002
        return super().call(inputs, training=False)


class FrozenGhostBatchNormalization(FrozenBatchNormalization, GhostBatchNormalization):
    """The same of ghost BN: its maps of earlier steps take virtual batches."""
