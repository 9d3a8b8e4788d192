"""Series: each number of a recording that changes with the steps, by network and layer."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bnviz.recording.frame_schema import (
    ARM_MEASURES,
    COSTLY_MEASURES,
    DETAIL_MEASURES,
    QUANTITY_MEASURES,
    Measure,
)
from bnviz.recording.frames import INFERENCE_STATISTICS, PERCENTILES
from bnviz.recording.recording import Recording

#: Dimensions that are series of their own, and what ends the name of a measure there.
_PARTS: dict[str | int, list[str]] = {
    "percentiles": [f"_{percent:g}" for percent in PERCENTILES],
    "statistics": [f"_{name}" for name in INFERENCE_STATISTICS],
}
#: The same of two numbers, by the measure.
_PAIRS = {
    "change_losses": ["_before", "_after"],
    "landscape_loss": ["_lowest", "_highest"],
    "landscape_gradient": ["_smallest", "_largest"],
}
#: Dimensions that count layers.
_LAYERS = ("layers", "kernels")


@dataclass(frozen=True)
class Series:
    """A number at all recorded steps.

    Attributes:
        arm: Name of the network.
        layer: Number of the layer from 1, the output layer after the hidden ones; 0 if it belongs
            to the whole network.
        name: That of its measure, which percentiles and the like end, as in
            `pre_activation_percentiles_50`.
        measure: Its measure.
        values: Shape (num_frames,); NaN where it is not known.
    """

    arm: str
    layer: int
    name: str
    measure: Measure
    values: NDArray[np.generic]


def series(recording: Recording) -> Iterator[Series]:
    """Yields the curves of the networks and the numbers of their layers.

    Histograms, digests, and what is kept of single neurons and single examples are left out.

    Args:
        recording: With any number of frames.

    Yields:
        In the order of measures, arms and layers.
    """
    quantities = [
        measure.of(quantity.name)
        for quantity in recording.header.quantities
        for measure in QUANTITY_MEASURES
    ]
    for measure in (*ARM_MEASURES, *quantities, *DETAIL_MEASURES, *COSTLY_MEASURES):
        for arm in recording.layout.arms:
            fields = recording.layout.dtype[arm].names or ()
            if measure.name in fields and _is_number(measure):
                yield from _of_measure(arm, measure, recording.frames[arm][measure.name])


def _is_number(measure: Measure) -> bool:
    """Whether it is a number of a network or a layer, not a digest, a histogram or a code."""
    if measure.name in _PAIRS:
        return True
    plain = measure.dtype in ("float32", "int32", "uint32")
    return plain and all(each in (*_LAYERS, *_PARTS) for each in measure.shape)


def _of_measure(arm: str, measure: Measure, values: NDArray[np.generic]) -> Iterator[Series]:
    for place in np.ndindex(values.shape[1:]):
        layer, name = 0, measure.name
        for dimension, index in zip(measure.shape, place, strict=True):
            if dimension in _LAYERS:
                layer = index + 1
            else:
                name += (_PAIRS.get(measure.name) or _PARTS[dimension])[index]
        yield Series(arm, layer, name, measure, values[(slice(None), *place)])
