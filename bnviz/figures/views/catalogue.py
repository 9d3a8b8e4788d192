"""Catalogue: the registry of the views that the page offers, by name."""

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bnviz.figures.live import LiveFigure
from bnviz.figures.panels import Panels
from bnviz.figures.view import CHOICES, MAX_BY_HAND, NUMBERS, TABS, TITLES, View
from bnviz.figures.views import (
    decision,
    drift,
    effective_rate,
    generalisation,
    gradients,
    inference,
    inside,
    landscape,
    layers,
    neurons,
    scale_and_shift,
    signal,
)
from bnviz.figures.views.needs import (
    BATCH_NORM,
    COSTLY,
    DETAIL,
    EXAMPLES,
    GRADIENTS,
    KERNELS,
    MOVING,
    NORMALIZED,
    PLANE,
    PROPAGATION,
    Need,
)
from bnviz.findings import statistics, step_costs
from bnviz.findings.wording import listed
from bnviz.recording import Recording
from bnviz.recording.frame_layout import FrameLayout
from bnviz.recording.networks import NUMBERED
from bnviz.settings.choices import IMAGE_SHAPES
from bnviz.settings.image_sides import pooled_after


def _fixed_ranges(*_: object) -> None:
    return None


def _no_note(_: Recording) -> str:
    return ""


def _of_layers(recording: Recording) -> str:
    skips = ""
    if recording.header.closing_layers:
        skips = (
            "The line at the left of two layers leads around their block: the second one adds what "
            "reaches the first."
        )
    rebuilt = {"insert_bn", "remove_bn"} & {each.action for each in recording.header.changes}
    notes = (
        "The diagram shows the networks as they begin." if rebuilt else "",
        _of_convolutions(recording),
        skips,
        statistics.of_probe(recording),
        statistics.of_training(recording),
    )
    return " ".join(note for note in notes if note)


def _of_convolutions(recording: Recording) -> str:
    settings = recording.header.settings
    if settings is None or not recording.header.convolves:
        return ""
    pooling = "; average pooling is not drawn"
    if shape := IMAGE_SHAPES.get(settings.dataset):
        height, width, _ = shape
        pooled = pooled_after(height, width, settings.hidden_layers, settings.architecture)
        after = f"layer{'s' * (len(pooled) > 1)} {listed(map(str, pooled))}" if pooled else ""
        pooling = f"; after {after}, average pooling halves height and width" if pooled else ""
    return f"Each W is a convolution of 3 × 3 pixels{pooling}."


def _of_drift(recording: Recording) -> str:
    header = recording.header
    places = {
        header.adds_skip(arm.name, layer - 1)
        for arm in header.arms
        for layer in header.closing_layers
    }
    skips = "What a skip adds counts as moved by the layers before." if "before" in places else ""
    return f"{skips} {statistics.of_probe(recording)}".strip()


@dataclass(frozen=True)
class ViewSpec:
    """What the page needs to know of a view.

    Attributes:
        figure: Builds its figure of a recording.
        reading: How to read it, in a few sentences.
        choices: The attributes of `View` that it depends on.
        first_choices: Those of them that a beginner needs; the others are folded away.
        needs: What it draws that not every run has measured.
        shows: What it shows, to follow "This view shows"; for the views that a recording may lack.
        ranges: Returns the ends of its axes that depend on the frames so far.
        note: Says what else a reader of a recording must know of its numbers; "" if nothing.
        detail: Whether it draws measures that are not in the overview of a layout.
    """

    figure: Callable[[Recording, View], LiveFigure]
    reading: str
    choices: tuple[str, ...]
    first_choices: tuple[str, ...] = ()
    needs: tuple[Need, ...] = ()
    shows: str = ""
    ranges: Callable[[Recording, View], object] = _fixed_ranges
    note: Callable[[Recording], str] = _no_note
    detail: bool = False

    def lacking(self, layout: FrameLayout) -> Need | None:
        """What a recording with a given layout lacks for it; None if nothing."""
        needs = (*self.needs, *[DETAIL] * self.detail)
        return next((need for need in needs if not need.is_met(layout)), None)

    def reading_of(self, recording: Recording) -> str:
        """How to read it for a recording."""
        header = recording.header
        text = f"{self.reading} {self.note(recording)}".rstrip()
        if not header.convolves or "neuron" not in text:
            return text
        positions = max(layer.positions for layer in header.layers)
        read = f"{positions} positions" if positions > 1 else "one position"
        return f"{header.of_channels(text)} A channel is read at {read} of each example."


