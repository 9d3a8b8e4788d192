"""Skip: the sum at the end of a residual block."""

from collections.abc import Sequence

import keras
import tensorflow as tf


class Skip(keras.layers.Add):  # type: ignore[misc]  # Keras has no type annotations.
    """Keras's sum, kept apart from what it is the sum of.

    TensorFlow joins product, bias, sum and activation where it does not use XLA, and fails if the
    sum is needed by itself as well.
    """

    def call(self, inputs: Sequence[tf.Tensor]) -> tf.Tensor:
        """Adds what two layers make, and their input.

        Args:
            inputs: Two tensors of one shape.
        """
        return tf.add(*tf.identity_n(inputs))
