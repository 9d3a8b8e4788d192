"""Noise: what Santurkar et al. add after Batch Normalization to make distributions move."""

from typing import Any

import keras
import tensorflow as tf

#: Ranges that mu and sigma of a layer are drawn from at each step.
MEAN, SCALE = (-0.5, 0.5), (1.0, 1.25)
#: Half the width of the range around mu, and the standard deviation around sigma, of an element.
SPREAD = 0.1


class Noise(keras.layers.Layer):  # type: ignore[misc]  # Keras has no type annotations.
    """Scales and shifts each element at random in training, by another distribution at each step.

    For each element:

        y = s * x + m,  m ~ U(mu - 0.1, mu + 0.1),  s ~ N(sigma, 0.1)

    0.1 is the standard deviation of `s`. At each training step the layer draws
    `mu ~ U(-0.5, 0.5)` and `sigma ~ U(1, 1.25)` (Santurkar et al., *How Does Batch Normalization
    Help Optimization?*, 2018, section 2.1 and appendix). In inference `y = x`.

    Args:
        name: Name of the layer.
    """

    def __init__(self, name: str):
        super().__init__(name=name)
        self.seed_generator = keras.random.SeedGenerator(0)

    def reset(self, *, seed: int, number: int) -> None:
        """Returns to step 0.

        Args:
            seed: Seed of the run.
            number: Distinguishes the noise layers of a network.
        """
        # The generator adds 1 to the second integer at each step, and no run has 2^32 steps.
        self.seed_generator.state.assign([seed, number << 32])

    def follow(self, other: "Noise") -> None:
        """Continues from the current state of another noise layer."""
        self.seed_generator.state.assign(other.seed_generator.state)

    def call(self, x: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Adds noise in training and advances the generator; returns `x` itself in inference.

        Args:
            x: Shape (num_examples, units).
            training: Whether this is a training step.
        """
        return perturbed(x, self.seed_generator.next()) if training else x

    def draw(self, x: tf.Tensor) -> tf.Tensor:
        """Adds the noise of the next training step without advancing the generator."""
        return perturbed(x, self.seed_generator.state.value)


def perturbed(x: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
    """Scales and shifts each element of `x` at random; the same seed gives the same noise.

    Args:
        x: Shape (num_examples, units).
        seed: Two integers, shape (2,).

    Returns:
        `s * x + m` as in `Noise`, in the shape of `x`.
    """
    seeds = tf.random.split(seed, num=4)

    def uniform(number: int, shape: Any, low: Any, high: Any) -> tf.Tensor:
        return low + (high - low) * tf.random.stateless_uniform(shape, seeds[number])

    mean, scale = uniform(0, (), *MEAN), uniform(1, (), *SCALE)
    shift = uniform(2, tf.shape(x), mean - SPREAD, mean + SPREAD)
    normal = tf.random.stateless_normal(tf.shape(x), seeds[3])
    return (scale + SPREAD * normal) * x + shift
