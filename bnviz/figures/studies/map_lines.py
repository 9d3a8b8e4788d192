"""Lines of a map: the row and the column through one cell, both arms, with the seeds' range.

The cell is chosen in the browser, as fast as the pointer moves. The numbers of all cells are
therefore sent once, and each trace has a `Slice` that selects those it draws for a cell; the
browser's `slices.js` does the same as `Slice.points`.
"""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from bnviz.figures.axes import axis_name, axis_suffix, trace_axes
from bnviz.figures.live import LiveFigure
from bnviz.figures.panels import BARE, panel_heading
from bnviz.figures.studies import map_axes, map_scales
from bnviz.figures.style import GRID, INK, MUTED, translucent
from bnviz.findings.wording import percent
from bnviz.recording.arm_colours import ARM_COLOURS
from bnviz.recording.frames import ARMS
from bnviz.recording.header import arm_label
from bnviz.settings.written_numbers import written
from bnviz.studies.axis import setting_label
from bnviz.studies.map_numbers import Floats, MapNumbers
from bnviz.studies.sweep import Cell

#: Where infinite numbers are drawn above the highest one, and where the axis ends, as shares of it.
_INFINITE, _ROOM = 0.16, 0.34
#: Height on a narrow screen, in pixels.
_NARROW_HEIGHT = 560
#: Place of the panels of the row and of the column, by width of the screen.
_DOMAINS = {
    "wide": (([0.0, 0.48], [0.0, 1.0]), ([0.53, 1.0], [0.0, 1.0])),
    "narrow": (([0.0, 1.0], [0.61, 1.0]), ([0.0, 1.0], [0.0, 0.39])),
}


@dataclass(frozen=True)
class Slice:
    """Which numbers a trace draws for a cell.

    Attributes:
        arm: The arm whose numbers they are.
        along: "x" for the cell's row, "y" for its column.
        part: "median", "range" from the lowest to the highest seed, or "here" for the cell itself.
    """

    arm: str
    along: str
    part: str

    def points(self, sheet: Mapping[str, Any], cell: Cell) -> dict[str, list[Any]]:
        """Returns the points of the trace.

        Args:
            sheet: See the function `sheet`.
            cell: The chosen cell.

        Returns:
            `x` and `y`; None for a cell that is not filled.
        """
        places = sheet["places"][self.along]

        def line(part: str) -> list[Any]:
            rows = sheet[part][self.arm]
            if self.along == "x":
                return list(rows[cell.row])
            return [row[cell.column] for row in rows]

        at = cell.column if self.along == "x" else cell.row
        if self.part == "here":
            return {"x": [places[at]], "y": [line("values")[at]]}
        if self.part == "median":
            return {"x": list(places), "y": line("values")}
        known = [i for i, value in enumerate(line("low")) if value is not None]
        low, high = line("low"), line("high")
        return {
            "x": [places[i] for i in known] + [places[i] for i in reversed(known)],
            "y": [low[i] for i in known] + [high[i] for i in reversed(known)],
        }


def sheet(numbers: MapNumbers) -> dict[str, Any]:
    """Returns the numbers of all cells as the lines draw them, in JSON types.

    Returns:
        `places` and `headings` by "x" and "y": the values of the axis, and the heading of the
        line through each cell. `values`, `low` and `high` by arm: rows of columns, with None for
        a cell that is not filled, and a finite height in place of an infinite number.
    """
    _, infinite = _value_axis(numbers)
    second = numbers.sweep.base.second_arm
    sides = {"x": (numbers.sweep.x, numbers.sweep.y), "y": (numbers.sweep.y, numbers.sweep.x)}

    def rows(values: Floats) -> list[list[float | None]]:
        return [
            [
                None if math.isnan(v) else infinite if math.isinf(v) else float(f"{v:.4g}")
                for v in row
            ]
            for row in values.tolist()
        ]

    return {
        "places": {along: list(axis.values) for along, (axis, _) in sides.items()},
        "headings": {
            along: [
                f"<b>Along {setting_label(axis.name, second)}</b> · "
                f"{setting_label(other.name, second)} {other.label(at)}"
                for at in range(len(other.values))
            ]
            for along, (axis, other) in sides.items()
        },
        "values": {arm: rows(numbers.values[arm]) for arm in numbers.sweep.arms},
        "low": {arm: rows(numbers.low[arm]) for arm in numbers.sweep.arms},
        "high": {arm: rows(numbers.high[arm]) for arm in numbers.sweep.arms},
    }


