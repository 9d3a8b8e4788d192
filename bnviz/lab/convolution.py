"""Convolution: hidden layers of images, fast in a compiled training step.

XLA has no fast convolution for processors: a training step of small images takes five times as long
with it as with one matrix product of all neighbourhoods, which is what is computed here. Layers and
weights are those of Keras.
"""

import math
from typing import Any

import keras
import tensorflow as tf

#: Side of a kernel, and of what pooling makes one value of.
KERNEL_SIDE, POOL_SIDE = 3, 2
#: The most numbers in the neighbourhoods of one call; more take Keras's own convolution, which
#: makes no copies.
_MAX_NEIGHBOURS = 2**24
_TAPS = [(row, column) for row in range(KERNEL_SIDE) for column in range(KERNEL_SIDE)]


class Convolution(keras.layers.Conv2D):  # type: ignore[misc]  # Keras has no type annotations.
    """Keras's convolution of 3 × 3 pixels with zeros around the image, so computed as XLA is fast.

        y[n, i, j, u] = sum_abc x[n, i + a - 1, j + b - 1, c] * kernel[a, b, c, u] (+ bias[u])

    Args:
        channels: Channels of its output.
        options: What else Keras's layer takes.
    """

    def __init__(self, channels: int, **options: Any):
        super().__init__(channels, KERNEL_SIDE, padding="same", **options)

    def call(self, x: tf.Tensor) -> tf.Tensor:
        """Convolves images.

        Args:
            x: Shape (num_examples, height, width, channels).
        """
        values = convolve(x, self.kernel)
        return values + self.bias if self.use_bias else values


class Pooling(keras.layers.AveragePooling2D):  # type: ignore[misc]
    """Keras's average pooling of 2 × 2 pixels.

    The mean of squares is linear: the largest value of each would favour whichever channels vary
    most, and its gradient takes XLA twice as long.

    Args:
        name: Name of the layer.
    """

    def __init__(self, name: str):
        super().__init__(POOL_SIDE, name=name)

    def call(self, x: tf.Tensor) -> tf.Tensor:
        """Averages squares of pixels; a last row or column without a partner is left out.

        Args:
            x: Shape (num_examples, height, width, channels).
        """
        height, width, channels = (int(size) for size in x.shape[1:])
        rows, columns = height // POOL_SIDE, width // POOL_SIDE
        x = x[:, : rows * POOL_SIDE, : columns * POOL_SIDE]
        squares = tf.reshape(x, (-1, rows, POOL_SIDE, columns, POOL_SIDE, channels))
        return tf.reduce_mean(squares, axis=[2, 4])


def convolve(x: tf.Tensor, kernel: Any) -> tf.Tensor:
    """Convolves images with zeros around them, without a bias.

    Args:
        x: Shape (num_examples, height, width, channels).
        kernel: Shape (3, 3, channels, units).

    Returns:
        Shape (num_examples, height, width, units).
    """
    kernel = tf.convert_to_tensor(kernel)
    examples, *others = x.shape
    if examples is None or len(_TAPS) * examples * math.prod(others) > _MAX_NEIGHBOURS:
        return tf.nn.conv2d(x, kernel, 1, "SAME")
    return _convolve(x, kernel)


@tf.custom_gradient  # type: ignore[untyped-decorator]
def _convolve(x: tf.Tensor, kernel: tf.Tensor) -> tuple[tf.Tensor, Any]:
    """The same as one matrix product of all neighbourhoods, and its gradients by two more."""
    *_, channels, units = kernel.shape
    neighbours = _neighbours(x)

    def gradients(of_output: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        # The gradient of the input is a convolution of that of the output by the kernel turned.
        turned = tf.transpose(kernel[::-1, ::-1], [0, 1, 3, 2])
        of_input = _product(_neighbours(of_output), turned, x.shape)
        flat = tf.reshape(tf.transpose(of_output, _CHANNELS_FIRST), (units, -1))
        of_kernel = tf.matmul(neighbours, flat, transpose_b=True)
        return of_input, tf.reshape(of_kernel, (KERNEL_SIDE, KERNEL_SIDE, channels, units))

    return _product(neighbours, kernel, x.shape), gradients


#: Channels, rows, columns, examples: copies of neighbourhoods are long stretches of memory, which
#: takes half the time of channels last. It is its own inverse.
_CHANNELS_FIRST = (3, 1, 2, 0)


def _neighbours(x: tf.Tensor) -> tf.Tensor:
    """What the kernel meets at each position, (9 * channels, height * width * num_examples)."""
    channels_first = tf.transpose(x, _CHANNELS_FIRST)
    channels, height, width, _ = channels_first.shape
    padded = tf.pad(channels_first, [[0, 0], [1, 1], [1, 1], [0, 0]])
    taps = [padded[:, row : row + height, column : column + width] for row, column in _TAPS]
    return tf.reshape(tf.concat(taps, axis=0), (len(_TAPS) * channels, -1))


def _product(neighbours: tf.Tensor, kernel: tf.Tensor, shape: Any) -> tf.Tensor:
    """Neighbourhoods times a kernel, (num_examples, height, width, units)."""
    units = kernel.shape[-1]
    examples, height, width, _ = shape
    values = tf.matmul(tf.reshape(kernel, (-1, units)), neighbours, transpose_a=True)
    return tf.transpose(tf.reshape(values, (units, height, width, examples)), _CHANNELS_FIRST)


def read_positions(x: tf.Tensor, side: int) -> tf.Tensor:
    """The values at a grid of positions, which has the same place in images of every size.

    Args:
        x: Shape (num_examples, height, width, channels).
        side: Rows and columns of the grid.

    Returns:
        Shape (num_examples * side^2, channels), all positions of one example after another.
    """
    _, *sizes, channels = x.shape
    for axis, size in enumerate(sizes, start=1):
        places = [(place * size + size // 2) // side for place in range(side)]
        x = tf.gather(x, places, axis=axis)
    return tf.reshape(x, (-1, channels))
