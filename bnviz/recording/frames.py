"""Frame: everything measured at one recorded step; which steps, which networks, which sizes.

`frame_schema` lists the measures, `frame_layout` says where they stand.
"""

import numpy as np
from numpy.typing import NDArray

from bnviz.settings import Settings
from bnviz.settings.bn_changes import MOVING_ARMS

#: One record of `FrameLayout.dtype`.
Frame = np.void
Frames = NDArray[np.void]

#: The networks that can be compared, and what they are called on pages and in reports.
ARM_LABELS = {
    "none": "without BN",
    "bn": "with BN",
    "bn_other": "BN on the other side",
    "layer_norm": "layer norm",
    "group_norm": "group norm",
    "instance_norm": "instance norm",
    "rms_norm": "RMS norm",
    "renorm": "batch renorm",
    "ghost_bn": "ghost BN",
    "dyt": "dynamic tanh",
    "weight_norm": "weight norm",
    "noisy_bn": "noisy BN",
}
#: The same as additions to a noun.
ARM_ADDITIONS = {
    arm: label if label.startswith("with") else f"with {label}" for arm, label in ARM_LABELS.items()
}
#: The arms of a run by default, of which the first is part of every run; `Settings.second_arm` has
#: another one take the place of the second, `Settings.third_arm` adds a third one.
ARMS = ("none", "bn")
#: Arms that have a gamma per neuron in one place.
NORMALIZED_ARMS = (*MOVING_ARMS, "layer_norm", "group_norm", "instance_norm", "rms_norm", "dyt")
#: Those of them whose beta does not take the place of the bias right before: RMS normalization has
#: none, and that of dynamic tanh comes after the tanh.
BIASED_ARMS = ("rms_norm", "dyt")
#: What distributions are kept of: the inputs and the outputs of each non-linearity.
QUANTITIES = ("pre_activation", "activation")
#: Percentiles kept of each distribution, in percent.
PERCENTILES = (5, 15, 25, 50, 75, 85, 95)
#: Maximum number of training examples on which distributions are measured.
PROBE_SIZE = 256
#: Maximum number of validation examples on which loss and accuracy are measured.
VALIDATION_SIZE = 2_000
#: Hidden layers from which on the growth of the gradient is measured: the first one's kernel has a
#: shape of its own, and a ratio needs two more.
MIN_GROWING_LAYERS = 3
#: Approximate number of frames of a long run.
NUM_FRAMES = 300
#: Above 1, frames are denser at the start of a run, where most happens.
DENSITY = 1.25
#: Bytes kept of a digest in a frame.
DIGEST_SIZE = 8
#: Neurons with measures of their own: at most this many over all layers, but at least this many
#: (or all) in each layer.
MAX_NEURONS = 1_024
MIN_NEURONS = 8
#: Points along each side of the grid on which a classifier in the plane is drawn, and how far the
#: grid reaches from 0, in standard deviations of the features.
PLANE_GRID = 40
PLANE_RANGE = 3.2
#: Stands for the class of a point where the probe has none.
NO_POINT = 255
#: Examples of the probe whose values are kept one by one: up to the fifth version of the measures,
#: if the costly ones are taken; from the sixth on, in every run.
BATCH_VALUES, NUM_SINGLE = 32, 16
#: Validation examples whose answers are kept one by one, and classes kept of each, at most.
NUM_SHOWN, NUM_GUESSES = 10, 3
#: Stands for the class where a network has no answer. There are fewer classes than that.
NO_ANSWER = 65_535
#: Statistics by which BN can normalize in inference: those of the validation examples as one batch,
#: the moving ones, those of the training examples (PreciseBN), and those of each example alone.
INFERENCE_STATISTICS = ("batch", "moving", "precise", "alone")


def pair(settings: Settings) -> tuple[str, str]:
    """The first two networks of a run, which studies compare."""
    return ARMS[0], settings.second_arm


def frame_steps(steps: int) -> NDArray[np.int64]:
    """The steps that are recorded: all, or about `NUM_FRAMES` of them, denser at the start.

    Args:
        steps: Training steps of the run.

    Returns:
        Strictly increasing, shape (num_frames,).
    """
    if steps <= NUM_FRAMES:
        return np.arange(steps + 1)
    share = np.linspace(0.0, 1.0, NUM_FRAMES + 1)
    return np.unique(np.round(steps * share**DENSITY).astype(np.int64))


def _value_edges() -> NDArray[np.float32]:
    positive = np.concatenate(
        [
            np.arange(30) * 0.1,
            3 + np.arange(12) * 0.25,
            np.geomspace(6.0, 1e6, 13),
        ]
    )
    return np.concatenate([-positive[:0:-1], positive]).astype(np.float32)


#: Edges for values without bounds: 0.1 wide around 0, wider outwards, logarithmic from 6 to 1e6,
#: so that one set shows a collapse to a tenth and an explosion to a million alike.
VALUE_EDGES = _value_edges()
#: Activations whose values have bounds.
ACTIVATION_RANGES = {"sigmoid": (0.0, 1.0), "tanh": (-1.0, 1.0)}


def edges(quantity: str, activation: str) -> NDArray[np.float32]:
    """Histogram edges, the same for every arm, layer and step.

    Args:
        quantity: One of `QUANTITIES`.
        activation: Name of the non-linearity.

    Returns:
        Strictly increasing, shape (num_bins + 1,). Each bin includes its left edge, the last
        bin both edges.
    """
    if quantity == "activation" and activation in ACTIVATION_RANGES:
        return np.linspace(*ACTIVATION_RANGES[activation], 65, dtype=np.float32)
    return VALUE_EDGES
