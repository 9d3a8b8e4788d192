"""Drift: how the distributions of each layer move, and the two meanings of covariate shift."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from bnviz.figures.axes import log_axis
from bnviz.figures.bindings.shapes import HEAT_SHARES, Heat
from bnviz.figures.curves import cursor, curve, line, markers, value_percentiles
from bnviz.figures.live import LiveFigure
from bnviz.figures.panels import Domain, Panels, spread, stacked
from bnviz.figures.ranges import bounds, decades
from bnviz.figures.style import HEAT
from bnviz.figures.view import View
from bnviz.recording import Recording
from bnviz.recording.frame_layout import FrameLayout
from bnviz.recording.frame_schema import IN_STD
from bnviz.recording.frames import PERCENTILES

READING = (
    "How to read: each column of a map is a histogram on its side; the stronger the colour, the "
    "more values lie there. The lines are the 15th, 50th and 85th percentiles. The values in a "
    "layer move for two reasons: the layers before it change what reaches it, which Ioffe & "
    "Szegedy (2015) called internal covariate shift, and its own weights change. Each is measured "
    "with the other held as it was; being distances, they need not add up. Another meaning of the "
    "term is how a layer’s gradient changes when the layers before it learn (Santurkar et al. "
    "2018)."
)
#: Maximum number of layers drawn one above the other; beyond that only the chosen one is drawn.
MAX_LAYERS = 5
_QUANTITY = "pre_activation"
#: The parts of drift, in the words of their panels.
_PARTS = {"previous_layers": "the layers before", "own_weights": "its own weights"}
#: Upper end of the axis of drift before anything has moved further.
_DEFAULT_END = 0.5
#: Room for labels above and below such an axis, as a share of it.
_ROOM = 0.15
_DECADES = (-2, 1)
#: An axis is logarithmic if it must reach this far, else small distances would look like none.
_FAR = 100.0


@dataclass(frozen=True)
class _ShiftMeasure:
    """A measure of shift with its panel's heading and explanation, and what shares its axis.

    Attributes:
        path: Its path within an arm.
        heading: Of the panel.
        explanation: Below the heading.
        alike: Paths of all measures with the same axis; empty for one from -1 to 1.
        log: Whether the axis is always logarithmic.
    """

    path: str
    heading: str
    explanation: str
    alike: tuple[str, ...]
    log: bool = True


def drift(recording: Recording, view: View | None = None) -> LiveFigure:
    """A heat map of steps and values for each arm and layer, and the measures of shift.

    Args:
        recording: Complete or growing; may have no frame yet.
        view: Only the value axis, what the curves run over, and the layer matter.
    """
    panels = Panels(recording, view or View("drift"))
    rows = tuple(range(panels.layers)) if panels.layers <= MAX_LAYERS else (panels.layer,)
    columns = len(panels.arms)
    for place, row in enumerate(rows):
        for side, arm in enumerate(panels.arms):
            _heat(panels, place * columns + side + 1, arm, row, lowest=row == rows[-1])
    first = columns * len(rows) + 1
    measures = _measures(recording.layout, panels.layer, panels.view)
    if not recording.layout.deep:
        value_percentiles(panels, first, titled=False)
        first += 1
    for number, measure in enumerate(measures, start=first):
        _curves(panels, number, measure, titled=measure == measures[-1])

    count = 4 if recording.layout.deep else 3
    heights = stacked(len(rows), 0, 1, 0.09)
    wide: list[Domain] = [(x, y) for y in heights for x in spread(columns, 0.04, 0.64, 0.03)]
    wide += [([0.70, 1], y) for y in stacked(count, 0, 1, 0.09)]
    upper = stacked(len(rows), 0.52, 1, 0.04)
    narrow: list[Domain] = [(x, y) for y in upper for x in spread(columns, 0.14, 0.98, 0.08)]
    narrow += [([0.14, 1], y) for y in stacked(count, 0.01, 0.45, 0.04)]
    return panels.figure(wide, narrow, height=1240)


def ranges(recording: Recording, view: View) -> object:
    """Returns the ends of the axes that depend on the frames so far."""
    layer = Panels(recording, view).layer
    measures = _measures(recording.layout, layer, view)
    return [_ends(recording, each) for each in measures]


def _measures(layout: FrameLayout, layer: int, view: View) -> list[_ShiftMeasure]:
    """The measures of shift of a layer."""
    name = layout.header.layers[layer].title
    split = layout.header.splits_drift
    measures = _split(layout, layer, view) if split else _pooled(layout, layer)
    if not layout.deep:
        return measures
    shift, heading = f"gradient_shift/{layer}", f"<b>{name}: gradient shift</b>"
    explanation = "‖G − G′‖, 0: no shift"
    if split and view.gradient_shift == "relative":
        shift, explanation = f"relative_{shift}", "‖G − G′‖ / ‖G‖, 0: no shift"
    cosine = f"gradient_cosine/{layer}"
    return [
        *measures,
        _ShiftMeasure(shift, heading, explanation, (shift,)),
        _ShiftMeasure(cosine, f"<b>{name}: cos(G, G′)</b>", "1: no shift", ()),
    ]


def _split(layout: FrameLayout, layer: int, view: View) -> list[_ShiftMeasure]:
    """Drift by who moved the values, on one axis, so that the two can be compared."""
    kind, since = "drift", "since step 0"
    if layout.deep and view.since == "last":
        kind, since = "move", "per frame"
    unit, suffix = ("std ", IN_STD) if view.drift_unit == "std" else ("", "")
    paths = tuple(f"{kind}_{part}{suffix}/{layer}" for part in _PARTS)
    return [
        _ShiftMeasure(
            path,
            f"<b>By {who}</b>",
            f"{layout.header.layers[layer].name}, {unit}{since}",
            paths,
            log=False,
        )
        for path, who in zip(paths, _PARTS.values(), strict=True)
    ]


def _pooled(layout: FrameLayout, layer: int) -> list[_ShiftMeasure]:
    """The drift where it is not split by who moved the values."""
    return [
        _ShiftMeasure(
            path, f"<b>{layout.header.layers[layer].title}: {heading}</b>", explanation, (path,)
        )
        for path, heading, explanation in (
            (f"drift_start/{layer}", "pooled drift", "std since step 0"),
            (f"drift_step/{layer}", "last move", "std since last frame"),
        )
    ]


def _ends(recording: Recording, measure: _ShiftMeasure) -> tuple[float, float, bool]:
    """The ends of a measure's axis, and whether it is logarithmic."""
    if not measure.alike:
        return -1.05, 1.7, False
    _, high = bounds(recording, measure.alike, 0.0, _DEFAULT_END)
    if not measure.log and high < _FAR:
        return -_ROOM * high, (1 + _ROOM) * high, False
    first, last = decades(recording, measure.alike, *_DECADES)
    return 10.0**first, 10.0**last, True


