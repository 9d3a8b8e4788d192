"""Observer: reads losses, distributions and gradients off a network without changing it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from bnviz.lab.blocks import mapped
from bnviz.lab.compiled_function import CompiledFunction
from bnviz.lab.dynamic_tanh import DynamicTanh
from bnviz.lab.layer_maps import LayerCrossing, LayerMaps, LayerReference, apply, layer_maps
from bnviz.lab.networks import ForwardPass, Network
from bnviz.lab.normalization import beta_of, gamma_of
from bnviz.lab.weight_norm import WeightNorm, kernel_of, with_kernels
from bnviz.recording.frames import NUM_SINGLE, PLANE_GRID, PLANE_RANGE


@dataclass(frozen=True)
class Observation:
    """What the observer reads off one arm at one step.

    Attributes:
        pre_activations: Inputs of the activations for the probe, shape (layers, num_values, units):
            num_values is num_probe, times the positions that are read of images.
        activations: Outputs of the activations, of the same shape.
        losses: Loss and accuracy on the probe, then on the validation examples, then on the probe
            in inference, shape (6,).
        kernel_measures: For the kernel of each Dense layer, the L2 norm of the gradient of the
            probe's loss with respect to it, std(update) / std(kernel before the update) of the last
            training step, and the L2 norm of the kernel; shape (3, layers + 1). With weight
            normalization, of the kernel that g and v make.
        normalization: The values named by `normalization_names` for each neuron, shape
            (len(normalization_names), layers, units).
        normalization_names: All of `NORMALIZATION` in a network with Batch Normalization, gamma and
            beta in one that normalizes otherwise, none without normalization.
        own_parameters: Those that only networks of its kind have, by the names of a frame's fields:
            `alpha` of dynamic tanh, shape (layers,), or `g` of weight normalization, (layers,
            units).
        norm_inputs: What BN normalizes of the first `NUM_SINGLE` examples of the probe, shape
            (layers, NUM_SINGLE or fewer, units); None without BN.
        maps: What the normalization of each layer is given, or the activation without one, of the
            same examples at all positions: shape (NUM_SINGLE or fewer, height, width, units);
            empty unless the layers convolve.
        silent: Whether a channel's output is 0 at all positions of all examples, 0 or 1, shape
            (layers, units); None unless the layers convolve.
        crossed: The layers' maps of earlier steps, crossed with those of now.
        shown: Logits of the shown validation examples in inference, (num_shown, num_classes).
        boundary: Probability of class 1 on the grid in the plane, shape (PLANE_GRID, PLANE_GRID),
            or None unless the examples have two features.
    """

    pre_activations: tf.Tensor
    activations: tf.Tensor
    losses: tf.Tensor
    kernel_measures: tf.Tensor
    normalization: tf.Tensor
    normalization_names: tuple[str, ...]
    own_parameters: dict[str, tf.Tensor]
    norm_inputs: tf.Tensor | None
    maps: tuple[tf.Tensor, ...]
    silent: tf.Tensor | None
    crossed: tuple[LayerCrossing[tf.Tensor], ...]
    shown: tf.Tensor
    boundary: tf.Tensor | None

    def outcome(self) -> dict[str, float]:
        """Losses and accuracies, keyed by the names of a frame's fields."""
        return dict(zip(_LOSSES, self.losses.numpy().tolist(), strict=True))


#: What `Observation.losses` holds, by the names of a frame's fields.
_LOSSES = (
    "train_loss",
    "train_accuracy",
    "validation_loss",
    "validation_accuracy",
    "train_loss_in_inference",
    "train_accuracy_in_inference",
)
#: What `Observation.normalization` holds of each neuron with Batch Normalization, in this order:
#: attributes of the Keras layer, and the mean and biased variance of its input over the probe.
NORMALIZATION = ("gamma", "beta", "batch_mean", "batch_variance", "moving_mean", "moving_variance")


