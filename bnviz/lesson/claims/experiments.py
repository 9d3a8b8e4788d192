"""Experiments: the settings of the lesson's runs, for the chapters and for further claims.

They name every setting that decides what a run does, so that other defaults change none of them.
They are small: all claims over nine seeds take minutes, and all recordings a few megabytes.
"""

from bnviz.recording import BUNDLED
from bnviz.settings import Settings

#: Folder with the recordings of the chapters.
FOLDER = BUNDLED / "lesson"
#: Maximum size of all recordings together, in bytes.
MAX_BYTES = 5_000_000

#: What all experiments share unless they say otherwise.
_DIGITS = Settings(
    dataset="digits",
    noise=0.2,
    init_scale=1.0,
    optimizer="sgd",
    batch_size=32,
    bn_momentum=0.9,
    bn_epsilon=1e-3,
)
#: ReLU and the initial weights that Keras draws. Learns without BN too, and the layers before it
#: move what reaches the last layer. The experiment that the page starts with.
DEFAULT = _DIGITS.replace(
    hidden_layers=5,
    units=32,
    activation="relu",
    initializer="glorot_uniform",
    learning_rate=0.2,
    steps=800,
)
#: The same with initial weights made for ReLUs, at other learning rates, and with noisy BN beside.
DEFAULT_HE = DEFAULT.replace(initializer="he_normal")
DEFAULT_RATES = (0.1, 0.2, 0.4, 0.8)
DEFAULT_BY_RATE = tuple(DEFAULT.replace(learning_rate=rate) for rate in DEFAULT_RATES)
DEFAULT_NOISY = DEFAULT.replace(third_arm="noisy_bn")
#: Sigmoids and a high learning rate: without BN the gradient vanishes on its way to the input.
_SIGMOID = _DIGITS.replace(
    hidden_layers=3,
    units=16,
    activation="sigmoid",
    initializer="glorot_uniform",
    learning_rate=1.0,
    steps=120,
)
#: ReLU and the initial weights made for it. Learns without BN too.
_RELU = _DIGITS.replace(
    hidden_layers=3,
    units=16,
    activation="relu",
    initializer="he_normal",
    learning_rate=0.3,
    steps=160,
)

#: Batches of two.
_PAIRS = _RELU.replace(hidden_layers=2, units=12, learning_rate=0.05, batch_size=2, steps=240)

#: The recorded runs, by the names of their files.
RECORDED = {
    "depth": _SIGMOID.replace(hidden_layers=4, steps=140),
    "inside": _RELU.replace(hidden_layers=2, units=8, deep=True, steps=60),
    "insertion": _RELU.replace(interventions="90:insert_bn", steps=130),
    "position": _SIGMOID.replace(units=12, third_arm="bn_other"),
    "rate": _RELU.replace(learning_rate=1.0, steps=100),
    "scale": _RELU.replace(init_scale=0.1, steps=120),
    "speed": _RELU,
    "gap": _RELU.replace(
        dataset="moons",
        noise=0.3,
        hidden_layers=2,
        units=10,
        learning_rate=0.1,
        batch_size=8,
        steps=3_000,
    ),
    "statistics": _RELU.replace(hidden_layers=2, units=8, bn_momentum=0.99, deep=True, steps=100),
    "noise": _RELU.replace(hidden_layers=2, units=10, third_arm="noisy_bn", deep=True, steps=100),
    "pairs": _PAIRS,
    # Group normalization learns from pairs, but slowly.
    "relatives": _PAIRS.replace(third_arm="group_norm", steps=1_200),
}
#: Where the recordings are, by the names of the experiments. The page starts with the first.
FILES = {"default": BUNDLED / "default.npz"} | {name: FOLDER / f"{name}.npz" for name in RECORDED}
#: The settings of all recordings.
EXPERIMENTS = {"default": DEFAULT} | RECORDED

