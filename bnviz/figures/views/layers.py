"""Layers: the histograms of every layer, one column per arm, with losses and accuracies."""

import dataclasses
from typing import Any

from bnviz.figures.axes import accuracy_axis, matching
from bnviz.figures.bindings.shapes import SMOOTHING, Outside, Ridges
from bnviz.figures.curves import curve, markers, value_percentiles
from bnviz.figures.diagram import diagram
from bnviz.figures.live import LiveFigure
from bnviz.figures.panels import Domain, Panels, spread, stacked
from bnviz.figures.ranges import loss_axis
from bnviz.figures.style import GRID, INK, MUTED, translucent
from bnviz.figures.view import CHOICES, View
from bnviz.findings import statistics
from bnviz.recording import Recording

READING = (
    "How to read: each row is one layer. The filled shape shows where its values lie now; the "
    "dotted outline shows where they lay at step 0. A shape that wanders shows "
    "values that move, by whose doing “What moved it” tells; a spike shows values that are nearly "
    "all the same. All rows share one axis; the height is the square root of the share of values. "
    "A percentage at an end of the axis is the share of the values beyond it. "
    "The dot beside a row marks where its values are taken, before or after the activation."
)
#: What the dotted lines are.
_START = "dotted: step 0"
#: What a share at an end of an axis is of; the player leaves it out where it does not fit.
_BEYOND = "<span> beyond</span>"
#: Maximum number of layers with a name beside each row; beyond that one in several has one.
_MAX_NAMED = 16
#: Range of the accuracies, with room for labels above and below.
_ACCURACY_RANGE = (-0.16, 1.18)
#: Room for the diagram at the left of each column, by the number of columns, as a share of the
#: figure; and the share that all columns fill.
_DIAGRAM = {1: 0.13, 2: 0.128, 3: 0.105}
_COLUMNS = 0.665


def layers(recording: Recording, view: View | None = None) -> LiveFigure:
    """The main figure: one column of layer histograms per arm, and the curves beside them.

    All histograms share one locked axis. The ranges follow from the first frame alone, so nothing
    rescales during a run.

    Args:
        recording: Complete or growing; may have no frame yet.
        view: What to show of it.
    """
    panels = Panels(recording, view or View())
    columns = len(panels.arms)
    baselines = [float(panels.layers - 1 - row) for row in range(panels.layers)]
    for number, arm in enumerate(panels.arms, start=1):
        _column(panels, number, arm, baselines)
    _losses(panels, columns + 1)
    _accuracies(panels, columns + 2)
    value_percentiles(panels, columns + 3)
    curves = [[top - 0.27, top] for top in (1, 0.635, 0.27)]
    room = _DIAGRAM[columns]
    wide: list[Domain] = []
    across = spread(columns, 0, _COLUMNS, 0.02)
    for number, (left, right) in enumerate(across, start=1):
        wide.append(([left + room, right], [0, 1]))
        panels.indent(number, room / (right - left - room))
    wide += [([0.715, 1], y) for y in curves]
    narrow: list[Domain] = [(x, [0, 1]) for x in spread(columns, 0.08, 0.5, 0.015)]
    narrow += [([0.6, 1], y) for y in stacked(3, 0, 1, 0.09)]
    positions, *_ = panels.value_axis(panels.view.quantity)
    return dataclasses.replace(
        panels.figure(wide, narrow, height=500),
        diagram={
            **diagram(panels, baselines, positions[0]),
            "heads": across,
            "strip": ["Layers", "Curves"],
            "legend": _START,
        },
    )


