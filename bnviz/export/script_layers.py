"""ScriptLayers: Python code, as text, that defines the layers which Keras does not have."""

from bnviz.recording.networks import GHOST_SIZE

_NOISE = '''\
class Noise(layers.Layer):
    """Scales and shifts each element at random in training (Santurkar et al. 2018)."""

    def __init__(self, number):
        super().__init__()
        self.seed_generator = keras.random.SeedGenerator(0)
        self.seed_generator.state.assign([SEED, (number - 1) << 32])

    def call(self, x, training=False):
        if not training:
            return x
        seeds = tf.random.split(self.seed_generator.next(), num=4)
        mean = -0.5 + 1.0 * tf.random.stateless_uniform((), seeds[0])
        scale = 1.0 + 0.25 * tf.random.stateless_uniform((), seeds[1])
        low, high = mean - 0.1, mean + 0.1
        shift = low + (high - low) * tf.random.stateless_uniform(tf.shape(x), seeds[2])
        return (scale + 0.1 * tf.random.stateless_normal(tf.shape(x), seeds[3])) * x + shift


'''
_GHOST = f'''\
class GhostBatchNormalization(layers.BatchNormalization):
    """Batch Normalization of every {GHOST_SIZE} examples by themselves (Hoffer et al. 2017)."""

    def call(self, x, training=False):
        if not training:
            return super().call(x, training=False)
        # What is left over belongs to the last virtual batch.
        whole = max(x.shape[0] // {GHOST_SIZE} - 1, 0) * {GHOST_SIZE}
        parts = [x[start : start + {GHOST_SIZE}] for start in range(0, whole, {GHOST_SIZE})]
        parts.append(x[whole:])
        axes = list(range(len(x.shape) - 1))
        moments = [tf.nn.moments(part, axes, keepdims=True) for part in parts]
        sizes = [part.shape[0] for part in parts]
        mean, variance = (
            tf.repeat(tf.concat(each, axis=0), sizes, axis=0) for each in zip(*moments)
        )
        for moving, values in ((self.moving_mean, mean), (self.moving_variance, variance)):
            of_batch = tf.reduce_mean(values, axes)
            moving.assign(moving * self.momentum + of_batch * (1 - self.momentum))
        return tf.nn.batch_normalization(x, mean, variance, self.beta, self.gamma, self.epsilon)


'''
_DYNAMIC_TANH = '''\
class DynamicTanh(layers.Layer):
    """y = gamma * tanh(alpha * x) + beta, alpha one number (Zhu et al. 2025)."""

    def __init__(self, center, scale):
        super().__init__()
        self.center, self.scale = center, scale

    def build(self, shape):
        self.alpha = self.add_weight(shape=(), initializer=keras.initializers.Constant(0.5))
        if self.scale:
            self.gamma = self.add_weight(shape=shape[-1:], initializer="ones")
        if self.center:
            self.beta = self.add_weight(shape=shape[-1:], initializer="zeros")

    def call(self, x):
        y = tf.tanh(self.alpha * x)
        y = self.gamma * y if self.scale else y
        return y + self.beta if self.center else y


'''
_WEIGHT_NORM = '''\
class WeightNormDense(layers.Dense):
    """Multiplies by g * v / norm(v), where the kernel is v (Salimans & Kingma 2016)."""

    def __init__(self, units, penalty=None):
        super().__init__(units)
        self.penalty = penalty

    def build(self, shape):
        super().build(shape)
        # The sum of squares of the weights is that of g.
        options = {"initializer": "ones", "regularizer": self.penalty}
        self.g = self.add_weight(shape=(self.units,), name="g", **options)

    def call(self, x):
        return tf.matmul(x, self.g * self.kernel / tf.norm(self.kernel, axis=0)) + self.bias


'''
#: What sets g where the kernels are set, inside the loop over the layers.
SET_G = """\
        if isinstance(layer, WeightNormDense):
            layer.g.assign(tf.norm(layer.kernel, axis=0))
"""
#: The same of convolutions.
WEIGHT_NORM_CONVOLUTION = '''\
class WeightNormConvolution(layers.Conv2D):
    """Convolves by g * v / norm(v), where the kernel is v (Salimans & Kingma 2016)."""

    def __init__(self, channels, penalty=None):
        super().__init__(channels, 3, padding="same")
        self.penalty = penalty

    def build(self, shape):
        super().build(shape)
        # The sum of squares of the weights is that of g.
        options = {"initializer": "ones", "regularizer": self.penalty}
        self.g = self.add_weight(shape=(self.filters,), name="g", **options)

    def call(self, x):
        length = tf.sqrt(tf.reduce_sum(tf.square(self.kernel), axis=[0, 1, 2]))
        kernel = self.g * self.kernel / length
        return tf.nn.conv2d(x, kernel, strides=1, padding="SAME") + self.bias


'''
SET_G_OF_CONVOLUTIONS = """\
        if isinstance(layer, WeightNormConvolution):
            layer.g.assign(tf.sqrt(tf.reduce_sum(tf.square(layer.kernel), axis=[0, 1, 2])))
"""
#: The code by the network that needs it.
DEFINED = {
    "noisy_bn": _NOISE,
    "ghost_bn": _GHOST,
    "dyt": _DYNAMIC_TANH,
    "weight_norm": _WEIGHT_NORM,
}
