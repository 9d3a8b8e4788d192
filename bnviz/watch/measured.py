"""Measured: the measures of a frame of a watched network, computed with NumPy from a reading."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bnviz.lab.drift import SortedValues, by_neuron, drift
from bnviz.lab.measures import (
    dead_share,
    describe,
    describe_neurons,
    example_scores,
    neuron_moments,
    saturated_share,
)
from bnviz.lab.propagation import (
    effective_rates,
    example_similarity,
    gradient_growth,
    neuron_spread,
)
from bnviz.recording.frame_schema import DRIFT_PARTS, IN_STD
from bnviz.recording.frames import MAX_NEURONS, MIN_NEURONS, NO_ANSWER, NUM_SINGLE
from bnviz.recording.header import quantities
from bnviz.recording.networks import LayerSpec
from bnviz.recording.scores import NO_SCORE
from bnviz.watch.reader import NormReading, Reading
from bnviz.watch.taps import Tap

#: Measures that are not taken of watched networks: who moved the values would take each layer's
#: map by itself, and what data and batches they train on is not seen.
UNTAKEN = (
    *(f"drift_{part}{unit}" for part, *_ in DRIFT_PARTS for unit in ("", IN_STD)),
    "data_digest",
    "batches_digest",
)
#: An activation that counts as another one where only its zeros matter.
_LIKE = {"relu6": "relu"}
_OUTCOME = (
    "train_loss",
    "train_accuracy",
    "train_loss_in_inference",
    "train_accuracy_in_inference",
    "validation_loss",
    "validation_accuracy",
)
_LEARNT, _MOMENTS = (
    ("gamma", "beta"),
    ("batch_mean", "batch_variance", "moving_mean", "moving_variance"),
)
#: What a measure is where it is not known, by the kind of its numbers; else 0.
_UNKNOWN = {"example_scores": NO_SCORE, "answers": NO_ANSWER, "diverged_at": -1}

Measures = dict[str, Any]


class Measuring:
    """Turns the readings of one network into measures.

    Args:
        taps: Where its layers are read.
    """

    def __init__(self, taps: Sequence[Tap]):
        layers = tuple(tap.spec for tap in taps)
        self._count = len(layers)
        edges = {each.name: np.array(each.edges, np.float32) for each in quantities(layers)}
        # As `FrameLayout.neurons`.
        most = max(MIN_NEURONS, MAX_NEURONS // len(layers))
        neurons = min(max(layer.width for layer in layers), most)
        # Of small arrays, many calls take longer than what they compute.
        alike: dict[Any, list[int]] = {}
        for place, (layer, tap) in enumerate(zip(layers, taps, strict=True)):
            kind = tap.norm and tap.norm.kind
            key = layer.width, layer.positions, layer.activation, kind
            alike.setdefault(key, []).append(place)
        self._groups = {
            tuple(places): _LayerGroup(layers[places[0]], edges, neurons)
            for places in alike.values()
        }

    def measure(self, reading: Reading, rate: float | None) -> Measures:
        """The measures of a reading by the names of a frame's fields, layers along the first axis.

        Args:
            reading: The reading; drift is measured from the first one, and from the last.
            rate: The learning rate; None if it is not known.
        """
        of_layers: Measures = {}
        for places, group in self._groups.items():
            found = group.measure(
                [reading.values[place] for place in places],
                [reading.norms[place] for place in places],
            )
            for name, values in found.items():
                if name not in of_layers:
                    of_layers[name] = np.empty((self._count, *values.shape[1:]), values.dtype)
                of_layers[name][list(places)] = values
        gradients, updates, norms = reading.kernels
        outcome = dict(zip(_OUTCOME, map(float, reading.outcome), strict=True))
        return {
            **of_layers,
            **outcome,
            "gradient_norm": gradients,
            "gradient_growth": gradient_growth(gradients),
            "update_ratio": updates,
            "kernel_norm": norms,
            "effective_rate": effective_rates(norms, np.nan if rate is None else rate),
        }


class _LayerGroup:
    """Measures layers of the same size, activation and normalization in the same calls.

    Args:
        layer: One of them.
        edges: Histogram edges by quantity.
        neurons: How many neurons have measures of their own, at most.
    """

    def __init__(self, layer: LayerSpec, edges: dict[str, NDArray[np.float32]], neurons: int):
        self._layer, self._edges, self._neurons = layer, edges, neurons
        self._activation = _LIKE.get(layer.activation, layer.activation)
        self._first: SortedValues | None = None
        self._last: SortedValues | None = None

    def measure(
        self,
        values: Sequence[tuple[NDArray[np.float32], NDArray[np.float32]]],
        norms: Sequence[NormReading | None],
    ) -> Measures:
        """The measures of these layers, which are along the first axis."""
        measures: Measures = {}
        for quantity, each in zip(self._edges, zip(*values, strict=True), strict=True):
            # The mean over positions would be another thing, so examples are whole.
            whole = np.stack(each).reshape(len(each), len(each[0]), -1)
            # One row for each position of an example.
            rows = whole.reshape(len(each), -1, self._layer.width)
            ordered = np.sort(whole.reshape(len(each), -1), axis=1)
            described = describe(ordered, self._edges[quantity])
            measures |= {f"{quantity}_{name}": value for name, value in described.items()}
            if quantity == "pre_activation":
                neurons = by_neuron(rows)
                measures |= self._drift(SortedValues(ordered, described["std"], neurons))
                mean, std = neuron_moments(neurons.transpose(0, 2, 1))
                measures["neuron_spread"] = neuron_spread(std)
                kept = slice(self._neurons)
                of_neurons = describe_neurons(mean[:, kept], std[:, kept], neurons[:, kept])
                measures |= {f"neuron_{name}": self._rows(v) for name, v in of_neurons.items()}
            else:
                largest = np.maximum(-ordered[:, 0], ordered[:, -1])
                measures["example_similarity"] = example_similarity(whole, largest)
                measures["saturated"] = saturated_share(ordered, self._activation)
                measures["dead"] = dead_share(rows, self._activation)
        return measures | self._norms(norms)

    def _drift(self, now: SortedValues) -> Measures:
        """The drift since the first reading and since the last one, which this one becomes."""
        first, last = self._first or now, self._last or now
        self._first, self._last = first, now
        return {"drift_start": drift(first, now), "drift_step": drift(last, now)}

    def _norms(self, norms: Sequence[NormReading | None]) -> Measures:
        known = [norm for norm in norms if norm is not None]
        moments = [norm.moments for norm in known if norm.moments is not None]
        unknown = np.full((len(norms), self._neurons), np.nan, np.float32)
        found: Measures = dict.fromkeys((*_LEARNT, *_MOMENTS), unknown)
        if known:
            learnt = zip(*(norm.learnt for norm in known), strict=True)
            found |= {n: self._rows(np.stack(v)) for n, v in zip(_LEARNT, learnt, strict=True)}
        scores = np.full((len(norms), self._neurons, NUM_SINGLE), NO_SCORE, np.int8)
        if moments:
            mean, variance, *moving = (np.stack(v) for v in zip(*moments, strict=True))
            of = zip(_MOMENTS, (mean, variance, *moving), strict=True)
            found |= {name: self._rows(values) for name, values in of}
            inputs = np.stack([norm.inputs for norm in known if norm.inputs is not None])
            codes = example_scores(inputs, mean, variance)[:, : self._neurons]
            scores[:, : codes.shape[1]] = codes
        return found | {"example_scores": scores}

    def _rows(self, values: NDArray[np.float32]) -> NDArray[np.float32]:
        """A number of each neuron, as many as the widest layer's rows have; NaN beyond."""
        rows = np.full((len(values), self._neurons, *values.shape[2:]), np.nan, np.float32)
        rows[:, : values.shape[1]] = values[:, : self._neurons]
        return rows


def write(record: Any, measures: Measures) -> None:
    """Writes the measures of a network into its part of a frame; what is not known is NaN.

    Args:
        record: The part, which is changed.
        measures: The measures.
    """
    for name in record.dtype.names:
        if name in measures:
            record[name] = measures[name]
        elif name in _UNKNOWN:
            record[name] = _UNKNOWN[name]
        elif record.dtype[name].base.kind == "f":
            record[name] = np.nan