def map_lines(numbers: MapNumbers) -> tuple[LiveFigure, list[Slice]]:
    """Returns the figure without points, and the slice that each of its traces draws."""
    traces: list[dict[str, Any]] = []
    slices: list[Slice] = []
    layout: dict[str, Any] = {**BARE, "hovermode": False, "annotations": []}
    layouts: dict[str, dict[str, Any]] = {
        "wide": {"margin": {"l": 58, "r": 10, "t": 26, "b": 42}},
        "narrow": {"height": _NARROW_HEIGHT, "margin": {"l": 52, "r": 8, "t": 26, "b": 42}},
    }
    value_axis, _ = _value_axis(numbers)
    for panel, (along, axis) in enumerate((("x", numbers.sweep.x), ("y", numbers.sweep.y)), 1):
        suffix = axis_suffix(panel)
        for arm in numbers.sweep.arms:
            for part in ("range", "median", "here"):
                slices.append(Slice(arm, along, part))
                traces.append(_trace(numbers, arm, part) | trace_axes(panel))
        layout[axis_name("x", panel)] = map_axes.plotly_axis(axis, numbers.sweep.base) | {
            "anchor": f"y{suffix}"
        }
        layout[axis_name("y", panel)] = value_axis | {"anchor": f"x{suffix}"}
        for name, changes in layouts.items():
            x, y = _DOMAINS[name][panel - 1]
            changes[axis_name("x", panel)] = {"domain": x}
            changes[axis_name("y", panel)] = {"domain": y}
        layout["annotations"].append(panel_heading(panel, ""))
    return LiveFigure(traces, layout, {}, layouts), slices


def to_json(numbers: MapNumbers) -> dict[str, Any]:
    """Returns the figure, its slices and its numbers, in JSON types only."""
    figure, slices = map_lines(numbers)
    return figure.to_json() | {"slices": [asdict(each) for each in slices], "sheet": sheet(numbers)}


def _trace(numbers: MapNumbers, arm: str, part: str) -> dict[str, Any]:
    colour = ARM_COLOURS[arm]
    common = {"type": "scatter", "x": [], "y": [], "hoverinfo": "skip"}
    if part == "range":
        fill = {"fill": "toself", "fillcolor": translucent(colour, 0.25)}
        return common | fill | {"mode": "lines", "line": {"width": 0}}
    if part == "median":
        # The first arm's line is wider, so it shows under the other's where they coincide.
        line = {"color": colour, "width": 4 if arm == ARMS[0] else 2.2}
        marked = {"mode": "lines+markers", "line": line, "marker": {"size": 5}}
        # Gaps at cells that are not filled yet are bridged, so that the line is there early.
        return common | marked | {"connectgaps": True}
    return common | {
        "mode": "markers+text",
        "text": [arm_label(numbers.sweep.base, arm)],
        "marker": {"color": colour, "size": 14 if arm == ARMS[0] else 9}
        | {"line": {"color": INK, "width": 1.5}},
        "textfont": {"color": INK, "size": 13},
        "cliponaxis": False,
    }


def _value_axis(numbers: MapNumbers) -> tuple[dict[str, Any], float]:
    """The axis of the numbers, and where infinite numbers are drawn on it."""
    ticks: list[float]
    match numbers.arm_measure:
        case "validation_loss":
            low, high = map_scales.loss_decades(numbers)
            infinite = float(f"{10.0 ** (high + _INFINITE * (high - low)):.4g}")
            ticks = [10.0**power for power in range(low, high + 1)]
            names = [written(tick) for tick in ticks] + ["diverged"]
            span = {"type": "log", "range": [low, high + _ROOM * (high - low)]}
            ticks.append(infinite)
        case "steps_to_target" | "steps_to_share":
            steps = float(numbers.sweep.base.steps)
            infinite = (1 + _INFINITE) * steps
            ticks = [0.0, steps / 2, steps, infinite]
            names = [*(written(tick) for tick in ticks[:3]), "never"]
            span = {"range": [-0.04 * steps, (1 + _ROOM) * steps]}
        case _:
            infinite = 1.0
            ticks = [0.0, 0.5, 1.0]
            names = [percent(tick) for tick in ticks]
            span = {"range": [-0.05, 1.15]}
    common = {"gridcolor": GRID, "zeroline": False, "color": MUTED, "fixedrange": True}
    return common | span | {"tickvals": ticks, "ticktext": names}, infinite
