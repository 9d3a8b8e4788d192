"""Noise: what Santurkar et al. add after Batch Normalization to make distributions move."""

from typing import Any

import keras
import tensorflow as tf

#: Bounds of the mean and of the scale that a layer's noise has at one step.
MEAN, SCALE = (-0.5, 0.5), (1.0, 1.25)
#: Half the range around that mean, and the standard deviation around that scale, of the elements.
SPREAD = 0.1


class Noise(keras.layers.Layer):  # type: ignore[misc]  # Keras carries no types.
    """Scales and shifts each element at random while training, by another law at each step.

    `s * x + m` with `m ~ U(mu - 0.1, mu + 0.1)` and `s ~ N(sigma, 0.1)` for each element, where
    `mu ~ U(-0.5, 0.5)` and `sigma ~ U(1, 1.25)` are drawn for the layer at each training step
    (Santurkar et al., *How Does Batch Normalization Help Optimization?*, 2018, section 2.1 and
    its appendix). In inference it leaves `x` as it is.

    Args:
        name: Name of the layer.
    """

    def __init__(self, name: str):
        super().__init__(name=name)
        self.seed_generator = keras.random.SeedGenerator(0)

    def reset(self, *, seed: int, number: int) -> None:
        """Back to step 0 of the run with this seed; `number` tells its layers apart."""
        # The generator adds 1 to the second number at each step; no run comes as far as 2^32.
        self.seed_generator.state.assign([seed, number << 32])

    def follow(self, other: "Noise") -> None:
        """Goes on where another has come to."""
        self.seed_generator.state.assign(other.seed_generator.state)

    def call(self, x: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Noisy `x`, shape (num_examples, units), if training; moves the generator on."""
        return perturbed(x, self.seed_generator.next()) if training else x

    def draw(self, x: tf.Tensor) -> tf.Tensor:
        """Noisy `x`, by another law after each training step; the generator stays as it is."""
        return perturbed(x, self.seed_generator.state.value)


def perturbed(x: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
    """Scaled and shifted `x`, the same for the same seed.

    Args:
        x: Shape (num_examples, units).
        seed: Two whole numbers.
    """
    seeds = tf.random.split(seed, num=4)

    def uniform(number: int, shape: Any, low: Any, high: Any) -> tf.Tensor:
        return low + (high - low) * tf.random.stateless_uniform(shape, seeds[number])

    mean, scale = uniform(0, (), *MEAN), uniform(1, (), *SCALE)
    shift = uniform(2, tf.shape(x), mean - SPREAD, mean + SPREAD)
    normal = tf.random.stateless_normal(tf.shape(x), seeds[3])
    return (scale + SPREAD * normal) * x + shift
