"""Scale and shift: the learnt gamma and beta of every neuron."""

from typing import Any

import numpy as np

from bnviz.figures.axes import matching
from bnviz.figures.bindings.rows import Bars
from bnviz.figures.bindings.series import Caption
from bnviz.figures.curves import band, cursor, curve
from bnviz.figures.live import LiveFigure
from bnviz.figures.panels import Domain, Panels, spread, stacked
from bnviz.figures.ranges import bounds
from bnviz.figures.style import INK, translucent
from bnviz.figures.view import View
from bnviz.recording import Recording

READING = (
    "How to read: after normalization the network multiplies each neuron's values by gamma and "
    "adds beta, both of which it learns. The line is the median over the layer's neurons; the "
    "bands hold half and nine tenths of them. At the right: all neurons now. A gamma near 0 "
    "switches its neuron off. BN gives every neuron mean 0 and standard deviation 1 before, which "
    "gamma = std and beta = mean would undo. RMS normalization has no beta. "
    "Dynamic tanh multiplies and adds after its tanh, whose steepness alpha each layer learns. "
    "Weight norm has neither: it learns g, the norm of each neuron's weights."
)
SHOWS = "the gamma and beta that each neuron learns, and alpha or g where a network has them"
#: Maximum number of layers drawn side by side; beyond that only the chosen one is drawn.
MAX_LAYERS = 4
_BINS = 40
#: Letter, meaning, and where it starts in every network, if that is one number.
_PARTS = {
    "gamma": ("γ", "scale, starts at 1", 1),
    "beta": ("β", "shift, starts at 0", 0),
    "g": ("g", "norm of a neuron's weights", None),
    "alpha": ("α", "steepness of the tanh, starts at 0.5", 0.5),
}
#: Ends of the axes that hold at least this much.
_RANGES = {"gamma": (0.0, 2.0), "beta": (-1.0, 1.0), "g": (0.0, 2.0), "alpha": (0.0, 1.0)}


def scale_and_shift(recording: Recording, view: View | None = None) -> LiveFigure:
    """Percentiles of gamma above and of beta below, with their histograms at the cursor.

    Below them what a network learns in place of them, or beside them.

    Args:
        recording: Complete or growing; may have no frame yet.
        view: Only what the curves run over and the layer matter.
    """
    panels = Panels(recording, view or View("scale_and_shift"))
    rows = _rows(panels)
    columns = len(rows) + 1
    parts = _parts(recording)
    for place, part in enumerate(parts):
        first = place * columns + 1
        for side, row in enumerate(rows):
            _percentiles(panels, first + side, part, row, first)
        _histogram(panels, first + len(rows), part, first)
    heights = stacked(len(parts), 0, 1, 0.1)
    across = [*spread(len(rows), 0.04, 0.82, 0.02), [0.85, 1.0]]
    wide: list[Domain] = [(x, y) for y in heights for x in across]
    below = [*spread(len(rows), 0.11, 0.74, 0.02), [0.78, 1.0]]
    narrow: list[Domain] = [(x, y) for y in stacked(len(parts), 0.02, 1, 0.08) for x in below]
    return panels.figure(wide, narrow, height=680)


def ranges(recording: Recording, view: View) -> object:
    """Returns the ends of the axes that depend on the frames so far."""
    return [_bounds(Panels(recording, view), part) for part in _parts(recording)]


def note(recording: Recording) -> str:
    """Says what is different in residual networks."""
    if not recording.header.closing_layers:
        return ""
    return (
        "In a residual network a gamma near 0 does not switch off a neuron in the last layer of a "
        "block, which still passes on what the skip adds."
    )


def _starts_at_0(recording: Recording) -> bool:
    """Whether gamma starts at 0 in the last layers of blocks."""
    settings, blocks = recording.header.settings, recording.header.closing_layers
    return bool(blocks and settings and settings.zero_last_gamma and settings.bn_scale)


def _parts(recording: Recording) -> tuple[str, ...]:
    """What the networks learn: gamma, beta below it, then what only some have."""
    return tuple(part for part in _PARTS if _arms(recording, part))


