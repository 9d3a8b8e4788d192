"""Training: many steps a call, with Keras layers and Keras optimizers."""

import hashlib
from collections.abc import Callable, Iterator

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from bnviz.lab.compiled_function import CompiledFunction
from bnviz.lab.networks import Network
from bnviz.settings import SGD_MOMENTUM, Settings

#: Most steps of one call; a longer way is gone in several.
CHUNK = 256


def make_optimizer(settings: Settings) -> keras.optimizers.Optimizer:
    """The Keras optimizer of these settings; `momentum` is SGD with `SGD_MOMENTUM`."""
    match settings.optimizer:
        case "momentum":
            return keras.optimizers.SGD(settings.learning_rate, momentum=SGD_MOMENTUM)
        case "adam":
            return keras.optimizers.Adam(settings.learning_rate)
        case "rmsprop":
            return keras.optimizers.RMSprop(settings.learning_rate)
        case _:
            return keras.optimizers.SGD(settings.learning_rate)


class BatchOrder:
    """The order of the training examples: one shuffle after the other, cut into batches.

    A batch may span two shuffles, so that every example is seen equally often at any batch size.

    Args:
        num_examples: Training examples to draw from.
        batch_size: Examples a batch.
        seed: Number from which the order follows.
    """

    def __init__(self, num_examples: int, batch_size: int, *, seed: int):
        self._batch_size = batch_size
        self._examples = self._shuffles(num_examples, np.random.default_rng([seed, 1]))
        self._rest = np.empty(0, np.int32)

    @staticmethod
    def _shuffles(num_examples: int, generator: np.random.Generator) -> Iterator[NDArray[np.int32]]:
        while True:
            yield generator.permutation(num_examples).astype(np.int32)

    def take(self, steps: int) -> NDArray[np.int32]:
        """Indices of the examples of the next steps, shape (steps, batch_size)."""
        parts, wanted = [self._rest], steps * self._batch_size
        missing = wanted - len(self._rest)
        while missing > 0:
            parts.append(next(self._examples))
            missing -= len(parts[-1])
        indices = np.concatenate(parts)
        self._rest = indices[wanted:]
        return indices[:wanted].reshape(steps, self._batch_size)


def steps_of(indices: NDArray[np.int32], most: int) -> tuple[tf.Tensor, tf.Tensor]:
    """The steps of one call: their batches, as if there were `most` of them, and their number."""
    padded = np.zeros((most, *indices.shape[1:]), np.int32)
    padded[: len(indices)] = indices
    return tf.constant(padded), tf.constant(len(indices))


