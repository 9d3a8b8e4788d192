"""Landscape: the loss and its gradient around the current weights of a network."""

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from bnviz.lab.compiled_function import CompiledFunction
from bnviz.lab.networks import Network
from bnviz.lab.observer import loss_and_accuracy
from bnviz.lab.weight_norm import kernel_variables

#: Steps against the gradient at which the landscape is measured, in units of the learning rate.
STEPS = np.geomspace(0.5, 4.0, 8)


class Landscape:
    """Measures the loss landscape around the weights of one network, without changing them.

    The loss is that of `Network.probe`, without the L2 penalty, always of the same examples with
    the same noise. A step of size eta leads from the weights `W` to `W - eta * grad L(W)`, whatever
    the optimizer of the run: this is how Santurkar et al. define it, it depends on this batch
    alone, and runs with different optimizers can be compared. With weight normalization `W` are g
    and v of each kernel, which are what is trained.

    Args:
        network: The network to measure.
    """

    def __init__(self, network: Network):
        self._network = network
        pairs = [(hidden.linear, hidden.normalization) for hidden in network.hidden_layers]
        #: Every trainable variable with the index of its layer.
        self._weights = [
            (index, variable)
            for index, layers in enumerate([*pairs, (network.output,)])
            for layer in layers
            if layer is not None
            for variable in layer.trainable_variables
        ]

        def is_of_kernel(weight: keras.Variable, index: int) -> bool:
            return any(weight is each for each in kernel_variables(network.linear_layers[index]))

        #: For every element of these variables, the index of the hidden layer whose kernel it
        #: belongs to, or the number of hidden layers if it belongs to none.
        self._kernel_of = np.concatenate(
            [
                np.full(
                    int(np.prod(weight.shape)),
                    index if is_of_kernel(weight, index) else len(pairs),
                )
                for index, weight in self._weights
            ]
        )
        self._compiled = CompiledFunction(self._measure)

    def measure(
        self, x: tf.Tensor, y: tf.Tensor, learning_rate: float
    ) -> dict[str, NDArray[np.float32]]:
        """Measures gradient shift and loss landscape (Santurkar et al. 2018).

        Gradient shift of layer l (Definition 2.1), where `G` is the gradient with respect to its
        kernel, and `G'` the same after a step of one learning rate in all layers before l:

            gradient_shift = |G - G'|
            relative_gradient_shift = |G - G'| / |G|
            gradient_cosine = G . G' / (|G| |G'|)

        They are 0, 0 and 1 if nothing shifts, which is always so in the first layer.

        Landscape along the gradient `g` of all weights, at steps eta from 1/2 to 4 learning rates
        (section 3.2):

            landscape_loss = minimum and maximum of L(W - eta g)
            landscape_gradient = minimum and maximum of |g - grad L(W - eta g)|
            effective_beta = maximum of |g - grad L(W - eta g)| / |eta g|

        Args:
            x: Features, shape (num_examples, num_features).
            y: Classes, shape (num_examples,).
            learning_rate: Current learning rate of the run.

        Returns:
            `gradient_shift`, `relative_gradient_shift` and `gradient_cosine`, shape (layers,),
            `landscape_loss` and
            `landscape_gradient`, shape (2,), and `effective_beta`, a scalar. They are not finite
            where the loss or a gradient is not, or where they divide by a gradient of norm 0.
        """
        layers = len(self._network.hidden_layers)
        # First a step of the layers before each but the first, then the steps of all layers.
        moved = np.concatenate(
            [np.tri(layers, layers + 1, -1)[1:], np.ones((len(STEPS), layers + 1))]
        )
        lengths = np.concatenate([np.ones(layers - 1), STEPS])
        steps = tf.constant(learning_rate * lengths[:, None] * moved, tf.float32)
        losses, distances, curvatures, shifts, relative, cosines = (
            tensor.numpy() for tensor in self._compiled(x, y, steps)
        )
        along = slice(layers - 1, None)
        return {
            "gradient_shift": np.append(np.float32(0), shifts.diagonal(1)),
            "relative_gradient_shift": np.append(np.float32(0), relative.diagonal(1)),
            "gradient_cosine": np.append(np.float32(1), cosines.diagonal(1)),
            "landscape_loss": _range(losses[along]),
            "landscape_gradient": _range(distances[along]),
            "effective_beta": curvatures[along].max(),
        }

    def _measure(
        self, x: tf.Tensor, y: tf.Tensor, steps: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor]:
        """Measures at several points, each a step away from the current weights; compiled.

        Args:
            x: Features.
            y: Classes.
            steps: Step size of each layer at each point, shape (points, layers + 1).

        Returns:
            At each point the loss, the distance between the gradient there and here, and this
            distance over the length of the step, each (points,); for the kernel of each hidden
            layer the distance between its gradient there and here, this distance over the norm of
            the gradient here, and the cosine between the two, each (points, layers).
        """
        indices, variables = zip(*self._weights, strict=True)
        start = [variable.value for variable in variables]
        _, gradient = self._gradient(start, x, y)
        flat = _flat(gradient)

        def by_layer(values: tf.Tensor) -> tf.Tensor:
            layers = len(self._network.hidden_layers)
            return tf.math.unsorted_segment_sum(values, self._kernel_of, layers + 1)[:layers]

        def measure_after(step: tf.Tensor) -> tuple[tf.Tensor, ...]:
            moves = [step[index] * part for index, part in zip(indices, gradient, strict=True)]
            weights = [weight - move for weight, move in zip(start, moves, strict=True)]
            loss, other = self._gradient(weights, x, y)
            other = _flat(other)
            change = tf.square(flat - other)
            distance = tf.sqrt(tf.reduce_sum(change))
            lengths = tf.sqrt(by_layer(tf.square(flat)) * by_layer(tf.square(other)))
            measures = (
                loss,
                distance,
                distance / tf.norm(_flat(moves)),
                tf.sqrt(by_layer(change)),
                tf.sqrt(by_layer(change) / by_layer(tf.square(flat))),
                by_layer(flat * other) / lengths,
            )
            return tuple(tf.cast(measure, tf.float32) for measure in measures)

        signature = (tf.float32,) * 6
        points: tuple[tf.Tensor, ...] = tf.map_fn(
            measure_after, steps, fn_output_signature=signature
        )
        return points

    def _gradient(
        self, weights: list[tf.Tensor], x: tf.Tensor, y: tf.Tensor
    ) -> tuple[tf.Tensor, list[tf.Tensor]]:
        """The loss at the given weights, and its gradient with respect to each of them."""
        variables = [variable for _, variable in self._weights]
        with tf.GradientTape() as tape:
            tape.watch(weights)
            with keras.StatelessScope(zip(variables, weights, strict=True)):
                loss, _ = loss_and_accuracy(self._network.probe(x).logits, y)
        return loss, tape.gradient(loss, weights, unconnected_gradients="zero")


def _flat(parts: list[tf.Tensor]) -> tf.Tensor:
    """All tensors as one float64 vector."""
    # Squares of vanishing gradients would underflow in float32.
    return tf.cast(tf.concat([tf.reshape(part, [-1]) for part in parts], axis=0), tf.float64)


def _range(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Minimum and maximum; NaN if any value is NaN."""
    return np.array([values.min(), values.max()])
