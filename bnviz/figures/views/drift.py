"""Drift: how the distributions of each layer move, and the two meanings of covariate shift."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from bnviz.figures.axes import log_axis
from bnviz.figures.bindings.shapes import HEAT_SHARES, Heat
from bnviz.figures.curves import cursor, curve, line, markers, value_percentiles
from bnviz.figures.live import LiveFigure
from bnviz.figures.panels import Domain, Panels, spread, stacked
from bnviz.figures.ranges import decades
from bnviz.figures.style import HEAT
from bnviz.figures.view import View
from bnviz.frame_layout import FrameLayout
from bnviz.frames import ARM_LABELS, PERCENTILES
from bnviz.recording import Recording

READING = (
    "How to read: each column of a map is a histogram on its side; the stronger the colour, the "
    "more values lie there. The lines are the 15th, 50th and 85th percentiles. A level band stays "
    "in place. Covariate shift has two meanings, which can disagree: how far a layer's inputs move "
    "(Ioffe & Szegedy 2015), and how its gradient changes when the layers before it learn "
    "(Santurkar et al. 2018)."
)
#: Maximum number of layers drawn one above the other; beyond that only the chosen one is drawn.
MAX_LAYERS = 4
_QUANTITY = "pre_activation"
_DECADES = (-2, 1)


@dataclass(frozen=True)
class _ShiftMeasure:
    """A measure of shift with its panel's heading, explanation, and kind of axis."""

    path: str
    heading: str
    explanation: str
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
    measures = _measures(recording.layout, panels.layer)
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
    narrow: list[Domain] = [(x, y) for y in upper for x in spread(columns, 0.14, 1, 0.03)]
    narrow += [([0.14, 1], y) for y in stacked(count, 0.01, 0.45, 0.04)]
    return panels.figure(wide, narrow, height=1240)


def ranges(recording: Recording, view: View) -> object:
    """Returns the ends of the axes that depend on the frames so far."""
    layer = Panels(recording, view).layer
    measures = _measures(recording.layout, layer)
    return [decades(recording, [each.path], *_DECADES) for each in measures if each.log]


def _measures(layout: FrameLayout, layer: int) -> list[_ShiftMeasure]:
    """The measures of shift of a layer."""
    name = f"Layer {layer + 1}"
    measures = [
        _ShiftMeasure(f"drift_start/{layer}", f"<b>{name}: drift</b>", "std since step 0"),
        _ShiftMeasure(f"drift_step/{layer}", f"<b>{name}: last move</b>", "std since last frame"),
    ]
    if layout.deep:
        shift, cosine = f"gradient_shift/{layer}", f"gradient_cosine/{layer}"
        measures += [
            _ShiftMeasure(shift, f"<b>{name}: gradient shift</b>", "‖G − G′‖, 0: no shift"),
            _ShiftMeasure(cosine, f"<b>{name}: cos(G, G′)</b>", "1: no shift", log=False),
        ]
    return measures


def _heat(panels: Panels, number: int, arm: str, row: int, *, lowest: bool) -> None:
    positions, first, axis = panels.value_axis(_QUANTITY)
    panels.add(
        number,
        Heat(
            **panels.x(arm),
            counts=f"{arm}/{_QUANTITY}_counts",
            row=row,
            positions=tuple(positions),
            first=first,
            width=panels.x_end() / len(panels.recording.steps),
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
    cursor(panels, number, *axis["range"])
    leftmost = number % len(panels.arms) == 1
    panels.panel(
        number,
        f"<b>{ARM_LABELS[arm]}</b> · layer {row + 1}",
        x=panels.run_axis(titled=lowest, ticks=lowest) | {"matches": "x"},
        y={"nticks": 5, **axis, "showticklabels": leftmost, "matches": "y"},
    )


def _curves(panels: Panels, number: int, measure: _ShiftMeasure, *, titled: bool) -> None:
    axis: dict[str, Any]
    if measure.log:
        low, high = decades(panels.recording, [measure.path], *_DECADES)
        axis = log_axis(low, high)
        ends = (10.0**low, 10.0**high)
    else:
        ends = (-1.05, 1.7)
        axis = {"range": list(ends), "tickvals": [-1, 0, 1]}
    panels.panel(
        number,
        measure.heading,
        measure.explanation,
        x=panels.run_axis(titled=titled, ticks=titled),
        y=axis,
    )
    for arm in panels.arms:
        curve(panels, number, arm, measure.path, width=2, name=measure.explanation)
    markers(panels, number, measure.path, *ends)
