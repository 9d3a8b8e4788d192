"""ReportParts: what the reports of all studies share."""

import math

import numpy as np
from numpy.typing import NDArray

from bnviz.recording.described import layers_of
from bnviz.settings import Settings


def network(settings: Settings) -> str:
    """Returns data set, architecture and optimizer in a few words."""
    layers = layers_of(settings, "x")
    return f"{settings.dataset}, {layers} {settings.activation}, {settings.optimizer}"


def finite(values: NDArray[np.float64]) -> list[float | None]:
    """Returns values as a list, with None for those that are not finite."""
    return [value if math.isfinite(value) else None for value in values.tolist()]
