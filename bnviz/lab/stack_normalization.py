"""Stack normalization: what the hidden layers of many networks of one arm normalize by.

The formulas are those of `bnviz.lab.normalization`; the first axis is the network. Values have
shape (networks, num_examples, ..., units), with height and width between for images. Numbers per
neuron have shape (networks, 1, units), and one for all of them (networks, 1, 1).
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import keras
import numpy as np
import tensorflow as tf

from bnviz.lab.dynamic_tanh import ALPHA
from bnviz.lab.normalization import ghost_moments, moving_average, renormalized
from bnviz.recording.networks import num_groups
from bnviz.settings.bn_changes import MOVING_ARMS

#: Mean and variance, in shapes that broadcast to that of the values.
Moments = tuple[tf.Tensor, tf.Tensor]


class LayerNumbers(NamedTuple):
    """The numbers of one layer's normalization, as tensors or arrays; None for what it lacks.

    Attributes:
        epsilon: Constant added to the variance.
        beta: The offset.
        gamma: The scale.
        alpha: Steepness of dynamic tanh.
        moving_mean: Moving mean, for inference.
        moving_variance: Moving variance, for inference.
        moving_std: Moving average of `sqrt(variance + epsilon)`, which batch renorm keeps.
    """

    epsilon: Any
    beta: Any = None
    gamma: Any = None
    alpha: Any = None
    moving_mean: Any = None
    moving_variance: Any = None
    moving_std: Any = None

    def copied(self) -> "LayerNumbers":
        """The numbers as they are now, as arrays."""
        return LayerNumbers(*(None if each is None else each.numpy() for each in self))


class StackedNormalization:
    """The normalizations of all hidden layers of stacked networks.

    Args:
        arm: One of `bnviz.settings.choices.STUDY_ARMS` with a normalization.
        networks: Number of networks.
        widths: Units of each hidden layer.
        inputs: Momentum and epsilon of each network, by the names of their settings.
        center: Whether beta is learnt.
        scale: Whether gamma is learnt.

    Attributes:
        trained: The variables that learn.
        state: Those that training changes otherwise.
        keeps_moving: Whether it keeps moving statistics for inference.
    """

    def __init__(
        self,
        arm: str,
        networks: int,
        widths: Sequence[int],
        inputs: Mapping[str, tf.Variable],
        *,
        center: bool,
        scale: bool,
    ):
        def per_layer(name: str, start: float, *, alike: bool = False) -> list[keras.Variable]:
            return [
                keras.Variable(
                    np.full((networks, 1, 1 if alike else units), start, np.float32),
                    name=f"{name}_{index}",
                )
                for index, units in enumerate(widths)
            ]

        self._arm = arm
        self._inputs = inputs
        self.keeps_moving = arm in MOVING_ARMS
        by_field: dict[str, list[keras.Variable]] = {}
        if center and arm != "rms_norm":
            by_field["beta"] = per_layer("beta", 0.0)
        if scale:
            by_field["gamma"] = per_layer("gamma", 1.0)
        if arm == "dyt":
            by_field["alpha"] = per_layer("alpha", ALPHA, alike=True)
        self.trained = [variable for of_field in by_field.values() for variable in of_field]
        if self.keeps_moving:
            by_field["moving_mean"] = per_layer("moving_mean", 0.0)
            by_field["moving_variance"] = per_layer("moving_variance", 1.0)
        if arm == "renorm":
            by_field["moving_std"] = per_layer("moving_std", 1.0)
        every = [variable for of_field in by_field.values() for variable in of_field]
        self.state = every[len(self.trained) :]
        self._by_field = by_field

    @property
    def gammas(self) -> Sequence[keras.Variable]:
        """The gamma of each layer; none if it is not learnt."""
        return self._by_field.get("gamma", [])

    def numbers(self, index: int) -> LayerNumbers:
        """The present numbers of a layer, counted from 0, as tensors."""
        return LayerNumbers(
            self._inputs["bn_epsilon"].read_value(),
            **{name: of_field[index].value for name, of_field in self._by_field.items()},
        )

    def as_given(self, index: int, values: tf.Tensor) -> tf.Tensor:
        """Normalizes as in a training step, and changes nothing."""
        return normalized_as_given(self._arm, values, self.numbers(index))

    def in_training(self, index: int, values: tf.Tensor) -> tf.Tensor:
        """Normalizes as in a training step, and updates the moving statistics."""
        if not self.keeps_moving:
            return self.as_given(index, values)
        before = self.numbers(index)
        moments = _moments(self._arm, values)
        normalized = by_moments(values, *corrected(self._arm, *moments, before), before)
        self._update(index, before, *map(_of_batch, moments))
        return normalized

    def _update(
        self, index: int, before: LayerNumbers, mean: tf.Tensor, variance: tf.Tensor
    ) -> None:
        momentum = self._inputs["bn_momentum"].read_value()

        def update(name: str, value: tf.Tensor) -> tf.Tensor:
            moved = moving_average(getattr(before, name), value, momentum)
            self._by_field[name][index].assign(moved)
            return moved

        update("moving_mean", mean)
        if self._arm == "renorm":
            std = update("moving_std", tf.sqrt(variance + before.epsilon))
            moved = tf.nn.relu(tf.square(std) - before.epsilon)
            self._by_field["moving_variance"][index].assign(moved)
        else:
            update("moving_variance", variance)

    def in_inference(self, index: int, values: tf.Tensor) -> tf.Tensor:
        """Normalizes as in inference: by the moving statistics, if there are any."""
        if not self.keeps_moving:
            return self.as_given(index, values)
        numbers = self.numbers(index)
        return by_moments(values, numbers.moving_mean, numbers.moving_variance, numbers)

    def by_moments(
        self, index: int, values: tf.Tensor, mean: tf.Tensor, variance: tf.Tensor
    ) -> tf.Tensor:
        """Normalizes by given mean and variance."""
        return by_moments(values, mean, variance, self.numbers(index))

    def corrected(self, index: int, mean: tf.Tensor, variance: tf.Tensor) -> Moments:
        """By what a training step normalizes a batch of given mean and variance."""
        return corrected(self._arm, mean, variance, self.numbers(index))


def normalized_as_given(arm: str, values: tf.Tensor, numbers: LayerNumbers) -> tf.Tensor:
    """Normalizes values of one layer as in a training step of which they are the batch.

    Args:
        arm: What normalizes, as for `StackedNormalization`.
        values: Its input.
        numbers: Its numbers.
    """
    if arm == "dyt":
        squashed = tf.tanh(_widened(numbers.alpha, values) * values)
        return _scaled_and_shifted(squashed, numbers)
    moments = corrected(arm, *_moments(arm, values), numbers)
    return by_moments(values, *moments, numbers)


def corrected(arm: str, mean: tf.Tensor, variance: tf.Tensor, numbers: LayerNumbers) -> Moments:
    """Corrects the mean and variance of a batch by the moving ones, in batch renorm alone."""
    if arm != "renorm":
        return mean, variance
    widened = (
        _widened(each, mean) for each in (numbers.moving_mean, numbers.moving_std, numbers.epsilon)
    )
    return renormalized(mean, variance, *widened)


def batch_moments(values: tf.Tensor) -> Moments:
    """Mean and biased variance over examples and positions, each of shape (networks, 1, units)."""
    mean, variance = _moments("bn", values)
    shape = (values.shape[0], 1, values.shape[-1])
    return tf.reshape(mean, shape), tf.reshape(variance, shape)


def by_moments(
    values: tf.Tensor, mean: tf.Tensor, variance: tf.Tensor, numbers: LayerNumbers
) -> tf.Tensor:
    """Normalizes values by a mean and a variance.

    Args:
        values: Values of one layer.
        mean: In a shape that broadcasts to theirs, or (networks, 1, units).
        variance: In the same shape.
        numbers: Of the layer.
    """
    return tf.nn.batch_normalization(
        values,
        _widened(mean, values),
        _widened(variance, values),
        offset=None if numbers.beta is None else _widened(numbers.beta, values),
        scale=None if numbers.gamma is None else _widened(numbers.gamma, values),
        variance_epsilon=_widened(numbers.epsilon, values),
    )


def _moments(arm: str, values: tf.Tensor) -> Moments:
    """Mean and variance of what is normalized together, without a correction."""
    axes = len(values.shape)
    match arm:
        case "layer_norm":
            mean, variance = tf.nn.moments(values, axes=[*range(2, axes)], keepdims=True)
        case "rms_norm":
            variance = tf.reduce_mean(tf.square(values), axis=-1, keepdims=True)
            mean = tf.zeros_like(variance)
        case "group_norm" | "instance_norm":
            units = values.shape[-1]
            groups = units if arm == "instance_norm" else num_groups(units)
            size = units // groups
            grouped = tf.reshape(values, (*values.shape[:-1], groups, size))
            of_groups = tf.nn.moments(grouped, axes=[*range(2, axes - 1), axes], keepdims=True)
            mean, variance = (tf.repeat(tf.squeeze(each, -1), size, axis=-1) for each in of_groups)
        case "ghost_bn":
            mean, variance = ghost_moments(values, axis=1)
        case _:
            mean, variance = tf.nn.moments(values, axes=[*range(1, axes - 1)], keepdims=True)
    return mean, variance


def _of_batch(moments: tf.Tensor) -> tf.Tensor:
    """The mean of what the examples of a batch are normalized by, shape (networks, 1, units)."""
    axes = [*range(1, len(moments.shape) - 1)]
    mean = tf.reduce_mean(moments, axis=axes)
    return mean[:, tf.newaxis]


def _scaled_and_shifted(values: tf.Tensor, numbers: LayerNumbers) -> tf.Tensor:
    if numbers.gamma is not None:
        values *= _widened(numbers.gamma, values)
    return values if numbers.beta is None else values + _widened(numbers.beta, values)


def _widened(numbers: Any, values: tf.Tensor) -> tf.Tensor:
    """Numbers of each network and unit, shape (networks, 1, units), with as many axes as values."""
    if len(numbers.shape) == len(values.shape):
        return numbers
    return tf.reshape(numbers, (numbers.shape[0], *[1] * (len(values.shape) - 2), -1))
