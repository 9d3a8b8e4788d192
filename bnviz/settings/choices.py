"""Choices: the names of what can be chosen, and the bounds that several settings share."""

from bnviz.settings.kinds import Bounds

#: Data sets with two input features, which can be drawn as points in a plane.
PLANE_DATASETS = ("moons", "circles", "spiral", "xor", "gaussians")
#: Stands for a viewer's own file in place of a built-in data set.
UPLOAD = "upload"
DATASETS = (
    "digits",
    *PLANE_DATASETS,
    "breast_cancer",
    "wine",
    "mnist",
    "fashion_mnist",
    "cifar10",
    UPLOAD,
)
#: Height, width and channels of the built-in data sets whose examples are images, which a
#: convolution needs.
IMAGE_SHAPES = {
    "digits": (8, 8, 1),
    "mnist": (28, 28, 1),
    "fashion_mnist": (28, 28, 1),
    "cifar10": (32, 32, 3),
}
IMAGE_DATASETS = tuple(IMAGE_SHAPES)
#: How many images of CIFAR-10 are taken, the first of its training and of its test images.
CIFAR10_PARTS = (4_000, 1_000)
ACTIVATIONS = (
    "sigmoid",
    "tanh",
    "relu",
    "leaky_relu",
    "elu",
    "selu",
    "gelu",
    "silu",
    "linear",
)
INITIALIZERS = (
    "glorot_uniform",
    "glorot_normal",
    "he_uniform",
    "he_normal",
    "lecun_normal",
    "random_normal",
)
OPTIMIZERS = ("sgd", "momentum", "adam", "rmsprop")
BN_POSITIONS = ("before", "after")
#: Places of dropout: after all that follows the linear map, or right before the normalization.
DROPOUT_POSITIONS = ("after", "before")
#: What the second network can normalize by; the first one does not normalize.
SECOND_ARMS = (
    "bn",
    "bn_other",
    "layer_norm",
    "group_norm",
    "instance_norm",
    "rms_norm",
    "renorm",
    "ghost_bn",
    "dyt",
    "weight_norm",
    "noisy_bn",
)
#: Those of them that can be trained many at once, as maps and seeds are: noise is drawn for one
#: network at a time.
STUDY_ARMS = tuple(arm for arm in SECOND_ARMS if arm != "noisy_bn")
#: What can be trained as a third network.
THIRD_ARMS = ("no", *SECOND_ARMS)
#: Momentum of the optimizer "momentum", which is SGD with it.
SGD_MOMENTUM = 0.9
STEPS = Bounds(1, 50_000)
LEARNING_RATES = Bounds(1e-5, 10.0)
SEEDS = Bounds(0, 2**31 - 1)
