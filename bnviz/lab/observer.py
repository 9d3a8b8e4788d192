"""Observer: looks into a network without changing it."""

from dataclasses import dataclass

import keras
import tensorflow as tf

from bnviz.lab.networks import Network


@dataclass(frozen=True)
class Look:
    """What is seen of one arm at one step.

    Attributes:
        pre_activations: Inputs of every non-linearity for the probe, (layers, num_probe, units).
        activations: Its outputs, of the same shape.
        losses: Loss and accuracy on the probe, then on the validation examples, shape (4,).
    """

    pre_activations: tf.Tensor
    activations: tf.Tensor
    losses: tf.Tensor

    def outcome(self) -> dict[str, float]:
        """Losses and accuracies by the names of a frame's fields."""
        names = ("train_loss", "train_accuracy", "validation_loss", "validation_accuracy")
        return dict(zip(names, self.losses.numpy().tolist(), strict=True))


class Observer:
    """Looks into one network at fixed examples.

    Training loss and accuracy are those of the probe, with Batch Normalization by the probe's own
    statistics and without dropout; validation uses the moving statistics, as `model.evaluate`
    does. The L2 penalty is in neither. No statistic is moved.

    Args:
        network: The network to look into.
    """

    def __init__(self, network: Network):
        self._network = network
        self._program = tf.function(self._look_inside, autograph=False)

    def look(
        self, probe: tuple[tf.Tensor, tf.Tensor], validation: tuple[tf.Tensor, tf.Tensor]
    ) -> Look:
        """Looks at the network as it stands.

        Args:
            probe: Features and classes of the fixed training examples.
            validation: Features and classes of the validation examples.
        """
        program = self._program.get_concrete_function(*probe, *validation)
        return Look(*program(*probe, *validation))

    def _look_inside(
        self, x: tf.Tensor, y: tf.Tensor, x_validation: tf.Tensor, y_validation: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
        pre_activations, activations, logits = self._network.probe(x)
        validation_logits = self._network.model(x_validation, training=False)
        losses = [
            *loss_and_accuracy(logits, y),
            *loss_and_accuracy(validation_logits, y_validation),
        ]
        return pre_activations, activations, tf.stack(losses)


def loss_and_accuracy(logits: tf.Tensor, y: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Mean cross-entropy, and the share of examples whose largest logit is their class's.

    Args:
        logits: Shape (num_examples, num_classes).
        y: Classes, shape (num_examples,).
    """
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)(y, logits)
    hits = tf.cast(tf.argmax(logits, axis=1, output_type=y.dtype) == y, tf.float32)
    return loss, tf.reduce_mean(hits)
