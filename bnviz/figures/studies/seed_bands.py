"""Seed bands: loss and accuracy of both arms over many seeds, and the speed-up of each seed."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bnviz.figures.live import LiveFigure
from bnviz.figures.panels import BARE, axis_name, heading
from bnviz.figures.studies import map_axes
from bnviz.figures.style import ARM_COLOURS, GRID, INK, MUTED, translucent
from bnviz.findings.wording import percent
from bnviz.frames import ARM_LABELS, ARMS
from bnviz.studies.seeds import Band, SeedBands

READING = (
    "How to read: every seed draws other first weights and another order of the batches, for both "
    "networks alike. The line is the median of the seeds, the band reaches from the lowest to the "
    "highest. Where the bands lie apart, the difference does not come from chance. Right, a dot is "
    "the speed-up of one seed; a triangle points to where it lies beyond, since one network alone "
    "reached the target."
)
_PANELS = (
    ("validation_loss", "<b>Validation loss</b>"),
    ("validation_accuracy", "<b>Validation accuracy</b>"),
)
#: Decades of the loss at the most, and doublings of the speed that the axis has at the least.
_DECADES, _DOUBLINGS = (-4, 3), 3
#: Room for the names at the ends of the curves as a share of these, by width of the screen, and
#: the least between two names as a share of the height.
_NAMES, _GAP = {"wide": 0.3, "narrow": 0.62}, 0.15
_NARROW = 900
_PLACES = {
    "wide": (([0.0, 0.36], [0.0, 1.0]), ([0.42, 0.78], [0.0, 1.0]), ([0.86, 1.0], [0.0, 1.0])),
    "narrow": (([0.0, 1.0], [0.72, 1.0]), ([0.0, 1.0], [0.36, 0.64]), ([0.0, 1.0], [0.0, 0.28])),
}


def seed_bands(bands: SeedBands) -> LiveFigure:
    """The curves of the seeds that are known.

    Args:
        bands: Complete or growing; must not grow meanwhile.
    """
    traces: list[dict[str, Any]] = []
    layout: dict[str, Any] = {
        **BARE,
        "hovermode": False,
        "annotations": [],
    }
    common = {"gridcolor": GRID, "zeroline": False, "color": MUTED, "fixedrange": True}
    steps = bands.evaluation_steps[-1]
    for panel, (curve, text) in enumerate(_PANELS, start=1):
        of_arms = {arm: bands.band(arm, curve) for arm in ARMS} if bands.known.any() else {}
        axis, low, high = _height(curve, of_arms)
        for arm, band in of_arms.items():
            traces += _of_arm(
                bands.evaluation_steps, band, arm, panel, top=high, log=axis.get("type") == "log"
            )
        traces += _names(curve, of_arms, steps, panel, low=low, high=high)
        suffix = _suffix(panel)
        ticks = [round(share * steps) for share in (0, 0.25, 0.5, 0.75, 1)]
        layout[axis_name("x", panel)] = common | {
            "tickvals": ticks,
            "title": {"text": "training step", "standoff": 6, "font": {"size": 13}},
            "anchor": f"y{suffix}",
        }
        layout[axis_name("y", panel)] = common | axis | {"anchor": f"x{suffix}"}
        layout["annotations"].append(heading(suffix, text))
    speeds, axis = _speeds(bands)
    traces += speeds
    layout["xaxis3"] = common | {"range": [-1, 1], "showticklabels": False, "anchor": "y3"}
    layout["xaxis3"] |= {"showgrid": False}
    layout["yaxis3"] = common | axis | {"anchor": "x3"}
    layout["annotations"].append(heading("3", "<b>Speed-up</b> by seed"))
    layouts: dict[str, dict[str, Any]] = {
        "wide": {"margin": {"l": 46, "r": 10, "t": 28, "b": 44}},
        "narrow": {"height": _NARROW, "margin": {"l": 46, "r": 8, "t": 28, "b": 44}},
    }
    for name, places in _PLACES.items():
        for panel, (x, y) in enumerate(places, start=1):
            range_ = {"range": [0, steps * (1 + _NAMES[name])]} if panel <= len(_PANELS) else {}
            layouts[name][axis_name("x", panel)] = {"domain": x, **range_}
            layouts[name][axis_name("y", panel)] = {"domain": y}
    return LiveFigure(traces, layout, {}, layouts)


def _of_arm(
    watch: tuple[int, ...], band: Band, arm: str, panel: int, *, top: float, log: bool
) -> list[dict[str, Any]]:
    """The range and the median of an arm; what is infinite stands at the top."""
    limit = 10.0**top if log else top
    low, median, high = (_finite(each, limit) for each in (band.low, band.median, band.high))
    on = {"type": "scatter", "xaxis": f"x{_suffix(panel)}", "yaxis": f"y{_suffix(panel)}"}
    colour = ARM_COLOURS[arm]
    return [
        {
            **on,
            "mode": "lines",
            "x": [*watch, *reversed(watch)],
            "y": [*low, *reversed(high)],
            "fill": "toself",
            "fillcolor": translucent(colour, 0.25),
            "line": {"width": 0},
            "hoverinfo": "skip",
        },
        {
            **on,
            "mode": "lines",
            "x": list(watch),
            "y": median,
            "line": {"color": colour, "width": 2.5},
            "hoverinfo": "skip",
        },
    ]


def _names(
    curve: str, of_arms: dict[str, Band], steps: int, panel: int, *, low: float, high: float
) -> list[dict[str, Any]]:
    """Points at the ends of the curves, and beside them the arms' names, apart from each other.

    Args:
        curve: Which one.
        of_arms: By arm its band; may be none.
        steps: At which the curves end.
        panel: Number of the axes.
        low: Lower end of the axis as drawn, so its logarithm if that is logarithmic.
        high: Its upper end.
    """
    log = curve == "validation_loss"
    ends = {}
    for arm, band in of_arms.items():
        last = float(band.median[-1])
        place = (math.log10(max(last, 1e-12)) if log else last) if math.isfinite(last) else high
        ends[arm] = min(max(place, low), high)
    gap = _GAP * (high - low)
    apart, order = ends, sorted(ends, key=lambda arm: ends[arm])
    if len(order) > 1 and ends[order[1]] - ends[order[0]] < gap:
        middle = min(max((ends[order[0]] + ends[order[1]]) / 2, low + gap / 2), high - gap / 2)
        apart = {order[0]: middle - gap / 2, order[1]: middle + gap / 2}
    on = {
        "type": "scatter",
        "x": [steps for _ in ends],
        "cliponaxis": False,
        "hoverinfo": "skip",
        "xaxis": f"x{_suffix(panel)}",
        "yaxis": f"y{_suffix(panel)}",
    }
    heights = [
        [10.0 ** places[arm] if log else places[arm] for arm in ends] for places in (ends, apart)
    ]
    colours = [ARM_COLOURS[arm] for arm in ends]
    return [
        {**on, "mode": "markers", "y": heights[0], "marker": {"size": 9, "color": colours}},
        {
            **on,
            "mode": "text",
            "y": heights[1],
            "text": [f"  {ARM_LABELS[arm]}<br>  {_number(curve, of_arms[arm])}" for arm in ends],
            "textposition": "middle right",
            "textfont": {"size": 12, "color": INK},
        },
    ]


def _number(curve: str, band: Band) -> str:
    """The last number of a curve with its range."""
    low, median, high = (float(each[-1]) for each in (band.low, band.median, band.high))
    if curve == "validation_accuracy":
        return f"{percent(median)} ({100 * low:.0f} to {percent(high)})"
    low_text, text, high_text = (
        "diverged" if math.isinf(each) else f"{each:.2g}" for each in (low, median, high)
    )
    return f"{text} ({low_text} to {high_text})"


def _height(curve: str, of_arms: dict[str, Band]) -> tuple[dict[str, Any], float, float]:
    """The axis of a curve's numbers, and its ends as drawn."""
    if curve == "validation_accuracy":
        ticks = [0.0, 0.25, 0.5, 0.75, 1.0]
        axis = {"range": [0, 1.02], "tickvals": ticks, "ticktext": [percent(t) for t in ticks]}
        return axis, 0.0, 1.02
    known = np.concatenate([np.empty(0), *(np.r_[b.low, b.high] for b in of_arms.values())])
    powers = np.log10(known[np.isfinite(known) & (known > 0)])
    low = max(math.floor(4 * powers.min(initial=-0.5)) / 4, _DECADES[0])
    high = min(math.ceil(4 * powers.max(initial=0.5)) / 4, _DECADES[1])
    ticks = map_axes.log_ticks(10.0**low, 10.0**high)
    axis = {"type": "log", "range": [low, high], "tickvals": ticks}
    return axis | {"ticktext": [f"{tick:g}" for tick in ticks]}, low, high


