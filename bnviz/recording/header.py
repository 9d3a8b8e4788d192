"""Header of a recording: what was compared and what was measured, whatever the networks were.

Everything that reads frames needs this much and no more. A run of the laboratory has its `Settings`
besides, which tell how to train it again.
"""

import hashlib
import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from bnviz.recording.arm_colours import ARM_COLOURS, FURTHER_COLOURS
from bnviz.recording.described import described
from bnviz.recording.frame_schema import VERSION
from bnviz.recording.frames import (
    ACTIVATION_RANGES,
    ARM_ADDITIONS,
    ARM_LABELS,
    ARMS,
    NORMALIZED_ARMS,
    QUANTITIES,
    edges,
    frame_steps,
)
from bnviz.recording.networks import (
    MOVING_NORMALIZATIONS,
    NUMBERED,
    ArmSpec,
    LayerSpec,
    NormSpec,
    grid_side,
)
from bnviz.settings import Settings
from bnviz.settings.architectures import closing_layers, convolves
from bnviz.settings.bn_changes import BN_ARMS, built_after
from bnviz.settings.choices import BN_POSITIONS, IMAGE_SHAPES, PLANE_DATASETS, UPLOAD
from bnviz.settings.interventions import Intervention

#: What the arms without BN normalize by.
_KINDS = {
    "layer_norm": "layer",
    "group_norm": "group",
    "instance_norm": "instance",
    "rms_norm": "rms",
    "renorm": "renorm",
    "ghost_bn": "ghost",
    "dyt": "dyt",
    "weight_norm": "weight",
}


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
        version: The version of the measures (`bnviz.recording.frame_schema.VERSION`).
        title: What is shown, in a few words.
        about: Data, networks and training in a line.
        batch_size: Examples of a step; None if it is not known or not always the same.
        learning_rate: The rate at step 0; None if it is not known or changes by a schedule.
        changes: What was changed in mid-run, in the order of the steps.
        unknown: Names of measures that are not taken of these networks; they are NaN or 0.
        settings: How the laboratory trains it again; None if it cannot.
    """

    arms: tuple[ArmSpec, ...]
    layers: tuple[LayerSpec, ...]
    quantities: tuple[QuantitySpec, ...]
    steps: tuple[int, ...]
    plane: bool = False
    deep: bool = False
    version: int = VERSION
    title: str = ""
    about: str = ""
    batch_size: int | None = None
    learning_rate: float | None = None
    changes: tuple[Intervention, ...] = ()
    unknown: tuple[str, ...] = ()
    settings: Settings | None = None

    @classmethod
    def of(cls, settings: Settings, *, version: int = VERSION) -> "RecordingHeader":
        """The header of a run of these settings, measured as in a version."""
        third = () if settings.third_arm == "no" else (settings.third_arm,)
        names = (ARMS[0], settings.second_arm, *third)
        what = ("dense", 1)
        if convolves(settings.architecture):
            what = ("convolution", grid_side(settings.units) ** 2)
        layers = tuple(
            LayerSpec(f"{NUMBERED}{number}", settings.units, settings.activation, *what)
            for number in range(1, settings.hidden_layers + 1)
        )
        return cls(
            arms=tuple(_arm(settings, name) for name in names),
            layers=layers,
            quantities=quantities(layers),
            steps=tuple(frame_steps(settings.steps).tolist()),
            plane=settings.dataset in PLANE_DATASETS,
            deep=settings.deep,
            version=version,
            title="The same network "
            + " and ".join(arm_addition(settings, name) for name in names),
            about=described(settings),
            batch_size=settings.batch_size,
            learning_rate=settings.learning_rate,
            changes=settings.changes,
            settings=settings,
        )

    @property
    def num_steps(self) -> int:
        """Training steps of a complete run."""
        return self.steps[-1]

    @cached_property
    def digest(self) -> str:
        """16 hexadecimal characters that identify what was run."""
        if self.settings is not None:
            return self.settings.digest
        return hashlib.sha256(repr(self).encode()).hexdigest()[:16]

    @property
    def from_upload(self) -> bool:
        """Whether the examples are those of a viewer's own file, nothing of which is written."""
        return self.settings is not None and self.settings.dataset == UPLOAD

    def arm(self, name: str) -> ArmSpec:
        """One of the networks by its name."""
        return next(arm for arm in self.arms if arm.name == name)

    def counterpart(self, name: str, other: "RecordingHeader") -> str | None:
        """The network of another recording that is drawn as one of these; None if it has none.

        One that is called the same and normalizes alike; else one of the same colour, if that has
        a meaning and the other network is none of these by its name.

        Args:
            name: Of the network.
            other: The header of the other recording.
        """
        ours = self.arm(name)
        theirs = {(arm.label, arm.normalization): arm.name for arm in other.arms}
        called = (ours.label, ours.normalization)
        if called in theirs:
            return theirs[called]
        taken = {(arm.label, arm.normalization) for arm in self.arms}
        alike = (
            name
            for label, name in theirs.items()
            if label not in taken
            and other.arm(name).colour == ours.colour
            and ours.colour not in FURTHER_COLOURS
        )
        return next(alike, None)

    def shares_layers(self, other: "RecordingHeader") -> bool:
        """Whether layers in the same place stand for each other: numbered, or of the same names."""
        ours, theirs = ([layer.name for layer in each.layers] for each in (self, other))
        return ours == theirs or all(name.startswith(NUMBERED) for name in (*ours, *theirs))

    def adds_skip(self, arm: str, layer: int) -> str:
        """Where a network adds the input of a residual block in a layer, the second of the block.

        Args:
            arm: Name of the network.
            layer: The layer, counted from 0.

        Returns:
            "before" or "after" the activation; "" in any other layer, and where it is not known.
        """
        settings = self.settings
        if settings is None or layer + 1 not in self.closing_layers:
            return ""
        return normalization_position(settings, arm) or settings.bn_position

    @property
    def moved_skips(self) -> tuple[str, ...]:
        """Names of the networks that do not add skips where the first one adds them."""
        first, *others = self.arms
        return tuple(
            arm.name
            for arm in others
            if any(
                self.adds_skip(arm.name, layer - 1) != self.adds_skip(first.name, layer - 1)
                for layer in self.closing_layers
            )
        )

    @property
    def closing_layers(self) -> range:
        """The layers, counted from 1, that are known to be the second of a residual block."""
        architecture = "dense" if self.settings is None else self.settings.architecture
        return closing_layers(architecture, len(self.layers))

    @property
    def convolves(self) -> bool:
        """Whether all layers are convolutions, whose neurons are channels."""
        return all(layer.kind == "convolution" for layer in self.layers)

    def of_channels(self, text: str) -> str:
        """A text about neurons in the words for these networks: of channels, if they convolve."""
        if not self.convolves:
            return text
        return text.replace("neuron", "channel").replace("Neuron", "Channel")

    def knows(self, measure: str) -> bool:
        """Whether a measure that frames have is taken of these networks."""
        return measure not in self.unknown

    @property
    def splits_drift(self) -> bool:
        """Whether drift is split by who moved the values; the first version pooled it."""
        return self.version > 1 and self.knows("drift_whole")

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
    def keeps_wide_scores(self) -> bool:
        """Whether scores have two bytes, since they are of one of many positions of an example.

        Those of watched models have one byte whatever their layers are, as in the sixth version.
        """
        return self.version > 6 and self.convolves and self.settings is not None

    @property
    def keeps_maps(self) -> bool:
        """Whether frames hold whole maps of channels; the first six have none.

        Nor have those of a viewer's own images, of which a map would show much.
        """
        settings = self.settings
        known = settings is not None and settings.dataset in IMAGE_SHAPES
        return self.version > 6 and self.convolves and known

    @property
    def keeps_examples(self) -> bool:
        """Whether frames tell the way of single examples through each neuron with BN.

        Up to the fifth version they did if the costly measures were taken.
        """
        return self.keeps_scores or self.deep

    @property
    def batch_norm_arms(self) -> tuple[str, ...]:
        """Names of the networks with Batch Normalization."""
        return self.arms_by("batch")

    @property
    def moving_arms(self) -> tuple[str, ...]:
        """Names of the networks that keep moving statistics for inference at any time."""
        return self.moving_arms_between(0, math.inf)

    def moving_arms_between(self, first: float, last: float) -> tuple[str, ...]:
        """Names of the networks that keep moving statistics in frames from a step to another."""
        return tuple(
            arm.name for arm in self.arms if self.moving_normalization(arm.name, first, last)
        )

    def moving_normalization(self, name: str, first: float = 0, last: float = math.inf) -> str:
        """Which of `MOVING_NORMALIZATIONS` a network has in frames of some steps.

        Args:
            name: Of the network; BN may be inserted into one that begins without any, and removed.
            first: The first of the steps.
            last: The last of them.

        Returns:
            The last one that it has then; "" if none of them.
        """
        found = ""
        for begin, end, normalization in self._normalizations(name):
            if begin <= last and end >= first and normalization in MOVING_NORMALIZATIONS:
                found = normalization
        return found

    def _normalizations(self, name: str) -> list[tuple[float, float, str]]:
        """The first and the last step at which frames show a network with each normalization."""
        found: list[tuple[float, float, str]] = []
        kind, begin, normalization = name, 0.0, self.arm(name).normalization
        for change in self.changes:
            after = built_after(kind, change.action)
            if after is not None and after[0] != kind:
                made = self.made_at(change)
                found.append((begin, made, normalization))
                kind, begin = after[0], made + 1
                normalization = "batch" if kind in BN_ARMS else "none"
        return [*found, (begin, math.inf, normalization)]

    def made_at(self, change: Intervention) -> float:
        """The recorded step at which a change is made, right after its frame; infinite if none."""
        return next((step for step in self.steps if step >= change.step), math.inf)

    def changed_after(self, name: str, action: str) -> int | None:
        """The step after whose frame a change of BN has been made to a network.

        Args:
            name: Of the network.
            action: One of `bnviz.interventions.BN_CHANGES`.

        Returns:
            None if it never is, or never concerns this network.
        """
        kind = name
        for change in self.changes:
            after = built_after(kind, change.action)
            if after is None:
                continue
            made = self.made_at(change)
            if change.action == action and made < math.inf:
                return int(made)
            kind = after[0]
        return None

    @property
    def normalized_arms(self) -> tuple[str, ...]:
        """Names of the networks that normalize, with a gamma for each neuron."""
        return tuple(arm.name for arm in self.arms if arm.has_gamma)

    @property
    def shifted_arms(self) -> tuple[str, ...]:
        """Names of the networks that normalize, with a beta for each neuron."""
        return tuple(arm.name for arm in self.arms if arm.has_beta)

    def arms_by(self, normalization: str) -> tuple[str, ...]:
        """Names of the networks that normalize so, as `ArmSpec.normalization` has it."""
        return tuple(arm.name for arm in self.arms if arm.normalization == normalization)

    def edges(self, quantity: str) -> NDArray[np.float32]:
        """Histogram edges of a quantity, shape (num_bins + 1,)."""
        (spec,) = (each for each in self.quantities if each.name == quantity)
        return np.array(spec.edges, np.float32)

    def bounds(self, quantity: str) -> tuple[float, float] | None:
        """The lowest and the highest value that a quantity can have; None without bounds."""
        return ACTIVATION_RANGES.get(_bounding(self.layers)) if quantity == "activation" else None


