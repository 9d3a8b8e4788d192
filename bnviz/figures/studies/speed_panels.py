"""Speed panels: the speed-up of each seed, and how the speed-up depends on the target."""

import math
from collections.abc import Sequence
from typing import Any

from bnviz.figures.axes import trace_axes
from bnviz.figures.style import INK, MUTED
from bnviz.findings.speed import SpeedUp
from bnviz.findings.wording import percent
from bnviz.studies.seeds import SeedBands

#: A speed-up axis has at least this many doublings.
_DOUBLINGS = 3
_SYMBOLS = {"": "circle", "more than": "triangle-up", "less than": "triangle-down"}

Panel = tuple[list[dict[str, Any]], dict[str, Any], dict[str, Any]]


def by_seed(bands: SeedBands, panel: int) -> Panel:
    """Returns a dot for the speed-up of each seed and the line of no difference.

    Args:
        bands: Complete or growing.
        panel: Number of the panel.

    Returns:
        The traces, the x axis and the y axis.
    """
    speeds = [each.speed_up for each in bands.speeds().values() if each.speed_up is not None]
    places = [_place(each) for each in speeds]
    dots = _dots(_sideways(places), speeds, panel, size=10)
    x = {"range": [-1, 1], "showticklabels": False, "showgrid": False}
    return [_even(panel, -1, 1), dots], x, _axis(places)


def by_target(bands: SeedBands, panel: int) -> Panel:
    """Returns median and range of the speed-up for each target.

    Args:
        bands: Complete or growing.
        panel: Number of the panel.

    Returns:
        The traces, the x axis, on which the targets stand with the numbers of seeds in which each
        arm reaches them, and the y axis.
    """
    targets = bands.by_target()
    known = [(x, each.range) for x, each in enumerate(targets) if each.range is not None]
    bars: dict[str, list[float | None]] = {"x": [], "y": []}
    for x, range_ in known:
        bars["x"] += [x, x, None]
        bars["y"] += [_place(range_.low), _place(range_.high), None]
    common = {"type": "scatter", "hoverinfo": "skip", **trace_axes(panel)}
    at = [x for x, _ in known]
    medians = [range_.median for _, range_ in known]
    line = {"mode": "lines", "x": at, "y": [_place(each) for each in medians]}
    ends = [end for _, range_ in known for end in (range_.low, range_.high) if end.bound]
    ends_at = [x for x, range_ in known for end in (range_.low, range_.high) if end.bound]
    traces = [
        _even(panel, -0.5, len(targets) - 0.5),
        {**common, "mode": "lines", **bars, "line": {"color": MUTED, "width": 3}},
        {**common, **line, "line": {"color": INK, "width": 1.5}},
        _dots(ends_at, ends, panel, size=8),
        _dots(at, medians, panel, size=9),
    ]
    x_axis = {
        "range": [-0.6, max(len(targets), 1) - 0.4],
        "showgrid": False,
        "tickvals": list(range(len(targets))),
        "ticktext": [
            f"{percent(each.share)}<br>{each.first}<br>{each.this}".replace(" %", "%")
            for each in targets
        ],
        "tickangle": 0,
        "tickfont": {"size": 11},
        "title": {"text": "target · seeds reaching it", "standoff": 6, "font": {"size": 13}},
    }
    places = [_place(end) for _, range_ in known for end in (range_.low, range_.high)]
    return traces, x_axis, _axis(places)


def _place(speed_up: SpeedUp) -> float:
    """The height of a speed-up: doublings."""
    return math.log2(max(speed_up.ratio, 2.0**-10))


def _dots(
    x: Sequence[float], speeds: Sequence[SpeedUp], panel: int, *, size: int
) -> dict[str, Any]:
    """Dots at speed-ups, or triangles that point to where those lie that are bounds."""
    return {
        "type": "scatter",
        "hoverinfo": "skip",
        **trace_axes(panel),
        "mode": "markers",
        "x": list(x),
        "y": [_place(each) for each in speeds],
        "marker": {
            "symbol": [_SYMBOLS[each.bound] for each in speeds],
            "size": size,
            "color": INK,
        },
    }


def _even(panel: int, low: float, high: float) -> dict[str, Any]:
    """The line of no difference."""
    return {
        "type": "scatter",
        "hoverinfo": "skip",
        **trace_axes(panel),
        "mode": "lines",
        "x": [low, high],
        "y": [0, 0],
        "line": {"color": MUTED, "width": 1.5},
    }


def _axis(places: Sequence[float]) -> dict[str, Any]:
    """The axis of speed-ups at these heights."""
    low = math.floor(min([*places, 0]) - 0.7)
    high = math.ceil(max([*places, _DOUBLINGS]) + 0.2)
    ticks = list(range(low, high + 1))
    names = [f"{2.0**tick:g}×" if tick >= 0 else f"1/{2.0**-tick:g}" for tick in ticks]
    return {"range": [low, high], "tickvals": ticks, "ticktext": names}


def _sideways(heights: Sequence[float]) -> list[float]:
    """Horizontal places of dots so that those of equal height do not hide each other."""
    taken: dict[int, int] = {}
    sideways = []
    for height in heights:
        row = round(height * 4)
        number = taken.get(row, 0)
        taken[row] = number + 1
        sideways.append((number + 1) // 2 * (0.2 if number % 2 else -0.2))
    return sideways
