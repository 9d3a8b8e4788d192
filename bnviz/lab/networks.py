"""Networks: each arm as a Keras model; all arms start from the same kernels."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from bnviz.lab.dynamic_tanh import ALPHA, DynamicTanh
from bnviz.lab.initial_kernels import initial_kernels
from bnviz.lab.noise import Noise
from bnviz.lab.normalization import (
    FrozenBatchNormalization,
    FrozenGhostBatchNormalization,
    GhostBatchNormalization,
    beta_of,
    gamma_of,
    ghost_moments,
    normalize,
    renormalized,
    renormalizes,
)
from bnviz.lab.weight_norm import WeightNormDense, assign_kernel
from bnviz.recording.frames import BIASED_ARMS
from bnviz.recording.header import normalization_position
from bnviz.recording.networks import MAX_D, MAX_R, num_groups
from bnviz.settings import BN_POSITIONS, Settings


@dataclass(frozen=True)
class HiddenLayer:
    """A hidden layer: Dense and activation, with normalization before or after the activation.

    Attributes:
        dense: The Dense layer, `x @ kernel (+ bias)`; with weight normalization a
            `WeightNormDense`.
        normalization: The layer that normalizes, or None.
        position: "before" or "after" the activation, or "" without normalization.
        activation: The activation layer.
        noise: The noise that follows the normalization, or None.
        frozen: Whether Batch Normalization uses its moving statistics in training, too, and no
            longer updates them.
    """

    dense: keras.layers.Layer
    normalization: keras.layers.Layer | None
    position: str
    activation: keras.layers.Layer
    noise: Noise | None = None
    frozen: bool = False

    def after_dense(self) -> list[keras.layers.Layer]:
        """The layers that follow the Dense layer, in order."""
        normalization = [layer for layer in (self.normalization, self.noise) if layer is not None]
        if self.position == "before":
            return [*normalization, self.activation]
        return [self.activation, *normalization]

    def training_statistics(self, values: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """The mean and variance that a training step normalizes a batch by.

        Args:
            values: What the normalization is given, shape (num_examples, ..., units).

        Returns:
            Each of shape (units,), or any that broadcasts to that of `values`.
        """
        layer = self.normalization
        if self.frozen and layer is not None:
            return layer.moving_mean.value, layer.moving_variance.value
        if isinstance(layer, GhostBatchNormalization):
            return ghost_moments(values)
        batch_mean, batch_variance = tf.nn.moments(values, axes=[0])
        if layer is not None and renormalizes(layer):
            moving = layer.renorm_mean.value, layer.renorm_stddev.value
            return renormalized(batch_mean, batch_variance, *moving, layer.epsilon)
        return batch_mean, batch_variance

    @property
    def has_batch_statistics(self) -> bool:
        """Whether it trains by the statistics of batches and keeps moving ones for inference."""
        return isinstance(self.normalization, keras.layers.BatchNormalization)

    @property
    def has_batch_norm(self) -> bool:
        """Whether it has Batch Normalization itself, and none of its variants."""
        variant = isinstance(self.normalization, GhostBatchNormalization)
        return self.has_batch_statistics and not variant and not renormalizes(self.normalization)


#: Maps a hidden layer and the input of its normalization to the output of the normalization.
Normalize = Callable[[HiddenLayer, tf.Tensor], tf.Tensor]


@dataclass(frozen=True)
class ForwardPass:
    """The inner values of a network in a forward pass.

    Attributes:
        pre_activations: Inputs of the activations, shape (layers, num_examples, units).
        activations: Outputs of the activations, of the same shape.
        logits: Shape (num_examples, num_classes).
        norm_inputs: Inputs of the normalizations, shape (layers, num_examples, units); the
            pre-activations in a network without normalization.
        reaching: What reaches each hidden layer but the first, shape (layers - 1, num_examples,
            units).
        moments: Mean and biased variance of the inputs of each Batch Normalization over the
            examples, shape (2, layers, units), or None.
    """

    pre_activations: tf.Tensor
    activations: tf.Tensor
    logits: tf.Tensor
    norm_inputs: tf.Tensor
    reaching: tf.Tensor
    moments: tf.Tensor | None = None


@dataclass(frozen=True)
class Network:
    """The network of one arm: a Keras model and its layers by role.

    Attributes:
        model: Maps features, shape (batch, num_features), to logits, (batch, num_classes).
        hidden_layers: The hidden layers, from the input to the output.
        output: The last Dense layer, which computes the logits.
    """

    model: keras.Model
    hidden_layers: tuple[HiddenLayer, ...]
    output: keras.layers.Layer

    @property
    def dense_layers(self) -> list[keras.layers.Layer]:
        """The Dense layers, the output layer last."""
        return [*(hidden.dense for hidden in self.hidden_layers), self.output]

    @property
    def variables(self) -> list[Any]:
        """All variables that `reset` sets or training changes."""
        normalizations = [hidden.normalization for hidden in self.hidden_layers]
        numbers = [
            getattr(layer, name)
            for layer in normalizations
            for name in ("epsilon", "momentum", "renorm_momentum")
            if isinstance(getattr(layer, name, None), tf.Variable)
        ]
        return [*self.model.variables, *numbers]

    def probe(self, x: tf.Tensor) -> ForwardPass:
        """Runs a forward pass as in training, without changing the network.

        Batch Normalization uses the mean and variance of `x` (its moving statistics if it is
        frozen), batch renormalization corrects them by the moving ones, ghost BN takes those of the
        virtual batches of `x`, and no moving statistics are updated. Noise is on, dropout is off.

        Args:
            x: Features, shape (num_examples, num_features).
        """
        moments = []

        def as_in_training(hidden: HiddenLayer, values: tf.Tensor) -> tf.Tensor:
            moments.append(tf.nn.moments(values, axes=[0]))
            statistics = hidden.training_statistics(values)
            values = normalize(hidden.normalization, values, *statistics)
            return values if hidden.noise is None else hidden.noise.draw(values)

        forward_pass = self.forward(x, as_in_training)
        if not self.hidden_layers[0].has_batch_norm:
            return forward_pass
        return replace(forward_pass, moments=tf.stack(moments, axis=1))

    def forward(self, x: tf.Tensor, normalization: Normalize) -> ForwardPass:
        """Runs a forward pass with the given normalization, without dropout.

        Args:
            x: Features, shape (num_examples, num_features).
            normalization: Called for each hidden layer that has a normalization, in its place.

        Returns:
            All values but the moments.
        """
        pre_activations, activations, norm_inputs, reaching = [], [], [], []
        for hidden in self.hidden_layers:
            reaching.append(x)
            x = hidden.dense(x)
            if hidden.position == "before":
                norm_inputs.append(x)
                x = normalization(hidden, x)
            pre_activations.append(x)
            x = hidden.activation(x)
            activations.append(x)
            if hidden.position == "after":
                norm_inputs.append(x)
                x = normalization(hidden, x)
        return ForwardPass(
            tf.stack(pre_activations),
            tf.stack(activations),
            self.output(x),
            tf.stack(norm_inputs or pre_activations),
            # The first layer is reached by the features, whose number is another one.
            tf.stack(reaching[1:]) if reaching[1:] else tf.zeros((0, *pre_activations[0].shape)),
        )


def build(
    settings: Settings, arm: str, num_features: int, num_classes: int, *, frozen: bool = False
) -> Network:
    """Builds the network of an arm; `reset` sets its weights.

    Momentum and epsilon of BN are variables, so that other values need no new compilation. A Dense
    layer right before a normalization has no bias, because beta takes its place (Ioffe & Szegedy
    2015, section 3.2; for layer normalization Ba et al. 2016, equation 4), also if beta is not
    learnt; before RMS normalization, which never has a beta, and before dynamic tanh, whose beta
    comes after the tanh, it keeps its bias.

    Args:
        settings: Settings of the run; only what decides the architecture is read.
        arm: One of `bnviz.recording.frames.ARM_LABELS`.
        num_features: Number of features of an example.
        num_classes: Number of classes.
        frozen: Whether Batch Normalization keeps its moving statistics fixed and trains by them.
    """
    side = normalization_position(settings, arm)
    use_bias = side != "before" or arm in BIASED_ARMS
    penalty = keras.regularizers.L2(settings.l2) if settings.l2 else None

    def dense(units: int, name: str, **options: bool) -> keras.layers.Layer:
        name = f"{arm}_{name}"
        return keras.layers.Dense(units, kernel_regularizer=penalty, name=name, **options)

    def hidden_dense(name: str) -> keras.layers.Layer:
        if arm == "weight_norm":
            return WeightNormDense(settings.units, penalty=penalty, name=f"{arm}_{name}")
        return dense(settings.units, name, use_bias=use_bias)

    inputs = x = keras.Input((num_features,), name=f"{arm}_input")
    hidden_layers = []
    for number in range(1, settings.hidden_layers + 1):
        hidden = HiddenLayer(
            hidden_dense(f"dense_{number}"),
            _normalization(settings, arm, number, frozen=frozen) if side else None,
            side,
            keras.layers.Activation(settings.activation, name=f"{arm}_activation_{number}"),
            Noise(f"{arm}_noise_{number}") if arm == "noisy_bn" else None,
            frozen,
        )
        hidden_layers.append(hidden)
        following = hidden.after_dense()
        if settings.dropout:
            # Without a normalization, dropout stands where it would with one.
            before = BN_POSITIONS.index(side or settings.bn_position)
            index = before if settings.dropout_position == "before" else len(following)
            name = f"{arm}_dropout_{number}"
            following.insert(index, keras.layers.Dropout(settings.dropout, seed=number, name=name))
        x = hidden.dense(x)
        for layer in following:
            x = layer(x)
        if hidden.normalization is not None:
            if not isinstance(hidden.normalization, DynamicTanh):
                hidden.normalization.epsilon = tf.Variable(1.0, trainable=False)
            if hidden.has_batch_statistics:
                hidden.normalization.momentum = tf.Variable(0.0, trainable=False)
            if renormalizes(hidden.normalization):
                hidden.normalization.renorm_momentum = tf.Variable(0.0, trainable=False)
    output = dense(num_classes, "output")
    return Network(keras.Model(inputs, output(x), name=arm), tuple(hidden_layers), output)


def _normalization(
    settings: Settings, arm: str, number: int, *, frozen: bool
) -> keras.layers.Layer:
    """The normalization of an arm's hidden layer, counted from 1."""
    name = f"{arm}_norm_{number}"
    if arm == "rms_norm":
        # Keras always gives it a scale, which is 1 unless it learns.
        return keras.layers.RMSNormalization(trainable=settings.bn_scale, name=name)
    learnt = {"center": settings.bn_center, "scale": settings.bn_scale}
    if arm == "dyt":
        return DynamicTanh(**learnt, name=name)
    if arm == "layer_norm":
        return keras.layers.LayerNormalization(**learnt, name=name)
    if arm == "group_norm":
        groups = num_groups(settings.units)
        return keras.layers.GroupNormalization(groups, **learnt, name=name)
    if arm == "ghost_bn":
        ghost = FrozenGhostBatchNormalization if frozen else GhostBatchNormalization
        return ghost(**learnt, name=name)
    kind = FrozenBatchNormalization if frozen else keras.layers.BatchNormalization
    if arm == "renorm":
        clipping = {"rmin": 1 / MAX_R, "rmax": MAX_R, "dmax": MAX_D}
        return kind(**learnt, renorm=True, renorm_clipping=clipping, name=name)
    return kind(**learnt, name=name)


