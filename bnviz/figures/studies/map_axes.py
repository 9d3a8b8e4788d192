"""Axes of a map: the edges of its cells, and ticks that read well on either scale."""

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from bnviz.figures.style import MUTED
from bnviz.studies.axis import Axis
from bnviz.studies.map_words import setting_label

#: What the numbers of an axis count, where its name does not say so.
UNITS = {
    "init_scale": "times the weights",
    "units": "neurons a layer",
    "batch_size": "examples",
    "bn_momentum": "share kept",
    "bn_epsilon": "added to the variance",
}
#: Ticks along a map, at the most; and of whole numbers, where each has one.
_TICKS, _WHOLE = 7, 12


def edges(axis: Axis) -> list[float]:
    """Where the cells of an axis begin and end, one more than there are values.

    Between two values, an edge lies in the middle as the axis is drawn; the outermost lie as far
    beyond the first and the last value.
    """
    places = [_place(axis, value) for value in axis.values]
    first, last = places[0] - 0.5, places[-1] + 0.5
    middles = [(a + b) / 2 for a, b in pairwise(places)]
    if middles:
        first, last = 2 * places[0] - middles[0], 2 * places[-1] - middles[-1]
    return [10**place if axis.scale == "log" else place for place in (first, *middles, last)]


def drawn(axis: Axis, *, titled: bool = True) -> dict[str, Any]:
    """An axis of Plotly's from the first edge of the cells to the last, with ticks and name."""
    ends = [_place(axis, edge) for edge in (edges(axis)[0], edges(axis)[-1])]
    ticks = _ticks(axis)
    unit = UNITS.get(axis.name)
    scale = ["log"] if axis.scale == "log" else []
    title = f"{setting_label(axis.name)} ({', '.join(filter(None, [unit, *scale]))})"
    return {
        "type": axis.scale,
        "range": ends,
        "tickvals": ticks,
        "ticktext": [f"{tick:g}" for tick in ticks],
        "showgrid": False,
        "zeroline": False,
        "fixedrange": True,
        "ticks": "outside",
        "ticklen": 4,
        "tickcolor": MUTED,
        "color": MUTED,
        **(
            {"title": {"text": title.replace(" ()", ""), "standoff": 6, "font": {"size": 13}}}
            if titled
            else {}
        ),
    }


def _place(axis: Axis, value: float) -> float:
    """Where a value stands as the axis is drawn."""
    return math.log10(value) if axis.scale == "log" else float(value)


def _ticks(axis: Axis) -> list[float]:
    low, high = axis.values[0], axis.values[-1]
    if isinstance(low, int) and len(axis.values) <= _WHOLE:
        return [float(value) for value in axis.values]
    return log_ticks(low, high) if axis.scale == "log" else _linear_ticks(low, high)


def log_ticks(low: float, high: float) -> list[float]:
    """Powers of 10, with 2 and 5 times as much between them if there is room."""
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    for factors in ((1, 2, 5), (1, 3), (1,)):
        ticks = _within([factor * 10.0**power for power in powers for factor in factors], low, high)
        if len(ticks) <= _TICKS:
            break
    if len(ticks) > _TICKS:
        ticks = ticks[:: -(-len(ticks) // _TICKS)]
    return ticks if len(ticks) > 1 else [low, high]


def _linear_ticks(low: float, high: float) -> list[float]:
    """Multiples of 1, 2 or 5 times a power of 10."""
    power = 10.0 ** math.floor(math.log10(high - low)) if high > low else 1.0
    for step in (0.1, 0.2, 0.5, 1, 2):
        first = math.ceil(low / (step * power) - 1e-9)
        last = math.floor(high / (step * power) + 1e-9)
        if last - first < _TICKS:
            return [round(i * step * power, 10) for i in range(first, last + 1)]
    return [low, high]


def _within(ticks: Sequence[float], low: float, high: float) -> list[float]:
    return [float(f"{tick:.3g}") for tick in ticks if low * 0.999 <= tick <= high * 1.001]
