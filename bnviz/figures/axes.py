"""Axes: names, ranges and ticks that several figures share."""

from typing import Any

#: Range of an accuracy axis with a little room beyond 0 and 1.
ACCURACY_RANGE = (-0.04, 1.08)
#: How far the numbers of a logarithmic axis stand from it, in pixels: one in the corner would touch
#: that of the other axis.
_BESIDE = 4


def axis_suffix(number: int) -> str:
    """Returns what Plotly appends to an axis' letter: "" for the first pair of axes, then "2"."""
    return "" if number == 1 else str(number)


def axis_name(letter: str, number: int) -> str:
    """Returns an axis' name in Plotly's layout: xaxis, xaxis2."""
    return f"{letter}axis{axis_suffix(number)}"


def trace_axes(number: int) -> dict[str, str]:
    """Returns the attributes that put a trace on a pair of axes."""
    suffix = axis_suffix(number)
    return {"xaxis": f"x{suffix}", "yaxis": f"y{suffix}"}


def matching(letter: str, number: int, first: int = 1) -> dict[str, str]:
    """Returns the attribute that gives an axis the range of the first one of its kind.

    Args:
        letter: "x" or "y".
        number: Number of the axis; the first one itself needs no attribute.
        first: Number of the first one.
    """
    return {"matches": f"{letter}{axis_suffix(first)}"} if number > first else {}


def log_axis(low: int, high: int) -> dict[str, Any]:
    """Returns a logarithmic axis between two powers of 10 with a handful of ticks."""
    ticks = max(1, -(-(high - low) // 4))
    axis = {"type": "log", "range": [low, high], "dtick": ticks, "ticklabelstandoff": _BESIDE}
    return axis | {"exponentformat": "power"}


def accuracy_axis(low: float, high: float) -> dict[str, Any]:
    """Returns an axis of shares from `low` to `high`, with ticks at 0, 50 and 100 %."""
    return {"range": [low, high], "tickvals": [0, 0.5, 1], "tickformat": ".0%"}