def quantities(layers: tuple[LayerSpec, ...]) -> tuple[QuantitySpec, ...]:
    """What distributions are kept of in layers, with edges that suit all of them."""
    activation = _bounding(layers)
    return tuple(QuantitySpec(name, tuple(edges(name, activation).tolist())) for name in QUANTITIES)


def _bounding(layers: tuple[LayerSpec, ...]) -> str:
    """The activation whose range all layers share; "" if they have none in common."""
    activations = {layer.activation for layer in layers}
    return activations.pop() if len(activations) == 1 else ""


def _arm(settings: Settings, name: str) -> ArmSpec:
    """One of the laboratory's networks."""
    position = normalization_position(settings, name)
    kind = "batch" if name in BN_ARMS else _KINDS.get(name, "none")
    norm = NormSpec(kind, position, settings.bn_epsilon) if position else None
    return ArmSpec(
        name,
        arm_label(settings, name),
        kind,
        _colour(settings, name),
        (norm,) * settings.hidden_layers,
        arm_addition(settings, name),
    )


def _colour(settings: Settings, name: str) -> str:
    """The colour of one of the laboratory's networks, which no other one of its run has."""
    colour = ARM_COLOURS[name]
    alike = name == settings.third_arm and ARM_COLOURS[settings.second_arm] == colour
    return FURTHER_COLOURS[1] if alike else colour


