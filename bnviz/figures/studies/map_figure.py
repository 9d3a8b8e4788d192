"""Map figure: a map of each arm on one colour scale, and a map of what the second one gains."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bnviz.figures.axes import axis_name, axis_suffix, trace_axes
from bnviz.figures.live import LiveFigure
from bnviz.figures.panels import BARE, panel_heading, spread
from bnviz.figures.studies import map_axes, map_scales
from bnviz.figures.studies.map_scales import ColourScale
from bnviz.figures.style import MUTED
from bnviz.findings.wording import capitalized, percent
from bnviz.recording.arm_colours import ARM_COLOURS
from bnviz.recording.frames import ARMS
from bnviz.recording.header import arm_addition, arm_label
from bnviz.studies.map_numbers import Floats, MapNumbers
from bnviz.studies.map_speeds import NOT_KEPT, SPEED_DEFINITION
from bnviz.studies.sweep import BY_OTHER_STATISTICS, STEPS_TO_SHARE

#: Number of maps: one per arm, and the one that compares them.
NUM_MAPS = len(ARMS) + 1
#: Opacity of a cell that shows its neighbour's colour, and of a cell without a number.
PROVISIONAL, NO_NUMBER = 0.34, 0.28
#: Lines and crosses have a dark core and a light rim, to be visible on every colour.
_CORE, _RIM = "#14161b", "#ffffff"
#: Room for the axis below a map, for the colour scale, and for the heading, in pixels.
_AXIS_ROOM, _SCALE_ROOM, _HEAD_ROOM = 44, 56, 28
#: Height of one map and of the whole figure on a narrow screen, in pixels.
_NARROW_MAP = 300
_NARROW_HEIGHT = NUM_MAPS * (_HEAD_ROOM + _NARROW_MAP + _AXIS_ROOM) + 2 * _SCALE_ROOM


def maps(numbers: MapNumbers) -> tuple[str, ...]:
    """Returns the maps in their order: one per arm, and the one that compares them."""
    return *numbers.sweep.arms, "gain"


def reading(numbers: MapNumbers) -> str:
    """Returns how to read the maps, in a few sentences."""
    target = percent(numbers.sweep.target)
    grey = {
        "steps_to_target": "; grey: not reached",
        STEPS_TO_SHARE: "; grey: not reached, or no speed-up",
        "validation_loss": "; grey: diverged",
    }
    better = f"lighter is better{grey.get(numbers.arm_measure, '')}"
    both = "A cell's words give both ratios, its colour their middle or, if open, the known one."
    lacking = "" if numbers.kept else f" Here no cell has a number: {NOT_KEPT}."
    by = " by moving statistics" if numbers.measure in BY_OTHER_STATISTICS else ""
    speed = f" {SPEED_DEFINITION}. {both}" if numbers.measure == "speed_up" else ""
    return (
        f"How to read: each cell is a run of both networks with its own two settings; {better}. "
        f"The line encloses the cells that reach {target} validation accuracy{by}, a fixed target "
        "for all cells (right map: the lines of both networks). A cross marks runs that diverged; "
        f"a pale cell is not trained yet and shows its neighbour's colour.{speed}{lacking}"
    )


def map_figure(numbers: MapNumbers) -> LiveFigure:
    """The maps so far, side by side.

    Args:
        numbers: Complete or growing; may have no filled cell yet.
    """
    arms, gain = map_scales.arm_scale(numbers), map_scales.gain_scale(numbers)
    traces: list[dict[str, Any]] = []
    for number, name in enumerate(maps(numbers), start=1):
        scale = gain if name == "gain" else arms
        values = _clipped(numbers.gain, scale) if name == "gain" else numbers.values[name]
        traces += _cells(numbers, values, scale, number)
        traces += _boundaries(numbers, numbers.sweep.arms if name == "gain" else (name,), number)
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


def _clipped(values: Floats, scale: ColourScale) -> Floats:
    """Numbers with those beyond the ends of a scale, infinite ones too, moved to its ends."""
    return np.clip(values, scale.low, scale.high)


def _cells(
    numbers: MapNumbers, values: Floats, scale: ColourScale, number: int
) -> list[dict[str, Any]]:
    """The cells with a neighbour's colour, those without a number, and the known ones.

    Cells without a number are those whose number is infinite or NaN, and all cells before the
    first one is filled.
    """
    known, provisional = scale.place(values), scale.place(numbers.provisional(values))
    no_number = np.isnan(known) & (numbers.filled | ~numbers.filled.any())
    axis = "coloraxis2" if number == NUM_MAPS else "coloraxis"
    common = {
        "type": "heatmap",
        "x": map_axes.cell_edges(numbers.sweep.x),
        "y": map_axes.cell_edges(numbers.sweep.y),
        "xgap": 1,
        "ygap": 1,
        **_on(number),
    }
    grey = {"colorscale": [[0, MUTED], [1, MUTED]], "zmin": 0, "zmax": 1, "showscale": False}
    return [
        {**common, "z": _rows(provisional), "coloraxis": axis, "opacity": PROVISIONAL},
        {**common, "z": _rows(np.where(no_number, 1.0, np.nan)), "opacity": NO_NUMBER, **grey},
        {**common, "z": _rows(known), "coloraxis": axis},
        # Shows the colour scale even before any cell is known.
        {"type": "scatter", "x": [None], "y": [None], "mode": "markers", **_on(number)}
        | {"marker": {"color": [scale.low], "coloraxis": axis}},
    ]


def _boundaries(numbers: MapNumbers, arms: Sequence[str], number: int) -> list[dict[str, Any]]:
    """The lines around the cells in which the arms reach the target, along the cells' edges.

    If there are several arms, each line has its arm's colour.
    """
    edges = map_axes.cell_edges(numbers.sweep.x), map_axes.cell_edges(numbers.sweep.y)
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
    """Returns the line along the edges between cells inside and cells outside.

    Args:
        inside: Which cells are inside, shape (rows, columns).
        x: Edges of the columns, shape (columns + 1,).
        y: Edges of the rows, shape (rows + 1,).

    Returns:
        Coordinates of the corners of the line, with None between two separate parts.
    """
    vertical = np.argwhere(inside[:, 1:] != inside[:, :-1]).tolist()
    horizontal = np.argwhere(inside[1:] != inside[:-1]).tolist()
    sides = [((row, column + 1), (row + 1, column + 1)) for row, column in vertical]
    sides += [((row + 1, column), (row + 1, column + 1)) for row, column in horizontal]
    unvisited: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for one, other in sides:
        unvisited.setdefault(one, []).append(other)
        unvisited.setdefault(other, []).append(one)
    xs: list[float | None] = []
    ys: list[float | None] = []
    # Open lines are walked first, from their ends; only closed ones are left then.
    for start in sorted(unvisited, key=lambda corner: len(unvisited[corner]) % 2 == 0):
        path = [start]
        while unvisited[path[-1]]:
            corner = unvisited[path[-1]].pop()
            unvisited[corner].remove(path[-1])
            path.append(corner)
        if len(path) > 1:
            xs += [*(x[column] for _, column in path), None]
            ys += [*(y[row] for row, _ in path), None]
    return xs, ys


def _crosses(numbers: MapNumbers, arm: str, number: int) -> list[dict[str, Any]]:
    """Crosses on cells with seeds that diverged, larger the more of them did."""
    share = np.where(numbers.filled, numbers.diverged[arm], 0.0)
    places = np.argwhere(share > 0)
    sweep = numbers.sweep
    largest = min(14.0, 180.0 / max(len(sweep.x.values), len(sweep.y.values)))
    sizes = [largest * (0.5 + 0.5 * float(share[row, column])) for row, column in places]
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
    """The axes of a trace without hover labels."""
    return {**trace_axes(number), "hoverinfo": "skip"}


def _rows(values: Floats) -> list[list[float | None]]:
    """Rows of numbers with four digits, None for NaN."""
    return [[None if np.isnan(v) else float(f"{v:.4g}") for v in row] for row in values]


def _wide(numbers: MapNumbers, arms: ColourScale, gain: ColourScale) -> dict[str, Any]:
    """The layout with the maps side by side and the scales below them."""
    places = spread(NUM_MAPS, 0.0, 1.0, 0.03)
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


def _narrow(numbers: MapNumbers, arms: ColourScale, gain: ColourScale) -> dict[str, Any]:
    """The layout with the maps one below the other, each scale below the maps that use it."""
    height = _NARROW_HEIGHT
    layout: dict[str, Any] = {
        "height": height,
        "margin": {"l": 52, "r": 8, "t": 0, "b": 0},
        "annotations": [],
    }
    top = 0
    bars = {}
    for number, name in enumerate(maps(numbers), start=1):
        first = top + _HEAD_ROOM
        last = first + _NARROW_MAP
        domain = [1 - last / height, 1 - first / height]
        _place_map(layout, numbers, number, x=[0.0, 1.0], y=domain, y_titled=True)
        top = last + _AXIS_ROOM
        if name != ARMS[0]:
            bars[name] = {"y": 1 - top / height, "yanchor": "top", "ypad": 0}
            top += _SCALE_ROOM
    layout["coloraxis"] = _placed(arms, [0.0, 1.0], bars[numbers.sweep.arms[1]])
    layout["coloraxis2"] = _placed(gain, [0.0, 1.0], bars["gain"])
    return layout


def _placed(scale: ColourScale, span: Sequence[float], where: dict[str, Any]) -> dict[str, Any]:
    """A scale as a colour axis of the layout, across `span`."""
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
    """Adds the axes and the heading of one map to the layout."""
    suffix = axis_suffix(number)
    base = numbers.sweep.base
    x_axis = map_axes.plotly_axis(numbers.sweep.x, base)
    y_axis = map_axes.plotly_axis(numbers.sweep.y, base, titled=y_titled)
    y_place = {"domain": list(y), "anchor": f"x{suffix}", "showticklabels": y_titled}
    layout[axis_name("x", number)] = x_axis | {"domain": list(x), "anchor": f"y{suffix}"}
    layout[axis_name("y", number)] = y_axis | y_place
    name = maps(numbers)[number - 1]
    second = capitalized(arm_addition(base, base.second_arm))
    text = f"<b>{second} versus without</b>"
    if name != "gain":
        text = f'<span style="color:{ARM_COLOURS[name]}">■</span> <b>{arm_label(base, name)}</b>'
    layout["annotations"].append(panel_heading(number, text))
