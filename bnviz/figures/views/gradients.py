"""Gradients: their norm in every layer, and the size of the updates relative to the weights."""

import numpy as np

from bnviz.figures.axes import log_axis, matching
from bnviz.figures.curves import NamedCurve, named_curves
from bnviz.figures.live import LiveFigure
from bnviz.figures.panels import Domain, Panels, spread, stacked
from bnviz.figures.ranges import bounds, decades
from bnviz.figures.style import shaded
from bnviz.figures.view import View
from bnviz.recording import Recording
from bnviz.settings.written_numbers import written

#: What the view shows, to follow "This view shows".
SHOWS = "the gradient of each layer and how far a step moves its weights"
READING = (
    "How to read: each line is one layer, from the first (pale) to the output (dark). Lines far "
    "apart mean that some layers learn while others hardly do: a norm that shrinks towards the "
    "first layer is a vanishing gradient, one that grows is an exploding gradient. Below: the "
    "update of a step relative to the weights themselves. A thousandth, −3, is a common rule of "
    "thumb; what suits a network depends on its optimizer and rate, so compare the layers."
)
#: Maximum number of layers drawn; beyond that, a few at equal distances.
MAX_LAYERS = 6
#: The rule of thumb for the ratio of update and weights, as a power of 10.
GUIDE = -3


def gradients(recording: Recording, view: View | None = None) -> LiveFigure:
    """The norm of the gradient above, the ratio of update and weights below; one column per arm.

    Args:
        recording: Complete or growing; may have no frame yet.
        view: Only what the curves run over matters.
    """
    panels = Panels(recording, view or View("gradients"))
    columns = len(panels.arms)
    for side, arm in enumerate(panels.arms):
        _norms(panels, side + 1, arm)
        _ratios(panels, columns + side + 1, arm)
    across = spread(columns, 0.05, 0.95, 0.085)
    wide: list[Domain] = [(x, y) for y in stacked(2, 0, 1, 0.1) for x in across]
    count = 2 * columns
    narrow: list[Domain] = [([0.11, 0.83], y) for y in stacked(count, 0.02, 1, 0.3 / count)]
    return panels.figure(wide, narrow, height=230 * count)


def ranges(recording: Recording, _: View) -> object:
    """Returns the ends of the axes that depend on the frames so far."""
    return _norm_decades(recording), _ratio_bounds(recording)


def _norm_decades(recording: Recording) -> tuple[int, int]:
    return decades(recording, ["gradient_norm"], -3, 1)


def _ratio_bounds(recording: Recording) -> tuple[float, float]:
    return bounds(recording, ["update_ratio"], -5.0, 0.0)


def _curves(panels: Panels, arm: str, measure: str) -> list[NamedCurve]:
    """One curve for each Dense layer drawn, shaded from pale to dark."""
    count = panels.layers + 1
    drawn = np.unique(np.linspace(0, count - 1, min(count, MAX_LAYERS)).round().astype(int))
    return [
        NamedCurve(
            path=f"{measure}/{layer}",
            name="output" if layer == count - 1 else panels.recording.header.layers[layer].name,
            colour=shaded(panels.colour(arm), place / (len(drawn) - 1)),
            width=2,
        )
        for place, layer in enumerate(drawn.tolist())
    ]


def _norms(panels: Panels, number: int, arm: str) -> None:
    low, high = _norm_decades(panels.recording)
    curves = _curves(panels, arm, "gradient_norm")
    named_curves(panels, number, arm, curves, low, high, log=True)
    panels.panel(
        number,
        f"<b>{panels.label(arm)}</b> · gradient norm",
        "L2, by layer" if number == 1 else "",
        x=panels.run.axis(ticks=False),
        y=log_axis(low, high) | matching("y", number),
    )


def _ratios(panels: Panels, number: int, arm: str) -> None:
    low, high = _ratio_bounds(panels.recording)
    named_curves(panels, number, arm, _curves(panels, arm, "update_ratio"), low, high)
    panels.guide(number, GUIDE, f"a thousandth: {written(GUIDE)}")
    first = len(panels.arms) + 1
    panels.panel(
        number,
        f"<b>{panels.label(arm)}</b> · update : weights",
        "log₁₀ of std ratio" if number == first else "",
        x=panels.run.axis(titled=True),
        y={"range": [low, high], "dtick": 1} | matching("y", number, first),
    )