def _speeds(bands: SeedBands) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """A dot for the speed-up of each seed, the line of no difference, and their axis."""
    speeds = [speed for speed in bands.speed_ups() if speed is not None]
    places = [math.log2(max(speed.ratio, 2.0**-10)) for speed in speeds]
    low = math.floor(min([*places, 0]) - 0.7)
    high = math.ceil(max([*places, _DOUBLINGS]) + 0.2)
    symbols = {"": "circle", "more than": "triangle-up", "less than": "triangle-down"}
    on = {"type": "scatter", "xaxis": "x3", "yaxis": "y3", "hoverinfo": "skip"}
    dots = {
        **on,
        "mode": "markers",
        "x": _apart(places),
        "y": places,
        "marker": {
            "symbol": [symbols[speed.bound] for speed in speeds],
            "size": 10,
            "color": INK,
            "opacity": 0.75,
        },
    }
    even = {
        **on,
        "mode": "lines",
        "x": [-1, 1],
        "y": [0, 0],
        "line": {"color": MUTED, "width": 1.5},
    }
    ticks = list(range(low, high + 1))
    names = [f"{2.0**tick:g}×" if tick >= 0 else f"1/{2.0**-tick:g}" for tick in ticks]
    return [even, dots], {"range": [low, high], "tickvals": ticks, "ticktext": names}


def _apart(places: list[float]) -> list[float]:
    """Where dots stand sideways so that equal ones do not hide each other."""
    taken: dict[int, int] = {}
    sideways = []
    for place in places:
        row = round(place * 4)
        number = taken.get(row, 0)
        taken[row] = number + 1
        sideways.append((number + 1) // 2 * (0.2 if number % 2 else -0.2))
    return sideways


def _finite(values: NDArray[np.float64], top: float) -> list[float]:
    return [float(f"{min(value, top):.4g}") for value in values.tolist()]


def _suffix(panel: int) -> str:
    return "" if panel == 1 else str(panel)
