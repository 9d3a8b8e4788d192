"""Data shapes: what a run trains on and is measured on, and how large its networks are."""

import math
from dataclasses import dataclass
from itertools import pairwise

from bnviz.data import image_memory, uploads
from bnviz.data.bounds import EXAMPLES
from bnviz.data.file_source import FileSource
from bnviz.data.image_shape import (
    KERNEL_SIDE,
    ImageShape,
    block_of_examples,
    num_neighbours,
    num_products,
)
from bnviz.data.preparation import VALIDATION_SHARE
from bnviz.recording.frame_layout import FrameLayout
from bnviz.recording.frames import PROBE_SIZE, VALIDATION_SIZE
from bnviz.recording.networks import grid_side
from bnviz.settings import Settings
from bnviz.settings.architectures import convolves
from bnviz.settings.choices import CIFAR10_PARTS, IMAGE_SHAPES
from bnviz.settings.image_sides import MIN_SIDE
from bnviz.studies.study import BLOCK_SIZE, Block


@dataclass(frozen=True)
class DataShape:
    """The shape of a data set.

    Attributes:
        features: Features of an example.
        classes: Number of classes.
        training: Training examples.
        validation: Validation examples, of which at most `VALIDATION_SIZE` are measured on.
    """

    features: int
    classes: int
    training: int
    validation: int

    @classmethod
    def of(cls, settings: Settings, source: FileSource | None = None) -> "DataShape":
        """The shape of a run's data set.

        Args:
            settings: Settings of the run.
            source: The file with the examples, if the run uses them. How many it holds is not known
                before it is read: a table counts with the most that its bytes may be, an NPZ file,
                which may be compressed, with the most that are allowed.
        """
        if source is not None:
            examples = EXAMPLES[1]
            if uploads.is_table(source.name):
                possible = len(source.data) // (_BYTES_PER_VALUE * source.num_features)
                examples = min(examples, max(possible, EXAMPLES[0]))
            validation = math.ceil(VALIDATION_SHARE * examples)
            sizes = examples - validation, validation
            return cls(source.num_features, source.num_classes, *sizes)
        return SHAPES.get(settings.dataset, PLANE_SHAPE)

    @property
    def probe(self) -> int:
        """Training examples that are measured on."""
        return min(self.training, PROBE_SIZE)

    @property
    def measured_validation(self) -> int:
        """Validation examples that are measured on."""
        return min(self.validation, VALIDATION_SIZE)


#: Bytes that a value of a table takes at least: a digit and what separates it from the next.
_BYTES_PER_VALUE = 2
#: The built-in data sets that are not in the plane.
SHAPES = {
    "digits": DataShape(64, 10, 1_438, 359),
    "breast_cancer": DataShape(30, 2, 456, 113),
    "wine": DataShape(13, 3, 142, 36),
    "mnist": DataShape(784, 10, 60_000, 10_000),
    "fashion_mnist": DataShape(784, 10, 60_000, 10_000),
    "cifar10": DataShape(3_072, 10, *CIFAR10_PARTS),
}
#: The data sets in the plane.
PLANE_SHAPE = DataShape(2, 2, 800, 200)
#: Training examples of exact statistics.
EXACT = 10_000
#: Numbers of a neuron's BN, and numbers that an optimizer remembers of each weight.
_BN_NUMBERS, _OPTIMIZER_SLOTS = 4, {"sgd": 0, "momentum": 1, "rmsprop": 1, "adam": 2}
#: The most bytes of a network's file beside its numbers, and of each hidden layer in it.
_NETWORK_BYTES, _LAYER_BYTES = 60_000, 40_000


