"""Stage: every layer's histograms of all arms side by side, losses, accuracies and percentiles."""

from typing import Any

import numpy as np

from bnviz.figures.bindings.shapes import Outside, Ridges
from bnviz.figures.curves import band, curve, markers
from bnviz.figures.live import LiveFigure
from bnviz.figures.panels import Panels, Place, spread, stacked
from bnviz.figures.style import ARM_COLOURS, GRID, INK, MUTED, translucent
from bnviz.figures.view import View
from bnviz.frames import ARM_LABELS, PERCENTILES, edges
from bnviz.recording import Recording

#: Frames between the present and each of the outlines behind it.
ECHOES = (6, 12, 18, 24)
#: Passes of the histograms' smoothing as drawn; the counts themselves stay as they are.
SMOOTHING = 2
READING = (
    "How to read: each row is one layer. The filled shape is where its values lie now, the thin "
    "lines behind it where they lay a moment ago. A shape that wanders or collapses means that "
    "the layer above must keep relearning. All share one axis; the height is the root of the "
    "share of values."
)
_MANY_LAYERS = 8
#: Layers that can have a name of their own beside their rows; of more, every so many-th has one.
_MAX_NAMED = 16
_KINDS = {"pre_activation": "inputs", "activation": "outputs"}


def layers(recording: Recording, view: View | None = None) -> LiveFigure:
    """The main figure: a column of layer histograms an arm, and the curves beside them.

    All histograms share one locked axis. The ranges follow from the first frame alone, so that
    nothing rescales during a run.

    Args:
        recording: Complete or growing; may have no frame yet.
        view: What to show of it.
    """
    panels = Panels(recording, view or View())
    columns = len(panels.arms)
    for number, arm in enumerate(panels.arms, start=1):
        _ridges(panels, number, arm)
    _losses(panels, columns + 1)
    _accuracies(panels, columns + 2)
    fan(panels, columns + 3)
    curves = [[top - 0.27, top] for top in (1, 0.635, 0.27)]
    wide: list[Place] = [(x, [0, 1]) for x in spread(columns, 0.055, 0.655, 0.02)]
    wide += [([0.70, 1], y) for y in curves]
    narrow: list[Place] = [(x, [0.58, 1]) for x in spread(columns, 0.14, 1, 0.03)]
    narrow += [([0.14, 1], y) for y in stacked(3, 0.01, 0.49, 0.045)]
    return panels.figure(wide, narrow, height=1040)


def _ridges(panels: Panels, number: int, arm: str) -> None:
    quantity, colour = panels.view.quantity, ARM_COLOURS[arm]
    positions, first, axis = panels.value_axis(quantity)
    counts, bins = f"{arm}/{quantity}_counts", len(positions) - 1
    rows = tuple(range(panels.layers))
    baselines = tuple(float(panels.layers - 1 - row) for row in rows)
    common: dict[str, Any] = {"counts": counts, "rows": rows, "baselines": baselines}
    shape: dict[str, Any] = {
        "positions": tuple(positions),
        "first": first,
        "scale": 1.1,
        "cap": 1.9,
        "smoothing": SMOOTHING,
    }
    echoes = ECHOES if panels.layers <= _MANY_LAYERS else ECHOES[1::2]
    panels.add(
        number,
        Ridges(**common, **shape, lags=echoes, lift=0.1),
        mode="lines",
        line={"color": translucent(colour, 0.4), "width": 1},
    )
    panels.add(
        number,
        Ridges(**common, **shape),
        mode="lines",
        fill="toself",
        fillcolor=translucent(colour, 0.32),
        line={"color": colour, "width": 2},
    )
    named = _named(panels.layers)
    total = len(edges(quantity, panels.recording.layout.activation)) + 1
    sides = (
        ("left", axis["range"][0], 0, first, "", "◂ {} %"),
        ("right", axis["range"][1], first + bins, total, f"{arm}/{quantity}_nan", "{} % ▸"),
    )
    for side, x, start, stop, nan, text in sides:
        panels.add(
            number,
            Outside(
                counts=counts,
                rows=named,
                baselines=tuple(baselines[row] for row in named),
                nan=nan,
                x=x,
                start=start,
                stop=stop,
                text=text,
            ),
            mode="text",
            textposition="top right" if side == "left" else "top left",
            textfont={"size": 12, "color": INK},
        )
    x_axis = {
        "showgrid": True,
        "gridcolor": GRID,
        "zeroline": True,
        "zerolinecolor": MUTED,
        "zerolinewidth": 1,
        "title": {"text": "value", "standoff": 4},
        **axis,
        **({"matches": "x"} if number > 1 else {}),
    }
    y_axis = {
        "range": [-0.12, panels.layers + 0.45],
        "showgrid": False,
        "tickvals": [baselines[row] for row in named],
        "ticktext": [f"layer {row + 1}" for row in named],
        "color": INK,
        "showticklabels": number == 1,
        **({"matches": "y"} if number > 1 else {}),
    }
    heading = f"<b>{ARM_LABELS[arm]}</b>"
    # There is room for all of it above two columns.
    of = " of each activation" if len(panels.arms) < 3 else ""
    panels.panel(number, heading, _KINDS[quantity] + of, x=x_axis, y=y_axis)


