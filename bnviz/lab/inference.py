"""Inference: evaluates a network by different statistics."""

from collections.abc import Callable, Sequence

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from bnviz.lab.blocks import Moments, mapped, moments
from bnviz.lab.compiled_function import CompiledFunction
from bnviz.lab.networks import ForwardPass, HiddenLayer, Network
from bnviz.lab.normalization import batch_moments, normalize
from bnviz.lab.observer import loss_and_accuracy
from bnviz.recording.frames import INFERENCE_STATISTICS

#: Maps a hidden layer and the input of its normalization to the mean and variance to normalize by.
Statistics = Callable[[HiddenLayer, tf.Tensor], tuple[tf.Tensor, tf.Tensor]]


class Inference:
    """Evaluates one network by each of `bnviz.recording.frames.INFERENCE_STATISTICS`.

    Dropout and noise are off, as always in inference. The loss does not include the L2 penalty, and
    no moving statistic is updated.

    Args:
        network: The network to evaluate.
    """

    def __init__(self, network: Network):
        self._network = network
        self._compiled = CompiledFunction(self._evaluate)

    def evaluate(
        self, x_train: tf.Tensor, validation: tuple[tf.Tensor, tf.Tensor]
    ) -> dict[str, NDArray[np.float32]]:
        """Evaluates the network in its current state on the validation examples.

        Batch Normalization uses the mean and variance

        - "batch": of the validation examples, as one batch;
        - "moving": that were kept in training, the moving statistics;
        - "precise": of the training examples, as one batch (PreciseBN; Wu & Johnson, *Rethinking
          "Batch" in BatchNorm*, 2021, section 3);
        - "alone": of each example as a batch of its own, so that `x_hat` is 0, unless it has many
          positions of a channel.

        Without Batch Normalization all four give the same.

        Args:
            x_train: Training features, shape (num_train, num_features).
            validation: Features, shape (num_validation, num_features), and classes,
                (num_validation,), of the validation examples.

        Returns:
            `inference_loss` and `inference_accuracy`, shape (len(INFERENCE_STATISTICS),).
        """
        loss, accuracy = self._compiled(x_train, *validation).numpy().T
        return {"inference_loss": loss, "inference_accuracy": accuracy}

    def _evaluate(self, x_train: tf.Tensor, x: tf.Tensor, y: tf.Tensor) -> tf.Tensor:
        """Loss and accuracy by each of the statistics, (len(INFERENCE_STATISTICS), 2)."""
        network = self._network

        def outcome(statistics: Statistics) -> tf.Tensor:
            logits = mapped(
                lambda part: self._forward(part, statistics).logits, x, network.block_size
            )
            return tf.stack(loss_and_accuracy(logits, y))

        if network.hidden_layers[0].has_batch_statistics:
            choices: dict[str, Callable[[], Statistics]] = {
                "batch": lambda: self._by_all_of(x),
                "moving": lambda: lambda hidden, _: _moving(hidden.normalization),
                "precise": lambda: self._by_all_of(x_train),
                "alone": lambda: lambda _, values: _moments_alone(values),
            }
            outcomes: list[tf.Tensor] = []
            for name in INFERENCE_STATISTICS:
                # Images one after another, so that the values of one alone are held.
                with tf.control_dependencies([] if network.image is None else outcomes[-1:]):
                    outcomes.append(outcome(choices[name]()))
            return tf.stack(outcomes)
        # All other layers ignore the statistics.
        same = outcome(lambda *_: (tf.zeros(()), tf.ones(())))
        return tf.stack([same] * len(INFERENCE_STATISTICS))

    def _forward(self, x: tf.Tensor, statistics: Statistics) -> ForwardPass:
        def by_statistics(hidden: HiddenLayer, values: tf.Tensor) -> tf.Tensor:
            return normalize(hidden.normalization, values, *statistics(hidden, values))

        return self._network.forward(x, by_statistics)

    def _by_all_of(self, x: tf.Tensor) -> Statistics:
        """Those of the input of each BN, with all these examples as one batch."""
        found: list[tuple[tf.Tensor, tf.Tensor]] = []

        def by_batch(_: HiddenLayer, values: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
            found.append(batch_moments(values))
            return found[-1]

        size = self._network.block_size
        if x.shape[0] <= size:
            self._forward(x, by_batch)
        else:
            for _ in self._network.hidden_layers:
                found.append(moments(self._next_moments(found), x, size))
        by_layer = dict(zip(map(id, self._network.hidden_layers), found, strict=True))
        return lambda hidden, _: by_layer[id(hidden)]

    def _next_moments(self, found: Sequence[tuple[tf.Tensor, tf.Tensor]]) -> Moments:
        """What gives the moments of a block in the layer after those whose moments are found."""

        def of_block(x: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
            passed: list[tuple[tf.Tensor, tf.Tensor]] = []

            def next_one(_: HiddenLayer, values: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
                number = len(passed)
                passed.append(found[number] if number < len(found) else batch_moments(values))
                return passed[-1]

            self._forward(x, next_one)
            return passed[len(found)]

        return of_block


def _moments_alone(values: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Mean and biased variance of each example by itself, over the positions of images."""
    if len(values.shape) == 2:
        return values, tf.zeros_like(values)
    mean, variance = tf.nn.moments(values, axes=[1, 2], keepdims=True)
    return mean, variance


def _moving(layer: keras.layers.BatchNormalization) -> tuple[tf.Tensor, tf.Tensor]:
    return layer.moving_mean.value, layer.moving_variance.value
