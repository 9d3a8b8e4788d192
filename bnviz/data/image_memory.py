"""ImageMemory: about how many bytes the images in the layers of networks take at once."""

from bnviz.data.image_shape import MAX_VALUES, ImageShape, num_neighbours
from bnviz.recording.frames import PROBE_SIZE
from bnviz.settings import Settings
from bnviz.settings.architectures import closing_layers

#: The most bytes that are allowed: a process was measured to take 1.5 GB with a run at 101 MB of
#: them, 2.0 GB at 377 MB, and 1.5 GB with 16 networks of each arm at 170 MB.
MAX_VALUES_BYTES = 400_000_000
#: Copies of values that are held at once.
_COPIES = 3


def values_bytes(settings: Settings, image: ImageShape | None, probe: int = PROBE_SIZE) -> int:
    """Returns the bytes of one network that is trained by itself.

    Args:
        settings: Settings of the run.
        image: What hidden layers convolve; None if they are Dense, which take few.
        probe: Training examples that it is measured on.
    """
    if image is None:
        return 0
    of_frame = probe * _COPIES * num_values(settings, image)
    return 4 * max(_step_values(settings, image), of_frame, _COPIES * MAX_VALUES)


def stacked_bytes(
    settings: Settings,
    image: ImageShape | None,
    probe: int = PROBE_SIZE,
    *,
    networks: int,
    compares: bool,
) -> int:
    """Returns the bytes of the networks of an arm that are trained together.

    Args:
        settings: Settings of the runs.
        image: What hidden layers convolve; None if they are Dense, which take few.
        probe: Training examples that they are measured on.
        networks: Number of networks.
        compares: Whether what reaches the last layer is compared with that of step 0.
    """
    if image is None:
        return 0
    kept = networks * probe * _reaching_last(settings, image) if compares else 0
    of_steps = networks * _step_values(settings, image)
    return 4 * (kept + max(of_steps, _COPIES * MAX_VALUES, _COPIES * kept))


def num_values(settings: Settings, image: ImageShape) -> int:
    """Returns how many values all neurons have for one example, at all positions."""
    sides = image.sides(settings.hidden_layers, settings.architecture)
    return settings.units * sum(height * width for height, width in sides)


def _step_values(settings: Settings, image: ImageShape) -> int:
    """Numbers that a training step of one network holds."""
    of_example = _COPIES * num_values(settings, image) + num_neighbours(settings, image)
    return settings.batch_size * of_example


def _reaching_last(settings: Settings, image: ImageShape) -> int:
    """Numbers of an example that reach the last hidden layer, also by the skip of its block."""
    kind, layers = settings.architecture, settings.hidden_layers
    # The first layer of all networks is reached by the same images.
    if layers == 1:
        return 0
    height, width = image.sides(layers, kind)[-1]
    return settings.units * height * width * (1 + (layers in closing_layers(kind, layers)))
