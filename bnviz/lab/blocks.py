"""Blocks: examples that pass through networks one part after another.

The values of all layers of thousands of images would not fit into memory. Batch Normalization by
the statistics of all of them needs these layer by layer, so that what has passed passes again for
the next layer.
"""

import sys
from collections.abc import Callable

import tensorflow as tf

from bnviz.data.image_shape import ImageShape, block_of_examples

#: Maps examples to the mean and biased variance of values over them, and over all positions.
Moments = Callable[[tf.Tensor], tuple[tf.Tensor, tf.Tensor]]


def block_size(image: ImageShape | None, units: int, networks: int = 1) -> int:
    """Returns how many examples pass at once; all of them through Dense layers.

    Args:
        image: What hidden layers convolve; None if they are Dense.
        units: Neurons of a hidden layer.
        networks: Networks that they pass together.
    """
    return sys.maxsize if image is None else block_of_examples(image, units, networks)


def mapped(
    function: Callable[[tf.Tensor], tf.Tensor], x: tf.Tensor, size: int, *, axis: int = 0
) -> tf.Tensor:
    """What a function makes of examples, block by block.

    Args:
        function: Maps each example by itself.
        x: The examples, shape (num_examples, num_features).
        size: Examples of a block.
        axis: Axis of the examples in what the function makes.
    """
    count = x.shape[0]
    if count <= size:
        return function(x)
    # Blocks of one size, so the last is filled up with examples of the first.
    missing = -count % size
    blocks = tf.reshape(tf.concat([x, x[:missing]], axis=0), (-1, size, x.shape[1]))
    made = tf.map_fn(function, blocks, fn_output_signature=tf.float32, parallel_iterations=1)
    return tf.gather(tf.concat(tf.unstack(made), axis=axis), tf.range(count), axis=axis)


def moments(function: Moments, x: tf.Tensor, size: int) -> tuple[tf.Tensor, tf.Tensor]:
    """The mean and biased variance over all examples of what blocks of them give.

    Args:
        function: Gives those of a block.
        x: The examples, shape (num_examples, num_features).
        size: Examples of a block, fewer than there are.
    """
    count = x.shape[0]
    whole, rest = divmod(count, size)
    blocks = tf.reshape(x[: whole * size], (whole, size, x.shape[1]))
    means, variances = tf.map_fn(
        function, blocks, fn_output_signature=(tf.float32, tf.float32), parallel_iterations=1
    )
    shares = [size / count] * whole
    if rest:
        of_rest = function(x[whole * size :])
        means, variances = (
            tf.concat([of_blocks, last[tf.newaxis]], axis=0)
            for of_blocks, last in zip((means, variances), of_rest, strict=True)
        )
        shares.append(rest / count)
    weights = tf.reshape(tf.constant(shares), (-1, *[1] * (len(means.shape) - 1)))
    mean = tf.reduce_sum(weights * means, axis=0)
    spread = variances + tf.square(means - mean)
    return mean, tf.reduce_sum(weights * spread, axis=0)
