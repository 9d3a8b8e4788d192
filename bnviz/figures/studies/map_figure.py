"""Phase map: a map for each arm on one colour scale, and what BN gains from cell to cell."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bnviz.figures.live import LiveFigure
from bnviz.figures.panels import BARE, axis_name, heading, spread
from bnviz.figures.studies import map_axes, map_scales
from bnviz.figures.studies.map_scales import Scale
from bnviz.figures.style import ARM_COLOURS, MUTED
from bnviz.findings.wording import percent
from bnviz.frames import ARM_LABELS, ARMS
from bnviz.studies.map_numbers import Floats, MapNumbers

#: The maps in their order: the arms', and the one that sets them against each other.
MAPS = (*ARMS, "gain")
#: Opacity of a cell that shows its neighbour's colour, and of one that has no number.
EARLY, NO_NUMBER = 0.34, 0.28
#: Lines and crosses have a dark core and a light rim, to be seen on every colour.
_CORE, _RIM = "#14161b", "#ffffff"
#: Pixels around the maps: below a map for its axis, and there for the scale of colours.
_AXIS_ROOM, _SCALE_ROOM, _HEAD_ROOM = 44, 56, 28
#: Height of the maps one below the other, in pixels: each of them, and all.
_NARROW_MAP = 300
_NARROW = 3 * (_HEAD_ROOM + _NARROW_MAP + _AXIS_ROOM) + 2 * _SCALE_ROOM


def reading(numbers: MapNumbers) -> str:
    """How the maps are read."""
    target = percent(numbers.sweep.target)
    grey = {"steps_to_target": "; grey: not reached", "validation_loss": "; grey: diverged"}
    better = f"the lighter the better{grey.get(numbers.arm_measure, '')}"
    return (
        f"How to read: each cell is a run of both networks with its own two settings, {better}. "
        f"The line encloses the cells that reach {target} validation accuracy (on the right: both "
        "networks' lines). A cross marks runs that diverged; a pale cell is not trained yet and "
        "shows its neighbour's colour."
    )


def phase_map(numbers: MapNumbers) -> LiveFigure:
    """The maps as they stand; no statistics are computed here.

    Args:
        numbers: Complete or growing; may have no filled cell yet.
    """
    arms, gain = map_scales.of_arms(numbers), map_scales.of_gain(numbers)
    traces: list[dict[str, Any]] = []
    for number, name in enumerate(MAPS, start=1):
        scale = gain if name == "gain" else arms
        values = _clipped(numbers.gain, scale) if name == "gain" else numbers.values[name]
        traces += _cells(numbers, values, scale, number)
        traces += _boundaries(numbers, ARMS if name == "gain" else (name,), number)
        if name != "gain":
            traces += _crosses(numbers, name, number)
    layout: dict[str, Any] = {
        **BARE,
        "hovermode": False,
        "coloraxis": arms.axis(),
        "coloraxis2": gain.axis(),
    }
    layouts = {"wide": _wide(numbers, arms, gain), "narrow": _narrow(numbers, arms, gain)}
    return LiveFigure(traces, layout, {}, layouts)


def _clipped(values: Floats, scale: Scale) -> Floats:
    """Numbers beyond the ends of a scale, infinite ones too, at its ends."""
    return np.clip(values, scale.low, scale.high)


def _cells(numbers: MapNumbers, values: Floats, scale: Scale, number: int) -> list[dict[str, Any]]:
    """The known cells, those that show a neighbour's colour, and those without a number.

    The last are cells whose number is infinite or none, and all cells before the first is filled.
    """
    known, early = scale.place(values), scale.place(numbers.provisional(values))
    none = np.isnan(known) & (numbers.filled | ~numbers.filled.any())
    axis = "coloraxis2" if number == len(MAPS) else "coloraxis"
    common = {
        "type": "heatmap",
        "x": map_axes.edges(numbers.sweep.x),
        "y": map_axes.edges(numbers.sweep.y),
        "xgap": 1,
        "ygap": 1,
        **_on(number),
    }
    grey = {"colorscale": [[0, MUTED], [1, MUTED]], "zmin": 0, "zmax": 1, "showscale": False}
    return [
        {**common, "z": _listed(early), "coloraxis": axis, "opacity": EARLY},
        {**common, "z": _listed(np.where(none, 1.0, np.nan)), "opacity": NO_NUMBER, **grey},
        {**common, "z": _listed(known), "coloraxis": axis},
        # The scale shows before there is anything on it.
        {"type": "scatter", "x": [None], "y": [None], "mode": "markers", **_on(number)}
        | {"marker": {"color": [scale.low], "coloraxis": axis}},
    ]


def _boundaries(numbers: MapNumbers, arms: Sequence[str], number: int) -> list[dict[str, Any]]:
    """The lines around the cells in which arms reach the target, along the cells' edges.

    Where there are several, each has its arm's colour.
    """
    edges = map_axes.edges(numbers.sweep.x), map_axes.edges(numbers.sweep.y)
    lines = {arm: outline(numbers.reached[arm], *edges) for arm in arms}
    rims = [(arm, _RIM, 5.0) for arm in arms]
    cores = [(arm, _CORE, 2.0) if len(arms) == 1 else (arm, ARM_COLOURS[arm], 3.0) for arm in arms]
    return [
        {
            "type": "scatter",
            "mode": "lines",
            "x": lines[arm][0],
            "y": lines[arm][1],
            "line": {"color": colour, "width": width},
            **_on(number),
        }
        for arm, colour, width in (*rims, *cores)
    ]


def outline(
    inside: NDArray[np.bool_], x: Sequence[float], y: Sequence[float]
) -> tuple[list[float | None], list[float | None]]:
    """The line along the edges between cells inside and cells outside.

    Args:
        inside: Shape (rows, columns).
        x: Edges of the columns, one more than there are.
        y: Edges of the rows.

    Returns:
        Coordinates of its corners; None between two of its parts.
    """
    upright = np.argwhere(inside[:, 1:] != inside[:, :-1]).tolist()
    level = np.argwhere(inside[1:] != inside[:-1]).tolist()
    open_ways: dict[tuple[int, int], list[tuple[int, int]]] = {}
    ways = [((row, column + 1), (row + 1, column + 1)) for row, column in upright]
    ways += [((row + 1, column), (row + 1, column + 1)) for row, column in level]
    for one, other in ways:
        open_ways.setdefault(one, []).append(other)
        open_ways.setdefault(other, []).append(one)
    xs: list[float | None] = []
    ys: list[float | None] = []
    # From the ends of lines first, since what is left then are closed ones.
    for start in sorted(open_ways, key=lambda corner: len(open_ways[corner]) % 2 == 0):
        way = [start]
        while open_ways[way[-1]]:
            following = open_ways[way[-1]].pop()
            open_ways[following].remove(way[-1])
            way.append(following)
        if len(way) > 1:
            xs += [*(x[column] for _, column in way), None]
            ys += [*(y[row] for row, _ in way), None]
    return xs, ys


def _crosses(numbers: MapNumbers, arm: str, number: int) -> list[dict[str, Any]]:
    """Crosses on cells with seeds that diverged; the more of them did, the larger."""
    share = np.where(numbers.filled, numbers.diverged[arm], 0.0)
    places = np.argwhere(share > 0)
    sweep = numbers.sweep
    most = min(14.0, 180.0 / max(len(sweep.x.values), len(sweep.y.values)))
    sizes = [most * (0.5 + 0.5 * float(share[row, column])) for row, column in places]
    return [
        {
            "type": "scatter",
            "mode": "markers",
            "x": [sweep.x.values[column] for _, column in places],
            "y": [sweep.y.values[row] for row, _ in places],
            "marker": {
                "symbol": "x-thin",
                "size": sizes,
                "line": {"color": colour, "width": width},
            },
            **_on(number),
        }
        for colour, width in ((_CORE, 3.5), (_RIM, 1.8))
    ]


def _on(number: int) -> dict[str, str]:
    """On which axes a trace is, and that it does not answer the mouse."""
    suffix = "" if number == 1 else str(number)
    return {"xaxis": f"x{suffix}", "yaxis": f"y{suffix}", "hoverinfo": "skip"}


def _listed(values: Floats) -> list[list[float | None]]:
    """Rows of numbers with four digits; None for NaN."""
    return [[None if np.isnan(v) else float(f"{v:.4g}") for v in row] for row in values]


def _wide(numbers: MapNumbers, arms: Scale, gain: Scale) -> dict[str, Any]:
    """The maps beside each other, scales below."""
    places = spread(len(MAPS), 0.0, 1.0, 0.03)
    layout: dict[str, Any] = {
        "margin": {"l": 58, "r": 10, "t": _HEAD_ROOM, "b": _AXIS_ROOM + _SCALE_ROOM},
        "annotations": [],
    }
    for number, domain in enumerate(places, start=1):
        _place_map(layout, numbers, number, x=domain, y=[0.0, 1.0], y_titled=number == 1)
    span = [places[0][0], places[1][1]]
    layout["coloraxis"] = _placed(arms, span, {"yref": "container", "y": 0, "yanchor": "bottom"})
    layout["coloraxis2"] = _placed(
        gain, places[2], {"yref": "container", "y": 0, "yanchor": "bottom"}
    )
    return layout


def _narrow(numbers: MapNumbers, arms: Scale, gain: Scale) -> dict[str, Any]:
    """The maps one below the other, each scale below the maps that it is for."""
    height = _NARROW
    layout: dict[str, Any] = {
        "height": height,
        "margin": {"l": 52, "r": 8, "t": 0, "b": 0},
        "annotations": [],
    }
    top = 0
    bars = {}
    for number, name in enumerate(MAPS, start=1):
        first = top + _HEAD_ROOM
        last = first + _NARROW_MAP
        domain = [1 - last / height, 1 - first / height]
        _place_map(layout, numbers, number, x=[0.0, 1.0], y=domain, y_titled=True)
        top = last + _AXIS_ROOM
        if name != ARMS[0]:
            bars[name] = {"y": 1 - top / height, "yanchor": "top", "ypad": 0}
            top += _SCALE_ROOM
    layout["coloraxis"] = _placed(arms, [0.0, 1.0], bars[ARMS[1]])
    layout["coloraxis2"] = _placed(gain, [0.0, 1.0], bars["gain"])
    return layout


def _placed(scale: Scale, span: Sequence[float], where: dict[str, Any]) -> dict[str, Any]:
    axis = scale.axis()
    middle = (span[0] + span[1]) / 2
    place = {"x": middle, "xanchor": "center", "len": span[1] - span[0], "ypad": 0, **where}
    return axis | {"colorbar": axis["colorbar"] | place}


def _place_map(
    layout: dict[str, Any],
    numbers: MapNumbers,
    number: int,
    *,
    x: Sequence[float],
    y: Sequence[float],
    y_titled: bool,
) -> None:
    """Axes and heading of one map."""
    suffix = "" if number == 1 else str(number)
    axes = map_axes.drawn(numbers.sweep.x), map_axes.drawn(numbers.sweep.y, titled=y_titled)
    layout[axis_name("x", number)] = axes[0] | {"domain": list(x), "anchor": f"y{suffix}"}
    more = {"domain": list(y), "anchor": f"x{suffix}", "showticklabels": y_titled}
    layout[axis_name("y", number)] = axes[1] | more
    name = MAPS[number - 1]
    text = "<b>With BN against without</b>"
    if name != "gain":
        text = f'<span style="color:{ARM_COLOURS[name]}">■</span> <b>{ARM_LABELS[name]}</b>'
    layout["annotations"].append(heading(suffix, text))
