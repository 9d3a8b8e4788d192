"""WeightNorm: layers whose kernels have length and direction as parameters of their own."""

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import keras
import tensorflow as tf
from numpy.typing import NDArray

from bnviz.lab.convolution import Convolution, convolve


class WeightNorm(keras.layers.Layer):  # type: ignore[misc]  # Keras has no type annotations.
    """Learns how long the weights of a neuron are apart from where they point.

    For each neuron (Salimans & Kingma, *Weight Normalization*, 2016, equation 2):

        weights = g * v / ||v||

    What Keras calls the kernel is v; all taps of a channel of a convolution are its weights. g
    starts at the norm of v, so that the layer starts as one with the kernel v; the paper sets it by
    a first batch. The sum of squares of the weights is that of g, so their L2 penalty is that of g.

    Args:
        units: Number of neurons.
        penalty: The L2 penalty, or None.
        name: Name of the layer.

    Attributes:
        g: Its variable, shape (units,).
    """

    def __init__(self, units: int, *, penalty: keras.regularizers.Regularizer | None, name: str):
        super().__init__(units, name=name)
        self.penalty = penalty

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Makes the variables for inputs of this shape."""
        super().build(input_shape)
        self.g = self.add_weight(
            shape=self.kernel.shape[-1:], initializer="ones", regularizer=self.penalty, name="g"
        )


class WeightNormDense(WeightNorm, keras.layers.Dense):  # type: ignore[misc]
    """Dense layer with weight normalization."""

    def call(self, x: tf.Tensor) -> tf.Tensor:
        """Returns the values of the neurons for inputs of shape (num_examples, inputs)."""
        return tf.matmul(x, kernel_of(self)) + self.bias


class WeightNormConvolution(WeightNorm, Convolution):
    """Convolution with weight normalization."""

    def call(self, x: tf.Tensor) -> tf.Tensor:
        """Convolves images, shape (num_examples, height, width, channels)."""
        return convolve(x, kernel_of(self)) + self.bias


def kernel_of(layer: keras.layers.Layer) -> Any:
    """Returns the kernel that a layer multiplies by, shape (..., inputs, units).

    Args:
        layer: A layer with a kernel.

    Returns:
        A variable, or the tensor `g * v / ||v||` with weight normalization.
    """
    if not isinstance(layer, WeightNorm):
        return layer.kernel.value
    return layer.g * layer.kernel / _lengths(layer.kernel)


def _lengths(kernel: Any) -> tf.Tensor:
    """L2 norm of the weights of each neuron, shape (units,)."""
    return tf.norm(tf.reshape(kernel, (-1, kernel.shape[-1])), axis=0)


def kernel_variables(layer: keras.layers.Layer) -> tuple[keras.Variable, ...]:
    """Returns the variables that the kernel of a layer consists of."""
    return (layer.kernel, layer.g) if isinstance(layer, WeightNorm) else (layer.kernel,)


def assign_kernel(layer: keras.layers.Layer, kernel: NDArray[Any]) -> None:
    """Sets the kernel of a layer, shape (..., inputs, units)."""
    layer.kernel.assign(kernel)
    if isinstance(layer, WeightNorm):
        layer.g.assign(_lengths(layer.kernel))


def with_kernels(
    layers: Iterable[keras.layers.Layer], kernels: Sequence[Any]
) -> AbstractContextManager[Any]:
    """While the context lasts, layers with weight normalization multiply by given kernels.

    They compute with `v = kernel` and `g = ||kernel||`, so that the gradient of a loss with respect
    to a kernel is that of a Dense layer.

    Args:
        layers: Layers with kernels.
        kernels: The kernel of each, as from `kernel_of`; others than tensors are left as they are.
    """
    replaced = [
        pair
        for layer, kernel in zip(layers, kernels, strict=True)
        if isinstance(layer, WeightNorm)
        for pair in ((layer.kernel, kernel), (layer.g, _lengths(kernel)))
    ]
    return keras.StatelessScope(replaced) if replaced else nullcontext()
