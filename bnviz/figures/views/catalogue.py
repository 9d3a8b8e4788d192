"""Views: the figures that the page offers, by name."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bnviz.figures.live import LiveFigure
from bnviz.figures.view import CHOICES, MAX_BY_HAND, NUMBERS, TITLES, View
from bnviz.figures.views import (
    decision,
    drift,
    generalisation,
    gradients,
    inference,
    inside,
    landscape,
    layers,
    neurons,
    scale_and_shift,
)
from bnviz.frame_layout import FrameLayout
from bnviz.recording import Recording

_DEEP = "needs the dear measures: switch on “look deeper” under More settings and train"
_PLANE = "needs examples that are points in a plane: choose a data set such as moons and train"


def _always(_: FrameLayout) -> str:
    return ""


def _none(*_: object) -> None:
    return None


def _deep(layout: FrameLayout) -> str:
    return "" if layout.deep else _DEEP


def _plane(layout: FrameLayout) -> str:
    return "" if layout.plane else _PLANE


@dataclass(frozen=True)
class ViewSpec:
    """A view that the page offers.

    Attributes:
        figure: Builds it.
        reading: How to read it, in a few sentences.
        choices: Names of the attributes of `View` that make a difference to it.
        lacks: What a recording with a layout lacks for it, or "".
        ranges: The ends of axes that follow from the frames so far.
        detail: Whether it draws what the overview of a layout leaves out.
    """

    figure: Callable[[Recording, View], LiveFigure]
    reading: str
    choices: tuple[str, ...]
    unavailable_reason: Callable[[FrameLayout], str] = _always
    ranges: Callable[[Recording, View], object] = _none
    detail: bool = False


#: Every view, by the names of `TITLES`.
VIEWS = {
    "layers": ViewSpec(
        layers.layers,
        layers.READING,
        ("quantity", "value_axis", "loss_axis", "x_axis", "layer"),
    ),
    "drift": ViewSpec(
        drift.drift, drift.READING, ("value_axis", "x_axis", "layer"), ranges=drift.ranges
    ),
    "neurons": ViewSpec(
        neurons.neurons, neurons.READING, ("value_axis", "layer", "neuron"), detail=True
    ),
    "inside": ViewSpec(
        inside.inside,
        inside.READING,
        ("value_axis", "layer", "neuron", "by_hand"),
        _deep,
        detail=True,
    ),
    "gradients": ViewSpec(
        gradients.gradients, gradients.READING, ("x_axis",), ranges=gradients.ranges
    ),
    "scale_and_shift": ViewSpec(
        scale_and_shift.scale_and_shift,
        scale_and_shift.READING,
        ("x_axis", "layer"),
        ranges=scale_and_shift.ranges,
        detail=True,
    ),
    "generalisation": ViewSpec(
        generalisation.generalisation, generalisation.READING, ("loss_axis", "x_axis")
    ),
    "decision": ViewSpec(decision.decision, decision.READING, (), _plane, detail=True),
    "inference": ViewSpec(
        inference.inference, inference.READING, ("x_axis",), _deep, inference.ranges
    ),
    "landscape": ViewSpec(
        landscape.landscape, landscape.READING, ("x_axis",), _deep, landscape.ranges
    ),
}


def shown(layout: FrameLayout, view: View) -> View:
    """The view, or where its recording lacks the measures for it the layers' view."""
    offer = VIEWS[view.name]
    return View(**view.to_dict() | {"name": "layers"}) if offer.unavailable_reason(layout) else view


def grown(recording: Recording, view: View) -> str:
    """Changes whenever the figure of a growing recording must be built anew."""
    # The end of an axis in seconds is a guess that gets better: at every tenth of the run.
    tenth = 10 * len(recording) // len(recording.steps) if view.x_axis == "seconds" else 0
    return f"{len(recording) > 0} {tenth} {VIEWS[view.name].ranges(recording, view)}"


def tabs(layout: FrameLayout) -> list[dict[str, str]]:
    """Of each view its name, title and what the recording lacks for it, in their order."""
    return [
        {"name": name, "title": title, "lacks": VIEWS[name].unavailable_reason(layout)}
        for name, title in TITLES.items()
    ]


def choices(layout: FrameLayout, view: View) -> dict[str, dict[str, Any]]:
    """What can be chosen in a view: label, options with their names, and help, by attribute."""
    every = {
        **CHOICES,
        "layer": {
            "label": "layer",
            "help": "the hidden layer that is drawn large",
            "list": True,
            "options": {
                "0": "last",
                **{str(n + 1): str(n + 1) for n in range(layout.hidden_layers)},
            },
        },
        "neuron": {
            "label": "neuron",
            "help": "the neuron of that layer that stands out",
            "list": True,
            "options": {str(n): str(n + 1) for n in range(layout.neurons)},
        },
    }
    offered = {name: every[name] for name in VIEWS[view.name].choices}
    if "by_hand" in offered and view.by_hand == "hand":
        most = {"low": -MAX_BY_HAND, "high": MAX_BY_HAND, "step": 0.1}
        offered |= {name: number | most for name, number in NUMBERS.items()}
    return offered
