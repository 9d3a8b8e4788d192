"""Colour scales of a map: how the values of a measure become colours, and what the scale says."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bnviz.figures.style import GRID, INK, MUTED
from bnviz.findings.wording import percent
from bnviz.recording.header import arm_addition, arm_name
from bnviz.settings.written_numbers import written
from bnviz.studies.map_numbers import Floats, MapNumbers
from bnviz.studies.sweep import ACCURACIES, ARM_MEASURES

#: From bad to good, lighter all the way: also readable in grey and by colour-blind readers.
VALUES = (
    (0.0, "#3b1c5c"),
    (0.25, "#3f4c86"),
    (0.5, "#2f8287"),
    (0.75, "#6cb663"),
    (1.0, "#f6e34a"),
)
#: From the second network worse through equal to better; neither end is an arm's colour.
GAIN = (
    (0.0, "#6a3d9a"),
    (0.25, "#a98cc9"),
    (0.5, GRID),
    (0.75, "#7dbb7f"),
    (1.0, "#1b7837"),
)
#: Widest range of the colours of the loss, as powers of 10.
_DECADES = (-4, 3)
#: Where the colours of the gain end: decades between two losses, and doublings of the speed.
_RATIO, _DOUBLINGS = 2.0, 5.0


@dataclass(frozen=True)
class ColourScale:
    """A colour scale.

    Attributes:
        title: What the colours show.
        low: Value of the first colour.
        high: Value of the last colour.
        ticks: Values with a label, and their labels.
        colours: Colours by their place on the scale, from 0 to 1.
        log: Whether `low`, `high` and `ticks` are decimal logarithms of the values shown.
    """

    title: str
    low: float
    high: float
    ticks: Sequence[tuple[float, str]]
    colours: Sequence[tuple[float, str]]
    log: bool = False

    def place(self, values: Floats) -> Floats:
        """Returns the places of values on the scale; NaN for those that have none."""
        if not self.log:
            return np.where(np.isfinite(values), values, np.nan)
        with np.errstate(invalid="ignore", divide="ignore"):
            logarithms = np.log10(values)
        return np.where(np.isfinite(logarithms), logarithms, np.nan)

    def axis(self) -> dict[str, Any]:
        """Returns the scale as a colour axis of Plotly's layout, without its place."""
        return {
            "cmin": self.low,
            "cmax": self.high,
            "colorscale": [list(stop) for stop in self.colours],
            "colorbar": {
                "orientation": "h",
                "thickness": 12,
                "outlinewidth": 0,
                "tickvals": [value for value, _ in self.ticks],
                "ticktext": [name for _, name in self.ticks],
                "tickfont": {"color": MUTED, "size": 12},
                "title": {"text": self.title, "side": "bottom", "font": {"color": INK, "size": 13}},
            },
        }


def arm_scale(numbers: MapNumbers) -> ColourScale:
    """Returns the scale that the maps of both arms share."""
    steps = numbers.sweep.base.steps
    match numbers.arm_measure:
        case measure if measure in ACCURACIES:
            ticks = [(share, percent(share)) for share in (0, 0.25, 0.5, 0.75, 1)]
            return ColourScale(ARM_MEASURES[measure], 0, 1, ticks, VALUES)
        case "validation_loss":
            low, high = loss_decades(numbers)
            ticks = [(power, written(10.0**power)) for power in range(low, high + 1)]
            colours = _reversed(VALUES)
            return ColourScale("final validation loss", low, high, ticks, colours, log=True)
        case "steps_to_target" | "steps_to_share":
            title = ARM_MEASURES[numbers.arm_measure]
            if numbers.arm_measure == "steps_to_target":
                title = f"steps to the fixed target, {percent(numbers.sweep.target)} accuracy"
            ticks = [(share * steps, f"{share * steps:.0f}") for share in (0, 0.25, 0.5, 0.75, 1)]
            return ColourScale(title, 0, steps, ticks, _reversed(VALUES))
        case _:
            ticks = [(share, percent(share)) for share in (0, 0.5, 1)]
            return ColourScale("seeds that diverged", 0, 1, ticks, _reversed(VALUES))


def gain_scale(numbers: MapNumbers) -> ColourScale:
    """Returns the scale of the map that compares the arms."""
    base = numbers.sweep.base
    steps, who = float(base.steps), arm_name(base, base.second_arm)
    without, having = (arm_addition(base, arm) for arm in numbers.sweep.arms)
    match numbers.measure:
        case measure if measure in ACCURACIES:
            ticks = [(-1.0, "−100"), (-0.5, "−50"), (0.0, "0"), (0.5, "+50"), (1.0, "+100")]
            return ColourScale(f"percentage points gained by {who}", -1, 1, ticks, GAIN)
        case "validation_loss":
            ticks = [(-2.0, "× 100"), (-1.0, "× 10"), (0.0, "equal"), (1.0, "÷ 10"), (2.0, "÷ 100")]
            return ColourScale(f"loss {having} ÷ loss {without}", -_RATIO, _RATIO, ticks, GAIN)
        case "steps_to_target":
            ticks = [(-steps, written(-steps)), (0.0, "0"), (steps, written(steps, "+g"))]
            return ColourScale(f"steps saved by {who}", -steps, steps, ticks, GAIN)
        case "speed_up":
            ticks = [(n, f"{2.0**n:g}×") for n in (0, 2, 4)]
            ticks = [(-n, f"1/{2.0**n:g}") for n in (4, 2)] + ticks
            title = f"times as fast {having}, in steps"
            return ColourScale(title, -_DOUBLINGS, _DOUBLINGS, ticks, GAIN)
        case _:
            ticks = [(-1.0, "−100 %"), (0.0, "0"), (1.0, "+100 %")]
            return ColourScale(f"seeds that {who} keeps from diverging", -1, 1, ticks, GAIN)


def _reversed(colours: Sequence[tuple[float, str]]) -> list[tuple[float, str]]:
    return [(1 - share, colour) for share, colour in reversed(colours)]


def loss_decades(numbers: MapNumbers) -> tuple[int, int]:
    """Returns two powers of 10 that enclose the known losses and at least 0.1 to 10."""
    known = np.concatenate([values.ravel() for values in numbers.high.values()])
    powers = np.log10(known[np.isfinite(known) & (known > 0)])
    low, high = math.floor(powers.min(initial=-1)), math.ceil(powers.max(initial=1))
    return max(low, _DECADES[0]), min(high, _DECADES[1])
