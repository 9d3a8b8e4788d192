"""Needs: what a view draws that not every run has measured, and which run has it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bnviz.recording.frame_layout import FrameLayout
from bnviz.settings import Settings

_PLANE = "moons"


@dataclass(frozen=True)
class Need:
    """What a view draws that not every run has measured.

    Attributes:
        is_met: Says whether frames of a layout have it.
        reason: Why a run does not have it, to follow a semicolon.
        offer: What a button says that trains a run which has it.
        changes: The settings in which that run differs, by name.
    """

    is_met: Callable[[FrameLayout], bool]
    reason: str
    offer: str
    changes: Mapping[str, str | bool]

    def meet(self, settings: Settings) -> Settings:
        """The settings nearest to these whose run has it."""
        return settings.replace(**self.changes)


COSTLY = Need(
    lambda layout: layout.deep,
    "this run was trained without the costly measures that this takes (“look deeper”)",
    "Train the same settings with the costly measures",
    {"deep": True},
)
EXAMPLES = Need(
    lambda layout: layout.header.keeps_examples,
    "this run was recorded by an earlier version, which kept them only among the costly measures",
    "Train the same settings again",
    {},
)
PLANE = Need(
    lambda layout: layout.plane,
    "the examples of this run have more than two features, so they are not points in a plane",
    f"Train the same settings on the {_PLANE} data",
    {"dataset": _PLANE, "upload": ""},
)
BATCH_NORM = Need(
    lambda layout: bool(layout.header.batch_norm_arms),
    "none of these networks began with Batch Normalization",
    "",
    {},
)
MOVING = Need(
    lambda layout: bool(layout.header.moving_arms),
    "none of these networks keeps moving statistics",
    "",
    {},
)
NORMALIZED = Need(
    lambda layout: bool(layout.header.normalized_arms or layout.header.arms_by("weight")),
    "none of these networks began with a normalization",
    "",
    {},
)
GRADIENTS = Need(
    lambda layout: layout.header.knows("gradient_norm"),
    "the gradients of these networks were not recorded",
    "",
    {},
)
KERNELS = Need(
    lambda layout: layout.header.knows("effective_rate"),
    "the weights of these networks and their learning rate were not recorded",
    "",
    {},
)
DETAIL = Need(
    lambda layout: layout.detail,
    "this run was recorded without it",
    "Train the same settings",
    {},
)
PROPAGATION = Need(
    lambda layout: layout.header.measures_propagation,
    "this run was recorded by an earlier version, which did not measure this",
    "Train the same settings again",
    {},
)
