"""Measures: the numbers of a frame, computed in NumPy from what an observer saw."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bnviz.frames import PERCENTILES, QUANTITIES, FrameLayout, edges
from bnviz.lab.observer import Observation

#: An activation outside these bounds hardly passes any gradient on.
SATURATION = {"sigmoid": (0.03, 0.97), "tanh": (-0.97, 0.97)}
#: Activations that can be 0 for every input.
CAN_DIE = ("relu",)


@dataclass
class DriftReference:
    """The pre-activations of earlier frames, which drift is measured against.

    Attributes:
        first: Those of step 0; None before it.
        last: Those of the last frame.
    """

    first: "SortedValues | None" = None
    last: "SortedValues | None" = None


@dataclass(frozen=True)
class SortedValues:
    """Values of each layer.

    Attributes:
        ordered: In ascending order, NaN last, shape (layers, num_values).
        std: The standard deviation of the finite ones, shape (layers,).
    """

    ordered: NDArray[np.float32]
    std: NDArray[np.float64]


def measure(look: Observation, layout: FrameLayout, past: DriftReference) -> dict[str, Any]:
    """The measures of one arm, by the names of a frame's fields.

    Args:
        look: What was seen of the arm.
        layout: Of the run's frames.
        past: Of the arm's earlier frames; moved on to this one.
    """
    measures: dict[str, Any] = look.outcome()
    for quantity in QUANTITIES:
        values = getattr(look, f"{quantity}s").numpy()
        ordered = np.sort(values.reshape(len(values), -1), axis=1)
        description = describe(ordered, edges(quantity, layout.activation))
        measures |= {f"{quantity}_{name}": value for name, value in description.items()}
        if quantity == "pre_activation":
            now = SortedValues(ordered, description["std"])
            past.first = past.first or now
            measures["drift_start"] = drift(past.first, now)
            measures["drift_step"] = drift(past.last or now, now)
            past.last = now
            of_neurons = describe_neurons(values[..., : layout.neurons])
            measures |= {f"neuron_{name}": value for name, value in of_neurons.items()}
    measures["saturated"] = saturated_share(ordered, layout.activation)
    measures["dead"] = dead_share(values, layout.activation)
    measures["gradient_norm"], updates = look.kernels.numpy()
    with np.errstate(divide="ignore"):
        ratios = np.log10(updates)
    measures["update_ratio"] = np.where(np.isinf(ratios), np.nan, ratios)
    normalization = round_mantissa(look.normalization.numpy()[..., : layout.neurons])
    measures |= dict(zip(look.normalized, normalization, strict=True))
    if look.boundary is not None and layout.plane:
        measures["boundary"] = np.nan_to_num(np.round(255 * look.boundary.numpy()))
    return measures


def round_mantissa(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Values to about three digits (11 bits), so that files with many of them pack well."""
    bits = np.ascontiguousarray(values, np.float32).view(np.uint32)
    dropped = 13
    rounded = (bits + np.uint32(1 << (dropped - 1))) & np.uint32(0xFFFFFFFF << dropped & 0xFFFFFFFF)
    # What is no number stays none; its bits may not be rounded.
    return np.where(np.isfinite(values), rounded.view(np.float32), values)


def drift(earlier: SortedValues, later: SortedValues) -> NDArray[np.float64]:
    """How far each layer's distribution has moved, in units of its earlier standard deviation.

    The 1-Wasserstein distance: of two samples of one size the mean distance of their values in
    order.

    Args:
        earlier: What has moved.
        later: The same number of values.

    Returns:
        Shape (layers,); NaN where a value is not finite, or the earlier ones are all the same.
    """
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        moved = np.abs(later.ordered - earlier.ordered).mean(axis=1, dtype=np.float64)
        distances = moved / earlier.std
    return np.where(np.isfinite(distances), distances, np.nan)


def describe_neurons(values: NDArray[np.float32]) -> dict[str, NDArray[np.float32]]:
    """The distribution of each neuron's values.

    Args:
        values: Shape (layers, num_values, neurons).

    Returns:
        `mean` and biased `std` (layers, neurons), and `percentiles`
        (layers, neurons, len(PERCENTILES)), all to about three digits; NaN for a neuron with a
        value that is not finite.
    """
    with np.errstate(invalid="ignore", over="ignore"):
        mean = values.mean(axis=1)
        std = np.sqrt(np.square(values - mean[:, np.newaxis]).mean(axis=1))
    ordered = np.sort(values.transpose(0, 2, 1), axis=2)
    percentiles = _percentiles(ordered)
    percentiles[~np.isfinite(std)] = np.nan
    unknown = np.where(np.isfinite(std), 0, np.nan).astype(np.float32)
    return {
        "mean": round_mantissa(mean + unknown),
        "std": round_mantissa(std + unknown),
        "percentiles": round_mantissa(percentiles),
    }


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
    finite = np.isfinite(ordered[:, 0]) & np.isfinite(ordered[:, -1])
    if finite.any():
        percentiles[finite], moments[:, finite] = _spread(ordered[finite])
    for layer, row in enumerate(ordered):
        numbers = len(row)
        if not finite[layer]:
            first = np.searchsorted(row, -np.inf, side="right")
            last, numbers = np.searchsorted(row, [np.inf, np.nan])
            nan[layer] = len(row) - numbers
            if first < last:
                percentiles[layer], moments[:, layer] = _spread(row[first:last])
        counts[layer] = histogram(row[:numbers], bin_edges)
    return {
        "counts": counts,
        "nan": nan,
        "percentiles": percentiles,
        "mean": moments[0],
        "std": moments[1],
    }


def _spread(ordered: NDArray[np.float32]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Percentiles (..., len(PERCENTILES)), and mean and biased std (2, ...), of finite values.

    Args:
        ordered: In ascending order along the last axis.
    """
    values = ordered.astype(np.float64)
    percentiles = _percentiles(values)
    mean = values.mean(axis=-1)
    values -= mean[..., np.newaxis]
    # Not a product of matrices: a threaded BLAS beside TensorFlow's threads takes 4 ms for it.
    return percentiles, np.stack([mean, np.sqrt(np.square(values).mean(axis=-1))])


def _percentiles(ordered: NDArray[Any]) -> NDArray[Any]:
    """Percentiles with linear interpolation, as `np.percentile`, of values in order.

    Args:
        ordered: In ascending order along the last axis, in whose place the percentiles come.
    """
    size = ordered.shape[-1]
    place = (np.array(PERCENTILES) / 100 * (size - 1)).astype(ordered.dtype)
    below = np.floor(place).astype(int)
    low, high = ordered[..., below], ordered[..., np.minimum(below + 1, size - 1)]
    with np.errstate(invalid="ignore", over="ignore"):
        return np.asarray(low + (high - low) * (place - below.astype(ordered.dtype)))


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
    if activation not in CAN_DIE:
        return np.full(len(activations), np.nan)
    return np.asarray((activations == 0).all(axis=1).mean(axis=1))
