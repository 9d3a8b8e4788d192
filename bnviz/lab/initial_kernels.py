"""Initial kernels: the weights that every arm of a run starts from."""

from itertools import pairwise
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from bnviz.data.image_shape import KERNEL_SIDE, ImageShape
from bnviz.settings import Settings

INITIALIZERS = {
    "glorot_uniform": keras.initializers.GlorotUniform,
    "glorot_normal": keras.initializers.GlorotNormal,
    "he_uniform": keras.initializers.HeUniform,
    "he_normal": keras.initializers.HeNormal,
    "lecun_normal": keras.initializers.LecunNormal,
    "random_normal": keras.initializers.RandomNormal,
}


def initial_kernels(
    settings: Settings, num_features: int, num_classes: int, image: ImageShape | None = None
) -> list[NDArray[np.float32]]:
    """Draws the kernels that every arm starts from.

    Args:
        settings: Settings of the run; sizes, initializer, `init_scale` and `seed` are read.
        num_features: Number of features of an example.
        num_classes: Number of classes.
        image: What hidden layers convolve; None if they are Dense.

    Returns:
        One kernel per layer, the output's last, float32, shape (inputs, outputs), or
        (3, 3, inputs, outputs) of a convolution, multiplied by `init_scale`.
    """
    inputs = num_features if image is None else image.channels
    sizes = [inputs, *[settings.units] * settings.hidden_layers, num_classes]
    shapes: list[tuple[int, ...]] = [*pairwise(sizes)]
    if image is not None:
        shapes[:-1] = [(KERNEL_SIDE, KERNEL_SIDE, *shape) for shape in shapes[:-1]]
    seeds = np.random.SeedSequence(settings.seed).generate_state(len(sizes) - 1)
    options: dict[str, Any] = (
        {"stddev": settings.init_stddev} if settings.initializer == "random_normal" else {}
    )
    initializer = INITIALIZERS[settings.initializer]
    return [
        np.asarray(initializer(seed=int(seed), **options)(shape)) * np.float32(settings.init_scale)
        for seed, shape in zip(seeds, shapes, strict=True)
    ]