def _named(layers: int) -> tuple[int, ...]:
    """Layers, from 0, whose names and shares outside fit beside their rows."""
    every = next(n for n in (1, 2, 5, 10) if layers <= n * _MAX_NAMED)
    return tuple(row for row in range(layers) if row == 0 or (row + 1) % every == 0)


def loss_axis(panels: Panels) -> tuple[float, float, dict[str, Any]]:
    """Lowest and highest loss drawn, and the axis."""
    first = first_loss(panels)
    if panels.view.loss_axis == "log":
        low, high = (float(np.log10(first)) + way for way in (-3.5, 1.2))
        return 10**low, 10**high, {"range": [low, high], "type": "log", "dtick": 1}
    low, high = -0.2 * first, 1.35 * first
    return low, high, {"range": [low, high], "tick0": 0, "nticks": 5}


def first_loss(panels: Panels) -> float:
    """The smallest training loss at step 0; before it is known that of guessing one of ten.

    A network that starts far off, or Batch Normalization's validation by moving statistics
    that have not moved yet, would leave the others a line at the bottom.
    """
    frames = panels.recording.frames
    losses = [float(frames[arm]["train_loss"][0]) for arm in panels.arms if len(frames)]
    finite = [loss for loss in losses if np.isfinite(loss) and loss > 0]
    return min(finite, default=float(np.log(10)))


def _losses(panels: Panels, number: int) -> None:
    low, high, y_axis = loss_axis(panels)
    panels.panel(
        number, "<b>Loss</b>", "validation; training dotted", x=panels.run_axis(), y=y_axis
    )
    for arm in panels.arms:
        curve(panels, number, arm, "train_loss", width=1.5, dash="dot")
        curve(panels, number, arm, "validation_loss")
    markers(panels, number, "validation_loss", low, high)


def _accuracies(panels: Panels, number: int) -> None:
    y_axis = {"range": [-0.16, 1.18], "tickvals": [0, 0.5, 1], "tickformat": ".0%"}
    panels.panel(number, "<b>Validation accuracy</b>", x=panels.run_axis(), y=y_axis)
    for arm in panels.arms:
        curve(panels, number, arm, "validation_accuracy")
    markers(panels, number, "validation_accuracy", -0.16, 1.18, unit="%")


def fan(panels: Panels, number: int, *, titled: bool = True) -> None:
    """The 15, 50 and 85 % of the chosen layer's values over the run.

    Args:
        panels: To which it is added.
        number: Of its axes.
        titled: Whether the axis below is named.
    """
    quantity, transform = panels.view.quantity, panels.transform
    _, _, axis = panels.value_axis(quantity)
    kind = _KINDS[quantity]
    panels.panel(
        number,
        f"<b>Layer {panels.layer + 1} {kind}</b>",
        "15, 50, 85 % lie below",
        x=panels.run_axis(titled=titled, ticks=titled),
        y={"nticks": 5, **axis},
    )
    path = f"{quantity}_percentiles/{panels.layer}"
    low, median, high = (f"{path}/{PERCENTILES.index(percent)}" for percent in (15, 50, 85))
    for arm in panels.arms:
        band(panels, number, arm, low, high, transform=transform)
        curve(panels, number, arm, median, transform=transform, name="median")
    markers(panels, number, median, *axis["range"], transform=transform)
