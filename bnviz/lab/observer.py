"""Observer: looks into a network without changing it."""

from dataclasses import dataclass

import keras
import numpy as np
import tensorflow as tf

from bnviz.frames import PLANE_GRID, PLANE_RANGE
from bnviz.lab.compiled_function import CompiledFunction
from bnviz.lab.networks import ForwardPass, Network


@dataclass(frozen=True)
class Observation:
    """What is seen of one arm at one step.

    Attributes:
        pre_activations: Inputs of every non-linearity for the probe, (layers, num_probe, units).
        activations: Its outputs, of the same shape.
        losses: Loss and accuracy on the probe, then on the validation examples, shape (4,).
        kernels: Of each Dense layer's kernel the L2 norm of the gradient of the probe's loss, and
            std(update) / std(kernel before it), shape (2, layers + 1).
        normalization: Of each neuron gamma, beta, the mean and variance of the probe where BN
            stands, and the moving ones, as far as the arm has them; shape
            (len(normalized), layers, units).
        normalized: The names of these.
        boundary: Probability of class 1 on the grid of the plane, or None.
    """

    pre_activations: tf.Tensor
    activations: tf.Tensor
    losses: tf.Tensor
    kernels: tf.Tensor
    normalization: tf.Tensor
    normalized: tuple[str, ...]
    boundary: tf.Tensor | None

    def outcome(self) -> dict[str, float]:
        """Losses and accuracies by the names of a frame's fields."""
        names = ("train_loss", "train_accuracy", "validation_loss", "validation_accuracy")
        return dict(zip(names, self.losses.numpy().tolist(), strict=True))


#: Figures of a neuron's normalization in the order of `Observation.normalization`: by the layer's
#: attributes, and between them what enters the layer.
NORMALIZATION = ("gamma", "beta", "batch_mean", "batch_variance", "moving_mean", "moving_variance")


class Observer:
    """Looks into one network at fixed examples.

    Training loss and accuracy are those of the probe, with Batch Normalization by the probe's own
    statistics, with noise and without dropout; validation uses the moving statistics, as
    `model.evaluate` does. The L2 penalty is in neither. No statistic is moved.

    Args:
        network: The network to look into.
        kernels_before: The kernels of its Dense layers before the last step, as variables.
    """

    def __init__(self, network: Network, kernels_before: list[tf.Variable]):
        self._network = network
        self._kernels_before = kernels_before
        self._normalized = _normalized(network)
        self._compiled = CompiledFunction(self._look_inside)

    def observe(
        self, probe: tuple[tf.Tensor, tf.Tensor], validation: tuple[tf.Tensor, tf.Tensor]
    ) -> Observation:
        """Looks at the network as it stands.

        Args:
            probe: Features and classes of the fixed training examples.
            validation: Features and classes of the validation examples.
        """
        given = (*probe, *validation)
        return Observation(**self._compiled(*given), normalized=self._normalized)

    def _look_inside(
        self, x: tf.Tensor, y: tf.Tensor, x_validation: tf.Tensor, y_validation: tf.Tensor
    ) -> dict[str, tf.Tensor | None]:
        network = self._network
        kernels = [layer.kernel.value for layer in network.dense_layers]
        with tf.GradientTape() as tape:
            inside = network.probe(x)
            loss, accuracy = loss_and_accuracy(inside.logits, y)
        norms = [tf.norm(gradient) for gradient in tape.gradient(loss, kernels)]
        updates = [
            tf.math.reduce_std(kernel - before) / tf.math.reduce_std(before)
            for kernel, before in zip(kernels, self._kernels_before, strict=True)
        ]
        logits = network.model(x_validation, training=False)
        outcome = [loss, accuracy, *loss_and_accuracy(logits, y_validation)]
        return {
            "pre_activations": inside.pre_activations,
            "activations": inside.activations,
            "losses": tf.stack(outcome),
            "kernels": tf.stack([tf.stack(norms), tf.stack(updates)]),
            "normalization": self._normalization(inside),
            "boundary": self._boundary() if x.shape[1] == 2 else None,
        }

    def _normalization(self, inside: ForwardPass) -> tf.Tensor:
        layers = [block.normalization for block in self._network.hidden_layers]
        if not self._normalized:
            return tf.zeros((0, len(layers), 1))
        moments = {}
        if inside.moments is not None:
            moments = {"batch_mean": inside.moments[0], "batch_variance": inside.moments[1]}

        def figure(name: str) -> tf.Tensor:
            if name in moments:
                return moments[name]
            fixed = {"gamma": tf.ones_like, "beta": tf.zeros_like}
            values = [getattr(layer, name, None) for layer in layers]
            return tf.stack(
                [
                    fixed[name](inside.norm_inputs[0, 0]) if value is None else value.value
                    for value in values
                ]
            )

        return tf.stack([figure(name) for name in self._normalized])

    def _boundary(self) -> tf.Tensor:
        side = np.linspace(-PLANE_RANGE, PLANE_RANGE, PLANE_GRID, dtype=np.float32)
        grid = np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)
        logits = self._network.model(tf.constant(grid), training=False)
        return tf.reshape(tf.nn.softmax(logits)[:, 1], (PLANE_GRID, PLANE_GRID))


def _normalized(network: Network) -> tuple[str, ...]:
    """Those of `NORMALIZATION` that a network has."""
    block = network.hidden_layers[0]
    if block.has_batch_statistics:
        return NORMALIZATION
    return NORMALIZATION[:2] if block.normalization is not None else ()


def loss_and_accuracy(logits: tf.Tensor, y: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Mean cross-entropy, and the share of examples whose largest logit is their class's.

    Args:
        logits: Shape (..., num_examples, num_classes).
        y: Classes, shape (..., num_examples).

    Returns:
        Each of shape (...).
    """
    losses = keras.losses.sparse_categorical_crossentropy(y, logits, from_logits=True)
    hits = tf.cast(tf.argmax(logits, axis=-1, output_type=y.dtype) == y, tf.float32)
    return tf.reduce_mean(losses, axis=-1), tf.reduce_mean(hits, axis=-1)
