"""Experiments: the settings of the lesson's runs, for the chapters and for further claims.

They are small: all claims over five seeds take minutes, and all recordings a few megabytes.
"""

from bnviz.recording import BUNDLED
from bnviz.settings import Settings

#: Folder with the recordings of the chapters.
FOLDER = BUNDLED / "lesson"
#: Maximum size of all recordings together, in bytes.
MAX_BYTES = 5_000_000

#: Digits, sigmoids, a high learning rate. Hardly learns without BN, as in Ioffe & Szegedy 2015.
_SIGMOID = Settings(hidden_layers=3, units=16, learning_rate=1.0, steps=120)
#: Digits, ReLU and the initial weights made for it. Learns without BN too.
_RELU = Settings(
    hidden_layers=3,
    units=16,
    activation="relu",
    initializer="he_normal",
    learning_rate=0.3,
    steps=160,
)

#: The recorded runs, by the names of their files.
RECORDED = {
    "depth": _SIGMOID.replace(hidden_layers=4, steps=140),
    "inside": _RELU.replace(hidden_layers=2, units=8, deep=True, steps=60),
    "insertion": _RELU.replace(interventions="90:insert_bn", steps=130),
    "position": _SIGMOID.replace(units=12, third_arm="bn_other"),
    "rate": _RELU.replace(learning_rate=1.0),
    "scale": _RELU.replace(init_scale=0.1),
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
    "pairs": _RELU.replace(hidden_layers=2, units=12, learning_rate=0.05, batch_size=2, steps=180),
}

#: Learning rates and initial scales to try, from too small to too large.
RATES = (0.03, 0.1, 0.3, 1.0, 3.0, 10.0)
SCALES = (0.1, 0.3, 1.0, 3.0, 10.0)
BY_RATE = tuple(_RELU.replace(learning_rate=rate) for rate in RATES)
BY_SCALE = tuple(_RELU.replace(init_scale=scale) for scale in SCALES)
#: Gamma and beta fixed at 1 and 0.
UNSCALED = _RELU.replace(bn_center=False, bn_scale=False)
#: The network of "gap" with larger batches and as many steps.
LARGE_BATCHES = RECORDED["gap"].replace(batch_size=128)
#: Another data set on which networks overfit.
OTHER_DATA = RECORDED["gap"].replace(
    dataset="breast_cancer", noise=Settings().noise, units=16, batch_size=128, steps=1_500
)
#: Moving statistics that follow faster.
FAST_STATISTICS = RECORDED["statistics"].replace(bn_momentum=Settings().bn_momentum)
#: Steps so costly that training takes most of the time, not the calls between two frames.
LONG = _RELU.replace(hidden_layers=4, units=64, batch_size=256, steps=1_500)
#: Measures the gradient shift where the network without BN hardly learns.
SIGMOID_DEEP = _SIGMOID.replace(deep=True, steps=100)
#: One hidden layer, well initialised, on easy data.
SHALLOW = _RELU.replace(dataset="breast_cancer", hidden_layers=1, learning_rate=0.1)
