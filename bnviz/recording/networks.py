"""RecordedNetworks: what the networks of a recording are called, and what they consist of."""

from dataclasses import dataclass

from bnviz.recording.arm_colours import FURTHER_COLOURS

#: What a network may normalize by: what trains by the statistics of batches and keeps moving ones
#: for inference, and what takes each example by itself, dynamic tanh among it.
MOVING_NORMALIZATIONS = ("batch", "renorm", "ghost")
NORMALIZATIONS = (*MOVING_NORMALIZATIONS, "layer", "group", "instance", "rms", "dyt")
#: How far batch renormalization may correct: a standard deviation by a factor, a mean by standard
#: deviations. Its paper goes there over the first steps (Ioffe 2017); here, as in Keras, the
#: bounds are the same from step 0 on.
MAX_R, MAX_D = 3.0, 5.0
#: Examples of a virtual batch of ghost BN; the last one of a batch has up to twice as many.
GHOST_SIZE = 8
#: Groups of group normalization: at most as many as by default in its paper (Wu & He 2018), of at
#: least so many neurons, since two values that are normalized together always become -1 and 1.
_MAX_GROUPS, _MIN_GROUP = 32, 4
#: What the label of a network begins with that can follow a noun as it is: "with BN".
_ADDITIONS = ("with ", "without ")
#: What the names of layers begin with that are known by their numbers.
NUMBERED = "layer "

#: Values of each example that are read of a layer of convolutions, at most, and positions along
#: each side of the grid at which they are: sorting more would take longer than training.
_MAX_READ, _GRIDS = 128, (4, 2, 1)


def grid_side(channels: int) -> int:
    """Returns how many rows and columns of positions are read of each channel of a convolution.

    Args:
        channels: Channels of each hidden layer.
    """
    fitting = (side for side in _GRIDS if channels * side**2 <= _MAX_READ)
    return next(fitting, _GRIDS[-1])


def num_groups(units: int) -> int:
    """Returns how many groups the laboratory's group normalization has: they are of one size.

    Args:
        units: Neurons of each hidden layer.
    """
    return next(
        groups
        for groups in range(_MAX_GROUPS, 0, -1)
        if units % groups == 0 and (groups == 1 or units // groups >= _MIN_GROUP)
    )


@dataclass(frozen=True)
class NormSpec:
    """What a network normalizes by at one of its layers.

    Attributes:
        kind: One of `NORMALIZATIONS`.
        position: "before" or "after" the activation.
        epsilon: Constant added to the variance.
    """

    kind: str
    position: str
    epsilon: float


@dataclass(frozen=True)
class ArmSpec:
    """One of the networks compared.

    Attributes:
        name: Name of its field in a frame.
        label: What it is called on pages and in reports.
        normalization: What it normalizes by: "none", or one of `NORMALIZATIONS`; "batch" if it does
            so at any layer; "weight" if it normalizes its weights instead.
        colour: A colour such as #D55E00, which only a network without BN has; #0072B2 is that of
            one with BN.
        norms: What it normalizes by at each layer, None where it does not; empty for none.
        addition: What follows a noun to say that it is this network's; "" to follow from the label.
    """

    name: str
    label: str
    normalization: str = "none"
    colour: str = FURTHER_COLOURS[0]
    norms: tuple[NormSpec | None, ...] = ()
    addition: str = ""

    def norm(self, layer: int) -> NormSpec | None:
        """What it normalizes by at a layer, counted from 0; None if it does not."""
        return self.norms[layer] if self.norms else None

    @property
    def has_gamma(self) -> bool:
        """Whether it normalizes, with a gamma for each neuron."""
        return self.normalization in NORMALIZATIONS

    @property
    def has_beta(self) -> bool:
        """Whether it has a beta for each neuron, too."""
        return self.has_gamma and self.normalization != "rms"

    @property
    def with_it(self) -> str:
        """What follows a noun: "with BN", "in “my network”"."""
        if self.addition:
            return self.addition
        return self.label if self.label.startswith(_ADDITIONS) else f"in “{self.label}”"

    @property
    def network(self) -> str:
        """The network as a noun: "the network with BN", "the network “my network”"."""
        if self.addition or self.label.startswith(_ADDITIONS):
            return f"the network {self.with_it}"
        return f"the network “{self.label}”"


@dataclass(frozen=True)
class LayerSpec:
    """One of the hidden layers that are measured, the same in every arm.

    Attributes:
        name: What it is called.
        width: Its neurons: units, or channels of a convolution.
        activation: Name of its non-linearity.
        kind: "dense" or "convolution".
        positions: Values of a neuron for each example, which are more than one in a convolution.
    """

    name: str
    width: int
    activation: str
    kind: str = "dense"
    positions: int = 1

    @property
    def title(self) -> str:
        """The name at the beginning of a line."""
        counted = self.name.startswith(NUMBERED)
        return self.name[0].upper() + self.name[1:] if counted else self.name