def arm_label(settings: Settings, arm: str) -> str:
    """Returns what an arm of a run is called, such as "with BN" or "BN after activation".

    Args:
        settings: Settings of the run; `bn_position` is read.
        arm: One of `bnviz.recording.frames.ARM_LABELS`.
    """
    if arm == "bn_other":
        return f"BN {normalization_position(settings, arm)} activation"
    if arm == ARMS[0] and "BN" not in ARM_LABELS[settings.second_arm]:
        # Beside layer norm alone, "without BN" would say nothing of what the first one lacks.
        third = ARM_LABELS.get(settings.third_arm, "")
        return ARM_LABELS[arm] if "BN" in third else "without norm"
    return ARM_LABELS[arm]


def arm_file_names() -> frozenset[str]:
    """Returns what arms are called in names of files and folders, whatever the run is."""
    placed = (f"BN {position} activation" for position in BN_POSITIONS)
    return frozenset(map(_file_name, (*ARM_LABELS.values(), "without norm", *placed)))


def arm_file_name(settings: Settings, arm: str) -> str:
    """Returns what an arm of a run is called in names of files and folders."""
    # One name whatever the position is: files of earlier versions have it.
    label = ARM_LABELS[arm] if arm == "bn_other" == settings.third_arm else arm_label(settings, arm)
    return _file_name(label)


def _file_name(label: str) -> str:
    return label.lower().replace(" ", "_")


def arm_addition(settings: Settings, arm: str) -> str:
    """Returns the same as an addition to a noun: "with BN after the activation"."""
    if arm == "bn_other":
        return f"with BN {normalization_position(settings, arm)} the activation"
    return arm_label(settings, arm) if arm == ARMS[0] else ARM_ADDITIONS[arm]


def arm_name(settings: Settings, arm: str) -> str:
    """Returns who learns: "BN", "layer norm"."""
    return arm_label(settings, arm).removeprefix("with ")


def normalization_position(settings: Settings, arm: str) -> str:
    """Returns whether an arm normalizes "before" or "after" the activation, or "" for neither.

    Args:
        settings: Settings of the run; `bn_position` is read.
        arm: One of `bnviz.recording.frames.ARM_LABELS`.
    """
    if arm not in NORMALIZED_ARMS:
        return ""
    if arm == "bn_other":
        return next(other for other in BN_POSITIONS if other != settings.bn_position)
    return settings.bn_position
