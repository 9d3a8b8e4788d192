"""Stack drift: who moved the values in the last hidden layer of stacked networks.

The definitions are those of `bnviz.lab.drift`, for many networks and one layer.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bnviz.lab.drift import by_neuron, distance
from bnviz.recording.frame_schema import IN_STD


class LastLayer(NamedTuple):
    """The map of the last hidden layer of each network, and what reaches it.

    Attributes:
        reaching: What reaches it, shape (networks, num_examples, inputs).
        kernel: Its kernel, shape (networks, inputs, units).
        bias: Its bias, shape (networks, 1, units).
        gamma: Scale of BN before the activation, of the same shape.
        beta: Offset of the same.
        epsilon: Epsilon of the same, shape (networks, 1, 1); None if nothing is normalized there.
    """

    reaching: NDArray[np.float32]
    kernel: NDArray[np.float32]
    bias: NDArray[np.float32]
    gamma: NDArray[np.float32]
    beta: NDArray[np.float32]
    epsilon: NDArray[np.float32] | None

    def values(self, reaching: NDArray[np.float32]) -> NDArray[np.float32]:
        """The pre-activations that it makes of what reaches it, (networks, num_examples, units)."""
        values = reaching @ self.kernel + self.bias
        if self.epsilon is not None:
            variance = values.var(axis=1, keepdims=True)
            values -= values.mean(axis=1, keepdims=True)
            values *= self.gamma / np.sqrt(variance + self.epsilon)
            values += self.beta
        return values


def last_layer_drift(first: LastLayer, now: LastLayer) -> dict[str, NDArray[np.float64]]:
    """Measures how far the values have moved since step 0, and by whose doing.

    Args:
        first: The last hidden layers at step 0.
        now: The same now.

    Returns:
        Drift by the layers before and by the layer's own weights, in the values' own unit and in
        standard deviations at step 0, by the names that frames give them, each of shape
        (networks,); NaN where it is not finite.
    """
    with np.errstate(all="ignore"):
        values = first.values(first.reaching)
        std = values.std(axis=(1, 2), dtype=np.float64)
        start = by_neuron(values)
        measures = {}
        for part, moved in (
            ("previous_layers", first.values(now.reaching)),
            ("own_weights", now.values(first.reaching)),
        ):
            found = distance(start, by_neuron(moved))
            measures[f"drift_{part}"] = found
            measures[f"drift_{part}{IN_STD}"] = np.where(std > 0, found / std, np.nan)
        return measures
