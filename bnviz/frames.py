"""Frame: everything measured at one recorded step, and its binary layout.

A frame is one record of a NumPy structured dtype that follows from the settings alone. The worker
fills it, the wire carries its bytes, the browser reads the same bytes by the offsets that `schema`
lists, and a recording is an array of such records. Nothing converts it on the way; what few views
draw is left out until one of them is opened.
"""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bnviz.settings import PLANE_DATASETS, Settings

#: One record of `FrameLayout.dtype`.
Frame = np.void
Frames = NDArray[np.void]

#: The networks that can be compared, and what they are called on pages and in reports.
ARM_LABELS = {
    "none": "without BN",
    "bn": "with BN",
    "bn_other": "BN on the other side",
    "layer_norm": "layer norm",
    "noisy_bn": "noisy BN",
}
#: Those of every run; a third is added by `Settings.third_arm`.
ARMS = ("none", "bn")
#: Those with a gamma and a beta a neuron, and of these the ones with statistics of a batch.
BN_ARMS = ("bn", "bn_other", "noisy_bn")
NORMALIZED_ARMS = (*BN_ARMS, "layer_norm")
#: What distributions are kept of: the inputs and the outputs of each non-linearity.
QUANTITIES = ("pre_activation", "activation")
#: Percentiles kept of each distribution, in percent.
PERCENTILES = (5, 15, 25, 50, 75, 85, 95)
#: Training examples on which distributions are measured, at the most.
PROBE_SIZE = 256
#: Validation examples measured in each frame, at the most.
VALIDATION_SIZE = 2_000
#: Frames of a run, about.
NUM_FRAMES = 300
#: Above 1, frames stand denser at the start of a run, where most happens.
DENSITY = 1.25
#: Bytes kept of a digest in a frame.
DIGEST_SIZE = 8
#: Neurons of which figures of their own are kept, over all layers, and in each layer at least.
MAX_NEURONS = 1_024
MIN_NEURONS = 8
#: Points a side of the grid on which the classifier of a data set in the plane is drawn, and how
#: far it reaches from 0 in standard deviations of the features.
PLANE_GRID = 40
PLANE_RANGE = 3.2
#: Class of a place among the points of the plane at which there is none.
NO_POINT = 255
#: Examples of the probe whose values are kept one by one in deep frames.
BATCH_VALUES = 32
#: Statistics by which a network with BN can be evaluated: of the validation examples as one batch,
#: the moving ones, those of the training examples (PreciseBN), and of each example alone.
INFERENCE_STATISTICS = ("batch", "moving", "precise", "alone")


