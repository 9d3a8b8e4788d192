"""Layout: where each measure stands in the bytes of a frame.

A frame is one record of a NumPy structured dtype that follows from the recording's header and the
tables of `frame_schema`. The worker fills it, the wire carries its bytes, the browser reads
the same bytes by the offsets that `schema` lists, and a recording is an array of such records. No
step converts it; what few views draw is left out until one of them is opened.
"""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from bnviz.recording.frame_schema import (
    ARM_MEASURES,
    COSTLY_MEASURES,
    COUNT,
    DETAIL_MEASURES,
    FRAME_MEASURES,
    QUANTITY_MEASURES,
    VERSION,
    Measure,
)
from bnviz.recording.frames import (
    BATCH_VALUES,
    DIGEST_SIZE,
    INFERENCE_STATISTICS,
    MAX_NEURONS,
    MIN_NEURONS,
    NUM_GUESSES,
    NUM_SHOWN,
    NUM_SINGLE,
    PERCENTILES,
    PLANE_GRID,
    PROBE_SIZE,
    Frames,
)
from bnviz.recording.header import RecordingHeader
from bnviz.recording.map_plan import MapPlan
from bnviz.recording.networks import ArmSpec
from bnviz.settings import Settings


@dataclass(frozen=True)
class FrameLayout:
    """Where each measure of a frame stands.

    Attributes:
        header: What is compared and measured.
        detail: Whether what fills most of a frame and few views draw is part of it: the numbers of
            single neurons, and the classifier in the plane.
    """

    header: RecordingHeader
    detail: bool = True

    @classmethod
    def of(cls, settings: Settings) -> "FrameLayout":
        """The layout of a run's frames."""
        return cls(RecordingHeader.of(settings))

    @cached_property
    def overview(self) -> "FrameLayout":
        """The same layout without detail."""
        return replace(self, detail=False)

    def select(self, frames: Frames) -> Frames:
        """Frames of a layout that has all fields of this one, converted to this one."""
        selected: Frames = np.zeros(len(frames), self.dtype)
        for name in self.dtype.names or ():
            if name not in self.arms:
                selected[name] = frames[name]
                continue
            for field in self.dtype[name].names or ():
                selected[name][field] = frames[name][field]
        return selected

    @cached_property
    def arms(self) -> tuple[str, ...]:
        """Names of the networks compared."""
        return tuple(arm.name for arm in self.header.arms)

    @property
    def hidden_layers(self) -> int:
        """Number of layers that are measured."""
        return len(self.header.layers)

    @cached_property
    def units(self) -> int:
        """Neurons of the widest layer."""
        return max(layer.width for layer in self.header.layers)

    @property
    def activation(self) -> str:
        """Name of the non-linearity of the first layer; the laboratory's networks have but one."""
        return self.header.layers[0].activation

    @property
    def plane(self) -> bool:
        """Whether the examples are points in a plane, so that the classifier can be drawn."""
        return self.header.plane

    @property
    def deep(self) -> bool:
        """Whether the costly measures are taken."""
        return self.header.deep

    @property
    def neurons(self) -> int:
        """How many neurons of the widest layer have measures of their own; they are the first ones.

        The rows of narrower layers are as long and end with NaN, those of scores with `NO_SCORE`.
        """
        return min(self.units, max(MIN_NEURONS, MAX_NEURONS // self.hidden_layers))

    def neurons_of(self, layer: int) -> int:
        """How many neurons of a layer, counted from 0, have measures of their own."""
        return min(self.header.layers[layer].width, self.neurons)

    @cached_property
    def maps(self) -> MapPlan | None:
        """Of which channels and examples frames with detail hold whole maps; None if of none."""
        return MapPlan.of(self.header)

    @cached_property
    def dtype(self) -> np.dtype[np.void]:
        """Structured dtype of a frame: its own measures, then one field for each arm's.

        The fields, their order, shapes and meanings are those of `bnviz.recording.frame_schema`.
        """
        fields = self._fields(FRAME_MEASURES)
        fields += [(arm.name, self._arm_dtype(arm)) for arm in self.header.arms]
        return np.dtype(fields, align=True)

    def _arm_dtype(self, arm: ArmSpec) -> np.dtype[np.void]:
        fields = self._fields(ARM_MEASURES, arm)
        for quantity in self.header.quantities:
            measures = tuple(measure.of(quantity.name) for measure in QUANTITY_MEASURES)
            fields += self._fields(measures, arm, counts=len(quantity.edges) + 1)
        fields += self._fields((*DETAIL_MEASURES, *COSTLY_MEASURES), arm)
        return np.dtype(fields, align=True)

    def _fields(
        self, measures: tuple[Measure, ...], arm: ArmSpec | None = None, **sizes: int
    ) -> list[Any]:
        """Those of the measures that a frame has, as fields of a dtype."""
        wide = self.header.keeps_wide_scores
        holds = {
            "plane": self.plane,
            "deep": self.deep,
            "detail": self.detail,
            "bytes": not wide,
            "convolution": wide,
            "maps": self.maps is not None,
        }
        if arm:
            holds["normalized"] = arm.has_gamma
            holds["batch_norm"] = arm.normalization == "batch"
            holds["dynamic_tanh"] = arm.normalization == "dyt"
            holds["weight_norm"] = arm.normalization == "weight"
        sizes = self._sizes | sizes
        return [
            (
                measure.name,
                self._count_type if measure.dtype == COUNT else measure.dtype,
                tuple(sizes[each] if isinstance(each, str) else each for each in measure.shape),
            )
            for measure in measures
            if measure.since <= self.header.version <= (measure.until or VERSION)
            and all(holds[condition] for condition in measure.present_if)
        ]

    @cached_property
    def _sizes(self) -> dict[str, int]:
        """Sizes of the dimensions by name, without `counts`, which depends on the quantity."""
        maps = self.maps
        of_maps = {
            "map_channels": maps.channels if maps else 0,
            "map_examples": maps.examples if maps else 0,
            "map_places": maps.places if maps else 0,
        }
        return of_maps | {
            "layers": self.hidden_layers,
            "kernels": self.hidden_layers + 1,
            "neurons": self.neurons,
            "percentiles": len(PERCENTILES),
            "probe": PROBE_SIZE,
            "examples": BATCH_VALUES,
            "single": NUM_SINGLE,
            "shown": NUM_SHOWN,
            "guesses": NUM_GUESSES,
            "grid": PLANE_GRID,
            "statistics": len(INFERENCE_STATISTICS),
            "digest": DIGEST_SIZE,
        }

    @property
    def _count_type(self) -> str:
        values = max(layer.width * layer.positions for layer in self.header.layers)
        fits = PROBE_SIZE * values <= np.iinfo(np.uint16).max
        return "uint16" if fits else "uint32"

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
