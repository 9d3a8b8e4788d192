"""Stack drift: who moved the values in the last hidden layer of stacked networks.

The definitions are those of `bnviz.lab.drift`, for many networks and one layer.
"""

from typing import NamedTuple

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from bnviz.data.image_shape import KERNEL_SIDE
from bnviz.lab.drift import by_neuron, distance
from bnviz.lab.stack_normalization import LayerNumbers, normalized_as_given
from bnviz.recording.frame_schema import IN_STD
from bnviz.recording.networks import grid_side
from bnviz.settings.image_sides import grid_places


class LastLayer(NamedTuple):
    """The map of the last hidden layer of each network, and what reaches it.

    Attributes:
        reaching: What reaches it, shape (networks, num_examples, inputs), or images, (networks,
            num_examples, height, width, channels).
        kernel: Its kernel, shape (networks, inputs, units); of a convolution, the inputs are those
            of all taps.
        bias: Its bias, shape (networks, 1, units), or 0.
        arm: What the networks are, as for `bnviz.lab.stack.Stack`.
        numbers: Those of the normalization before the activation; None if there is none.
        convolves: Whether it is a convolution.
        skip: What a residual block adds before the activation, in the shape of `reaching`, or None.
    """

    reaching: NDArray[np.float32]
    kernel: NDArray[np.float32]
    bias: NDArray[np.float32]
    arm: str
    numbers: LayerNumbers | None
    convolves: bool = False
    skip: NDArray[np.float32] | None = None

    def values(self, given: "LastLayer") -> NDArray[np.float32]:
        """The pre-activations that are read of what it makes, (networks, num_values, units).

        Args:
            given: The same layer at some step, whose inputs and skip it takes.
        """
        reaching, skip = given.reaching, given.skip
        if not self.convolves:
            values = self._normalized(reaching @ self.kernel)
            return values if skip is None else values + skip
        # One network after another, since neighbourhoods take nine times the memory of images.
        read = []
        for number in range(len(self.kernel)):
            layer = self._of(number)
            # The first layer of all networks is reached by the same images.
            images = reaching if len(reaching) == 1 else reaching[number : number + 1]
            read_values = layer._read(layer._normalized(layer._convolved(images)))
            if skip is not None:
                read_values = read_values + layer._read(skip[number : number + 1])
            read.append(read_values)
        return np.concatenate(read)

    def _of(self, number: int) -> "LastLayer":
        """The layer of one network."""
        one = slice(number, number + 1)
        numbers = self.numbers
        if numbers is not None:
            numbers = LayerNumbers(*(None if each is None else each[one] for each in numbers))
        bias = self.bias[one] if self.bias.ndim else self.bias
        return self._replace(kernel=self.kernel[one], bias=bias, numbers=numbers)

    def _normalized(self, products: NDArray[np.float32]) -> NDArray[np.float32]:
        """The pre-activations of products, in their shape."""
        values = products + self.bias
        if self.numbers is None:
            return values
        normalized: NDArray[np.float32] = normalized_as_given(
            self.arm, tf.constant(values), self.numbers
        ).numpy()
        return normalized

    def _convolved(self, images: NDArray[np.float32]) -> NDArray[np.float32]:
        """The products at all positions, (networks, num_examples, height, width, units)."""
        *others, height, width, channels = images.shape
        padded = np.pad(images, ((0, 0), (0, 0), (1, 1), (1, 1), (0, 0)))
        of_taps = [
            padded[:, :, row : row + height, column : column + width]
            for row, column in np.ndindex(KERNEL_SIDE, KERNEL_SIDE)
        ]
        neighbours = np.concatenate(of_taps, axis=-1)
        inputs: int = KERNEL_SIDE**2 * channels
        products = neighbours.reshape(len(images), -1, inputs) @ self.kernel
        return products.reshape(*others, height, width, -1)

    def _read(self, values: NDArray[np.float32]) -> NDArray[np.float32]:
        """The values at the positions that are read of each image."""
        *_, height, width, units = values.shape
        rows, columns = (grid_places(side, grid_side(units)) for side in (height, width))
        return values[:, :, rows][:, :, :, columns].reshape(len(values), -1, units)


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
        values = first.values(first)
        std = values.std(axis=(1, 2), dtype=np.float64)
        start = by_neuron(values)
        measures = {}
        for part, moved in (
            ("previous_layers", first.values(now)),
            ("own_weights", now.values(first)),
        ):
            found = distance(start, by_neuron(moved))
            measures[f"drift_{part}"] = found
            measures[f"drift_{part}{IN_STD}"] = np.where(std > 0, found / std, np.nan)
        return measures