def frame_steps(steps: int) -> NDArray[np.int64]:
    """The steps that are recorded: every one, or about `NUM_FRAMES` of them, denser at the start.

    Args:
        steps: Training steps of the run.

    Returns:
        Strictly increasing, shape (num_frames,).
    """
    if steps <= NUM_FRAMES:
        return np.arange(steps + 1)
    share = np.linspace(0.0, 1.0, NUM_FRAMES + 1)
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
        plane: Whether the examples are points in a plane, so that the classifier can be drawn.
        deep: Whether the measures that cost much are among them.
        detail: Whether what fills most of a frame and few views draw is among them: the figures of
            single neurons, and the classifier in the plane.
    """

    arms: tuple[str, ...]
    hidden_layers: int
    units: int
    activation: str
    plane: bool = False
    deep: bool = False
    detail: bool = True

    @classmethod
    def of(cls, settings: Settings) -> "FrameLayout":
        """The layout of a run's frames."""
        return cls(
            ARMS if settings.third_arm == "no" else (*ARMS, settings.third_arm),
            settings.hidden_layers,
            settings.units,
            settings.activation,
            plane=settings.dataset in PLANE_DATASETS,
            deep=settings.deep,
        )

    @cached_property
    def overview(self) -> "FrameLayout":
        """The same without detail."""
        return replace(self, detail=False)

    def select(self, frames: Frames) -> Frames:
        """Frames of another layout that has all fields of this one, in this one."""
        part: Frames = np.zeros(len(frames), self.dtype)
        for name in self.dtype.names or ():
            if name not in self.arms:
                part[name] = frames[name]
                continue
            for field in self.dtype[name].names or ():
                part[name][field] = frames[name][field]
        return part

    @property
    def neurons(self) -> int:
        """Neurons of each layer of which figures of their own are kept, the first ones."""
        return min(self.units, max(MIN_NEURONS, MAX_NEURONS // self.hidden_layers))

    @cached_property
    def dtype(self) -> np.dtype[np.void]:
        """Structured dtype of a frame: `step`, then one field an arm.

        Of each arm: `seconds` (training time so far), `diverged_at` (step, or -1), the digests of
        the pair certificate, losses and accuracies; `change_losses` are the validation loss
        right before and right after a change of BN that was made since the frame before, else NaN.

        Of each hidden layer: `saturated` and `dead` (shares, NaN where the activation has none);
        for both quantities `counts` (the first below and the last above all edges), `nan` (values
        that are no number), `percentiles`, `mean` and `std` (of the finite values); `drift_step`
        and `drift_start` (1-Wasserstein distance of the pre-activations to those of the frame
        before, and to those of step 0, in units of the earlier one's standard deviation).

        Of each Dense layer, the output's last: `gradient_norm` (L2 norm of the gradient of the
        last batch's loss with respect to the kernel) and `update_ratio`
        (log10 of std(update) / std(kernel) at that step); NaN at step 0.

        Of the first neurons of each hidden layer: `neuron_mean`, `neuron_std` and
        `neuron_percentiles` of the pre-activation; with normalization `gamma` and `beta`; with
        BN what enters it: `batch_mean` and `batch_variance` on the probe, `moving_mean` and
        `moving_variance`.

        In the plane: `points` (of the probe, as 16-bit shares of `PLANE_RANGE`) and
        `point_classes` of the frame; of each arm `boundary` (probability of class 1 times 255, on
        a grid from -PLANE_RANGE to PLANE_RANGE, rows by the second feature).

        If deep: of each hidden layer `gradient_shift` and `gradient_cosine` (Santurkar et al.
        2018, Definition 2.1), and `batch_values` (what enters BN, or the activation, for single
        examples); of each arm `landscape_loss`, `landscape_gradient` (lowest and highest) and
        `effective_beta` along the gradient (section 3.2 there); `inference_loss` and
        `inference_accuracy` by each of `INFERENCE_STATISTICS`.
        """
        fields: list[Any] = [("step", np.uint32)]
        if self.plane and self.detail:
            fields += [
                ("points", np.int16, (PROBE_SIZE, 2)),
                ("point_classes", np.uint8, (PROBE_SIZE,)),
            ]
        fields += [(name, np.dtype(self._arm(name), align=True)) for name in self.arms]
        return np.dtype(fields, align=True)

    def _arm(self, name: str) -> list[Any]:
        """The fields of one arm."""
        layers, each = self.hidden_layers, (self.hidden_layers, self.neurons)
        largest = PROBE_SIZE * self.units
        count = np.uint16 if largest <= np.iinfo(np.uint16).max else np.uint32
        arm: list[Any] = [
            ("seconds", np.float32),
            ("diverged_at", np.int32),
            ("data_digest", np.uint8, (DIGEST_SIZE,)),
            ("kernels_digest", np.uint8, (DIGEST_SIZE,)),
            ("batches_digest", np.uint8, (DIGEST_SIZE,)),
            ("change_losses", np.float32, (2,)),
            ("train_loss", np.float32),
            ("train_accuracy", np.float32),
            ("validation_loss", np.float32),
            ("validation_accuracy", np.float32),
            ("saturated", np.float32, (layers,)),
            ("dead", np.float32, (layers,)),
            ("drift_step", np.float32, (layers,)),
            ("drift_start", np.float32, (layers,)),
            ("gradient_norm", np.float32, (layers + 1,)),
            ("update_ratio", np.float32, (layers + 1,)),
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
        if self.detail:
            arm += self._details(name)
        if self.deep:
            arm += [
                ("gradient_shift", np.float32, (layers,)),
                ("gradient_cosine", np.float32, (layers,)),
                ("landscape_loss", np.float32, (2,)),
                ("landscape_gradient", np.float32, (2,)),
                ("effective_beta", np.float32),
                ("inference_loss", np.float32, (len(INFERENCE_STATISTICS),)),
                ("inference_accuracy", np.float32, (len(INFERENCE_STATISTICS),)),
            ]
        if self.deep and self.detail:
            arm.append(("batch_values", np.float32, (*each, BATCH_VALUES)))
        return arm

    def _details(self, name: str) -> list[Any]:
        """The fields of one arm that few views draw."""
        each = (self.hidden_layers, self.neurons)
        of_neurons = ["neuron_mean", "neuron_std"]
        of_neurons += ["gamma", "beta"] if name in NORMALIZED_ARMS else []
        if name in BN_ARMS:
            of_neurons += ["batch_mean", "batch_variance", "moving_mean", "moving_variance"]
        details: list[Any] = [(field, np.float32, each) for field in of_neurons]
        details.append(("neuron_percentiles", np.float32, (*each, len(PERCENTILES))))
        if self.plane:
            details.append(("boundary", np.uint8, (PLANE_GRID, PLANE_GRID)))
        return details

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
