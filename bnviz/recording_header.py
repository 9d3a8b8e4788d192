"""Header of a recording: what was compared and what was measured, whatever the networks were.

Everything that reads frames needs this much and no more, so a recording of other networks than
the laboratory's own needs no `Settings`.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bnviz.frame_schema import VERSION
from bnviz.frames import (
    ARM_LABELS,
    ARMS,
    BN_ARMS,
    NORMALIZED_ARMS,
    QUANTITIES,
    edges,
    frame_steps,
)
from bnviz.settings import BN_POSITIONS, PLANE_DATASETS, Settings


@dataclass(frozen=True)
class ArmSpec:
    """One of the networks compared.

    Attributes:
        name: Name of its field in a frame.
        label: What it is called on pages and in reports.
        normalization: What it normalizes by: "none", "batch" or "layer".
    """

    name: str
    label: str
    normalization: str = "none"


@dataclass(frozen=True)
class LayerSpec:
    """One of the hidden layers that are measured, the same in every arm.

    Attributes:
        name: What it is called.
        width: Its units.
        activation: Name of its non-linearity.
    """

    name: str
    width: int
    activation: str


@dataclass(frozen=True)
class QuantitySpec:
    """What distributions are kept of.

    Attributes:
        name: Begins the names of its measures.
        edges: Histogram edges, the same for every arm, layer and step; strictly increasing single
            precision numbers.
    """

    name: str
    edges: tuple[float, ...]


@dataclass(frozen=True)
class RecordingHeader:
    """What was compared and what was measured.

    Attributes:
        arms: The networks, one at least.
        layers: The hidden layers that are measured, one at least.
        quantities: What distributions are kept of.
        steps: The steps recorded in a complete run, strictly increasing.
        plane: Whether the examples are points in a plane, so that the classifier can be drawn.
        deep: Whether the costly measures are taken.
        version: The version of the measures (`bnviz.frame_schema.VERSION`).
    """

    arms: tuple[ArmSpec, ...]
    layers: tuple[LayerSpec, ...]
    quantities: tuple[QuantitySpec, ...]
    steps: tuple[int, ...]
    plane: bool = False
    deep: bool = False
    version: int = VERSION

    @classmethod
    def of(cls, settings: Settings, *, version: int = VERSION) -> "RecordingHeader":
        """The header of a run of these settings, measured as in a version."""
        names = ARMS if settings.third_arm == "no" else (*ARMS, settings.third_arm)
        return cls(
            arms=tuple(ArmSpec(name, ARM_LABELS[name], _normalization(name)) for name in names),
            layers=tuple(
                LayerSpec(f"layer {number}", settings.units, settings.activation)
                for number in range(1, settings.hidden_layers + 1)
            ),
            quantities=tuple(
                QuantitySpec(name, tuple(edges(name, settings.activation).tolist()))
                for name in QUANTITIES
            ),
            steps=tuple(frame_steps(settings.steps).tolist()),
            plane=settings.dataset in PLANE_DATASETS,
            deep=settings.deep,
            version=version,
        )

    @property
    def splits_drift(self) -> bool:
        """Whether drift is split by who moved the values; the first version pooled it."""
        return self.version > 1

    @property
    def measures_propagation(self) -> bool:
        """Whether frames tell how examples, spread and gradient propagate, and the kernels' norms.

        The first two versions did not measure them.
        """
        return self.version > 2

    @property
    def keeps_answers(self) -> bool:
        """Whether frames tell what the arms answer to some examples; the first four do not."""
        return self.version > 4

    @property
    def keeps_scores(self) -> bool:
        """Whether frames tell the standard scores of some examples; the first five do not."""
        return self.version > 5

    @property
    def keeps_examples(self) -> bool:
        """Whether frames tell the way of single examples through each neuron with BN.

        Up to the fifth version they did if the costly measures were taken.
        """
        return self.keeps_scores or self.deep

    def edges(self, quantity: str) -> NDArray[np.float32]:
        """Histogram edges of a quantity, shape (num_bins + 1,)."""
        (spec,) = (each for each in self.quantities if each.name == quantity)
        return np.array(spec.edges, np.float32)


def normalization_position(settings: Settings, arm: str) -> str:
    """Returns whether an arm normalizes "before" or "after" the activation, or "" for neither.

    Args:
        settings: Settings of the run; `bn_position` is read.
        arm: One of `bnviz.frames.ARM_LABELS`.
    """
    if arm not in NORMALIZED_ARMS:
        return ""
    if arm == "bn_other":
        return next(other for other in BN_POSITIONS if other != settings.bn_position)
    return settings.bn_position


def _normalization(arm: str) -> str:
    if arm in BN_ARMS:
        return "batch"
    return "layer" if arm in NORMALIZED_ARMS else "none"
