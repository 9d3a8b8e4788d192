"""ImageShape: the shape of the images that a network convolves, and where it halves them."""

from dataclasses import dataclass

from bnviz.data.dataset import Dataset
from bnviz.settings import Settings
from bnviz.settings.architectures import CONVOLUTIONS, convolves
from bnviz.settings.image_sides import MIN_SIDE, pooled_after, sides

#: Side of a kernel.
KERNEL_SIDE = 3
#: The most values of a layer of images that are computed at once where examples pass in blocks.
MAX_VALUES = 2**23
#: Channels that an image may have: shades, or red, green and blue.
CHANNELS = (1, 3)


class ShapeError(ValueError):
    """Examples that cannot be convolved; the message is one sentence."""


@dataclass(frozen=True)
class ImageShape:
    """The shape of the images that a network convolves.

    Attributes:
        height: Rows of pixels.
        width: Columns of pixels.
        channels: 1, or 3 for red, green and blue.
    """

    height: int
    width: int
    channels: int

    @classmethod
    def of(cls, settings: Settings, data: Dataset) -> "ImageShape | None":
        """The images of a run; None if its architecture takes no images.

        Raises:
            ShapeError: If it needs images, and the examples are none.
        """
        if not convolves(settings.architecture):
            return None
        found = cls.fitting(data.example_shape)
        if found is None:
            shape = data.example_shape
            given = " × ".join(map(str, shape)) or str(data.num_features)
            # As PyTorch has images.
            first = len(shape) == 3 and cls.fitting((*shape[1:], shape[0])) is not None
            hint = (
                " If its channels come first, write them last: x.transpose(0, 2, 3, 1)."
                if first
                else ""
            )
            raise ShapeError(
                f"The architecture {settings.architecture!r} needs images of at least {MIN_SIDE} × "
                f"{MIN_SIDE} pixels in shades or in three colours, and an example of these data "
                f"has the shape {given}; choose the architecture "
                f"{CONVOLUTIONS[settings.architecture]!r} or other data.{hint}"
            )
        return found

    @classmethod
    def fitting(cls, example_shape: tuple[int, ...]) -> "ImageShape | None":
        """The images of examples of a shape; None if they are not large enough, or no images."""
        shape = (*example_shape, 1) if len(example_shape) == 2 else example_shape
        if len(shape) != 3 or shape[-1] not in CHANNELS or min(shape[:2]) < MIN_SIDE:
            return None
        return cls(*shape)

    def pooled_after(self, hidden_layers: int, architecture: str = "conv") -> tuple[int, ...]:
        """The hidden layers, counted from 1, that are followed by pooling.

        Args:
            hidden_layers: Number of hidden layers.
            architecture: One of `bnviz.settings.architectures.CONVOLUTIONS`.
        """
        return pooled_after(self.height, self.width, hidden_layers, architecture)

    def sides(self, hidden_layers: int, architecture: str = "conv") -> list[tuple[int, int]]:
        """Height and width of the images that each hidden layer makes, before it pools them."""
        return sides(self.height, self.width, hidden_layers, architecture)


def block_of_examples(image: ImageShape, units: int, networks: int = 1) -> int:
    """Returns how many examples pass at once where they can pass in blocks.

    Args:
        image: What hidden layers convolve.
        units: Channels of a hidden layer.
        networks: Networks that they pass together.
    """
    return max(1, MAX_VALUES // (networks * units * image.height * image.width))


def num_neighbours(settings: Settings, image: ImageShape) -> int:
    """Returns how many numbers the neighbourhoods of all convolutions of one example have.

    Args:
        settings: Settings of a run; the sizes of its layers are read.
        image: What hidden layers convolve.
    """
    inputs = [image.channels, *[settings.units] * (settings.hidden_layers - 1)]
    return sum(
        KERNEL_SIDE**2 * channels * height * width
        for channels, (height, width) in zip(
            inputs, image.sides(settings.hidden_layers, settings.architecture), strict=True
        )
    )


def num_products(
    settings: Settings, num_features: int, num_classes: int, image: ImageShape | None
) -> int:
    """Returns how many products of a weight and a value one example takes, forwards.

    Args:
        settings: Settings of a run; the sizes of its layers are read.
        num_features: Number of features of an example.
        num_classes: Number of classes.
        image: What hidden layers convolve; None if they are Dense.
    """
    layers, units = settings.hidden_layers, settings.units
    if image is None:
        return num_features * units + (layers - 1) * units**2 + units * num_classes
    return num_neighbours(settings, image) * units + units * num_classes
