"""Networks: each arm as a Keras model; all arms start from the same kernels."""

from collections.abc import Callable
from dataclasses import astuple, dataclass, replace
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from bnviz.data.image_shape import ImageShape
from bnviz.lab.blocks import block_size
from bnviz.lab.convolution import Convolution, Pooling, read_positions
from bnviz.lab.dynamic_tanh import ALPHA, DynamicTanh
from bnviz.lab.initial_kernels import initial_kernels
from bnviz.lab.noise import Noise
from bnviz.lab.normalization import (
    FrozenBatchNormalization,
    FrozenGhostBatchNormalization,
    GhostBatchNormalization,
    batch_moments,
    beta_of,
    gamma_of,
    ghost_moments,
    normalize,
    renormalized,
    renormalizes,
)
from bnviz.lab.skip import Skip
from bnviz.lab.weight_norm import WeightNormConvolution, WeightNormDense, assign_kernel
from bnviz.recording.frames import BIASED_ARMS
from bnviz.recording.header import normalization_position
from bnviz.recording.networks import MAX_D, MAX_R, grid_side, num_groups
from bnviz.settings import Settings
from bnviz.settings.architectures import closing_layers, convolves
from bnviz.settings.choices import BN_POSITIONS


@dataclass(frozen=True)
class HiddenLayer:
    """A hidden layer: Dense or Convolution and activation, normalized before or after the latter.

    What follows it calls images what a convolution makes, of shape (num_examples, height, width,
    units); a Dense layer makes values of shape (num_examples, units). The second layer of a
    residual block adds the input of the block, which is what reaches the layer before it, right
    after the place of its normalization.

    Attributes:
        linear: The layer with the weights: Dense, `x @ kernel (+ bias)`, or `Convolution`; with
            weight normalization `WeightNormDense` or `WeightNormConvolution`.
        normalization: The layer that normalizes, or None.
        position: "before" or "after" the activation, or "" without normalization.
        activation: The activation layer.
        noise: The noise that follows the normalization, or None.
        frozen: Whether Batch Normalization uses its moving statistics in training, too, and no
            longer updates them.
        pooling: What halves the images at the end of the layer, or None.
        skip: What adds the input of the block, or None.
        adds: Where the second layer of a block adds it: "before" or "after" the activation; "" in
            any other layer.
    """

    linear: keras.layers.Layer
    normalization: keras.layers.Layer | None
    position: str
    activation: keras.layers.Layer
    noise: Noise | None = None
    frozen: bool = False
    pooling: Pooling | None = None
    skip: Skip | None = None
    adds: str = ""

    def after_linear(self) -> list[keras.layers.Layer]:
        """The layers that follow the linear one, in order."""
        given = (self.normalization, self.noise, self.skip)
        normalization = [layer for layer in given if layer is not None]
        if "before" in (self.position, self.adds):
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
        batch_mean, batch_variance = batch_moments(values)
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

    Of images, values are those that `Network.read` reads, so that `num_values` is a multiple of
    `num_examples`; it is the same number in a network of Dense layers.

    Attributes:
        pre_activations: Inputs of the activations, shape (layers, num_values, units).
        activations: Outputs of the activations, of the same shape.
        logits: Shape (num_examples, num_classes).
        norm_inputs: Inputs of the normalizations, shape (layers, num_values, units); the
            pre-activations in a network without normalization.
        reaching: What reaches each hidden layer but the first, whole: shape (layers - 1,
            num_examples, units), or as many images.
        moments: Mean and biased variance of the inputs of each Batch Normalization over the
            examples, and over all positions of images, shape (2, layers, units), or None.
        norm_images: `norm_inputs` of images, whole: of each layer shape (num_examples, height,
            width, units); empty for Dense layers.
        silent: Whether a channel's output is 0 at all positions of all images, 0 or 1, shape
            (layers, units); None for Dense layers.
    """

    pre_activations: tf.Tensor
    activations: tf.Tensor
    logits: tf.Tensor
    norm_inputs: tf.Tensor
    reaching: tf.Tensor | tuple[tf.Tensor, ...]
    moments: tf.Tensor | None = None
    norm_images: tuple[tf.Tensor, ...] = ()
    silent: tf.Tensor | None = None


@dataclass(frozen=True)
class Network:
    """The network of one arm: a Keras model and its layers by role.

    Attributes:
        model: Maps features, shape (batch, num_features), to logits, (batch, num_classes).
        hidden_layers: The hidden layers, from the input to the output.
        output: The last Dense layer, which computes the logits.
        image: What the hidden layers convolve; None if they are Dense.
    """

    model: keras.Model
    hidden_layers: tuple[HiddenLayer, ...]
    output: keras.layers.Layer
    image: ImageShape | None = None

    @property
    def linear_layers(self) -> list[keras.layers.Layer]:
        """The layers with weights, Dense or Convolution, the output layer last."""
        return [*(hidden.linear for hidden in self.hidden_layers), self.output]

    @property
    def block_size(self) -> int:
        """How many examples pass at once where they can pass in blocks."""
        return block_size(self.image, self.hidden_layers[0].linear.kernel.shape[-1])

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
            moments.append(batch_moments(values))
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
        pre_images, norm_images, silent = [], [], []
        x = self.enter(x)
        for number, hidden in enumerate(self.hidden_layers):
            reaching.append(x)
            x = hidden.linear(x)
            if hidden.position == "before":
                norm_inputs.append(self.read(x))
                norm_images.append(x)
                x = normalization(hidden, x)
            if hidden.skip is not None and hidden.adds == "before":
                x = hidden.skip([x, reaching[number - 1]])
            pre_activations.append(self.read(x))
            pre_images.append(x)
            x = hidden.activation(x)
            activations.append(self.read(x))
            if self.image is not None:
                # A sum of magnitudes takes a fraction of what comparing all of them takes.
                silent.append(tf.reduce_sum(tf.abs(x), axis=[0, 1, 2]) == 0)
            if hidden.position == "after":
                norm_inputs.append(self.read(x))
                norm_images.append(x)
                x = normalization(hidden, x)
            if hidden.skip is not None and hidden.adds == "after":
                x = hidden.skip([x, reaching[number - 1]])
            if hidden.pooling is not None:
                x = hidden.pooling(x)
        # The first layer is reached by the features, which have another shape.
        others: Any = tuple(reaching[1:])
        if self.image is None:
            others = tf.stack(others) if others else tf.zeros((0, *pre_activations[0].shape))
        else:
            x = tf.reduce_mean(x, axis=[1, 2])
        return ForwardPass(
            tf.stack(pre_activations),
            tf.stack(activations),
            self.output(x),
            tf.stack(norm_inputs or pre_activations),
            others,
            norm_images=() if self.image is None else tuple(norm_images or pre_images),
            silent=None if self.image is None else tf.cast(tf.stack(silent), tf.float32),
        )

    def enter(self, x: tf.Tensor) -> tf.Tensor:
        """Features as they reach the first layer: as they are, or as images.

        Args:
            x: Shape (num_examples, num_features).
        """
        if self.image is None:
            return x
        return tf.reshape(x, (-1, self.image.height, self.image.width, self.image.channels))

    def read(self, values: tf.Tensor) -> tf.Tensor:
        """The values of a hidden layer that are measured, shape (num_values, units).

        They are all those of a Dense layer, and those of a grid of positions of each image.

        Args:
            values: Values of a layer, whole.
        """
        if self.image is None:
            return values
        return read_positions(values, grid_side(values.shape[-1]))


def build(
    settings: Settings,
    arm: str,
    num_features: int,
    num_classes: int,
    *,
    frozen: bool = False,
    image: ImageShape | None = None,
) -> Network:
    """Builds the network of an arm; `reset` sets its weights.

    Momentum and epsilon of BN are variables, so that other values need no new compilation. A Dense
    layer right before a normalization has no bias, because beta takes its place (Ioffe & Szegedy
    2015, section 3.2; for layer normalization Ba et al. 2016, equation 4), also if beta is not
    learnt; before RMS normalization, which never has a beta, and before dynamic tanh, whose beta
    comes after the tanh, it keeps its bias. In a network without normalization the skips of
    residual blocks are added where those of one with it are.

    Args:
        settings: Settings of the run; only what decides the architecture is read.
        arm: One of `bnviz.recording.frames.ARM_LABELS`.
        num_features: Number of features of an example.
        num_classes: Number of classes.
        frozen: Whether Batch Normalization keeps its moving statistics fixed and trains by them.
        image: What the hidden layers convolve; None if they are Dense.
    """
    side = normalization_position(settings, arm)
    use_bias = side != "before" or arm in BIASED_ARMS
    penalty = keras.regularizers.L2(settings.l2) if settings.l2 else None

    def layer(kind: Any, units: int, name: str, **options: bool) -> keras.layers.Layer:
        return kind(units, kernel_regularizer=penalty, name=f"{arm}_{name}", **options)

    def weights(name: str) -> keras.layers.Layer:
        if arm == "weight_norm":
            normalized = WeightNormDense if image is None else WeightNormConvolution
            return normalized(settings.units, penalty=penalty, name=f"{arm}_{name}")
        kind = keras.layers.Dense if image is None else Convolution
        return layer(kind, settings.units, name, use_bias=use_bias)

    inputs = x = keras.Input((num_features,), name=f"{arm}_input")
    kind_name = "dense"
    pooled: tuple[int, ...] = ()
    if image is not None:
        kind_name = "conv"
        pooled = image.pooled_after(settings.hidden_layers, settings.architecture)
        x = keras.layers.Reshape(astuple(image), name=f"{arm}_images")(x)
    closing = closing_layers(settings.architecture, settings.hidden_layers)
    hidden_layers: list[HiddenLayer] = []
    reaching = []
    for number in range(1, settings.hidden_layers + 1):
        hidden = HiddenLayer(
            weights(f"{kind_name}_{number}"),
            _normalization(settings, arm, number, frozen=frozen) if side else None,
            side,
            keras.layers.Activation(settings.activation, name=f"{arm}_activation_{number}"),
            Noise(f"{arm}_noise_{number}") if arm == "noisy_bn" else None,
            frozen,
            Pooling(f"{arm}_pooling_{number}") if number in pooled else None,
            Skip(name=f"{arm}_skip_{number}") if number in closing else None,
            (side or settings.bn_position) if number in closing else "",
        )
        hidden_layers.append(hidden)
        following = hidden.after_linear()
        if settings.dropout:
            # Without a normalization, dropout stands where it would with one.
            before = BN_POSITIONS.index(side or settings.bn_position)
            index = before if settings.dropout_position == "before" else len(following)
            name = f"{arm}_dropout_{number}"
            following.insert(index, keras.layers.Dropout(settings.dropout, seed=number, name=name))
        if hidden.pooling is not None:
            following.append(hidden.pooling)
        reaching.append(x)
        x = hidden.linear(x)
        for each in following:
            x = each([x, reaching[-2]] if each is hidden.skip else x)
        if hidden.normalization is not None:
            if not isinstance(hidden.normalization, DynamicTanh):
                hidden.normalization.epsilon = tf.Variable(1.0, trainable=False)
            if hidden.has_batch_statistics:
                hidden.normalization.momentum = tf.Variable(0.0, trainable=False)
            if renormalizes(hidden.normalization):
                hidden.normalization.renorm_momentum = tf.Variable(0.0, trainable=False)
    if image is not None:
        x = keras.layers.GlobalAveragePooling2D(name=f"{arm}_average")(x)
    output = layer(keras.layers.Dense, num_classes, "output")
    model = keras.Model(inputs, output(x), name=arm)
    return Network(model, tuple(hidden_layers), output, image)


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
    if arm == "layer_norm" and convolves(settings.architecture):
        # Over channels and positions, with one gamma and one beta per channel (Wu & He 2018,
        # figure 2).
        return keras.layers.GroupNormalization(1, **learnt, name=name)
    if arm == "layer_norm":
        return keras.layers.LayerNormalization(**learnt, name=name)
    if arm in ("group_norm", "instance_norm"):
        # A channel by itself is instance normalization (Ulyanov et al. 2016). The only value of a
        # neuron of a Dense layer is its own mean, so that 0 is left of it.
        groups = settings.units if arm == "instance_norm" else num_groups(settings.units)
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
    starts from the seed. With `zero_last_gamma` the gamma of the second layer of each residual
    block is set to 0, if it is learnt. Batch renormalization corrects by the same averages that
    serve inference, with one momentum, as in Algorithm 1 of its paper (Ioffe 2017); Keras keeps
    them twice.

    Args:
        network: The network that is changed.
        settings: Settings of the run; epsilon, momentum, seed and the gamma that blocks begin with
            are read.
        kernels: One kernel per layer with weights; `initial_kernels` if None.
    """
    if kernels is None:
        sizes = network.model.input_shape[-1], network.output.units
        kernels = initial_kernels(settings, *sizes, network.image)
    for layer, kernel in zip(network.linear_layers, kernels, strict=True):
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
            zero = settings.zero_last_gamma and bool(hidden.adds) and settings.bn_scale
            gamma.assign(tf.zeros_like(gamma) if zero else tf.ones_like(gamma))
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