def image_shape(settings: Settings, source: FileSource | None = None) -> ImageShape | None:
    """What the networks of a run convolve; None if their layers are Dense.

    Args:
        settings: Settings of the run.
        source: The file with the examples, if the run uses them. Those that are not images, which
            no network convolves, count as squares in shades.
    """
    if not convolves(settings.architecture):
        return None
    if source is None:
        return ImageShape(*IMAGE_SHAPES[settings.dataset])
    found = ImageShape.fitting(source.example_shape)
    if found is not None:
        return found
    side = max(MIN_SIDE, math.isqrt(source.num_features))
    return ImageShape(side, side, 1)


def parameters(settings: Settings, source: FileSource | None = None) -> int:
    """Number of weights and biases in the layers of one network."""
    shape, image = DataShape.of(settings, source), image_shape(settings, source)
    inputs, taps = (shape.features, 1) if image is None else (image.channels, KERNEL_SIDE**2)
    sizes = [inputs, *[settings.units] * settings.hidden_layers]
    hidden = sum((taps * before + 1) * after for before, after in pairwise(sizes))
    return hidden + (settings.units + 1) * shape.classes


@dataclass(frozen=True)
class Amounts:
    """What a network computes of one example.

    Attributes:
        products: Products of a weight and a value, forwards.
        values: Values of all neurons, at all positions.
        read: Those that are measured.
        neighbours: Numbers that convolutions copy.
    """

    products: int
    values: int
    read: int
    neighbours: int

    @classmethod
    def of(cls, settings: Settings, source: FileSource | None = None) -> "Amounts":
        """Those of the networks of a run."""
        image = image_shape(settings, source)
        layers, units = settings.hidden_layers, settings.units
        if image is None:
            return cls(parameters(settings, source), layers * units, layers * units, 0)
        shape = DataShape.of(settings, source)
        return cls(
            num_products(settings, shape.features, shape.classes, image),
            image_memory.num_values(settings, image),
            layers * units * grid_side(units) ** 2,
            num_neighbours(settings, image),
        )


def values_bytes(settings: Settings, source: FileSource | None = None) -> int:
    """Returns about how many bytes the values of a run's convolutions take at once.

    Args:
        settings: Settings of the run.
        source: The file with the examples, if the run uses them.
    """
    probe = DataShape.of(settings, source).probe
    return image_memory.values_bytes(settings, image_shape(settings, source), probe)


def stacked_bytes(block: Block, source: FileSource | None = None) -> int:
    """Returns the same of runs that are trained together.

    Args:
        block: The runs; it always trains `BLOCK_SIZE` networks in each arm.
        source: The file with the examples, if its runs use them.
    """
    settings = block.settings[0]
    image, probe = image_shape(settings, source), DataShape.of(settings, source).probe
    return image_memory.stacked_bytes(
        settings, image, probe, networks=BLOCK_SIZE, compares=block.compares
    )


def passes(
    settings: Settings, examples: int, source: FileSource | None = None, networks: int = 1
) -> int:
    """Returns how often so many examples pass where BN takes them all together.

    Args:
        settings: Settings of the run.
        examples: Number of examples.
        source: The file with the examples, if the run uses them.
        networks: Networks that they pass together.
    """
    image = image_shape(settings, source)
    if image is None or examples <= block_of_examples(image, settings.units, networks):
        return 1
    # Once for each layer, and a last time by the statistics of all layers.
    return settings.hidden_layers + 1


def network_bytes(settings: Settings, source: FileSource | None = None) -> int:
    """Returns the most bytes that the trained networks of a run take as files, with the examples.

    Args:
        settings: Settings of the run.
        source: The file with the examples, if the run uses them.
    """
    shape, hidden = DataShape.of(settings, source), settings.hidden_layers
    numbers = parameters(settings, source) + _BN_NUMBERS * hidden * settings.units
    network = _NETWORK_BYTES + hidden * _LAYER_BYTES
    network += 4 * numbers * (1 + _OPTIMIZER_SLOTS[settings.optimizer])
    examples = 4 * (shape.measured_validation + 4) * (shape.features + 1)
    return len(FrameLayout.of(settings).arms) * network + examples
