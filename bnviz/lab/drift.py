"""Drift: how far the values of each layer have moved, and by whose doing."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bnviz.lab.layer_maps import LayerCrossing
from bnviz.recording.frame_schema import DRIFT_PARTS, IN_STD

#: The parts of drift: the whole, by the layers before, by the layer's own weights.
_WHOLE, _PREVIOUS, _OWN = (name for name, *_ in DRIFT_PARTS)


@dataclass(frozen=True)
class SortedValues:
    """The values of each layer, sorted.

    Attributes:
        ordered: Values in ascending order, NaN last, shape (layers, num_values).
        std: Biased standard deviation of the finite values, shape (layers,).
        by_neuron: The values of each neuron in ascending order, shape
            (layers, units, num_examples).
    """

    ordered: NDArray[np.float32]
    std: NDArray[np.float64]
    by_neuron: NDArray[np.float32]


@dataclass
class DriftReference:
    """The pre-activations of earlier frames that drift is measured against.

    The layers are those of one network, or of all networks of a run, one after another.

    Attributes:
        first: Pre-activations at step 0; None until that is measured.
        last: Pre-activations at the last measured frame, or None.
        mapped: What the maps of step 0 made of their inputs then, by neuron and in ascending order.
    """

    first: SortedValues | None = None
    last: SortedValues | None = None
    mapped: NDArray[np.float32] | None = None

    def measure(
        self, now: SortedValues, crossings: Sequence[LayerCrossing[NDArray[np.float32]]]
    ) -> dict[str, Any]:
        """Measures the drift since step 0 and since the last frame, which this one becomes.

        Args:
            now: Pre-activations of this frame.
            crossings: The maps of step 0 and, if the costly measures are taken, of the last frame,
                each crossed with those of now.
        """
        first, last = self.first or now, self.last or now
        measures: dict[str, Any] = {
            "drift_start": drift(first, now),
            "drift_step": drift(last, now),
        }
        for prefix, earlier, crossing in zip(
            ("drift", "move"), (first, last), crossings, strict=False
        ):
            mapped = self.mapped if prefix == "drift" else None
            if mapped is None:
                mapped = by_neuron(crossing.values)
            if prefix == "drift":
                self.mapped = mapped
            distances = {
                _WHOLE: distance(earlier.by_neuron, now.by_neuron),
                _PREVIOUS: distance(mapped, by_neuron(crossing.moved_inputs)),
                _OWN: distance(mapped, by_neuron(crossing.moved_weights)),
            }
            for part, value in distances.items():
                measures[f"{prefix}_{part}"] = value
                measures[f"{prefix}_{part}{IN_STD}"] = _ratio(value, earlier.std)
        self.first, self.last = first, now
        return measures


def drift(earlier: SortedValues, later: SortedValues) -> NDArray[np.float64]:
    """Measures how far the distribution of each layer's values has moved: the pooled drift.

    The 1-Wasserstein distance in units of the earlier standard deviation. For two samples of equal
    size, sorted, it is

        mean(abs(later - earlier)) / std(earlier)

    Neurons that change places or move apart are not seen.

    Args:
        earlier: Values before the move.
        later: Values after it, as many as before.

    Returns:
        Shape (layers,); NaN where a value is not finite or all earlier values are equal.
    """
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        moved = later.ordered - earlier.ordered
        moved = np.abs(moved, out=moved).mean(axis=1, dtype=np.float64)
        return _ratio(moved, earlier.std)


def by_neuron(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Sorts the values of each neuron.

    Args:
        values: Shape (layers, num_examples, units).

    Returns:
        The values of each neuron in ascending order, NaN last, (layers, units, num_examples).
    """
    # Copied first, since sorting along an axis that is not the last in memory takes longer.
    ordered = values.transpose(0, 2, 1).copy()
    ordered.sort(axis=2)
    return ordered


def distance(earlier: NDArray[np.float32], later: NDArray[np.float32]) -> NDArray[np.float64]:
    """Measures how far the values of each layer's neurons have moved.

    The 1-Wasserstein distance of each neuron's values, averaged over the neurons, in their own
    unit.

    Args:
        earlier: Values of each neuron in ascending order, shape (layers, units, num_examples).
        later: The same after the move.

    Returns:
        Shape (layers,); NaN where a value is not finite.
    """
    with np.errstate(invalid="ignore", over="ignore"):
        moved = later - earlier
        moved = np.abs(moved, out=moved).mean(axis=(1, 2), dtype=np.float64)
    return np.where(np.isfinite(moved), moved, np.nan)


def _ratio(distances: NDArray[np.float64], std: NDArray[np.float64]) -> NDArray[np.float64]:
    """Distances in standard deviations; NaN where that is not finite."""
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        ratios = distances / std
    return np.where(np.isfinite(ratios), ratios, np.nan)
