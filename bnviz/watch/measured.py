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
from bnviz.recording.frames import NO_ANSWER, NUM_SINGLE
from bnviz.recording.header import quantities
from bnviz.recording.networks import LayerSpec
from bnviz.recording.scores import NO_SCORE
from bnviz.watch.reader import NormReading, Reading

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
_NORMALIZATION = ("batch_mean", "batch_variance", "moving_mean", "moving_variance")
#: What a measure is where it is not known, by the kind of its numbers; else 0.
_UNKNOWN = {"example_scores": NO_SCORE, "answers": NO_ANSWER, "diverged_at": -1}

Measures = dict[str, Any]


class Measuring:
    """Turns the readings of one network into measures.

    Args:
        layers: Its layers.
        neurons: How many neurons of each have measures of their own, at most.
    """

    def __init__(self, layers: Sequence[LayerSpec], neurons: int):
        self._layers, self._neurons = tuple(layers), neurons
        self._edges = {
            each.name: np.array(each.edges, np.float32) for each in quantities(self._layers)
        }
        self._first: list[SortedValues] = []
        self._last: list[SortedValues] = []

    def measure(self, reading: Reading, rate: float | None) -> Measures:
        """The measures of a reading by the names of a frame's fields, layers along the first axis.

        Args:
            reading: The reading; drift is measured from the first one, and from the last.
            rate: The learning rate; None if it is not known.
        """
        now: list[SortedValues] = []
        rows = [
            self._layer(layer, pair, norm, now)
            for layer, pair, norm in zip(self._layers, reading.values, reading.norms, strict=True)
        ]
        measures: Measures = {name: np.stack([row[name] for row in rows]) for name in rows[0]}
        first, last = self._first or now, self._last or now
        for name, earlier in (("drift_start", first), ("drift_step", last)):
            pairs = zip(earlier, now, strict=True)
            measures[name] = np.concatenate([drift(then, here) for then, here in pairs])
        self._first, self._last = first, now
        gradients, updates, norms = reading.kernels
        measures |= dict(zip(_OUTCOME, reading.outcome, strict=True))
        return measures | {
            "gradient_norm": gradients,
            "update_ratio": np.where(np.isfinite(updates), updates, np.nan),
            "gradient_growth": gradient_growth(gradients),
            "kernel_norm": norms,
            "effective_rate": effective_rates(norms, np.nan if rate is None else rate),
        }

    def _layer(
        self,
        layer: LayerSpec,
        pair: tuple[NDArray[np.float32], NDArray[np.float32]],
        norm: NormReading | None,
        now: list[SortedValues],
    ) -> Measures:
        """The measures of one layer; its values before the activation are added to `now`."""
        measures: Measures = {}
        activation = _LIKE.get(layer.activation, layer.activation)
        for quantity, each in zip(self._edges, pair, strict=True):
            # One row for each position of an example, in a network of one layer.
            values = each.reshape(1, -1, layer.width)
            ordered = np.sort(values.reshape(1, -1), axis=1)
            described = describe(ordered, self._edges[quantity])
            measures |= {f"{quantity}_{name}": value[0] for name, value in described.items()}
            if quantity == "pre_activation":
                neurons = by_neuron(values)
                now.append(SortedValues(ordered, described["std"], neurons))
                mean, std = neuron_moments(values)
                measures["neuron_spread"] = neuron_spread(std)[0]
                kept = slice(self._neurons)
                of_neurons = describe_neurons(mean[:, kept], std[:, kept], neurons[:, kept])
                measures |= {f"neuron_{name}": self._row(v[0]) for name, v in of_neurons.items()}
            else:
                # The mean over positions would be another thing, so examples are whole.
                whole = each.reshape(1, len(each), -1)
                largest = np.maximum(-ordered[:, 0], ordered[:, -1])
                measures["example_similarity"] = example_similarity(whole, largest)[0]
                measures["saturated"] = saturated_share(ordered, activation)[0]
                measures["dead"] = dead_share(values, activation)[0]
        return measures | self._norm(norm)

    def _norm(self, norm: NormReading | None) -> Measures:
        unknown = np.empty(0, np.float32)
        learnt = (unknown, unknown) if norm is None else norm.learnt
        moments = (unknown,) * 4 if norm is None or norm.moments is None else norm.moments
        names = ("gamma", "beta", *_NORMALIZATION)
        found = dict(zip(names, map(self._row, (*learnt, *moments)), strict=True))
        scores = np.full((self._neurons, NUM_SINGLE), NO_SCORE, np.int8)
        if norm is not None and norm.inputs is not None and norm.moments is not None:
            mean, variance = (each[np.newaxis] for each in norm.moments[:2])
            codes = example_scores(norm.inputs[np.newaxis], mean, variance)[0][: self._neurons]
            scores[: len(codes)] = codes
        return found | {"example_scores": scores}

    def _row(self, values: NDArray[np.float32]) -> NDArray[np.float32]:
        """A number of each neuron, as many as the widest layer's rows have; NaN beyond."""
        row = np.full((self._neurons, *values.shape[1:]), np.nan, np.float32)
        row[: len(values)] = values[: self._neurons]
        return row


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