def _column(panels: Panels, number: int, arm: str, baselines: list[float]) -> None:
    """The histograms of an arm's layers."""
    every = next(n for n in (1, 2, 5, 10) if panels.layers <= n * _MAX_NAMED)
    named = [row for row in range(panels.layers) if row == 0 or (row + 1) % every == 0]
    _ridges(panels, number, arm, baselines)
    _outside(panels, number, arm, {row: baselines[row] for row in named})
    quantity = panels.view.quantity
    _, _, axis = panels.value_axis(quantity)
    kind = CHOICES["quantity"]["options"][quantity]
    # With three columns there is no room for the full text.
    explanation = f"{kind} of each layer" if len(panels.arms) < 3 else kind
    if number == 1:
        explanation = f"{kind}, {_START}" if len(panels.arms) < 3 else _START
    panels.panel(
        number,
        f"<b>{panels.label(arm)}</b>",
        explanation,
        # There the legend of the strip says so.
        narrow=False,
        x={
            "showgrid": True,
            "gridcolor": GRID,
            "zeroline": True,
            "zerolinecolor": MUTED,
            "zerolinewidth": 1,
            "title": {"text": "value", "standoff": 4},
            **axis,
            **matching("x", number),
        },
        y={
            "range": [-0.12, panels.layers + 0.45],
            "showgrid": False,
            "tickvals": [baselines[row] for row in named],
            "ticktext": [panels.recording.header.layers[row].name for row in named],
            "color": INK,
            "showticklabels": number == 1,
            # The rows stay where the diagram leads to them.
            "fixedrange": True,
            **matching("y", number),
        },
    )


def _ridges(panels: Panels, number: int, arm: str, baselines: list[float]) -> None:
    """The outlines of the histograms, now and at step 0."""
    quantity, colour = panels.view.quantity, panels.colour(arm)
    positions, first, _ = panels.value_axis(quantity)
    common: dict[str, Any] = {
        "counts": f"{arm}/{quantity}_counts",
        "rows": tuple(range(panels.layers)),
        "baselines": tuple(baselines),
        "positions": tuple(positions),
        "first": first,
        "scale": 1.1,
        "cap": 1.9,
        "smoothing": SMOOTHING,
    }
    panels.add(
        number,
        Ridges(**common),
        mode="lines",
        fill="toself",
        fillcolor=translucent(colour, 0.32),
        line={"color": colour, "width": 2},
    )
    panels.add(
        number,
        Ridges(**common, start=True),
        mode="lines",
        line={"color": INK, "width": 1.3, "dash": "dot"},
    )


def _outside(panels: Panels, number: int, arm: str, baselines: dict[int, float]) -> None:
    """The shares of values beyond both ends of the axis, by row."""
    quantity = panels.view.quantity
    positions, first, axis = panels.value_axis(quantity)
    last = first + len(positions) - 1
    total = len(panels.recording.header.edges(quantity)) + 1
    sides = (
        ("top right", axis["range"][0], 0, first, "", f"◂ {{}} %{_BEYOND}"),
        ("top left", axis["range"][1], last, total, f"{arm}/{quantity}_nan", f"{{}} %{_BEYOND} ▸"),
    )
    for position, x, start, stop, nan, text in sides:
        panels.add(
            number,
            Outside(
                counts=f"{arm}/{quantity}_counts",
                rows=tuple(baselines),
                baselines=tuple(baselines.values()),
                nan=nan,
                x=x,
                start=start,
                stop=stop,
                text=text,
            ),
            mode="text",
            textposition=position,
            textfont={"size": 12, "color": INK},
        )


def _losses(panels: Panels, number: int) -> None:
    log = panels.view.loss_axis == "log"
    axis = loss_axis(panels.recording, log=log)
    low, high = (10**end for end in axis["range"]) if log else axis["range"]
    train = statistics.training_measure(panels.recording, "loss")
    panels.panel(
        number, "<b>Loss</b>", "validation, thin: training", x=panels.run.axis(ticks=False), y=axis
    )
    for arm in panels.arms:
        curve(panels, number, arm, train, name="training loss", width=1)
        curve(panels, number, arm, "validation_loss")
    markers(panels, number, "validation_loss", low, high)


def _accuracies(panels: Panels, number: int) -> None:
    axis = accuracy_axis(*_ACCURACY_RANGE)
    panels.panel(
        number,
        "<b>Validation accuracy</b>",
        "pale: later steps",
        x=panels.run.axis(ticks=False),
        y=axis,
    )
    for arm in panels.arms:
        curve(panels, number, arm, "validation_accuracy")
    markers(panels, number, "validation_accuracy", *_ACCURACY_RANGE, unit="%")
