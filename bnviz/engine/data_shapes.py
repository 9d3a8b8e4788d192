"""Data shapes: how many features, classes and examples a run trains on and is measured on."""

from dataclasses import dataclass
from itertools import pairwise

from bnviz.data.file_source import FileSource
from bnviz.frames import PROBE_SIZE, VALIDATION_SIZE
from bnviz.settings import Settings


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
                before it is read, so it counts as one of many.
        """
        if source is not None:
            return cls(source.num_features, source.num_classes, *_MANY)
        return SHAPES.get(settings.dataset, PLANE_SHAPE)

    @property
    def probe(self) -> int:
        """Training examples that are measured on."""
        return min(self.training, PROBE_SIZE)

    @property
    def measured_validation(self) -> int:
        """Validation examples that are measured on."""
        return min(self.validation, VALIDATION_SIZE)


#: Training and validation examples of MNIST.
_MANY = (60_000, 10_000)
#: The built-in data sets that are not in the plane.
SHAPES = {
    "digits": DataShape(64, 10, 1_438, 359),
    "breast_cancer": DataShape(30, 2, 456, 113),
    "wine": DataShape(13, 3, 142, 36),
    "mnist": DataShape(784, 10, *_MANY),
    "fashion_mnist": DataShape(784, 10, *_MANY),
}
#: The data sets in the plane.
PLANE_SHAPE = DataShape(2, 2, 800, 200)


def parameters(settings: Settings, source: FileSource | None = None) -> int:
    """Number of weights and biases in the Dense layers of one network."""
    shape = DataShape.of(settings, source)
    sizes = [shape.features, *[settings.units] * settings.hidden_layers, shape.classes]
    return sum((before + 1) * after for before, after in pairwise(sizes))
