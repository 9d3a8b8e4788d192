"""Convolution: hidden layers of images, fast in a compiled training step.

XLA has no fast convolution for processors: a training step of small images takes five times as long
with it as with one matrix product of all neighbourhoods, which is what is computed there. Elsewhere
TensorFlow's own convolution is as fast and takes half the time to compile. Layers and weights are
those of Keras.
"""

import math
from typing import Any

import keras
import tensorflow as tf

from bnviz.data.image_shape import KERNEL_SIDE
from bnviz.lab.compiled_function import is_for_xla
from bnviz.settings.image_sides import POOL_SIDE, grid_places

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
        return halve(x)


def halve(x: tf.Tensor) -> tf.Tensor:
    """Averages squares of 2 × 2 pixels; a last row or column without a partner is left out.

    Args:
        x: Images, shape (..., height, width, channels).

    Returns:
        Shape (..., height // 2, width // 2, channels).
    """
    *others, height, width, channels = x.shape
    rows, columns = height // POOL_SIDE, width // POOL_SIDE
    x = x[..., : rows * POOL_SIDE, : columns * POOL_SIDE, :]
    shape = [-1 if size is None else size for size in others]
    squares = tf.reshape(x, (*shape, rows, POOL_SIDE, columns, POOL_SIDE, channels))
    return tf.reduce_mean(squares, axis=[-4, -2])


def convolve(x: tf.Tensor, kernel: Any) -> tf.Tensor:
    """Convolves images with zeros around them, without a bias.

    Args:
        x: Shape (num_examples, height, width, channels).
        kernel: Shape (3, 3, channels, units).

    Returns:
        Shape (num_examples, height, width, units).
    """
    kernel = tf.convert_to_tensor(kernel)
    if not is_for_xla() or _num_neighbours(x) > _MAX_NEIGHBOURS:
        return tf.nn.conv2d(x, kernel, 1, "SAME")
    return _convolve(x, kernel)


def convolve_stacked(x: tf.Tensor, kernels: tf.Tensor) -> tf.Tensor:
    """Convolves the images of several networks by the kernel of each.

    Args:
        x: Shape (networks, num_examples, height, width, channels), or (1, ...) if all have the
            same images.
        kernels: Shape (networks, 3, 3, channels, units).

    Returns:
        Shape (networks, num_examples, height, width, units).
    """
    if _num_neighbours(x) <= _MAX_NEIGHBOURS:
        return _convolve(x, kernels)
    images = tf.unstack(x) * (kernels.shape[0] // x.shape[0])
    return tf.stack([convolve(*pair) for pair in zip(images, tf.unstack(kernels), strict=True)])


def _num_neighbours(x: tf.Tensor) -> int:
    return len(_TAPS) * int(math.prod(x.shape))


@tf.custom_gradient  # type: ignore[untyped-decorator]
def _convolve(x: tf.Tensor, kernel: tf.Tensor) -> tuple[tf.Tensor, Any]:
    """The same as one matrix product of all neighbourhoods, and its gradients by two more.

    Args:
        x: Shape (..., num_examples, height, width, channels).
        kernel: Shape (..., 3, 3, channels, units).
    """
    neighbours = _neighbours(x)

    def gradients(of_output: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        # The gradient of the input is a convolution of that of the output by the kernel turned.
        turned = tf.linalg.matrix_transpose(kernel[..., ::-1, ::-1, :, :])
        of_input = _product(_neighbours(of_output), turned, x.shape)
        channels_first = _channels_first(of_output)
        flat = tf.reshape(channels_first, (*channels_first.shape[:-3], -1))
        of_kernel = tf.matmul(neighbours, flat, transpose_b=True)
        return of_input, tf.reshape(of_kernel, kernel.shape)

    return _product(neighbours, kernel, x.shape), gradients


def _channels_first(x: tf.Tensor) -> tf.Tensor:
    """Swaps the axes of examples and channels; it is its own inverse.

    Copies of neighbourhoods are long stretches of memory then, which takes half the time.
    """
    first = len(x.shape) - 4
    axes = [*range(first), first + 3, first + 1, first + 2, first]
    return tf.transpose(x, axes)


def _neighbours(x: tf.Tensor) -> tf.Tensor:
    """What the kernel meets at each position, (..., 9 * channels, height * width * examples)."""
    x = _channels_first(x)
    *others, channels, height, width, _ = x.shape
    around = [[0, 0]] * (len(others) + 1)
    padded = tf.pad(x, [*around, [1, 1], [1, 1], [0, 0]])
    taps = [padded[..., row : row + height, column : column + width, :] for row, column in _TAPS]
    return tf.reshape(tf.concat(taps, axis=-4), (*others, len(_TAPS) * channels, -1))


def _product(neighbours: tf.Tensor, kernel: tf.Tensor, shape: Any) -> tf.Tensor:
    """Neighbourhoods times a kernel, (..., num_examples, height, width, units)."""
    *others, _, _, channels, units = kernel.shape
    examples, height, width, _ = shape[-4:]
    flat = tf.reshape(kernel, (*others, len(_TAPS) * channels, units))
    values = tf.matmul(flat, neighbours, transpose_a=True)
    return _channels_first(tf.reshape(values, (*others, units, height, width, examples)))


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
        x = tf.gather(x, grid_places(size, side), axis=axis)
    return tf.reshape(x, (-1, channels))