def _arms(recording: Recording, part: str) -> tuple[str, ...]:
    """The networks that learn a part."""
    header = recording.header
    match part:
        case "gamma":
            return header.normalized_arms
        case "beta":
            return header.shifted_arms
        case "g":
            return header.arms_by("weight")
        case _:
            return header.arms_by("dyt")


def _rows(panels: Panels) -> tuple[int, ...]:
    """Indices of the layers drawn."""
    return tuple(range(panels.layers)) if panels.layers <= MAX_LAYERS else (panels.layer,)


def _bounds(panels: Panels, part: str) -> tuple[float, float]:
    low, high = _RANGES[part]
    paths = [f"{part}/{row}" for row in _rows(panels)]
    return bounds(panels.recording, paths, low, high, _arms(panels.recording, part))


def _axis(panels: Panels, part: str, number: int, first: int) -> dict[str, object]:
    hidden = {"showticklabels": False} if number > first else {}
    return {"range": _range(panels, part), "nticks": 6, **matching("y", number, first), **hidden}


def _range(panels: Panels, part: str) -> list[float]:
    """The bounds with a little room beyond them."""
    low, high = _bounds(panels, part)
    room = 0.04 * (high - low)
    return [low - room, high + room]


def _percentiles(panels: Panels, number: int, part: str, row: int, first: int) -> None:
    at = {percent: panels.percentile(part, row, percent) for percent in (5, 25, 50, 75, 95)}
    arms = _arms(panels.recording, part)
    for arm in arms:
        if part == "alpha":
            curve(panels, number, arm, f"alpha/{row}", name="alpha")
            continue
        band(panels, number, arm, at[5], at[95], opacity=0.16)
        band(panels, number, arm, at[25], at[75], opacity=0.3)
        curve(panels, number, arm, at[50], name=f"median {part}")
    cursor(panels, number, *_range(panels, part), arms=arms)
    letter, meaning, start = _PARTS[part]
    if part == "gamma" and _starts_at_0(panels.recording):
        meaning = "scale, starts at the line"
        start = int(row + 1 not in panels.recording.header.closing_layers)
    if start is not None:
        panels.guide(number, start, "")
    lowest = part == _parts(panels.recording)[-1]
    panels.panel(
        number,
        f"<b>{letter}</b> {panels.recording.header.layers[row].name}",
        meaning if number == first else "",
        x=panels.run.axis(titled=lowest and number == first, ticks=lowest) | {"nticks": 4},
        y=_axis(panels, part, number, first),
    )


def _histogram(panels: Panels, number: int, part: str, first: int) -> None:
    low, high = _bounds(panels, part)
    arms = _arms(panels.recording, part)
    for arm in arms:
        if part == "alpha":
            at = {"x": panels.neurons / 2, "y": (low + high) / 2}
            now = Caption(**at, text="{}", measures=(f"{arm}/alpha/{panels.layer}",))
            panels.add(number, now, mode="text", textfont={"color": INK, "size": 13})
            continue
        panels.add(
            number,
            Bars(
                row=f"{arm}/{part}/{panels.layer}",
                edges=tuple(np.linspace(low, high, _BINS + 1).tolist()),
                upright=True,
            ),
            mode="lines",
            fill="toself",
            fillcolor=translucent(panels.colour(arm), 0.32),
            line={"color": panels.colour(arm), "width": 1.5},
        )
    neurons = panels.neurons
    names = ", ".join(panels.label(arm) for arm in arms)
    lowest = part == [each for each in _parts(panels.recording) if each != "alpha"][-1]
    text = panels.recording.header.of_channels("neurons")
    title: dict[str, Any] = {"title": {"text": text, "standoff": 4}} if lowest else {}
    if part == "alpha":
        title = {"showticklabels": False}
    panels.panel(
        number,
        f"<b>{_PARTS[part][0]}</b> now, {panels.recording.header.layers[panels.layer].name}",
        names if len(arms) == 1 else "",
        x={"range": [0, 1.02 * neurons], "nticks": 4, **title},
        y=_axis(panels, part, number, first),
    )