#: The views by name, as in `TITLES`.
VIEWS = {
    "layers": ViewSpec(
        layers.layers,
        layers.READING,
        ("quantity", "value_axis", "loss_axis", "x_axis", "run_scale", "layer"),
        note=_of_layers,
    ),
    "drift": ViewSpec(
        drift.drift,
        drift.READING,
        ("value_axis", "x_axis", "run_scale", "layer", "since", "drift_unit", "gradient_shift"),
        ("layer",),
        ranges=drift.ranges,
        note=_of_drift,
    ),
    "inside": ViewSpec(
        inside.inside,
        inside.READING,
        ("value_axis", "layer", "neuron", "example", "by_hand"),
        ("layer", "neuron", "example", "by_hand"),
        (EXAMPLES, BATCH_NORM),
        inside.SHOWS,
        note=inside.note,
        detail=True,
    ),
    "gradients": ViewSpec(
        gradients.gradients,
        gradients.READING,
        ("x_axis", "run_scale"),
        needs=(GRADIENTS,),
        shows=gradients.SHOWS,
        ranges=gradients.ranges,
        note=statistics.of_probe,
    ),
    "neurons": ViewSpec(
        neurons.neurons,
        neurons.READING,
        ("value_axis", "layer", "neuron"),
        ("layer", "neuron"),
        shows=neurons.SHOWS,
        note=statistics.of_probe,
        detail=True,
    ),
    "scale_and_shift": ViewSpec(
        scale_and_shift.scale_and_shift,
        scale_and_shift.READING,
        ("x_axis", "run_scale", "layer"),
        ("layer",),
        (NORMALIZED,),
        scale_and_shift.SHOWS,
        ranges=scale_and_shift.ranges,
        note=scale_and_shift.note,
        detail=True,
    ),
    "generalisation": ViewSpec(
        generalisation.generalisation,
        generalisation.READING,
        ("loss_axis", "x_axis", "run_scale"),
        note=statistics.of_training,
    ),
    "decision": ViewSpec(
        decision.decision, decision.READING, (), (), (PLANE,), decision.SHOWS, detail=True
    ),
    "inference": ViewSpec(
        inference.inference,
        inference.READING,
        ("x_axis", "run_scale"),
        (),
        (MOVING, COSTLY),
        inference.SHOWS,
        inference.ranges,
    ),
    "landscape": ViewSpec(
        landscape.landscape,
        landscape.READING,
        ("x_axis", "run_scale"),
        (),
        (COSTLY,),
        landscape.SHOWS,
        landscape.ranges,
    ),
    "signal": ViewSpec(
        signal.signal,
        signal.READING,
        ("x_axis", "run_scale", "layer"),
        ("layer",),
        (PROPAGATION,),
        signal.SHOWS,
        signal.ranges,
        note=signal.note,
    ),
    "effective_rate": ViewSpec(
        effective_rate.effective_rate,
        effective_rate.READING,
        ("x_axis", "run_scale", "layer"),
        ("layer",),
        (PROPAGATION, KERNELS),
        effective_rate.SHOWS,
        effective_rate.ranges,
        note=effective_rate.note,
    ),
}


def available_view(layout: FrameLayout, view: View) -> View:
    """Returns the view, or that of the layers if the recording lacks its measures."""
    if VIEWS[view.name].lacking(layout):
        return dataclasses.replace(view, name="layers")
    return view


