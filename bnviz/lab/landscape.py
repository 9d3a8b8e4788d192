"""Landscape: the loss and its gradient at weights close to those that a network has."""

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from bnviz.lab.compiled_function import CompiledFunction
from bnviz.lab.networks import Network
from bnviz.lab.observer import loss_and_accuracy

#: Steps along the gradient at which the landscape is measured, in learning rates.
STEPS = np.geomspace(0.5, 4.0, 8)


class Landscape:
    """Looks at the loss of fixed examples around the weights of one network, and moves none.

    The loss is that of `Network.probe` without the L2 penalty; everything is measured on the same
    examples with the same noise. A step of length eta goes from the weights `W` to
    `W - eta * grad L(W)`, whatever the run's optimizer would make of the gradient: so it is
    defined by Santurkar et al., it follows from this batch alone, and figures of different
    optimizers compare.

    Args:
        network: The network to look at.
    """

    def __init__(self, network: Network):
        self._network = network
        blocks = [(block.dense, block.normalization) for block in network.hidden_layers]
        #: Every weight with the number of its layer, from 0.
        self._weights = [
            (number, variable)
            for number, layers in enumerate([*blocks, (network.output,)])
            for layer in layers
            if layer is not None
            for variable in layer.trainable_variables
        ]
        #: Of every number in them the hidden layer in whose kernel it is, or one past the last.
        self._places = np.concatenate(
            [
                np.full(
                    int(np.prod(weight.shape)),
                    number if weight is network.dense_layers[number].kernel else len(blocks),
                )
                for number, weight in self._weights
            ]
        )
        self._compiled = CompiledFunction(self._look_around)

    def measure(
        self, x: tf.Tensor, y: tf.Tensor, learning_rate: float
    ) -> dict[str, NDArray[np.float32]]:
        """Measures the landscape, and how a step of the earlier layers shifts a layer's gradient.

        With `G = grad_{W_l} L(W_1..W_k)` and `G'` the same after a step of one learning rate in
        all weights of the layers before `l` (Santurkar et al. 2018, Definition 2.1; `W_l` is the
        kernel): `gradient_shift` is `|G - G'|`, and `gradient_cosine` the cosine between the two,
        both of shape (layers,). They are 0 and 1 where nothing shifts, as in the first layer,
        before which nothing stands.

        Along the gradient `g` of all weights, at steps eta from 1/2 to 4 learning rates
        (section 3.2 there): `landscape_loss`, the lowest and highest `L(W - eta g)`;
        `landscape_gradient`, the lowest and highest `|g - grad L(W - eta g)|`; `effective_beta`,
        the highest `|g - grad L(W - eta g)| / |eta g|`.

        Args:
            x: Examples, shape (num_examples, num_features).
            y: Their classes, shape (num_examples,).
            learning_rate: Of the run, at this step.

        Returns:
            The five by the names of a frame's fields; NaN where they follow from what is no
            number.
        """
        layers = len(self._network.hidden_layers)
        moved = np.concatenate(
            [np.tri(layers, layers + 1, -1)[1:], np.ones((len(STEPS), layers + 1))]
        )
        lengths = np.concatenate([np.ones(layers - 1), STEPS])
        steps = tf.constant(learning_rate * lengths[:, None] * moved, tf.float32)
        seen = self._compiled(x, y, steps)
        losses, distances, curvatures, shifts, cosines = (part.numpy() for part in seen)
        along = slice(layers - 1, None)
        return {
            "gradient_shift": np.append(np.float32(0), shifts.diagonal(1)),
            "gradient_cosine": np.append(np.float32(1), cosines.diagonal(1)),
            "landscape_loss": _range(losses[along]),
            "landscape_gradient": _range(distances[along]),
            "effective_beta": curvatures[along].max(),
        }

    def _look_around(
        self, x: tf.Tensor, y: tf.Tensor, steps: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor]:
        """Looks where the layers have gone a step each; one row of `steps` a place.

        Args:
            x: Examples.
            y: Their classes.
            steps: Length of each layer's step, shape (places, layers + 1).

        Returns:
            By place the loss, the distance of the gradient to that at the start, and this distance
            over the length of the way; by place and hidden layer the distance of its kernel's
            gradient to that at the start, and the cosine between the two.
        """
        numbers, variables = zip(*self._weights, strict=True)
        start = [variable.value for variable in variables]
        _, gradient = self._gradient(start, x, y)
        flat = _flat(gradient)

        def by_layer(values: tf.Tensor) -> tf.Tensor:
            layers = len(self._network.hidden_layers)
            return tf.math.unsorted_segment_sum(values, self._places, layers + 1)[:layers]

        def look(step: tf.Tensor) -> tuple[tf.Tensor, ...]:
            way = [step[number] * part for number, part in zip(numbers, gradient, strict=True)]
            there = [weight - part for weight, part in zip(start, way, strict=True)]
            loss, other = self._gradient(there, x, y)
            other = _flat(other)
            change = tf.square(flat - other)
            distance = tf.sqrt(tf.reduce_sum(change))
            lengths = tf.sqrt(by_layer(tf.square(flat)) * by_layer(tf.square(other)))
            seen = (
                loss,
                distance,
                distance / tf.norm(_flat(way)),
                tf.sqrt(by_layer(change)),
                by_layer(flat * other) / lengths,
            )
            return tuple(tf.cast(part, tf.float32) for part in seen)

        signature = (tf.float32,) * 5
        places: tuple[tf.Tensor, ...] = tf.map_fn(look, steps, fn_output_signature=signature)
        return places

    def _gradient(
        self, weights: list[tf.Tensor], x: tf.Tensor, y: tf.Tensor
    ) -> tuple[tf.Tensor, list[tf.Tensor]]:
        """The loss, and its gradient with respect to each weight, at other weights."""
        variables = [variable for _, variable in self._weights]
        with tf.GradientTape() as tape:
            tape.watch(weights)
            with keras.StatelessScope(zip(variables, weights, strict=True)):
                loss, _ = loss_and_accuracy(self._network.probe(x).logits, y)
        return loss, tape.gradient(loss, weights, unconnected_gradients="zero")


def _flat(parts: list[tf.Tensor]) -> tf.Tensor:
    """All parts as one vector."""
    # In 64 bits, since squares of vanishing gradients would vanish in 32.
    return tf.cast(tf.concat([tf.reshape(part, [-1]) for part in parts], axis=0), tf.float64)


def _range(values: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.array([values.min(), values.max()])
