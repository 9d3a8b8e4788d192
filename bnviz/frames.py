"""Frame: everything measured at one recorded step, and its binary layout.

A frame is one record of a NumPy structured dtype that follows from the settings alone. The worker
fills it, the wire carries its bytes, the browser reads the same bytes by the offsets that `schema`
lists, and a recording is an array of such records. Nothing converts it on the way.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bnviz.settings import Settings

#: One record of `FrameLayout.dtype`.
Frame = np.void
Frames = NDArray[np.void]

#: The networks under comparison, and what they are called on pages and in reports.
ARM_LABELS = {"none": "without BN", "bn": "with BN"}
ARMS = tuple(ARM_LABELS)
#: What distributions are kept of: the inputs and the outputs of each non-linearity.
QUANTITIES = ("pre_activation", "activation")
#: Percentiles kept of each distribution, in percent.
PERCENTILES = (5, 15, 25, 50, 75, 85, 95)
#: Training examples on which distributions are measured, at the most.
PROBE_SIZE = 256
#: Frames of a run, about.
FRAMES = 300
#: Above 1, frames stand denser at the start of a run, where most happens.
DENSITY = 1.25
#: Bytes kept of a digest in a frame.
DIGEST_SIZE = 8


def frame_steps(steps: int) -> NDArray[np.int64]:
    """The steps that are recorded: every one, or about `FRAMES` of them, denser at the start.

    Args:
        steps: Training steps of the run.

    Returns:
        Strictly increasing, shape (num_frames,).
    """
    if steps <= FRAMES:
        return np.arange(steps + 1)
    share = np.linspace(0.0, 1.0, FRAMES + 1)
    return np.unique(np.round(steps * share**DENSITY).astype(np.int64))


def _value_edges() -> NDArray[np.float32]:
    positive = np.concatenate(
        [
            np.arange(30) * 0.1,
            3 + np.arange(12) * 0.25,
            np.geomspace(6.0, 1e6, 13),
        ]
    )
    return np.concatenate([-positive[:0:-1], positive]).astype(np.float32)


#: Edges for values without bounds: 0.1 wide around 0, wider outwards, logarithmic from 6 to 1e6,
#: so that one set shows a collapse to a tenth and an explosion to a million alike.
VALUE_EDGES = _value_edges()
#: Activations whose values have bounds.
ACTIVATION_RANGES = {"sigmoid": (0.0, 1.0), "tanh": (-1.0, 1.0)}


def edges(quantity: str, activation: str) -> NDArray[np.float32]:
    """Histogram edges, the same for every arm, layer and step.

    Args:
        quantity: One of `QUANTITIES`.
        activation: Name of the non-linearity.

    Returns:
        Strictly increasing, shape (num_bins + 1,). A bin holds its left edge, the last one both.
    """
    if quantity == "activation" and activation in ACTIVATION_RANGES:
        return np.linspace(*ACTIVATION_RANGES[activation], 65, dtype=np.float32)
    return VALUE_EDGES


@dataclass(frozen=True)
class FrameLayout:
    """Where each measure of a frame stands.

    Attributes:
        arms: Names of the networks compared.
        hidden_layers: Layers whose distributions are kept.
        units: Neurons in each of them.
        activation: Name of their non-linearity.
    """

    arms: tuple[str, ...]
    hidden_layers: int
    units: int
    activation: str

    @classmethod
    def of(cls, settings: Settings) -> "FrameLayout":
        """The layout of a run's frames."""
        return cls(ARMS, settings.hidden_layers, settings.units, settings.activation)

    @cached_property
    def dtype(self) -> np.dtype[np.void]:
        """Structured dtype of a frame: `step`, then one field an arm.

        Of each arm: `seconds` (training time so far), `diverged_at` (step, or -1), the digests of
        the pair certificate, losses and accuracies; and of each hidden layer `saturated` and
        `dead` (shares, NaN where the activation has none) and, for both quantities, `counts` (the
        first below and the last above all edges), `nan` (values that are no number),
        `percentiles`, `mean` and `std` (of the finite values).
        """
        layers = self.hidden_layers
        largest = PROBE_SIZE * self.units
        count = np.uint16 if largest <= np.iinfo(np.uint16).max else np.uint32
        arm: list[Any] = [
            ("seconds", np.float32),
            ("diverged_at", np.int32),
            ("data_digest", np.uint8, (DIGEST_SIZE,)),
            ("kernels_digest", np.uint8, (DIGEST_SIZE,)),
            ("batches_digest", np.uint8, (DIGEST_SIZE,)),
            ("train_loss", np.float32),
            ("train_accuracy", np.float32),
            ("validation_loss", np.float32),
            ("validation_accuracy", np.float32),
            ("saturated", np.float32, (layers,)),
            ("dead", np.float32, (layers,)),
        ]
        for quantity in QUANTITIES:
            bins = len(edges(quantity, self.activation)) - 1
            arm += [
                (f"{quantity}_counts", count, (layers, bins + 2)),
                (f"{quantity}_nan", np.uint32, (layers,)),
                (f"{quantity}_percentiles", np.float32, (layers, len(PERCENTILES))),
                (f"{quantity}_mean", np.float32, (layers,)),
                (f"{quantity}_std", np.float32, (layers,)),
            ]
        arm_dtype = np.dtype(arm, align=True)
        return np.dtype(
            [("step", np.uint32), *((name, arm_dtype) for name in self.arms)], align=True
        )

    def schema(self) -> dict[str, Any]:
        """The layout for readers in other languages.

        Returns:
            `size`, the bytes of a frame, and `fields`: by path (`step`, `bn/train_loss`) the byte
            `offset`, the little-endian `type` as in NumPy's array interface, and the `shape`.
        """
        entries: dict[str, Any] = {}

        def add(path: str, dtype: np.dtype[Any], offset: int) -> None:
            base, shape = dtype.subdtype or (dtype, ())
            if base.fields is None:
                entries[path] = {"offset": offset, "type": base.str[1:], "shape": list(shape)}
                return
            for name, (inner, inner_offset, *_) in base.fields.items():
                add(f"{path}/{name}" if path else name, inner, offset + inner_offset)

        add("", self.dtype, 0)
        return {"size": self.dtype.itemsize, "fields": entries}
