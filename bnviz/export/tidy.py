"""Tidy: the numbers of a recording as a table with one row a step, network, layer and measure."""

import csv
import io
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from bnviz.frame_schema import (
    ARM_MEASURES,
    COSTLY_MEASURES,
    DETAIL_MEASURES,
    QUANTITY_MEASURES,
    Measure,
)
from bnviz.frames import INFERENCE_STATISTICS, PERCENTILES
from bnviz.recording import Recording

#: The columns of the table.
COLUMNS = ("step", "arm", "layer", "measure", "value")
#: Dimensions that are rows of their own, and what a measure is called there.
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


def tidy(recording: Recording) -> str:
    """Returns the curves and the numbers of the layers as CSV.

    Histograms, digests, and what is kept of single neurons and single examples are left out: the
    recording's own file has them.

    Args:
        recording: With any number of frames.

    Returns:
        A line with `COLUMNS`, then the rows, in the order of measures, arms, layers and steps.
        Layers are numbered from 1, the output layer after the hidden ones; the column is empty for
        what belongs to a whole network. Percentiles and the like end the name of their measure, as
        in `pre_activation_percentiles_50`. Numbers that are not known are empty.
    """
    # A run that goes on adds frames meanwhile.
    recording = recording.snapshot()
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    steps = recording.frames["step"].tolist()
    for arm, layer, name, values in _columns(recording):
        for step, value in zip(steps, values.tolist(), strict=True):
            shown = "" if value != value else f"{value:.7g}"
            writer.writerow((step, arm, layer, name, shown))
    return text.getvalue()


def _columns(recording: Recording) -> Iterator[tuple[str, int | str, str, NDArray[np.float64]]]:
    """Each number that changes with the steps: its arm, layer and name, and its values."""
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


def _of_measure(
    arm: str, measure: Measure, values: NDArray[np.float64]
) -> Iterator[tuple[str, int | str, str, NDArray[np.float64]]]:
    for place in np.ndindex(values.shape[1:]):
        layer: int | str = ""
        name = measure.name
        for dimension, index in zip(measure.shape, place, strict=True):
            if dimension in _LAYERS:
                layer = index + 1
            else:
                name += (_PAIRS.get(measure.name) or _PARTS[dimension])[index]
        yield arm, layer, name, values[(slice(None), *place)]
