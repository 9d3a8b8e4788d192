"""Decision: which class each network predicts where in the plane."""

from typing import Any

from bnviz.figures.axes import axis_suffix
from bnviz.figures.bindings.plane import Boundary, ClassPoints, Grid
from bnviz.figures.live import LiveFigure
from bnviz.figures.panels import Domain, Panels, spread, stacked
from bnviz.figures.style import CLASS_COLOURS, INK, PROBABILITY
from bnviz.figures.view import View
from bnviz.recording import Recording
from bnviz.recording.frames import PLANE_GRID, PLANE_RANGE

#: What the view shows, to follow "This view shows".
SHOWS = "the line that each network draws in the plane between the classes"
READING = (
    "How to read: the colour shows how sure the network is of one class or the other; on the line "
    "both are equally probable. Dots are training examples in the colour of their class. The "
    "networks start with the same weights: watch which of them first bends its line around the "
    "examples."
)


def decision(recording: Recording, view: View | None = None) -> LiveFigure:
    """One square per arm: the probability of class 1 in the plane, and the examples on it.

    Args:
        recording: Of a data set in the plane; complete or growing, may have no frame yet.
        view: Ignored.
    """
    panels = Panels(recording, view or View("decision"))
    columns = len(panels.arms)
    for number, arm in enumerate(panels.arms, start=1):
        _square(panels, number, arm)
    wide: list[Domain] = [(x, [0, 1]) for x in spread(columns, 0.04, 1, 0.05)]
    narrow: list[Domain] = [([0.1, 1], y) for y in stacked(columns, 0.01, 1, 0.1)]
    return panels.figure(wide, narrow, height=360 * columns)


def _square(panels: Panels, number: int, arm: str) -> None:
    plane: dict[str, Any] = {"values": f"{arm}/boundary", "size": PLANE_GRID, "reach": PLANE_RANGE}
    panels.add(
        number,
        Grid(**plane),
        kind="heatmap",
        colorscale=PROBABILITY,
        zmin=0,
        zmax=1,
        zsmooth="best",
        showscale=False,
    )
    for label, colour in enumerate(CLASS_COLOURS):
        panels.add(
            number,
            ClassPoints(places="points", classes="point_classes", label=label, reach=PLANE_RANGE),
            mode="markers",
            marker={"color": colour, "size": 7, "line": {"color": "#ffffff", "width": 1}},
        )
    panels.add(number, Boundary(**plane), mode="lines", line={"color": INK, "width": 3})
    sides = {"range": [-PLANE_RANGE, PLANE_RANGE], "dtick": 1, "showgrid": False}
    panels.panel(
        number,
        f"<b>{panels.label(arm)}</b>",
        " ".join(
            f'<span style="color:{colour}">●</span> class {label}'
            for label, colour in enumerate(CLASS_COLOURS)
        ),
        x={**sides, "constrain": "domain", "title": {"text": "first feature (std)", "standoff": 4}},
        y={
            **sides,
            "constrain": "domain",
            "scaleanchor": f"x{axis_suffix(number)}",
            "title": {"text": "second feature (std)", "standoff": 4} if number == 1 else {},
        },
    )