class Observer:
    """Observes one network on fixed examples.

    Training loss and accuracy are computed on the probe as in a training step, with Batch
    Normalization by the probe's own mean and variance and with noise, but without dropout.
    Validation loss and accuracy are computed by the moving statistics, as `model.evaluate` does,
    and so are those on the probe in inference. No loss includes the L2 penalty, and no moving
    statistic is updated.

    Args:
        network: The network to observe.
        kernels_before: Variables that hold the kernels of its Dense layers before the last step.
    """

    def __init__(self, network: Network, kernels_before: list[tf.Variable]):
        self._network = network
        self._kernels_before = kernels_before
        self._normalization_names = _normalization_names(network)
        self._compiled = CompiledFunction(self._observe)
        self._compiled_reference = CompiledFunction(self._reference)

    def reference(self, x: tf.Tensor) -> LayerReference:
        """The maps of the layers in the current state, which later ones are compared with.

        Args:
            x: Features of the probe, shape (num_probe, num_features).
        """
        found: LayerReference = self._compiled_reference(x)
        return found

    def observe(
        self,
        probe: tuple[tf.Tensor, tf.Tensor],
        validation: tuple[tf.Tensor, tf.Tensor],
        references: Sequence[LayerReference],
        shown: tf.Tensor | None = None,
    ) -> Observation:
        """Observes the network in its current state.

        Args:
            probe: Features, shape (num_probe, num_features), and classes, (num_probe,), of the
                training examples to measure on.
            validation: The same of the validation examples.
            references: The maps of earlier steps on the same probe.
            shown: Indices of the validation examples whose logits are kept, int32, shape
                (num_shown,); None for none.
        """
        shown = tf.zeros(0, tf.int32) if shown is None else shown
        flat = [tensor for each in references for tensor in tf.nest.flatten(each[:2])]
        values = self._compiled(*probe, *validation, shown, *flat)
        crossed = tuple(
            LayerCrossing(each.values, *pair)
            for each, pair in zip(references, values.pop("crossed"), strict=True)
        )
        return Observation(**values, crossed=crossed, normalization_names=self._normalization_names)

    def _reference(self, x: tf.Tensor) -> LayerReference:
        """See `reference`; compiled."""
        maps, reaching = layer_maps(self._network), self._network.probe(x).reaching
        return LayerReference(maps, reaching, self._mapped(maps, x, reaching))

    def _mapped(self, maps: LayerMaps, x: tf.Tensor, reaching: tf.Tensor) -> tf.Tensor:
        return apply(maps, self._network, x, reaching)

    def _observe(
        self,
        x: tf.Tensor,
        y: tf.Tensor,
        x_validation: tf.Tensor,
        y_validation: tf.Tensor,
        shown: tf.Tensor,
        *references: tf.Tensor,
    ) -> dict[str, Any]:
        """The fields of an `Observation`, but for the names; compiled."""
        network = self._network
        kernels = [kernel_of(layer) for layer in network.linear_layers]
        with tf.GradientTape() as tape:
            tape.watch(kernels)
            with with_kernels(network.linear_layers, kernels):
                forward_pass = network.probe(x)
            loss, accuracy = loss_and_accuracy(forward_pass.logits, y)
        gradients = tape.gradient(loss, kernels)
        in_inference = mapped(
            lambda part: network.model(part, training=False),
            tf.concat([x, x_validation], axis=0),
            network.block_size,
        )
        logits, logits_validation = in_inference[: x.shape[0]], in_inference[x.shape[0] :]
        of_probe = loss_and_accuracy(logits, y)
        validation = loss_and_accuracy(logits_validation, y_validation)
        maps = layer_maps(network)
        now = maps, forward_pass.reaching
        size = len(tf.nest.flatten(now))
        pairs = [
            tf.nest.pack_sequence_as(now, each)
            for each in zip(*[iter(references)] * size, strict=True)
        ]
        crossed = [
            (
                self._mapped(earlier, x, forward_pass.reaching),
                # With the noise of then, so that only the weights differ.
                self._mapped(maps._replace(noise=earlier.noise), x, reached),
            )
            for earlier, reached in pairs
        ]
        return {
            "pre_activations": forward_pass.pre_activations,
            "activations": forward_pass.activations,
            "losses": tf.stack([loss, accuracy, *validation, *of_probe]),
            "kernel_measures": _kernel_measures(kernels, self._kernels_before, gradients),
            "normalization": self._normalization(forward_pass),
            "own_parameters": _own_parameters(network),
            "norm_inputs": (
                None if forward_pass.moments is None else self._single(forward_pass, x.shape[0])
            ),
            "maps": tuple(each[:NUM_SINGLE] for each in forward_pass.norm_images),
            "silent": forward_pass.silent,
            "crossed": crossed,
            "shown": tf.gather(logits_validation, shown),
            "boundary": self._boundary() if x.shape[1] == 2 else None,
        }

    @staticmethod
    def _single(forward_pass: ForwardPass, num_examples: int) -> tf.Tensor:
        """`Observation.norm_inputs`: of images those in the middle of the grid."""
        layers, num_values, units = forward_pass.norm_inputs.shape
        positions = num_values // num_examples
        side = math.isqrt(positions)
        middle = (side + 1) * (side // 2)
        whole = tf.reshape(forward_pass.norm_inputs, (layers, num_examples, positions, units))
        return whole[:, :NUM_SINGLE, middle]

    def _normalization(self, forward_pass: ForwardPass) -> tf.Tensor:
        """`Observation.normalization`; gamma is 1 and beta is 0 where they are not learnt."""
        layers = [hidden.normalization for hidden in self._network.hidden_layers]
        if not self._normalization_names:
            return tf.zeros((0, len(layers), 1))
        moments = {}
        if forward_pass.moments is not None:
            batch_mean, batch_variance = forward_pass.moments[0], forward_pass.moments[1]
            moments = {"batch_mean": batch_mean, "batch_variance": batch_variance}

        def of_all_layers(name: str) -> tf.Tensor:
            if name in moments:
                return moments[name]
            fixed = {"gamma": tf.ones_like, "beta": tf.zeros_like}
            learnt = {"gamma": gamma_of, "beta": beta_of}.get(name)
            values = [learnt(layer) if learnt else getattr(layer, name) for layer in layers]
            return tf.stack(
                [
                    fixed[name](forward_pass.norm_inputs[0, 0]) if value is None else value.value
                    for value in values
                ]
            )

        return tf.stack([of_all_layers(name) for name in self._normalization_names])

    def _boundary(self) -> tf.Tensor:
        side = np.linspace(-PLANE_RANGE, PLANE_RANGE, PLANE_GRID, dtype=np.float32)
        grid = np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)
        logits = self._network.model(tf.constant(grid), training=False)
        return tf.reshape(tf.nn.softmax(logits)[:, 1], (PLANE_GRID, PLANE_GRID))