#: Learning rates and initial scales to try, from too small to too large.
RATES = (0.03, 0.1, 0.3, 1.0, 3.0, 10.0)
SCALES = (0.1, 0.3, 1.0, 3.0, 10.0)
BY_RATE = tuple(_RELU.replace(learning_rate=rate) for rate in RATES)
BY_SCALE = tuple(_RELU.replace(init_scale=scale) for scale in SCALES)
#: Gamma and beta fixed at 1 and 0.
UNSCALED = _RELU.replace(bn_center=False, bn_scale=False)
#: BN in both places, in a network of ReLUs.
RELU_POSITIONS = _RELU.replace(third_arm="bn_other")
#: The network of "gap" with larger batches and as many steps.
LARGE_BATCHES = RECORDED["gap"].replace(batch_size=128)
#: Dropout nowhere, where it usually is, and right before BN, with exact statistics to compare with.
DROPOUT = tuple(
    _RELU.replace(units=32, steps=200, deep=True, dropout=share, dropout_position=position)
    for share, position in ((0.0, "after"), (0.5, "after"), (0.5, "before"))
)
#: L2 penalties to compare.
PENALTIES = tuple(_RELU.replace(steps=800, l2=l2) for l2 in (0.0, 1e-3))
#: Moving statistics that follow faster.
FAST_STATISTICS = RECORDED["statistics"].replace(bn_momentum=0.9)
#: Batches of two with the costly measures, among them exact statistics.
EXACT_PAIRS = RECORDED["pairs"].replace(deep=True)
#: Batches of two with layer normalization as the third network.
LAYER_NORM_PAIRS = RECORDED["pairs"].replace(third_arm="layer_norm")
#: The network of "relatives" with batch renormalization as the third.
RENORM_PAIRS = RECORDED["relatives"].replace(third_arm="renorm")
#: The same batches for convolutions, where each channel has values at many positions.
CONVOLUTION_PAIRS = RECORDED["relatives"].replace(architecture="conv", units=8)
#: The network of "relatives" with one example at a time, and with larger batches.
ALONE = RECORDED["relatives"].replace(batch_size=1)
LARGER = RECORDED["relatives"].replace(batch_size=32, steps=240)
#: Group normalization at all of the learning rates to try.
GROUP_NORM_BY_RATE = tuple(each.replace(third_arm="group_norm") for each in BY_RATE)
#: One hidden layer, well initialised, on digits and on points in a plane.
SHALLOW = _RELU.replace(hidden_layers=1, units=32, learning_rate=0.1, steps=400)
SHALLOW_PLANE = SHALLOW.replace(dataset="spiral", noise=0.1, learning_rate=1.0)
#: A very deep plain network; what is asked of it is how it starts.
VERY_DEEP = _RELU.replace(hidden_layers=50, units=32, steps=1)

#: A deep plain network and a residual one of the same layers, at several rates.
_DEEP_RATES = (0.01, 0.03, 0.1, 0.3, 1.0)
PLAIN = DEFAULT.replace(hidden_layers=21, learning_rate=0.1, steps=300)
RESIDUAL = PLAIN.replace(architecture="residual_dense")
PLAIN_BY_RATE, RESIDUAL_BY_RATE = (
    tuple(each.replace(learning_rate=rate) for rate in _DEEP_RATES) for each in (PLAIN, RESIDUAL)
)
#: The residual one early, at a high and a low rate, with the last gamma of blocks at 1 and at 0.
LAST_GAMMAS = tuple(
    RESIDUAL.replace(learning_rate=rate, steps=150, zero_last_gamma=zero)
    for rate in (1.0, 0.01)
    for zero in (False, True)
)

#: Networks on which the landscape and the gradient shift are compared.
EARLY = DEFAULT.replace(steps=60, deep=True)
SIGMOID_EARLY = _SIGMOID.replace(deep=True, steps=100)
SIGMOID_LATE = SIGMOID_EARLY.replace(steps=1_500)
DEEP_RELU = EARLY.replace(hidden_layers=20, steps=40)
DEEP_LINEAR = DEEP_RELU.replace(activation="linear", learning_rate=0.02)
