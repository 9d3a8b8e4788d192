"""Inference: evaluates a network by different statistics."""

from collections.abc import Callable

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from bnviz.lab.compiled_function import CompiledFunction
from bnviz.lab.networks import HiddenLayer, Network
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
            def by_statistics(hidden: HiddenLayer, values: tf.Tensor) -> tf.Tensor:
                return normalize(hidden.normalization, values, *statistics(hidden, values))

            return tf.stack(loss_and_accuracy(network.forward(x, by_statistics).logits, y))

        if network.hidden_layers[0].has_batch_statistics:
            precise = iter(self._precise(x_train))
            choices: dict[str, Statistics] = {
                "batch": lambda _, values: batch_moments(values),
                "moving": lambda hidden, _: _moving(hidden.normalization),
                "precise": lambda *_: next(precise),
                "alone": lambda _, values: _moments_alone(values),
            }
            return tf.stack([outcome(choices[name]) for name in INFERENCE_STATISTICS])
        # All other layers ignore the statistics.
        same = outcome(lambda *_: (tf.zeros(()), tf.ones(())))
        return tf.stack([same] * len(INFERENCE_STATISTICS))

    def _precise(self, x: tf.Tensor) -> list[tuple[tf.Tensor, tf.Tensor]]:
        """Mean and variance of the input of each BN, with all examples as one batch."""
        statistics = []

        def by_batch(hidden: HiddenLayer, values: tf.Tensor) -> tf.Tensor:
            statistics.append(batch_moments(values))
            return normalize(hidden.normalization, values, *statistics[-1])

        self._network.forward(x, by_batch)
        return statistics


def _moments_alone(values: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Mean and biased variance of each example by itself, over the positions of images."""
    if len(values.shape) == 2:
        return values, tf.zeros_like(values)
    mean, variance = tf.nn.moments(values, axes=[1, 2], keepdims=True)
    return mean, variance


def _moving(layer: keras.layers.BatchNormalization) -> tuple[tf.Tensor, tf.Tensor]:
    return layer.moving_mean.value, layer.moving_variance.value
