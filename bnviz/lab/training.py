"""Training: many steps per call, with Keras layers and Keras optimizers."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from bnviz.data.image_memory import num_values
from bnviz.data.image_shape import ImageShape, num_neighbours, num_products
from bnviz.lab.compiled_function import CompiledFunction
from bnviz.lab.networks import Network
from bnviz.lab.weight_norm import kernel_of
from bnviz.settings import Settings
from bnviz.settings.choices import SGD_MOMENTUM

#: Maximum number of steps per call; longer stretches take several calls.
CHUNK = 256
#: Maximum number of multiplications per call, about a second's worth, so that training that is to
#: stop does so soon.
_MAX_PRODUCTS = 10e9
#: Multiplications that take as long as to copy a number of a convolution's neighbourhoods, and as
#: what else is done with one of its values.
_NEIGHBOUR_PRODUCTS, _VALUE_PRODUCTS = 10, 50


def make_optimizer(settings: Settings) -> keras.optimizers.Optimizer:
    """Returns the Keras optimizer of a run; "momentum" is SGD with `SGD_MOMENTUM`."""
    match settings.optimizer:
        case "momentum":
            return keras.optimizers.SGD(settings.learning_rate, momentum=SGD_MOMENTUM)
        case "adam":
            return keras.optimizers.Adam(settings.learning_rate)
        case "rmsprop":
            return keras.optimizers.RMSprop(settings.learning_rate)
        case _:
            return keras.optimizers.SGD(settings.learning_rate)


def steps_per_call(
    settings: Settings,
    num_features: int,
    num_classes: int,
    image: ImageShape | None,
    *,
    networks: int = 1,
) -> int:
    """Returns how many steps of training a call takes at most, at least one.

    Args:
        settings: Settings of a run; sizes of its layers and batches are read.
        num_features: Number of features of an example.
        num_classes: Number of classes.
        image: What hidden layers convolve; None if they are Dense.
        networks: Networks that are trained together.
    """
    # Forwards, and backwards for inputs and kernels.
    work = 3.0 * num_products(settings, num_features, num_classes, image)
    if image is not None:
        values = num_values(settings, image)
        work += _NEIGHBOUR_PRODUCTS * num_neighbours(settings, image) + _VALUE_PRODUCTS * values
    return max(1, int(_MAX_PRODUCTS / (work * settings.batch_size * networks)))


class BatchOrder:
    """The order of the training examples: one shuffle after another, cut into batches.

    A batch may span two shuffles, so that every example is used equally often at any batch size.

    Args:
        num_examples: Number of training examples.
        batch_size: Number of examples per batch.
        seed: Seed of the shuffles.
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
        """Returns the indices of the next examples, int32, shape (steps, batch_size)."""
        parts, num_taken = [self._rest], steps * self._batch_size
        missing = num_taken - len(self._rest)
        while missing > 0:
            parts.append(next(self._examples))
            missing -= len(parts[-1])
        indices = np.concatenate(parts)
        self._rest = indices[num_taken:]
        return indices[:num_taken].reshape(steps, self._batch_size)