def reset(
    network: Network, settings: Settings, kernels: list[NDArray[np.float32]] | None = None
) -> None:
    """Sets every weight and statistic of `network` to its value at step 0.

    Biases and beta are set to 0, gamma to 1, moving means to 0, moving variances to 1; the noise
    starts from the seed. Batch renormalization corrects by the same averages that serve inference,
    with one momentum, as in Algorithm 1 of its paper (Ioffe 2017); Keras keeps them twice.

    Args:
        network: The network that is changed.
        settings: Settings of the run; epsilon, momentum and seed are read.
        kernels: One kernel per Dense layer, shape (inputs, outputs); `initial_kernels` if None.
    """
    if kernels is None:
        kernels = initial_kernels(settings, network.model.input_shape[-1], network.output.units)
    for layer, kernel in zip(network.dense_layers, kernels, strict=True):
        assign_kernel(layer, kernel)
        if layer.use_bias:
            layer.bias.assign(tf.zeros_like(layer.bias))
    for number, hidden in enumerate(network.hidden_layers):
        if (layer := hidden.normalization) is None:
            continue
        if isinstance(layer, DynamicTanh):
            layer.alpha.assign(ALPHA)
        else:
            layer.epsilon.assign(settings.bn_epsilon)
        if (beta := beta_of(layer)) is not None:
            beta.assign(tf.zeros_like(beta))
        if (gamma := gamma_of(layer)) is not None:
            gamma.assign(tf.ones_like(gamma))
        if hidden.has_batch_statistics:
            layer.momentum.assign(settings.bn_momentum)
            layer.moving_mean.assign(tf.zeros_like(layer.moving_mean))
            layer.moving_variance.assign(tf.ones_like(layer.moving_variance))
        if renormalizes(layer):
            layer.renorm_momentum.assign(settings.bn_momentum)
            layer.renorm_mean.assign(tf.zeros_like(layer.renorm_mean))
            for std in (layer.moving_stddev, layer.renorm_stddev):
                std.assign(tf.ones_like(std))
        if hidden.noise is not None:
            hidden.noise.reset(seed=settings.seed, number=number)