def _heat(panels: Panels, number: int, arm: str, row: int, *, lowest: bool) -> None:
    positions, first, axis = panels.value_axis(_QUANTITY)
    panels.add(
        number,
        Heat(
            **panels.run.binding(arm),
            counts=f"{arm}/{_QUANTITY}_counts",
            row=row,
            positions=tuple(positions),
            first=first,
            width=panels.run.place_of_step(arm, panels.recording.steps[1]),
        ),
        kind="heatmap",
        colorscale=HEAT,
        zmin=0,
        zmax=float(np.log1p(HEAT_SHARES)),
        showscale=False,
        hoverinfo="skip",
    )
    for percent, width in ((15, 1.0), (50, 2.5), (85, 1.0)):
        path = f"{_QUANTITY}_percentiles/{row}/{PERCENTILES.index(percent)}"
        line(panels, number, arm, path, width=width, transform=panels.transform)
    cursor(panels, number, *axis["range"], arms=(arm,))
    leftmost = number % len(panels.arms) == 1
    name = panels.recording.header.layers[row].name
    heading, explanation = (name, "") if row else (f"<b>{panels.label(arm)}</b>", name)
    panels.panel(
        number,
        heading,
        explanation,
        x=panels.run.axis(titled=lowest, ticks=lowest) | {"matches": "x"},
        y={"nticks": 5, **axis, "showticklabels": leftmost, "matches": "y"},
    )


def _curves(panels: Panels, number: int, measure: _ShiftMeasure, *, titled: bool) -> None:
    low, high, log = _ends(panels.recording, measure)
    axis: dict[str, Any] = {"range": [low, high], "nticks": 4}
    if log:
        axis = log_axis(round(np.log10(low)), round(np.log10(high)))
    elif not measure.alike:
        axis["tickvals"] = [-1, 0, 1]
    panels.panel(
        number,
        measure.heading,
        measure.explanation,
        x=panels.run.axis(titled=titled, ticks=titled),
        y=axis,
    )
    for arm in panels.arms:
        curve(panels, number, arm, measure.path, width=2, name=measure.explanation)
    markers(panels, number, measure.path, low, high)
