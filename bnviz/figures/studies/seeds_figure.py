"""Seeds figure: loss and accuracy of both arms over many seeds, and the speed-ups."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bnviz.figures.axes import axis_name, axis_suffix, trace_axes
from bnviz.figures.live import LiveFigure
from bnviz.figures.panels import BARE, panel_heading
from bnviz.figures.studies import map_axes, speed_panels
from bnviz.figures.style import GRID, INK, MUTED, translucent
from bnviz.findings.speed import TARGET_SHARE
from bnviz.findings.wording import percent
from bnviz.recording.arm_colours import ARM_COLOURS
from bnviz.recording.header import arm_label
from bnviz.settings.written_numbers import written
from bnviz.studies.seeds import Band, SeedBands

READING = (
    "How to read: every seed draws different initial weights and a different order of the batches, "
    "the same for both networks. The line is the median over the seeds; the band spans the lowest "
    "to the highest. Where the bands of ten or more seeds lie apart over many steps, chance is an "
    "unlikely reason. Right: each "
    f"dot is the speed-up of one seed, in steps to {percent(TARGET_SHARE)} of the better network's "
    "final accuracy; a triangle points towards a speed-up that lies further out, because only one "
    "network reached the target. Far right: median and range of the speed-up to other shares, and "
    "below each the number of seeds in which the first and the second network reach it."
)
_PANELS = (
    ("validation_loss", "<b>Validation loss</b>"),
    ("validation_accuracy", "<b>Validation accuracy</b>"),
)
_SPEEDS = (
    (speed_panels.by_seed, "<b>Speed-up</b> by seed"),
    (speed_panels.by_target, "by target"),
)
#: Range of the accuracies, with the number at 0 clear of the corner.
_ACCURACIES = (-0.03, 1.02)
#: Widest range of the loss axis, as powers of 10.
_DECADES = (-4, 3)
#: Room for the names at the ends of the curves, as a share of the curves, by width of the screen.
_NAME_ROOM = {"wide": 0.34, "narrow": 0.4}
#: Smallest distance between two names, as a share of the height.
_NAME_GAP = 0.22
#: Height on a narrow screen, in pixels.
_NARROW_HEIGHT = 1_200
#: Widest screen on which the panels stand one below the other, in pixels.
_NARROW = 860
_ACROSS = ([0.0, 0.27], [0.33, 0.6], [0.66, 0.74], [0.79, 1.0])
_DOWN = ([0.8, 1.0], [0.53, 0.73], [0.28, 0.46], [0.02, 0.22])
_DOMAINS: dict[str, tuple[tuple[list[float], list[float]], ...]] = {
    "wide": tuple((x, [0.0, 1.0]) for x in _ACROSS),
    "narrow": tuple(([0.0, 1.0], y) for y in _DOWN),
}
_AXIS = {"gridcolor": GRID, "zeroline": False, "color": MUTED, "fixedrange": True}


def seeds_figure(bands: SeedBands) -> LiveFigure:
    """The curves over the seeds so far, and the speed-up by seed and by target.

    Args:
        bands: Complete or growing; must not grow meanwhile.
    """
    traces: list[dict[str, Any]] = []
    layout: dict[str, Any] = {**BARE, "hovermode": False, "annotations": []}
    for panel, (curve, text) in enumerate(_PANELS, start=1):
        traces += _curves(bands, curve, panel, layout)
        layout["annotations"].append(panel_heading(panel, text))
    for panel, (draw, text) in enumerate(_SPEEDS, start=1 + len(_PANELS)):
        speeds, x, y = draw(bands, panel)
        traces += speeds
        suffix = axis_suffix(panel)
        layout[axis_name("x", panel)] = _AXIS | x | {"anchor": f"y{suffix}"}
        layout[axis_name("y", panel)] = _AXIS | y | {"anchor": f"x{suffix}"}
        layout["annotations"].append(panel_heading(panel, text))
    return LiveFigure(traces, layout, {}, _layouts(bands.evaluation_steps[-1]))


def _layouts(steps: int) -> dict[str, dict[str, Any]]:
    """The places of the panels, by width of the screen."""
    layouts: dict[str, dict[str, Any]] = {
        "wide": {"margin": {"l": 46, "r": 10, "t": 28, "b": 72}},
        "narrow": {
            "height": _NARROW_HEIGHT,
            "until": _NARROW,
            "margin": {"l": 46, "r": 8, "t": 28, "b": 72},
        },
    }
    for name, domains in _DOMAINS.items():
        for panel, (x, y) in enumerate(domains, start=1):
            over_steps = {"range": [0, steps * (1 + _NAME_ROOM[name])]}
            range_ = over_steps if panel <= len(_PANELS) else {}
            layouts[name][axis_name("x", panel)] = {"domain": x, **range_}
            layouts[name][axis_name("y", panel)] = {"domain": y}
    return layouts


def _curves(
    bands: SeedBands, curve: str, panel: int, layout: dict[str, Any]
) -> list[dict[str, Any]]:
    """The traces of one curve of both arms; adds their axes to the layout."""
    by_arm = {arm: bands.band(arm, curve) for arm in bands.arms} if bands.known.any() else {}
    axis, low, high = _value_axis(curve, by_arm)
    log = axis.get("type") == "log"
    steps = bands.evaluation_steps[-1]
    traces = []
    for arm, band in by_arm.items():
        traces += _band(bands.evaluation_steps, band, arm, panel, top=10.0**high if log else high)
    traces += _names(bands, curve, by_arm, steps, panel, low=low, high=high)
    layout[axis_name("x", panel)] = _AXIS | {
        "tickvals": [round(share * steps) for share in (0, 0.25, 0.5, 0.75, 1)],
        "title": {"text": "training step", "standoff": 6, "font": {"size": 13}},
        "anchor": f"y{axis_suffix(panel)}",
    }
    layout[axis_name("y", panel)] = _AXIS | axis | {"anchor": f"x{axis_suffix(panel)}"}
    return traces


def _band(
    steps: Sequence[int], band: Band, arm: str, panel: int, *, top: float
) -> list[dict[str, Any]]:
    """The range and the median of an arm; infinite values are drawn at the top."""
    low, median, high = (_capped(each, top) for each in (band.low, band.median, band.high))
    common = {"type": "scatter", "mode": "lines", "hoverinfo": "skip", **trace_axes(panel)}
    colour = ARM_COLOURS[arm]
    return [
        {
            **common,
            "x": [*steps, *reversed(steps)],
            "y": [*low, *reversed(high)],
            "fill": "toself",
            "fillcolor": translucent(colour, 0.25),
            "line": {"width": 0},
        },
        {**common, "x": list(steps), "y": median, "line": {"color": colour, "width": 2.5}},
    ]


def _names(
    bands: SeedBands,
    curve: str,
    by_arm: dict[str, Band],
    steps: int,
    panel: int,
    *,
    low: float,
    high: float,
) -> list[dict[str, Any]]:
    """Dots at the ends of the curves, and beside them the arms' names, spaced apart.

    Args:
        bands: Whose curves they are.
        curve: Name of the curve.
        by_arm: Band of each arm; may be empty.
        steps: Step at which the curves end.
        panel: Number of the panel.
        low: Lower end of the axis as drawn: a power of 10 if it is logarithmic.
        high: Upper end of the axis as drawn.
    """
    log = curve == "validation_loss"
    ends = {}
    for arm, band in by_arm.items():
        last = float(band.median[-1])
        place = (math.log10(max(last, 1e-12)) if log else last) if math.isfinite(last) else high
        ends[arm] = min(max(place, low), high)
    gap = _NAME_GAP * (high - low)
    spaced, order = ends, sorted(ends, key=lambda arm: ends[arm])
    if len(order) > 1 and ends[order[1]] - ends[order[0]] < gap:
        middle = min(max((ends[order[0]] + ends[order[1]]) / 2, low + gap), high - gap)
        spaced = {order[0]: middle - gap / 2, order[1]: middle + gap / 2}
    common = {
        "type": "scatter",
        "x": [steps for _ in ends],
        "cliponaxis": False,
        "hoverinfo": "skip",
        **trace_axes(panel),
    }
    dots, names = (
        [10.0 ** places[arm] if log else places[arm] for arm in ends] for places in (ends, spaced)
    )
    colours = [ARM_COLOURS[arm] for arm in ends]
    return [
        {**common, "mode": "markers", "y": dots, "marker": {"size": 9, "color": colours}},
        {
            **common,
            "mode": "text",
            "y": names,
            "text": [
                f"  {arm_label(bands.settings, arm)}<br>  {_last(curve, by_arm[arm])}"
                for arm in ends
            ],
            "textposition": "middle right",
            "textfont": {"size": 12, "color": INK},
        },
    ]


def _last(curve: str, band: Band) -> str:
    """The last value of a curve and, in a line below it, its range."""
    low, median, high = (float(each[-1]) for each in (band.low, band.median, band.high))
    if curve == "validation_accuracy":
        return f"{percent(median)}<br>  {100 * low:.0f} to {percent(high)}"
    low_text, text, high_text = (
        "diverged" if math.isinf(each) else written(each, ".2g") for each in (low, median, high)
    )
    return f"{text}<br>  {low_text} to {high_text}"


def _value_axis(curve: str, by_arm: dict[str, Band]) -> tuple[dict[str, Any], float, float]:
    """The axis of a curve's values, and its ends as drawn."""
    if curve == "validation_accuracy":
        ticks = [0.0, 0.25, 0.5, 0.75, 1.0]
        low, high = _ACCURACIES
        axis = {"range": [low, high], "tickvals": ticks, "ticktext": [percent(t) for t in ticks]}
        return axis, low, high
    known = np.concatenate([np.empty(0), *(np.r_[b.low, b.high] for b in by_arm.values())])
    powers = np.log10(known[np.isfinite(known) & (known > 0)])
    low = max(math.floor(4 * powers.min(initial=-0.5)) / 4, _DECADES[0])
    high = min(math.ceil(4 * powers.max(initial=0.5)) / 4, _DECADES[1])
    ticks = map_axes.log_ticks(10.0**low, 10.0**high)
    axis = {"type": "log", "range": [low, high], "tickvals": ticks}
    return axis | {"ticktext": [written(tick) for tick in ticks]}, low, high


def _capped(values: NDArray[np.float64], top: float) -> list[float]:
    """Values with four digits, none above `top`."""
    return [float(f"{min(value, top):.4g}") for value in values.tolist()]
