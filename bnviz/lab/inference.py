"""Inference: one network evaluated by different statistics, and the values it normalizes."""

from collections.abc import Callable

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from bnviz.frames import BATCH_VALUES, INFERENCE_STATISTICS
from bnviz.lab.compiled_function import CompiledFunction
from bnviz.lab.measures import round_mantissa
from bnviz.lab.networks import HiddenLayer, Network, normalize
from bnviz.lab.observer import loss_and_accuracy

#: Of a block and of what enters its normalization, the mean and variance to normalize by.
Statistics = Callable[[HiddenLayer, tf.Tensor], tuple[tf.Tensor, tf.Tensor]]


class Inference:
    """Evaluates one network by each of `bnviz.frames.INFERENCE_STATISTICS`, and moves no statistic.

    There is neither dropout nor noise in inference, and the L2 penalty is not in the loss.

    Args:
        network: The network to evaluate.
    """

    def __init__(self, network: Network):
        self._network = network
        self._compiled = CompiledFunction(self._evaluate)

    def evaluate(
        self, x_train: tf.Tensor, probe: tf.Tensor, validation: tuple[tf.Tensor, tf.Tensor]
    ) -> dict[str, NDArray[np.float32]]:
        """Evaluates the network as it stands.

        In a network with BN, by the mean and variance of the validation examples as one batch; by
        the moving ones; by those of the training examples in one forward pass, each layer's after
        the layers before it have been normalized by theirs (PreciseBN: Wu & Johnson, *Rethinking
        "Batch" in BatchNorm*, 2021, section 3); and with each example as a batch of its own, whose
        variance is 0 and whose `x_hat` therefore is 0, too. Without BN all four are the same.

        Args:
            x_train: Training examples, shape (num_train, num_features).
            probe: Examples whose values are kept, shape (num_probe, num_features).
            validation: Features and classes of the validation examples.

        Returns:
            `inference_loss` and `inference_accuracy`, shape (len(INFERENCE_STATISTICS),), and
            `batch_values`, what enters BN (the pre-activation where there is none) for the first
            `BATCH_VALUES` examples of the probe, to about three digits, NaN in place of those it
            has not, shape
            (layers, units, BATCH_VALUES).
        """
        seen = self._compiled(x_train, probe, *validation)
        outcomes, norm_inputs = (part.numpy() for part in seen)
        values = np.full((*norm_inputs.shape[::2], BATCH_VALUES), np.nan, np.float32)
        values[..., : norm_inputs.shape[1]] = norm_inputs.transpose(0, 2, 1)
        loss, accuracy = outcomes.T
        return {
            "inference_loss": loss,
            "inference_accuracy": accuracy,
            "batch_values": round_mantissa(values),
        }

    def _evaluate(
        self, x_train: tf.Tensor, probe: tf.Tensor, x: tf.Tensor, y: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """Loss and accuracy by each of the statistics, shape (statistics, 2); what enters."""
        network = self._network

        def outcome(statistics: Statistics) -> tf.Tensor:
            def normalized(block: HiddenLayer, values: tf.Tensor) -> tf.Tensor:
                return normalize(block.normalization, values, *statistics(block, values))

            return tf.stack(loss_and_accuracy(network.forward(x, normalized).logits, y))

        if network.hidden_layers[0].has_batch_statistics:
            precise = iter(self._precise(x_train))
            by: dict[str, Statistics] = {
                "batch": lambda _, values: tf.nn.moments(values, axes=[0]),
                "moving": lambda block, _: _moving(block.normalization),
                "precise": lambda *_: next(precise),
                "alone": lambda _, values: (values, tf.zeros_like(values)),
            }
            outcomes = tf.stack([outcome(by[name]) for name in INFERENCE_STATISTICS])
        else:
            same = outcome(lambda *_: (tf.zeros(()), tf.ones(())))
            outcomes = tf.stack([same] * len(INFERENCE_STATISTICS))
        return outcomes, network.probe(probe).norm_inputs[:, :BATCH_VALUES]

    def _precise(self, x: tf.Tensor) -> list[tuple[tf.Tensor, tf.Tensor]]:
        """Mean and variance of what enters each BN for all examples as one batch."""
        statistics = []

        def normalized(block: HiddenLayer, values: tf.Tensor) -> tf.Tensor:
            statistics.append(tf.nn.moments(values, axes=[0]))
            return normalize(block.normalization, values, *statistics[-1])

        self._network.forward(x, normalized)
        return statistics


def _moving(layer: keras.layers.BatchNormalization) -> tuple[tf.Tensor, tf.Tensor]:
    return layer.moving_mean.value, layer.moving_variance.value