def train_steps(
    step: Callable[[tf.Tensor, tf.Tensor], tf.Tensor],
    x: tf.Tensor,
    y: tf.Tensor,
    indices: tf.Tensor,
    count: tf.Tensor,
    limit: tf.Tensor,
) -> tf.Tensor:
    """Trains many steps; part of a compiled program.

    Args:
        step: Trains on the features and classes of one batch and returns its loss.
        x: All training examples, shape (num_train, num_features).
        y: Their classes, shape (num_train,).
        indices: Which of them make up each batch, shape (steps, ...).
        count: How many of these steps to train.
        limit: A batch loss that is above it, or no number, is bad; of the shape of the loss.

    Returns:
        The row of the first bad batch loss, or -1, of the shape of the loss.
    """

    def body(number: tf.Tensor, first_bad: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        batch = indices[number]
        loss = step(tf.gather(x, batch), tf.gather(y, batch))
        bad = (first_bad < 0) & ~(loss <= limit)
        return number + 1, tf.where(bad, number, first_bad)

    start = (tf.constant(0), tf.fill(limit.shape, -1))
    return tf.while_loop(lambda number, _: number < count, body, start)[1]


class Trainer:
    """Trains one network; compiled once for its architecture, used again for every run of it.

    Args:
        network: The network, which training changes.
        settings: The optimizer's kind and the batch size are taken from here.

    Attributes:
        kernels_before: The kernels of the Dense layers before the last step, as variables.
    """

    def __init__(self, network: Network, settings: Settings):
        self.network = network
        self._batch_size = settings.batch_size
        self._optimizer = make_optimizer(settings)
        self._optimizer.build(network.model.trainable_variables)
        self._optimizer_start = [
            (variable, variable.numpy()) for variable in self._optimizer.variables
        ]
        self._seeds = [
            (layer.seed_generator.state, layer.seed_generator.state.numpy())
            for layer in network.model.layers
            if isinstance(layer, keras.layers.Dropout)
        ]
        self._loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        self._compiled = CompiledFunction(self._train_steps, jit_compile=True)
        self._seen = hashlib.sha256()
        kernels = [layer.kernel for layer in network.dense_layers]
        self.kernels_before = [tf.Variable(kernel, trainable=False) for kernel in kernels]

    def reset(self, settings: Settings) -> None:
        """Back to step 0: optimizer state, dropout seeds, learning rate.

        Not the weights, which are to be set before.
        """
        for variable, start in [*self._optimizer_start, *self._seeds]:
            variable.assign(start)
        for before, layer in zip(self.kernels_before, self.network.dense_layers, strict=True):
            before.assign(layer.kernel)
        self.learning_rate = settings.learning_rate
        self._seen = hashlib.sha256()

    def follow(self, earlier: "Trainer") -> None:
        """Goes on where another one stood, with its learning rate and a fresh optimizer state."""
        self.learning_rate = earlier.learning_rate
        self._seen = earlier._seen.copy()

    @property
    def learning_rate(self) -> float:
        """The optimizer's, as it stands."""
        return float(self._optimizer.learning_rate)

    @learning_rate.setter
    def learning_rate(self, rate: float) -> None:
        self._optimizer.learning_rate = rate

    @property
    def batches_digest(self) -> bytes:
        """SHA-256 of the indices of every example trained on since `reset`, in order."""
        return self._seen.digest()

    @property
    def compilations(self) -> int:
        """How often the training has been compiled."""
        return self._compiled.compilations

    def train(
        self,
        x: tf.Tensor,
        y: tf.Tensor,
        indices: NDArray[np.int32],
        *,
        limit: float = np.inf,
    ) -> int:
        """Trains one step a row of `indices`.

        Args:
            x: All training examples, float32, shape (num_train, num_features).
            y: Their classes, int32, shape (num_train,).
            indices: Which of them make up each batch, shape (steps, batch_size).
            limit: A batch loss that is above it, or no number, is bad.

        Returns:
            The row of the first bad batch loss, or -1.
        """
        self._seen.update(np.ascontiguousarray(indices).tobytes())
        first_bad = -1
        for start in range(0, len(indices), CHUNK):
            bad = self._call(x, y, indices[start : start + CHUNK], limit)
            if bad >= 0 and first_bad < 0:
                first_bad = start + bad
        return first_bad

    def prepare(self, x: tf.Tensor, y: tf.Tensor) -> None:
        """Compiles for these examples without training a step."""
        self._call(x, y, np.empty((0, self._batch_size), np.int32), np.inf)

    def _call(self, x: tf.Tensor, y: tf.Tensor, indices: NDArray[np.int32], limit: float) -> int:
        return int(self._compiled(x, y, *steps_of(indices, CHUNK), tf.constant(limit, tf.float32)))

    def _train_steps(self, *given: tf.Tensor) -> tf.Tensor:
        return train_steps(self._train_step, *given)

    def _train_step(self, x: tf.Tensor, y: tf.Tensor) -> tf.Tensor:
        """One update of the weights; returns the batch's loss."""
        model = self.network.model
        for before, layer in zip(self.kernels_before, self.network.dense_layers, strict=True):
            before.assign(layer.kernel)
        with tf.GradientTape() as tape:
            loss = self._loss(y, model(x, training=True))
            objective = loss + tf.add_n([0.0, *model.losses])
        gradients = tape.gradient(objective, model.trainable_variables)
        self._optimizer.apply(gradients, model.trainable_variables)
        return loss
