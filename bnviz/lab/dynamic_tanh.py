"""DynamicTanh: what may take the place of a normalization without any statistics."""

from typing import Any

import keras
import tensorflow as tf

#: What alpha starts at: the default of the paper, which takes others for language models only.
ALPHA = 0.5


class DynamicTanh(keras.layers.Layer):  # type: ignore[misc]  # Keras has no type annotations.
    """Squashes values by a tanh whose steepness is learnt, with one gamma and one beta per neuron.

        y = gamma * tanh(alpha * x) + beta

    alpha is one number for the layer and starts at `ALPHA` (Zhu et al., *Transformers without
    Normalization*, 2025). The same in training and in inference: no example depends on
    others.

    Args:
        center: Whether to add beta.
        scale: Whether to multiply by gamma.
        name: Name of the layer.

    Attributes:
        alpha: Its variable, a scalar.
        gamma: Variable of shape (units,), or None.
        beta: Variable of shape (units,), or None.
    """

    def __init__(self, *, center: bool, scale: bool, name: str):
        super().__init__(name=name)
        self.center, self.scale = center, scale
        self.alpha: Any = None
        self.gamma: Any = None
        self.beta: Any = None

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Makes the variables for inputs of this shape, the last axis of which are the units."""
        constant = keras.initializers.Constant(ALPHA)
        self.alpha = self.add_weight(shape=(), initializer=constant, name="alpha")
        units = input_shape[-1:]
        if self.scale:
            self.gamma = self.add_weight(shape=units, initializer="ones", name="gamma")
        if self.center:
            self.beta = self.add_weight(shape=units, initializer="zeros", name="beta")

    def call(self, x: tf.Tensor) -> tf.Tensor:
        """Returns `y` for values of shape (num_examples, ..., units)."""
        y = tf.tanh(self.alpha * x)
        y = y if self.gamma is None else self.gamma * y
        return y if self.beta is None else y + self.beta
