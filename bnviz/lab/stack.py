"""Stack: many networks of one arm, trained as one.

The first axis of every tensor is the network: kernels have shape (networks, inputs, outputs),
parameters per neuron (networks, 1, units), so that each layer is one batched matrix product. The
inputs of a convolution are those of all its taps, and its values images, shape (networks,
num_examples, height, width, channels). The networks are independent, so the gradient of the sum of
their losses holds the gradient of each.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import astuple
from functools import partial
from itertools import pairwise
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from bnviz.data.image_shape import KERNEL_SIDE, ImageShape, num_neighbours
from bnviz.lab.blocks import Moments, block_size, mapped, moments
from bnviz.lab.compiled_function import CompiledFunction
from bnviz.lab.convolution import convolve_stacked, halve
from bnviz.lab.observer import loss_and_accuracy
from bnviz.lab.stack_data import StackedExamples, StackedTensors
from bnviz.lab.stack_drift import LastLayer
from bnviz.lab.stack_normalization import StackedNormalization, batch_moments
from bnviz.lab.training import SavedVariables, make_optimizer, padded_steps, train_steps
from bnviz.recording.frames import BIASED_ARMS
from bnviz.recording.header import normalization_position
from bnviz.recording.networks import GHOST_SIZE
from bnviz.settings import Settings
from bnviz.settings.architectures import closing_layers

#: Maximum number of steps per call; about as many lie between two evaluations.
MAX_STEPS = 64
#: Numbers in the neighbourhoods of an example, of all networks, from which on XLA compiles the
#: evaluation, and by how many times smaller its blocks are, which the processor's cache then holds.
_MANY_NEIGHBOURS, _XLA_BLOCKS = 200_000, 4
#: Maps the index of a hidden layer and the input of its normalization to the output.
Normalize = Callable[[int, tf.Tensor], tf.Tensor]


class Stack:
    """Networks of one arm; compiled once per architecture and reused by all runs of it.

    Args:
        architecture: Settings of a run; only what decides the architecture is read.
        arm: "none", or one of `bnviz.settings.choices.STUDY_ARMS`.
        size: Number of networks.
        num_features: Number of features of an example.
        num_classes: Number of classes.
        image: What hidden layers convolve; None if they are Dense.

    Attributes:
        lock: Held by whoever compiles or uses it.
    """

    def __init__(
        self,
        architecture: Settings,
        arm: str,
        size: int,
        num_features: int,
        num_classes: int,
        image: ImageShape | None = None,
    ):
        self.lock = threading.Lock()
        self._settings = architecture
        self._arm = arm
        self._size = size
        self._position = normalization_position(architecture, arm)
        self._image = image
        # Where XLA takes a quarter of a second for an evaluation, TensorFlow takes one.
        self._is_large = image is not None and (
            size * num_neighbours(architecture, image) > _MANY_NEIGHBOURS
        )
        self._block_size = block_size(image, architecture.units, size)
        if self._is_large:
            self._block_size = max(1, self._block_size // _XLA_BLOCKS)
        kind, layers = architecture.architecture, architecture.hidden_layers
        self._pooled = image.pooled_after(layers, kind) if image else ()
        self._closing = closing_layers(kind, layers)
        self._adds_before = (self._position or architecture.bn_position) == "before"
        inputs = image.channels if image else num_features
        widths = [inputs, *[architecture.units] * architecture.hidden_layers, num_classes]
        hidden = widths[1:-1]
        taps = [KERNEL_SIDE**2 if image else 1] * len(hidden) + [1]

        def per_unit(name: str, widths: Sequence[int], start: float) -> list[keras.Variable]:
            return [
                keras.Variable(np.full((size, 1, units), start, np.float32), name=f"{name}_{index}")
                for index, units in enumerate(widths)
            ]

        self._kernels = [
            keras.Variable(
                np.zeros((size, taps[index] * inputs, units), np.float32), name=f"kernel_{index}"
            )
            for index, (inputs, units) in enumerate(pairwise(widths))
        ]
        # A layer right before a normalization has no bias, whose place beta takes in most arms.
        self._biased = self._position != "before" or arm in BIASED_ARMS
        self._biases = per_unit("bias", widths[1:] if self._biased else widths[-1:], 0.0)
        self._lengths = per_unit("g", hidden if arm == "weight_norm" else [], 1.0)
        self._inputs = {
            name: tf.Variable(tf.zeros((size, 1, 1)), trainable=False)
            for name in ("learning_rate", "bn_momentum", "bn_epsilon")
        }
        self._normalization = StackedNormalization(
            arm,
            size,
            hidden if self._position else [],
            self._inputs,
            center=architecture.bn_center,
            scale=architecture.bn_scale,
        )
        self._trained = [
            *self._kernels,
            *self._biases,
            *self._lengths,
            *self._normalization.trained,
        ]
        self._optimizer = make_optimizer(architecture)
        self._optimizer.build(self._trained)
        # All but the kernels and their lengths, which depend on the run.
        same_at_start = [
            *self._biases,
            *self._normalization.trained,
            *self._normalization.state,
            *self._optimizer.variables,
        ]
        self._start = [(variable, tf.constant(variable.numpy())) for variable in same_at_start]
        self._last_gammas = [
            gamma
            for number, gamma in enumerate(self._normalization.gammas, start=1)
            if number in self._closing
        ]
        # Compiled, because single assignments take as long as 200 steps.
        self._compiled_reset = CompiledFunction(self._reset)
        self._compiled_training = CompiledFunction(self._train_steps, jit_compile=True)
        # XLA would make those of small networks a third faster, but take as long to compile as many
        # blocks save.
        self._compiled_evaluation = CompiledFunction(self._evaluate, jit_compile=self._is_large)
        self._compiled_inference = CompiledFunction(self._loss_in_inference)
        self._compiled_comparison = CompiledFunction(self._compare_statistics)
        hidden_layers = architecture.hidden_layers
        self._compiled_reaching = CompiledFunction(partial(self._reaching, hidden_layers - 1))
        self._compiled_skip = CompiledFunction(partial(self._reaching, hidden_layers - 2))

    def reset(
        self, runs: Sequence[Settings], kernels: Sequence[Sequence[NDArray[np.float32]]]
    ) -> None:
        """Sets every network to step 0.

        Args:
            runs: Settings of each network; learning rate, momentum and epsilon of BN are read, and
                the gamma that residual blocks begin with.
            kernels: Initial kernels of each network, one per layer, as from `initial_kernels`.
        """
        inputs = [[getattr(settings, name) for settings in runs] for name in self._inputs]
        stacked = [
            np.stack(of_networks).reshape(variable.shape)
            for of_networks, variable in zip(zip(*kernels, strict=True), self._kernels, strict=True)
        ]
        last_gammas = [0.0 if settings.zero_last_gamma else 1.0 for settings in runs]
        self._compiled_reset(
            tf.constant(inputs, tf.float32), tf.constant(last_gammas), *map(tf.constant, stacked)
        )

    def compile(self, data: StackedExamples, batch_size: int, *, compares: bool) -> None:
        """Compiles what a block calls, without doing it but for an evaluation that XLA compiles.

        Args:
            data: Examples of the networks.
            batch_size: Number of examples of a batch.
            compares: As for `bnviz.studies.study.Block`.
        """
        nothing = np.zeros((0, self._size, batch_size), np.int32)
        self.train(data.x, data.y, nothing, np.full(self._size, np.inf, np.float32))
        self._compiled_evaluation.prepare(*data.probe, *data.validation)
        if self._is_large:
            self.evaluate(data.probe, data.validation)
        self._compiled_comparison.prepare(data.precise, *data.validation)
        if compares:
            self._compiled_inference.prepare(*data.probe)
            self._compiled_reaching.prepare(data.probe[0])
            if self._adds_to_last:
                self._compiled_skip.prepare(data.probe[0])

    def save(self) -> SavedVariables:
        """Returns the state of all networks."""
        inputs = self._inputs.values()
        starting = (variable for variable, _ in self._start)
        return SavedVariables([*self._kernels, *self._lengths, *starting, *inputs])

    def train(
        self,
        x: tf.Tensor,
        y: tf.Tensor,
        indices: NDArray[np.int32],
        limit: NDArray[np.float32],
    ) -> NDArray[np.int32]:
        """Trains one step per row of `indices`.

        Args:
            x: Training features of all networks, shape (num_examples, num_features).
            y: Training classes, shape (num_examples,).
            indices: Indices of the examples of each network's batches, shape
                (steps, networks, batch_size), with at most `MAX_STEPS` steps.
            limit: A batch loss of a network that is above its limit or NaN is bad; shape
                (networks,).

        Returns:
            The row of each network's first bad batch loss, or -1, shape (networks,).

        Raises:
            ValueError: If there are more than `MAX_STEPS` steps.
        """
        if len(indices) > MAX_STEPS:
            raise ValueError(f"{len(indices)} steps given; a call trains at most {MAX_STEPS}")
        bad_rows: NDArray[np.int32] = self._compiled_training(
            x, y, *padded_steps(indices, MAX_STEPS), tf.constant(limit)
        ).numpy()
        return bad_rows

    def evaluate(self, probe: StackedTensors, validation: StackedTensors) -> NDArray[np.float32]:
        """Evaluates every network, without changing any.

        Neither loss includes the L2 penalty.

        Args:
            probe: Training examples that the training loss is measured on.
            validation: Validation examples.

        Returns:
            Loss and accuracy on the probe by the probe's own mean and variance, then loss and
            accuracy on the validation examples by the moving statistics, shape (4, networks).
        """
        outcome: NDArray[np.float32] = self._compiled_evaluation(*probe, *validation).numpy()
        return outcome

    def loss_in_inference(self, examples: StackedTensors) -> NDArray[np.float32]:
        """The loss of every network by the moving statistics, shape (networks,)."""
        loss: NDArray[np.float32] = self._compiled_inference(*examples).numpy()
        return loss

    def compare_statistics(
        self, x_train: tf.Tensor, validation: StackedTensors
    ) -> NDArray[np.float32]:
        """Evaluates every network by other statistics than the moving ones, without changing any.

        The moving statistics may lag behind the weights, so that a network that has learnt fails
        by them. The statistics are those of the same names in `bnviz.lab.inference.Inference`.

        Args:
            x_train: Features of the training examples, shape (data_sets, num_train, num_features).
            validation: Validation examples.

        Returns:
            Accuracy on the validation examples when BN normalizes by their own mean and variance
            ("batch"), and by those of the training examples ("precise"), shape (2, networks).
            Without BN both are the accuracy.
        """
        accuracy: NDArray[np.float32] = self._compiled_comparison(x_train, *validation).numpy()
        return accuracy

    def last_layer(self, x: tf.Tensor) -> LastLayer:
        """The last hidden layer of every network, and what reaches it, as in a training step.

        Args:
            x: Features, shape (data_sets, num_examples, num_features).
        """
        last = len(self._kernels) - 2
        before = self._position == "before"
        numbers = self._normalization.numbers(last) if before else None
        return LastLayer(
            self._compiled_reaching(x).numpy(),
            self._kernel(last).numpy(),
            self._biases[last].numpy() if self._biased else np.zeros((), np.float32),
            self._arm,
            None if numbers is None else numbers.copied(),
            self._image is not None,
            self._compiled_skip(x).numpy() if self._adds_to_last else None,
        )

    def _reset(self, inputs: tf.Tensor, last_gammas: tf.Tensor, *kernels: tf.Tensor) -> None:
        for variable, start in self._start:
            variable.assign(start)
        for gamma in self._last_gammas:
            gamma.assign(last_gammas[:, None, None] * tf.ones_like(gamma))
        for variable, kernel in zip(self._kernels, kernels, strict=True):
            variable.assign(kernel)
        for length, variable in zip(self._lengths, self._kernels, strict=False):
            length.assign(_length(variable.value))
        for variable, values in zip(self._inputs.values(), tf.unstack(inputs), strict=True):
            variable.assign(values[:, None, None])

    def _train_steps(self, *tensors: tf.Tensor) -> tf.Tensor:
        return train_steps(self._train_step, *tensors)

    def _train_step(self, x: tf.Tensor, y: tf.Tensor) -> tf.Tensor:
        """Updates the weights of all networks once; returns the batch loss of each, (networks,)."""
        with tf.GradientTape() as tape:
            loss, _ = loss_and_accuracy(self._logits(x, self._normalization.in_training), y)
            objective = tf.reduce_sum(loss)
            if self._settings.l2:
                # The sum of squares of weights that are normalized is that of their lengths.
                weights = [*self._lengths, *self._kernels[len(self._lengths) :]]
                squares = [tf.reduce_sum(tf.square(variable.value)) for variable in weights]
                objective += self._settings.l2 * tf.add_n(squares)
        gradients = tape.gradient(objective, [variable.value for variable in self._trained])
        rate = self._inputs["learning_rate"].read_value()
        for gradient, variable in zip(gradients, self._trained, strict=True):
            # Not `apply`, which takes one learning rate for all networks.
            self._optimizer.update_step(gradient, variable, rate)
        self._optimizer.iterations.assign_add(1)
        return loss

    def _evaluate(
        self, x: tf.Tensor, y: tf.Tensor, x_validation: tf.Tensor, y_validation: tf.Tensor
    ) -> tf.Tensor:
        """See `evaluate`; compiled."""
        outcomes: list[tf.Tensor] = []
        for features, classes, normalization in (
            (x, y, self._by_batch_of(x)),
            (x_validation, y_validation, self._normalization.in_inference),
        ):
            with self._after(outcomes):
                logits = self._logits_of_all(features, normalization)
            outcomes += loss_and_accuracy(logits, tf.broadcast_to(classes, logits.shape[:2]))
        return tf.stack(outcomes)

    def _loss_in_inference(self, x: tf.Tensor, y: tf.Tensor) -> tf.Tensor:
        """See `loss_in_inference`; compiled."""
        logits = self._logits_of_all(x, self._normalization.in_inference)
        return loss_and_accuracy(logits, tf.broadcast_to(y, logits.shape[:2]))[0]

    def _compare_statistics(self, x_train: tf.Tensor, x: tf.Tensor, y: tf.Tensor) -> tf.Tensor:
        """See `compare_statistics`; compiled."""
        accuracies: list[tf.Tensor] = []

        def accuracy(normalization: Normalize) -> tf.Tensor:
            logits = self._logits_of_all(x, normalization)
            return loss_and_accuracy(logits, tf.broadcast_to(y, logits.shape[:2]))[1]

        if not self._keeps_moving:
            return tf.stack([accuracy(self._normalization.in_inference)] * 2)
        for examples in (x, x_train):
            with self._after(accuracies):
                accuracies.append(accuracy(self._by_all_of(examples, corrects=False)))
        return tf.stack(accuracies)

    @property
    def _adds_to_last(self) -> bool:
        """Whether a residual block adds to the pre-activations of the last hidden layer."""
        return self._adds_before and self._settings.hidden_layers in self._closing

    @property
    def _keeps_moving(self) -> bool:
        """Whether the networks keep moving statistics for inference."""
        return bool(self._position) and self._normalization.keeps_moving

    def _after(self, made: Sequence[tf.Tensor]) -> Any:
        """Lets images wait for what is made before, so that the values of one alone are held."""
        return tf.control_dependencies([] if self._image is None else made[-1:])

    def _logits_of_all(self, x: tf.Tensor, normalization: Normalize) -> tf.Tensor:
        """The same as `_logits`, in blocks if there are so many examples."""
        if x.shape[1] <= self._block_size:
            return self._logits(x, normalization)

        return self._in_blocks(lambda part: self._logits(part, normalization), x)

    def _in_blocks(self, function: Callable[[tf.Tensor], tf.Tensor], x: tf.Tensor) -> tf.Tensor:
        """What a function makes of examples, block by block; no block cuts a virtual batch."""
        examples, size = x[0], self._block_size

        def of_block(part: tf.Tensor) -> tf.Tensor:
            return function(part[tf.newaxis])

        whole = (examples.shape[0] // GHOST_SIZE - 1) * GHOST_SIZE
        if self._arm != "ghost_bn":
            return mapped(of_block, examples, size, axis=1)
        if whole <= 0:
            return function(x)
        size = max(size // GHOST_SIZE, 1) * GHOST_SIZE
        made = mapped(of_block, examples[:whole], size, axis=1), of_block(examples[whole:])
        return tf.concat(made, axis=1)

    def _by_batch_of(self, x: tf.Tensor) -> Normalize:
        """Normalizes these examples, as one batch, as in a training step."""
        together = self._keeps_moving and self._arm != "ghost_bn"
        if not together or x.shape[1] <= self._block_size:
            return self._normalization.as_given
        return self._by_all_of(x, corrects=True)

    def _by_all_of(self, x: tf.Tensor, *, corrects: bool) -> Normalize:
        """Normalizes by the moments of these examples, as one batch.

        Args:
            x: The examples.
            corrects: Whether to correct them as batch renorm does in training.
        """
        found: list[tuple[tf.Tensor, tf.Tensor]] = []

        def keep(moments: tuple[tf.Tensor, tf.Tensor]) -> None:
            index = len(found)
            found.append(self._normalization.corrected(index, *moments) if corrects else moments)

        def by_found(index: int, values: tf.Tensor) -> tf.Tensor:
            return self._normalization.by_moments(index, values, *found[index])

        def by_batch_and_keep(index: int, values: tf.Tensor) -> tf.Tensor:
            keep(batch_moments(values))
            return by_found(index, values)

        if x.shape[1] <= self._block_size:
            self._logits(x, by_batch_and_keep)
        else:
            for _ in range(self._settings.hidden_layers):
                keep(moments(self._next_moments(found), x[0], self._block_size))
        return by_found

    def _next_moments(self, found: Sequence[tuple[tf.Tensor, tf.Tensor]]) -> Moments:
        """What gives the moments of a block in the layer after those whose moments are found."""

        def of_block(part: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
            passed: list[tuple[tf.Tensor, tf.Tensor]] = []

            def normalized(index: int, values: tf.Tensor) -> tf.Tensor:
                passed.append(found[index] if index < len(found) else batch_moments(values))
                return self._normalization.by_moments(index, values, *passed[-1])

            self._hidden(part[tf.newaxis], normalized, len(found) + 1)
            return passed[-1]

        return of_block

    def _logits(self, x: tf.Tensor, normalization: Normalize) -> tf.Tensor:
        """Runs a forward pass; returns shape (networks, num_examples, num_classes)."""
        x = self._hidden(x, normalization, len(self._kernels) - 1)
        if self._image is not None:
            x = tf.reduce_mean(x, axis=[2, 3])
        return tf.matmul(x, self._kernels[-1].value) + self._biases[-1].value

    def _hidden(self, x: tf.Tensor, normalization: Normalize, layers: int) -> tf.Tensor:
        """What so many hidden layers make of features, shape (networks, num_examples, units).

        Convolutions make images.
        """
        activation = keras.activations.get(self._settings.activation)
        if self._image is not None:
            x = tf.reshape(x, (*x.shape[:2], *astuple(self._image)))
        # What reaches each layer.
        reaching: list[tf.Tensor] = []
        for index in range(layers):
            reaching.append(x)
            x = self._product(x, self._kernel(index))
            if self._biased:
                bias = self._biases[index].value
                x += tf.reshape(bias, (self._size, *[1] * (len(x.shape) - 2), -1))
            if self._position == "before":
                x = normalization(index, x)
            closes = index + 1 in self._closing
            if closes and self._adds_before:
                x += reaching[index - 1]
            x = activation(x)
            if self._position == "after":
                x = normalization(index, x)
            if closes and not self._adds_before:
                x += reaching[index - 1]
            if index + 1 in self._pooled:
                x = halve(x)
        return x

    def _kernel(self, index: int) -> tf.Tensor:
        """What a hidden layer multiplies by, with weight normalization `g * v / ||v||`."""
        kernel = self._kernels[index].value
        return self._lengths[index].value * kernel / _length(kernel) if self._lengths else kernel

    def _product(self, x: tf.Tensor, kernel: tf.Tensor) -> tf.Tensor:
        """What a hidden layer makes of its inputs, without a bias."""
        if self._image is None:
            return tf.matmul(x, kernel)
        sides = (KERNEL_SIDE, KERNEL_SIDE)
        return convolve_stacked(x, tf.reshape(kernel, (self._size, *sides, x.shape[-1], -1)))

    def _reaching(self, layers: int, x: tf.Tensor) -> tf.Tensor:
        """What so many hidden layers make, which reaches the next one; compiled."""
        by_batch = self._by_batch_of(x)
        if x.shape[1] <= self._block_size:
            return self._hidden(x, by_batch, layers)

        return self._in_blocks(lambda part: self._hidden(part, by_batch, layers), x)


def _length(kernel: tf.Tensor) -> tf.Tensor:
    """L2 norm of the weights of each neuron of each network, shape (networks, 1, units)."""
    return tf.norm(kernel, axis=1, keepdims=True)
