"""Effective rate: how large the weights are, and how far a step therefore turns them."""

import math
from typing import Any

from bnviz.figures.axes import log_axis
from bnviz.figures.curves import curve, markers
from bnviz.figures.live import LiveFigure
from bnviz.figures.panels import Domain, Panels, spread, stacked
from bnviz.figures.profiles import layer_axis, profile
from bnviz.figures.ranges import bounds, decades
from bnviz.figures.view import View
from bnviz.findings.wording import listed
from bnviz.recording import Recording
from bnviz.recording.networks import NORMALIZATIONS
from bnviz.settings.written_numbers import written

#: What the view shows, to follow "This view shows".
SHOWS = "the size of each layer’s weights, and how far a step turns them"
READING = (
    "How to read: above, every layer at the cursor, thin at step 0, where all networks have the "
    "same weights; below, the layer with the dot over the run. Where BN directly follows the "
    "weights, their size changes no output and only their direction counts; a step turns it as far "
    "as one with the effective rate, learning rate / norm², would at norm 1 (van Laarhoven 2017). "
    "So an L2 penalty, which shrinks the weights, acts differently in the networks: without BN it "
    "changes what a layer computes; with BN it only raises the effective rate of that layer, which "
    "otherwise falls as the steps lengthen the weights."
)
_NORM, _RATE = "kernel_norm", "effective_rate"
_EXPLANATIONS = {_NORM: "L2 of the kernel", _RATE: "learning rate / norm²"}
#: Upper end of the axis of norms before one is larger.
_DEFAULT_END = 10.0
#: Room for labels above the largest norm, as a share of the axis.
_ROOM = 0.1
#: An axis is logarithmic if it must reach this far, else other norms would look like none.
_FAR = 1_000.0
#: Optimizers that divide a step by the size of past gradients.
_ADAPTIVE = {"adam": "Adam", "rmsprop": "RMSprop"}


def effective_rate(recording: Recording, view: View | None = None) -> LiveFigure:
    """The norm of each kernel and its effective rate: by layer above, over the run below.

    Args:
        recording: Complete or growing; may have no frame yet.
        view: What the curves run over, and the layer.
    """
    panels = Panels(recording, view or View("effective_rate"))
    norms, rates = _norm_axis(recording), _rate_axis(recording)
    _by_layer(panels, 1, _NORM, "Norm of the weights", norms)
    _by_layer(panels, 2, _RATE, "Effective rate", rates)
    _over_run(panels, 3, _NORM, "norm", norms)
    _over_run(panels, 4, _RATE, "effective rate", rates)
    across = spread(2, 0.04, 1, 0.08)
    wide: list[Domain] = [(x, y) for y in stacked(2, 0, 1, 0.2) for x in across]
    places = stacked(4, 0.01, 1, 0.09)
    narrow: list[Domain] = [([0.14, 1], places[n]) for n in (0, 2, 1, 3)]
    return panels.figure(wide, narrow, height=920)


def ranges(recording: Recording, _: View) -> object:
    """Returns the ends of the axes that depend on the frames so far."""
    return _norm_axis(recording), _rate_axis(recording)


def note(recording: Recording) -> str:
    """Says what in a run changes the meaning of its effective rates; "" if nothing does."""
    settings, notes = recording.header.settings, []
    if settings is None:
        return ""
    if settings.l2:
        notes.append(f"This run’s L2 penalty is {written(settings.l2)}.")
    after = [
        arm.with_it
        for arm in recording.header.arms
        if arm.normalization in NORMALIZATIONS
        and arm.normalization != "dyt"
        and any(norm is not None and norm.position == "after" for norm in arm.norms)
    ]
    if after:
        notes.append(
            f"In the network {listed(after)} the normalization follows the activation, not the "
            "weights directly, so their size still matters."
        )
    if recording.header.arms_by("dyt"):
        notes.append("Dynamic tanh does not undo the size of the weights, which still matters.")
    if recording.header.arms_by("weight"):
        notes.append(
            "With weight norm the size of the weights is that of g, which changes outputs: what "
            "turns is v, whose size is not recorded, so no effective rate is drawn."
        )
    if optimizer := _ADAPTIVE.get(settings.optimizer):
        notes.append(
            f"{optimizer} divides its steps by the size of past gradients: there a step turns the "
            "weights by learning rate / norm, not norm²."
        )
    return " ".join(notes)


#: The ends of an axis as values, and whether it is logarithmic.
_Axis = tuple[float, float, bool]


def _norm_axis(recording: Recording) -> _Axis:
    _, high = bounds(recording, [_NORM], 0.0, _DEFAULT_END)
    if high < _FAR:
        return 0.0, (1 + _ROOM) * high, False
    first, last = decades(recording, [_NORM], 0, 1)
    return 10.0**first, 10.0**last, True


def _rate_axis(recording: Recording) -> _Axis:
    first, last = decades(recording, [_RATE], -3, -1, _drawn(recording, _RATE))
    return 10.0**first, 10.0**last, True


def _layout(axis: _Axis) -> dict[str, Any]:
    low, high, log = axis
    if log:
        return log_axis(round(math.log10(low)), round(math.log10(high)))
    return {"range": [low, high], "nticks": 5}


def _drawn(recording: Recording, path: str) -> list[str]:
    """The networks whose measure is drawn: no rate where the weights are composed of g and v."""
    composed = recording.header.arms_by("weight") if path == _RATE else ()
    return [arm for arm in recording.layout.arms if arm not in composed]


def _by_layer(panels: Panels, number: int, path: str, heading: str, axis: _Axis) -> None:
    for arm in _drawn(panels.recording, path):
        profile(panels, number, arm, path, output=True, start=True)
    panels.panel(
        number,
        f"<b>{heading}</b>",
        _EXPLANATIONS[path],
        x=layer_axis(panels, output=True),
        y=_layout(axis),
    )


def _over_run(panels: Panels, number: int, path: str, name: str, axis: _Axis) -> None:
    of_layer = f"{path}/{panels.layer}"
    for arm in _drawn(panels.recording, path):
        curve(panels, number, arm, of_layer, name=name)
    low, high, _ = axis
    markers(panels, number, of_layer, low, high, arms=_drawn(panels.recording, path))
    panels.panel(
        number,
        f"<b>{panels.name(panels.layer)}: {name}</b>",
        _EXPLANATIONS[path],
        x=panels.run.axis(titled=True),
        y=_layout(axis),
    )