def _kernel_measures(
    kernels: Sequence[tf.Tensor], before: Sequence[tf.Tensor], gradients: Sequence[tf.Tensor]
) -> tf.Tensor:
    """`Observation.kernel_measures`, of the kernels, those before the last step, and gradients."""

    def of_one_shape(group: slice) -> tf.Tensor:
        # Kernels of one shape at once: many small operations take longer than a few large ones.
        stacked = (tf.stack(each[group]) for each in (kernels, before, gradients))
        # Those of convolutions as matrices, too.
        kernel, earlier, gradient = (
            tf.reshape(each, (each.shape[0], -1, each.shape[-1])) for each in stacked
        )
        axes = [1, 2]
        update = tf.math.reduce_std(kernel - earlier, axes) / tf.math.reduce_std(earlier, axes)
        return tf.stack([tf.norm(gradient, axis=axes), update, tf.norm(kernel, axis=axes)])

    last = len(kernels) - 1
    groups = [slice(0, 1), slice(1, last), slice(last, None)]
    return tf.concat([of_one_shape(group) for group in groups if kernels[group]], axis=1)


def _own_parameters(network: Network) -> dict[str, tf.Tensor]:
    """`Observation.own_parameters`."""
    pairs = [(hidden.normalization, hidden.linear) for hidden in network.hidden_layers]
    alphas = [layer.alpha.value for layer, _ in pairs if isinstance(layer, DynamicTanh)]
    norms = [layer.g.value for _, layer in pairs if isinstance(layer, WeightNorm)]
    found = {"alpha": alphas, "g": norms}
    return {name: tf.stack(values) for name, values in found.items() if values}


def _normalization_names(network: Network) -> tuple[str, ...]:
    first = network.hidden_layers[0]
    if first.has_batch_norm:
        return NORMALIZATION
    return NORMALIZATION[:2] if first.normalization is not None else ()


def loss_and_accuracy(logits: tf.Tensor, y: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Computes the mean cross-entropy, and the share of examples that are classified correctly.

    Args:
        logits: Shape (..., num_examples, num_classes).
        y: Class numbers, shape (..., num_examples).

    Returns:
        Loss in nats and accuracy from 0 to 1, each of shape (...).
    """
    losses = keras.losses.sparse_categorical_crossentropy(y, logits, from_logits=True)
    hits = tf.cast(tf.argmax(logits, axis=-1, output_type=y.dtype) == y, tf.float32)
    return tf.reduce_mean(losses, axis=-1), tf.reduce_mean(hits, axis=-1)
