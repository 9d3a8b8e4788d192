"""Gradients: their norm in every layer, and the size of the updates beside that of the weights."""

import numpy as np

from bnviz.figures.curves import cursor, curve, ends, log_axis
from bnviz.figures.live import LiveFigure
from bnviz.figures.panels import Panels, Place, spread, stacked
from bnviz.figures.ranges import bounds, decades
from bnviz.figures.style import ARM_COLOURS, shaded
from bnviz.figures.view import View
from bnviz.frames import ARM_LABELS
from bnviz.recording import Recording

READING = (
    "How to read: one line is one layer, from the first (pale) to the output (dark). Lines that "
    "lie far apart mean that some layers learn and others hardly: a norm that falls towards the "
    "first layer vanishes, one that rises explodes. Below, the update of a step beside the weights "
    "themselves: about −3, a thousandth, is healthy."
)
#: As many layers are drawn; of more, some at equal distances.
MAX_LAYERS = 6
#: Where the ratio of update and weights is healthy, as a power of 10.
HEALTHY = -3


def gradients(recording: Recording, view: View | None = None) -> LiveFigure:
    """The norm of the gradient above, the ratio of the update below; a column an arm.

    Args:
        recording: Complete or growing; may have no frame yet.
        view: Of it what the curves run over matters.
    """
    panels = Panels(recording, view or View("gradients"))
    columns = len(panels.arms)
    for side, arm in enumerate(panels.arms):
        _norms(panels, side + 1, arm)
        _ratios(panels, columns + side + 1, arm)
    across = spread(columns, 0.05, 0.95, 0.085)
    wide: list[Place] = [(x, y) for y in stacked(2, 0, 1, 0.1) for x in across]
    count = 2 * columns
    narrow: list[Place] = [([0.11, 0.83], y) for y in stacked(count, 0.02, 1, 0.3 / count)]
    return panels.figure(wide, narrow, height=230 * count)


def ranges(recording: Recording, _: View) -> object:
    """What the axes follow from beside the layout."""
    return _norm_range(recording), _ratio_range(recording)


def _norm_range(recording: Recording) -> tuple[int, int]:
    return decades(recording, [f"{arm}/gradient_norm" for arm in recording.layout.arms], -3, 1)


def _ratio_range(recording: Recording) -> tuple[float, float]:
    paths = [f"{arm}/update_ratio" for arm in recording.layout.arms]
    return bounds(recording, paths, -5.0, 0.0)


def _drawn(panels: Panels) -> dict[int, str]:
    """Names of the Dense layers drawn, by their number from 0."""
    count = panels.layers + 1
    chosen = np.unique(np.linspace(0, count - 1, min(count, MAX_LAYERS)).round().astype(int))
    names = {int(n): f"layer {n + 1}" for n in chosen[:-1]}
    return {**names, count - 1: "output"}


def _lines(panels: Panels, number: int, arm: str, measure: str) -> tuple[dict[str, str], list[str]]:
    """Draws a line a layer; their names by path, and their colours."""
    names = {f"{measure}/{row}": name for row, name in _drawn(panels).items()}
    colours = [shaded(ARM_COLOURS[arm], n / (len(names) - 1)) for n in range(len(names))]
    for (path, name), colour in zip(names.items(), colours, strict=True):
        curve(panels, number, arm, path, width=2, colour=colour, name=name)
    return names, colours


def _norms(panels: Panels, number: int, arm: str) -> None:
    low, high = _norm_range(panels.recording)
    lines = _lines(panels, number, arm, "gradient_norm")
    ends(panels, number, arm, *lines, low, high, log=True)
    cursor(panels, number, 10.0**low, 10.0**high)
    panels.panel(
        number,
        f"<b>{ARM_LABELS[arm]}</b> · gradient norm",
        "L2, by layer" if number == 1 else "",
        x=panels.run_axis(ticks=False),
        y=log_axis(low, high) | ({"matches": "y"} if number > 1 else {}),
    )


def _ratios(panels: Panels, number: int, arm: str) -> None:
    low, high = _ratio_range(panels.recording)
    lines = _lines(panels, number, arm, "update_ratio")
    ends(panels, number, arm, *lines, low, high)
    cursor(panels, number, low, high)
    panels.guide(number, HEALTHY, f"healthy: {HEALTHY}".replace("-", "−"))
    first = len(panels.arms) + 1
    panels.panel(
        number,
        f"<b>{ARM_LABELS[arm]}</b> · update : weights",
        "log₁₀ of their std" if number == first else "",
        x=panels.run_axis(titled=True),
        y={"range": [low, high], "dtick": 1} | ({"matches": f"y{first}"} if number > first else {}),
    )
