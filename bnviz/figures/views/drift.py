"""Drift: how the distributions of each layer move, and the two meanings of covariate shift."""

from typing import Any

import numpy as np

from bnviz.figures.bindings.shapes import HEAT_SHARES, Heat
from bnviz.figures.curves import cursor, curve, line, log_axis, markers
from bnviz.figures.live import LiveFigure
from bnviz.figures.panels import Panels, Place, spread, stacked
from bnviz.figures.ranges import decades
from bnviz.figures.style import HEAT
from bnviz.figures.view import View
from bnviz.figures.views.layers import fan
from bnviz.frame_layout import FrameLayout
from bnviz.frames import ARM_LABELS, PERCENTILES
from bnviz.recording import Recording

READING = (
    "How to read: each column of a map is a histogram on its side: the stronger the colour, the "
    "more values lie there; lines are their 15, 50 and 85 %. A level band keeps its place. "
    "Covariate shift has two meanings, which can disagree: how far a layer's inputs move (Ioffe & "
    "Szegedy 2015), and how its gradient changes when the layers before it learn (Santurkar 2018)."
)
#: As many layers stand one above the other; of more, the chosen one is drawn alone.
MAX_LAYERS = 4
_QUANTITY = "pre_activation"


def drift(recording: Recording, view: View | None = None) -> LiveFigure:
    """A heat map of steps and values an arm and layer, and the measures of shift beside them.

    Args:
        recording: Complete or growing; may have no frame yet.
        view: Of it the value axis, what the curves run over and the layer matter.
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
        fan(panels, first, titled=False)
        first += 1
    for number, (path, heading, explanation, log) in enumerate(measures, start=first):
        lowest = number == first + len(measures) - 1
        _curves(panels, number, path, (heading, explanation), log=log, titled=lowest)

    count = 4 if recording.layout.deep else 3
    heights = stacked(len(rows), 0, 1, 0.09)
    wide: list[Place] = [(x, y) for y in heights for x in spread(columns, 0.04, 0.64, 0.03)]
    wide += [([0.70, 1], y) for y in stacked(count, 0, 1, 0.09)]
    upper = stacked(len(rows), 0.52, 1, 0.04)
    narrow: list[Place] = [(x, y) for y in upper for x in spread(columns, 0.14, 1, 0.03)]
    narrow += [([0.14, 1], y) for y in stacked(count, 0.01, 0.45, 0.04)]
    return panels.figure(wide, narrow, height=1240)


def ranges(recording: Recording, view: View) -> object:
    """What the axes follow from beside the layout."""
    layer = Panels(recording, view).layer
    measures = _measures(recording.layout, layer)
    return [_decades(recording, path) for path, *_, log in measures if log]


def _measures(layout: FrameLayout, layer: int) -> list[tuple[str, str, str, bool]]:
    """Of each measure of shift path, heading, explanation, and whether its axis is logarithmic."""
    name = f"Layer {layer + 1}"
    measures = [
        (f"drift_start/{layer}", f"<b>{name}: drift</b>", "std from where it lay at step 0", True),
        (f"drift_step/{layer}", f"<b>{name}: last move</b>", "std from the frame before", True),
    ]
    if layout.deep:
        shift, cosine = f"gradient_shift/{layer}", f"gradient_cosine/{layer}"
        measures += [
            (shift, f"<b>{name}: gradient shift</b>", "‖G − G′‖, 0 is none", True),
            (cosine, f"<b>{name}: cos(G, G′)</b>", "1 is none", False),
        ]
    return measures


def _heat(panels: Panels, number: int, arm: str, row: int, *, lowest: bool) -> None:
    positions, first, axis = panels.value_axis(_QUANTITY)
    end = panels.x_end()
    panels.add(
        number,
        Heat(
            **panels.x(arm),
            counts=f"{arm}/{_QUANTITY}_counts",
            row=row,
            positions=tuple(positions),
            first=first,
            width=end / len(panels.recording.steps),
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
    beside = number % len(panels.arms) != 1
    panels.panel(
        number,
        f"<b>{ARM_LABELS[arm]}</b> · layer {row + 1}",
        x=panels.run_axis(titled=lowest, ticks=lowest) | {"matches": "x"},
        y={"nticks": 5, **axis, "showticklabels": not beside, "matches": "y"},
    )


def _decades(recording: Recording, path: str) -> tuple[int, int]:
    return decades(recording, [f"{arm}/{path}" for arm in recording.layout.arms], -2, 1)


def _curves(
    panels: Panels, number: int, path: str, words: tuple[str, str], *, log: bool, titled: bool
) -> None:
    axis: dict[str, Any]
    if log:
        low, high = _decades(panels.recording, path)
        axis = log_axis(low, high)
        ends = (10.0**low, 10.0**high)
    else:
        axis = {"range": [-1.05, 1.7], "tickvals": [-1, 0, 1]}
        ends = (-1.05, 1.7)
    panels.panel(number, *words, x=panels.run_axis(titled=titled, ticks=titled), y=axis)
    for arm in panels.arms:
        curve(panels, number, arm, path, width=2, name=words[1])
    markers(panels, number, path, *ends)