def padded_steps(indices: NDArray[np.int32], max_steps: int) -> tuple[tf.Tensor, tf.Tensor]:
    """Pads the batches of a call to a fixed shape, so that it need not be compiled again.

    Args:
        indices: Indices of the examples of each step, shape (steps, ...).
        max_steps: Number of steps to pad to.

    Returns:
        The padded indices, shape (max_steps, ...), and the number of steps.
    """
    padded = np.zeros((max_steps, *indices.shape[1:]), np.int32)
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
    """Trains several steps inside a compiled function.

    Args:
        step: Trains on the features and classes of one batch and returns its loss.
        x: Training features, shape (num_train, num_features).
        y: Training classes, shape (num_train,).
        indices: Indices of the examples of each batch, shape (max_steps, ...).
        count: Number of steps to train, at most max_steps.
        limit: A batch loss that is above the limit or NaN is bad; it has the shape of the loss.

    Returns:
        The row of the first bad batch loss, or -1, in the shape of the loss.
    """

    def body(row: tf.Tensor, first_bad: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        batch = indices[row]
        loss = step(tf.gather(x, batch), tf.gather(y, batch))
        bad = (first_bad < 0) & ~(loss <= limit)
        return row + 1, tf.where(bad, row, first_bad)

    start = (tf.constant(0), tf.fill(limit.shape, -1))
    return tf.while_loop(lambda row, _: row < count, body, start)[1]


class TrainingStoppedError(Exception):
    """Training has ended early, because nobody waits for it."""


def never() -> bool:
    """Says that training is not to stop."""
    return False


class SavedVariables:
    """The values of some variables, to be put back later.

    Args:
        variables: Variables of Keras or TensorFlow.
    """

    def __init__(self, variables: Sequence[Any]):
        self._values = [(variable, variable.numpy()) for variable in variables]

    def restore(self) -> None:
        """Gives each variable the value that it had."""
        for variable, value in self._values:
            variable.assign(value)


@dataclass(frozen=True)
class TrainingState:
    """All that a run needs in order to go on after other runs have used its trainer.

    Attributes:
        variables: Those of the network, the optimizer and the trainer.
        batches_sha: SHA-256 of the batches so far.
        learning_rate: The current learning rate.
    """

    variables: SavedVariables
    batches_sha: Any
    learning_rate: float


class Trainer:
    """Trains one network; compiled once per architecture and reused by all runs of it.

    Args:
        network: The network that training changes.
        settings: Settings of a run; its optimizer and batch size are read.

    Attributes:
        network: The network that training changes.
        kernels_before: Variables that hold the kernels of the Dense layers before the last step.
    """

    def __init__(self, network: Network, settings: Settings):
        self.network = network
        self._batch_size = settings.batch_size
        sizes = network.model.input_shape[-1], network.output.units
        self._max_steps = min(CHUNK, steps_per_call(settings, *sizes, network.image))
        self._optimizer = make_optimizer(settings)
        self.learning_rate = settings.learning_rate
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
        self._batches_sha = hashlib.sha256()
        kernels = [kernel_of(layer) for layer in network.linear_layers]
        self.kernels_before = [tf.Variable(kernel, trainable=False) for kernel in kernels]

    def reset(self, settings: Settings) -> None:
        """Returns optimizer, dropout seeds and learning rate to step 0.

        The weights of the network must be reset before.

        Args:
            settings: Settings of the run; `learning_rate` is read.
        """
        for variable, start in [*self._optimizer_start, *self._seeds]:
            variable.assign(start)
        for before, layer in zip(self.kernels_before, self.network.linear_layers, strict=True):
            before.assign(kernel_of(layer))
        self.learning_rate = settings.learning_rate
        self._batches_sha = hashlib.sha256()

    def save(self) -> TrainingState:
        """Returns the state of the current run, network included."""
        variables = [*self.network.variables, *self._optimizer.variables, *self.kernels_before]
        return TrainingState(SavedVariables(variables), self._batches_sha, self.learning_rate)

    def restore(self, state: TrainingState) -> None:
        """Goes on with a run from where it was saved."""
        state.variables.restore()
        self._batches_sha = state.batches_sha
        self.learning_rate = state.learning_rate

    def follow(self, earlier: "Trainer") -> None:
        """Continues another trainer's run: its learning rate and batches digest."""
        self.learning_rate = earlier.learning_rate
        self._batches_sha = earlier._batches_sha.copy()

    @property
    def learning_rate(self) -> float:
        """The current learning rate of the optimizer, in its single precision."""
        return self._learning_rate

    @learning_rate.setter
    def learning_rate(self, rate: float) -> None:
        self._optimizer.learning_rate = rate
        # Kept beside it: every frame reads it, and reading a variable takes .1 ms.
        self._learning_rate = float(np.float32(rate))

    @property
    def batches_digest(self) -> bytes:
        """SHA-256 of the indices of all examples used since `reset`, in order."""
        return self._batches_sha.digest()

    @property
    def compilations(self) -> int:
        """How often training has been compiled."""
        return self._compiled.compilations

    def train(
        self,
        x: tf.Tensor,
        y: tf.Tensor,
        indices: NDArray[np.int32],
        *,
        limit: float = np.inf,
        should_stop: Callable[[], bool] = never,
    ) -> int:
        """Trains one step per row of `indices`.

        Args:
            x: Training features, float32, shape (num_train, num_features).
            y: Training classes, int32, shape (num_train,).
            indices: Indices of the examples of each batch, shape (steps, batch_size).
            limit: A batch loss that is above the limit or NaN is bad.
            should_stop: Asked before each call, which takes about a second at most.

        Returns:
            The row of the first bad batch loss, or -1.

        Raises:
            TrainingStoppedError: If it should stop; the network is then somewhere between.
        """
        self._batches_sha.update(np.ascontiguousarray(indices).tobytes())
        first_bad = -1
        for start in range(0, len(indices), self._max_steps):
            if should_stop():
                raise TrainingStoppedError
            bad = self._call(x, y, indices[start : start + self._max_steps], limit)
            if bad >= 0 and first_bad < 0:
                first_bad = start + bad
        return first_bad

    def prepare(self, x: tf.Tensor, y: tf.Tensor) -> None:
        """Compiles training on these examples without training a step."""
        self._call(x, y, np.empty((0, self._batch_size), np.int32), np.inf)

    def _call(self, x: tf.Tensor, y: tf.Tensor, indices: NDArray[np.int32], limit: float) -> int:
        return int(
            self._compiled(x, y, *padded_steps(indices, CHUNK), tf.constant(limit, tf.float32))
        )

    def _train_steps(self, *tensors: tf.Tensor) -> tf.Tensor:
        return train_steps(self._train_step, *tensors)

    def _train_step(self, x: tf.Tensor, y: tf.Tensor) -> tf.Tensor:
        """Updates the weights once; returns the loss of the batch, without the L2 penalty."""
        model = self.network.model
        for before, layer in zip(self.kernels_before, self.network.linear_layers, strict=True):
            before.assign(kernel_of(layer))
        with tf.GradientTape() as tape:
            loss = self._loss(y, model(x, training=True))
            objective = loss + tf.add_n([0.0, *model.losses])
        gradients = tape.gradient(objective, model.trainable_variables)
        self._optimizer.apply(gradients, model.trainable_variables)
        return loss
