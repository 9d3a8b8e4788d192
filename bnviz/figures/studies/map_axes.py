"""Axes of a map: the edges of its cells, and readable ticks on linear and log scales."""

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from bnviz.figures.style import MUTED
from bnviz.settings import Settings
from bnviz.settings.architectures import convolves
from bnviz.settings.written_numbers import written
from bnviz.studies.axis import Axis, setting_label

#: Unit of an axis whose name does not say it.
UNITS = {
    "init_scale": "factor on the weights",
    "units": "neurons per layer",
    "batch_size": "examples",
    "bn_momentum": "share kept",
    "bn_epsilon": "added to the variance",
}
#: Maximum number of ticks along an axis, and of integers that have a tick each.
_MAX_TICKS, _MAX_INTEGERS = 7, 12
#: The smallest tick that is written without a power of 10.
_MIN_PLAIN = 1e-3


def cell_edges(axis: Axis) -> list[float]:
    """Returns the edges of the cells along an axis, one more than it has values.

    An edge is halfway between two values as the axis is drawn; the outermost edges are as far
    beyond the first and the last value.
    """
    places = [_place(axis, value) for value in axis.values]
    first, last = places[0] - 0.5, places[-1] + 0.5
    middles = [(a + b) / 2 for a, b in pairwise(places)]
    if middles:
        first, last = 2 * places[0] - middles[0], 2 * places[-1] - middles[-1]
    return [10**place if axis.scale == "log" else place for place in (first, *middles, last)]


def plotly_axis(axis: Axis, base: Settings, *, titled: bool = True) -> dict[str, Any]:
    """Returns a Plotly axis from the first edge of the cells to the last, with ticks and title.

    Args:
        axis: The axis.
        base: The map's settings, after whose networks the title is named.
        titled: Whether it has its title.
    """
    edges = cell_edges(axis)
    ends = [_place(axis, edge) for edge in (edges[0], edges[-1])]
    ticks = _ticks(axis)
    title = {"title": {"text": _title(axis, base), "standoff": 6, "font": {"size": 13}}}
    return {
        "type": axis.scale,
        "range": ends,
        "tickvals": ticks,
        "ticktext": [_text(tick) for tick in ticks],
        "showgrid": False,
        "zeroline": False,
        "fixedrange": True,
        "ticks": "outside",
        "ticklen": 4,
        "tickcolor": MUTED,
        "color": MUTED,
        **(title if titled else {}),
    }


def _title(axis: Axis, base: Settings) -> str:
    """The name of an axis, with its unit and scale in brackets."""
    unit = UNITS.get(axis.name, "")
    if convolves(base.architecture):
        unit = unit.replace("neurons", "channels")
    notes = [unit, "log" if axis.scale == "log" else None]
    known = ", ".join(note for note in notes if note)
    return setting_label(axis.name, base.second_arm) + (f" ({known})" if known else "")


def _place(axis: Axis, value: float) -> float:
    """Place of a value as the axis is drawn."""
    return math.log10(value) if axis.scale == "log" else float(value)


def _text(tick: float) -> str:
    """A tick in so few letters that it leaves room for the title of its axis."""
    plain = tick == 0 or abs(tick) >= _MIN_PLAIN
    # A tick has one digit at most so far below 1.
    return written(tick) if plain else written(tick, ".0e")


def _ticks(axis: Axis) -> list[float]:
    low, high = axis.values[0], axis.values[-1]
    if isinstance(low, int) and len(axis.values) <= _MAX_INTEGERS:
        return [float(value) for value in axis.values]
    return log_ticks(low, high) if axis.scale == "log" else _linear_ticks(low, high)


def log_ticks(low: float, high: float) -> list[float]:
    """Returns powers of 10 as ticks, with 2 and 5 times each of them if there is room."""
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    for factors in ((1, 2, 5), (1, 3), (1,)):
        ticks = _within([factor * 10.0**power for power in powers for factor in factors], low, high)
        if len(ticks) <= _MAX_TICKS:
            break
    if len(ticks) > _MAX_TICKS:
        ticks = ticks[:: -(-len(ticks) // _MAX_TICKS)]
    return ticks if len(ticks) > 1 else [low, high]


def _linear_ticks(low: float, high: float) -> list[float]:
    """Multiples of 1, 2 or 5 times a power of 10."""
    power = 10.0 ** math.floor(math.log10(high - low)) if high > low else 1.0
    for step in (0.1, 0.2, 0.5, 1, 2):
        first = math.ceil(low / (step * power) - 1e-9)
        last = math.floor(high / (step * power) + 1e-9)
        if last - first < _MAX_TICKS:
            return [round(i * step * power, 10) for i in range(first, last + 1)]
    return [low, high]


def _within(ticks: Sequence[float], low: float, high: float) -> list[float]:
    return [float(f"{tick:.3g}") for tick in ticks if low * 0.999 <= tick <= high * 1.001]
