"""Measures: the numbers of a frame, computed in NumPy from what an observer saw."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from bnviz.frames import PERCENTILES, QUANTITIES, edges
from bnviz.lab.observer import Look

#: An activation outside these bounds hardly passes any gradient on.
SATURATION = {"sigmoid": (0.03, 0.97), "tanh": (-0.97, 0.97)}
#: Activations that can be 0 for every input.
MORTAL = ("relu",)


def measure(look: Look, activation: str) -> dict[str, Any]:
    """The measures of one arm, by the names of a frame's fields.

    Args:
        look: What was seen of the arm.
        activation: Name of its non-linearity.
    """
    measures: dict[str, Any] = look.outcome()
    for quantity in QUANTITIES:
        values = getattr(look, f"{quantity}s").numpy()
        ordered = np.sort(values.reshape(len(values), -1), axis=1)
        description = describe(ordered, edges(quantity, activation))
        measures |= {f"{quantity}_{name}": value for name, value in description.items()}
    measures["saturated"] = saturated_share(ordered, activation)
    measures["dead"] = dead_share(values, activation)
    return measures


def histogram(ordered: NDArray[np.float32], bin_edges: NDArray[np.float32]) -> NDArray[np.int64]:
    """Counts of values between edges, and of those below and above all of them.

    Infinities count below or above; NaN must not be among the values.

    Args:
        ordered: Values in ascending order, shape (num_values,).
        bin_edges: Shape (num_bins + 1,).

    Returns:
        Shape (num_bins + 2,), the first below and the last above; they sum to num_values. Between
        them they equal `np.histogram`.
    """
    places = np.searchsorted(ordered, bin_edges)
    places[-1] = np.searchsorted(ordered, bin_edges[-1], side="right")
    return np.diff(places, prepend=0, append=len(ordered))


def describe(ordered: NDArray[np.float32], bin_edges: NDArray[np.float32]) -> dict[str, Any]:
    """The distribution of all values of each layer.

    Args:
        ordered: Values in ascending order, NaN last, shape (layers, num_values).
        bin_edges: Shape (num_bins + 1,).

    Returns:
        `counts` (layers, num_bins + 2), `nan` (layers,), and of the finite values `percentiles`
        (layers, len(PERCENTILES)), `mean` and biased `std` (layers,); NaN where none is finite.
    """
    layers = len(ordered)
    counts = np.zeros((layers, len(bin_edges) + 1), np.int64)
    nan = np.zeros(layers, np.int64)
    percentiles = np.full((layers, len(PERCENTILES)), np.nan)
    moments = np.full((2, layers), np.nan)
    for layer, row in enumerate(ordered):
        first = np.searchsorted(row, -np.inf, side="right")
        last, numbers = np.searchsorted(row, [np.inf, np.nan])
        nan[layer] = len(row) - numbers
        counts[layer] = histogram(row[:numbers], bin_edges)
        if finite := last - first:
            values = row[first:last].astype(np.float64)
            percentiles[layer] = _percentiles(values)
            mean = values.sum() / finite
            values -= mean
            # Not `values @ values`: a threaded BLAS beside TensorFlow's threads takes 4 ms for it.
            moments[:, layer] = mean, np.sqrt(np.square(values).sum() / finite)
    return {
        "counts": counts,
        "nan": nan,
        "percentiles": percentiles,
        "mean": moments[0],
        "std": moments[1],
    }


def _percentiles(ordered: NDArray[np.float64]) -> NDArray[np.float64]:
    """Percentiles with linear interpolation, as `np.percentile`, of values in order."""
    place = np.array(PERCENTILES) / 100 * (len(ordered) - 1)
    below = np.floor(place).astype(int)
    above = np.minimum(below + 1, len(ordered) - 1)
    values: NDArray[np.float64] = ordered[below]
    values += (ordered[above] - ordered[below]) * (place - below)
    return values


def saturated_share(ordered: NDArray[np.float32], activation: str) -> NDArray[np.float64]:
    """Share of activations at which the non-linearity is flat.

    Sigmoid: below 0.03 or above 0.97; tanh: above 0.97 in absolute value.

    Args:
        ordered: Activations in ascending order, NaN last, shape (layers, num_values).
        activation: Name of the non-linearity.

    Returns:
        Shape (layers,); NaN for a non-linearity without bounds.
    """
    shares = np.full(len(ordered), np.nan)
    if activation in SATURATION:
        low, high = np.array(SATURATION[activation], np.float32)
        for layer, row in enumerate(ordered):
            below = np.searchsorted(row, low)
            numbers = np.searchsorted(row, np.nan)
            above = numbers - np.searchsorted(row[:numbers], high, side="right")
            shares[layer] = (below + above) / len(row)
    return shares


def dead_share(activations: NDArray[np.float32], activation: str) -> NDArray[np.float64]:
    """Share of neurons that are 0 for every example.

    Args:
        activations: Shape (layers, num_examples, units).
        activation: Name of the non-linearity.

    Returns:
        Shape (layers,); NaN for a non-linearity that cannot be 0 throughout.
    """
    if activation not in MORTAL:
        return np.full(len(activations), np.nan)
    return np.asarray((activations == 0).all(axis=1).mean(axis=1))