def missing(
    layout: FrameLayout, name: str, awaited: FrameLayout | None = None
) -> dict[str, str] | None:
    """Returns what stands in place of a view that a recording cannot show.

    Args:
        layout: Of the recording.
        name: The view, a key of `VIEWS`.
        awaited: The layout of a run that is about to replace the recording; None if there is none.

    Returns:
        One sentence on what the view shows and why it is not there, and what the button says that
        trains it, which is empty if the awaited run has it; None if the recording has all of it.
    """
    spec = VIEWS[name]
    need = spec.lacking(layout)
    if need is None:
        return None
    reason, offer = need.reason, need.offer
    if offer and layout.header.settings is None:
        reason, offer = "this is not measured of networks that trained outside of bnviz", ""
    if awaited is not None and not spec.lacking(awaited):
        reason, offer = "it opens with the first frame of the run that has been started", ""
    return {"sentence": f"This view shows {spec.shows}; {reason}.", "offer": offer}


def figure_version(recording: Recording, view: View) -> str:
    """Returns a text that changes whenever a growing recording needs a new figure."""
    # What a step costs may become known at any time; then seconds are offered.
    costs = dict(step_costs.of_recording(recording))
    steps = recording.header.num_steps  # of what trains elsewhere, it may change
    return f"{len(recording) > 0} {steps} {costs} {VIEWS[view.name].ranges(recording, view)}"


def tabs(layout: FrameLayout) -> list[dict[str, Any]]:
    """Returns name and title of each view, its place, and whether the recording lacks it."""
    return [
        {
            "name": name,
            "title": layout.header.of_channels(title),
            "menu": name not in TABS,
            "lacks": VIEWS[name].lacking(layout) is not None,
        }
        for name, title in TITLES.items()
    ]


def choices(recording: Recording, view: View) -> dict[str, dict[str, Any]]:
    """Returns the choices that a view of a recording offers, by attribute of `View`.

    Returns:
        Of each choice its label and help, its default, whether it is folded away, and either its
        options with their names or, for a number, its lowest and highest value and its step.
    """
    layout, panels = recording.layout, Panels(recording, view)
    every = {
        **CHOICES,
        "x_axis": _x_axis(recording, view),
        "layer": {
            "label": "layer",
            "help": "the hidden layer drawn large",
            "list": True,
            "options": {
                "0": "last",
                **{
                    str(number): (
                        layer.name
                        if layout.header.settings is None
                        else layer.name.removeprefix(NUMBERED)
                    )
                    for number, layer in enumerate(layout.header.layers, 1)
                },
            },
        },
        "neuron": {
            "label": layout.header.of_channels("neuron"),
            "help": layout.header.of_channels("the highlighted neuron in that layer"),
            "list": True,
            "options": {str(n): str(n + 1) for n in range(panels.neurons)},
        },
    }
    if "example" in VIEWS[view.name].choices:
        every["example"] = {
            "label": "example",
            "help": "the fixed example that is drawn in ink, and whose numbers are in the formula",
            "list": True,
            "options": inside.examples(recording),
        }
    offered = {name: every[name] for name in VIEWS[view.name].choices}
    split = layout.header.splits_drift
    lacking = {"since": not layout.deep, "gradient_shift": not layout.deep, "drift_unit": False}
    offered = {
        name: choice
        for name, choice in offered.items()
        if name not in lacking or (split and not lacking[name])
    }
    if "by_hand" in offered and view.by_hand == "hand":
        limits = {"low": -MAX_BY_HAND, "high": MAX_BY_HAND, "step": 0.1}
        offered |= {name: number | limits for name, number in NUMBERS.items()}
    first, default = VIEWS[view.name].first_choices, View().to_dict()
    return {
        name: choice | {"default": default[name], "folded": name not in (*first, *NUMBERS)}
        for name, choice in offered.items()
    }


def _x_axis(recording: Recording, view: View) -> dict[str, Any]:
    """What the curves can run over.

    Seconds that are not known are offered only if a viewer asks for them, examples that are not
    known never.
    """
    choice, reason = CHOICES["x_axis"], step_costs.unknown(recording)
    options = dict(choice["options"])
    if reason and view.x_axis == "seconds":
        options["seconds"] = f"seconds: {reason}"
    elif reason:
        del options["seconds"]
    if recording.header.batch_size is None:
        del options["examples"]
    return choice | {"options": options}
