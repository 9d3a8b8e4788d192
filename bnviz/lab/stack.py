"""Stacked: many networks of one arm as one, every weight of theirs in one tensor.

All tensors have the networks first: kernels are (networks, inputs, outputs), what is one number a
neuron is (networks, 1, units), so that every layer is one batched matrix product. The networks know
nothing of each other: the gradient of the sum of their losses holds the gradient of each.
"""

from collections.abc import Callable, Sequence
from itertools import pairwise

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from bnviz.lab.compiled_function import CompiledFunction
from bnviz.lab.networks import position
from bnviz.lab.observer import loss_and_accuracy
from bnviz.lab.stack_data import Observed
from bnviz.lab.training import make_optimizer, steps_of, train_steps
from bnviz.settings import Settings

#: Most steps of one call; about as many lie between two watched ones.
MAX_STEPS = 64
#: Of the number of a hidden layer and of what enters its normalization what leaves it.
Normalized = Callable[[int, tf.Tensor], tf.Tensor]


class Stack:
    """Networks of one arm; compiled once for their architecture, used again for all runs of it.

    Args:
        structure: Settings from which layers, optimizer and L2 penalty are taken.
        arm: "none" or "bn".
        size: Number of networks.
        num_features: Features of an example.
        num_classes: Classes to tell apart.
    """

    def __init__(
        self, architecture: Settings, arm: str, size: int, num_features: int, num_classes: int
    ):
        self._settings = architecture
        self._position = position(architecture, arm)
        widths = [num_features, *[architecture.units] * architecture.hidden_layers, num_classes]
        hidden = widths[1:-1]

        def weights(name: str, per_unit: Sequence[int], start: float) -> list[keras.Variable]:
            return [
                keras.Variable(
                    np.full((size, 1, units), start, np.float32), name=f"{name}_{number}"
                )
                for number, units in enumerate(per_unit)
            ]

        self._kernels = [
            keras.Variable(np.zeros((size, *shape), np.float32), name=f"kernel_{number}")
            for number, shape in enumerate(pairwise(widths))
        ]
        # A hidden layer right before BN has no bias: beta takes its place.
        biased = widths[-1:] if self._position == "before" else widths[1:]
        self._biases = weights("bias", biased, 0.0)
        normalized = hidden if self._position else []
        self._betas = weights("beta", normalized if architecture.bn_center else [], 0.0)
        self._gammas = weights("gamma", normalized if architecture.bn_scale else [], 1.0)
        self._moving_means = weights("moving_mean", normalized, 0.0)
        self._moving_variances = weights("moving_variance", normalized, 1.0)
        self._inputs = {
            name: tf.Variable(tf.zeros((size, 1, 1)), trainable=False)
            for name in ("learning_rate", "bn_momentum", "bn_epsilon")
        }
        self._trained = [*self._kernels, *self._biases, *self._betas, *self._gammas]
        self._optimizer = make_optimizer(architecture)
        self._optimizer.build(self._trained)
        state = [*self._moving_means, *self._moving_variances, *self._optimizer.variables]
        # Kernels are drawn for each run.
        fixed = [*self._biases, *self._betas, *self._gammas, *state]
        self._start = [(each, tf.constant(each.numpy())) for each in fixed]
        # In a program, because one assignment after the other takes as long as 200 steps.
        self._beginning = CompiledFunction(self._begin)
        self._training = CompiledFunction(self._train_steps, jit_compile=True)
        # XLA would make it a third faster, which takes many blocks to make up for compiling it.
        self._evaluation = CompiledFunction(self._evaluate)

    def reset(self, runs: Sequence[Settings], kernels: Sequence[Sequence[NDArray]]) -> None:
        """Sets every network to step 0.

        Args:
            runs: Settings of each network, from which rates, momentum and epsilon are taken.
            kernels: Initial kernels of each network, one a layer.
        """
        inputs = [[getattr(settings, name) for settings in runs] for name in self._inputs]
        drawn = [np.stack(of_runs) for of_runs in zip(*kernels, strict=True)]
        self._beginning(tf.constant(inputs, tf.float32), *map(tf.constant, drawn))

    def train(
        self,
        x: tf.Tensor,
        y: tf.Tensor,
        indices: NDArray[np.int32],
        limit: NDArray[np.float32],
    ) -> NDArray[np.int32]:
        """Trains one step a row of `indices`.

        Args:
            x: Training examples of all networks, shape (num_examples, num_features).
            y: Their classes, shape (num_examples,).
            indices: Which of them make up each network's batch, (steps, networks, batch_size), at
                the most `MAX_STEPS` steps.
            limit: A network's batch loss that is above it, or no number, is bad, shape (networks,).

        Returns:
            The row of each network's first bad batch loss, or -1, shape (networks,).
        """
        if len(indices) > MAX_STEPS:
            raise ValueError(f"{len(indices)} steps came; a call trains {MAX_STEPS} at the most")
        bad: NDArray[np.int32] = self._training(
            x, y, *steps_of(indices, MAX_STEPS), tf.constant(limit)
        ).numpy()
        return bad

    def evaluate(self, probe: Observed, validation: Observed) -> NDArray[np.float32]:
        """Loss and accuracy on the probe, by its own statistics, then on the validation examples.

        The latter by the moving statistics; no statistic is moved. The L2 penalty is in neither.

        Returns:
            Shape (4, networks).
        """
        outcome: NDArray[np.float32] = self._evaluation(*probe, *validation).numpy()
        return outcome

    def _begin(self, inputs: tf.Tensor, *kernels: tf.Tensor) -> None:
        for variable, start in self._start:
            variable.assign(start)
        for variable, drawn in zip(self._kernels, kernels, strict=True):
            variable.assign(drawn)
        for variable, values in zip(self._inputs.values(), tf.unstack(inputs), strict=True):
            variable.assign(values[:, None, None])

    def _train_steps(self, *given: tf.Tensor) -> tf.Tensor:
        return train_steps(self._train_step, *given)

    def _train_step(self, x: tf.Tensor, y: tf.Tensor) -> tf.Tensor:
        """One update of all networks' weights; returns the loss of each one's batch."""
        with tf.GradientTape() as tape:
            loss, _ = loss_and_accuracy(self._logits(x, self._moving_on), y)
            objective = tf.reduce_sum(loss)
            if self._settings.l2:
                squares = [tf.reduce_sum(tf.square(kernel.value)) for kernel in self._kernels]
                objective += self._settings.l2 * tf.add_n(squares)
        gradients = tape.gradient(objective, [variable.value for variable in self._trained])
        rate = self._inputs["learning_rate"].read_value()
        for gradient, variable in zip(gradients, self._trained, strict=True):
            # Not `apply`, which allows no learning rate of each network's own.
            self._optimizer.update_step(gradient, variable, rate)
        self._optimizer.iterations.assign_add(1)
        return loss

    def _evaluate(
        self, x: tf.Tensor, y: tf.Tensor, x_validation: tf.Tensor, y_validation: tf.Tensor
    ) -> tf.Tensor:
        def by_batch(number: int, values: tf.Tensor) -> tf.Tensor:
            return self._normalize(number, values, *_moments(values))

        def by_moving(number: int, values: tf.Tensor) -> tf.Tensor:
            moving = self._moving_means[number].value, self._moving_variances[number].value
            return self._normalize(number, values, *moving)

        outcomes: list[tf.Tensor] = []
        for features, classes, normalized in (
            (x, y, by_batch),
            (x_validation, y_validation, by_moving),
        ):
            logits = self._logits(features, normalized)
            outcomes += loss_and_accuracy(logits, tf.broadcast_to(classes, logits.shape[:2]))
        return tf.stack(outcomes)

    def _logits(self, x: tf.Tensor, normalized: Normalized) -> tf.Tensor:
        """A forward pass, shape (networks, num_examples, num_classes)."""
        activation = keras.activations.get(self._settings.activation)
        *hidden, output = self._kernels
        for number, kernel in enumerate(hidden):
            x = tf.matmul(x, kernel.value)
            if self._position == "before":
                x = activation(normalized(number, x))
                continue
            x = activation(x + self._biases[number].value)
            if self._position == "after":
                x = normalized(number, x)
        return tf.matmul(x, output.value) + self._biases[-1].value

    def _moving_on(self, number: int, values: tf.Tensor) -> tf.Tensor:
        """Batch Normalization as in training: by the batch, which moves the moving statistics."""
        moments = _moments(values)
        kept = self._inputs["bn_momentum"].read_value()
        moving = self._moving_means[number], self._moving_variances[number]
        for variable, moment in zip(moving, moments, strict=True):
            variable.assign(variable.value * kept + moment * (1.0 - kept))
        return self._normalize(number, values, *moments)

    def _normalize(
        self, number: int, values: tf.Tensor, mean: tf.Tensor, variance: tf.Tensor
    ) -> tf.Tensor:
        return tf.nn.batch_normalization(
            values,
            mean,
            variance,
            offset=self._betas[number].value if self._betas else None,
            scale=self._gammas[number].value if self._gammas else None,
            variance_epsilon=self._inputs["bn_epsilon"].read_value(),
        )


def _moments(values: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Mean and biased variance over the examples, shape (networks, 1, units)."""
    mean, variance = tf.nn.moments(values, axes=[1], keepdims=True)
    return mean, variance
