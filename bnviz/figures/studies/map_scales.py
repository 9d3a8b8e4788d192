"""Scales of a map: how the numbers of a measure become colours, and what the scale says."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bnviz.figures.style import GRID, INK, MUTED
from bnviz.findings.wording import percent
from bnviz.frames import ARMS
from bnviz.studies.map_numbers import Floats, MapNumbers

#: From bad to good: lighter all the way, also for colour-blind readers and in grey.
VALUES = (
    (0.0, "#3b1c5c"),
    (0.25, "#3f4c86"),
    (0.5, "#2f8287"),
    (0.75, "#6cb663"),
    (1.0, "#f6e34a"),
)
#: From worse with BN through alike to better with BN; neither end is an arm's colour.
GAIN = (
    (0.0, "#6a3d9a"),
    (0.25, "#a98cc9"),
    (0.5, GRID),
    (0.75, "#7dbb7f"),
    (1.0, "#1b7837"),
)
#: Decades of the loss that the colours reach from and to at the most.
_DECADES = (-4, 3)
#: Decades between two losses, and doublings of the speed, from which on the gain has one colour.
_RATIO, _DOUBLINGS = 2.0, 5.0


@dataclass(frozen=True)
class Scale:
    """A colour scale.

    Attributes:
        title: What the colours show.
        low: Number of the first colour.
        high: Number of the last one.
        ticks: Numbers with a name, and these names.
        colours: Shares of the scale with their colours.
        log: Whether `low`, `high` and the ticks are decimal logarithms of what is shown.
    """

    title: str
    low: float
    high: float
    ticks: Sequence[tuple[float, str]]
    colours: Sequence[tuple[float, str]]
    log: bool = False

    def place(self, values: Floats) -> Floats:
        """Numbers as the scale has them; NaN for those that have no place on it."""
        if not self.log:
            return np.where(np.isfinite(values), values, np.nan)
        with np.errstate(invalid="ignore", divide="ignore"):
            logarithms = np.log10(values)
        return np.where(np.isfinite(logarithms), logarithms, np.nan)

    def axis(self) -> dict[str, Any]:
        """As an axis of colours in Plotly's layout, without its place."""
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


def of_arms(numbers: MapNumbers) -> Scale:
    """The one scale of both arms' maps."""
    steps = numbers.sweep.base.steps
    match numbers.arm_measure:
        case "validation_accuracy":
            ticks = [(share, percent(share)) for share in (0, 0.25, 0.5, 0.75, 1)]
            return Scale("final validation accuracy", 0, 1, ticks, VALUES)
        case "validation_loss":
            low, high = decades(numbers)
            ticks = [(power, f"{10.0**power:g}") for power in range(low, high + 1)]
            return Scale("final validation loss", low, high, ticks, _reversed(VALUES), log=True)
        case "steps_to_target":
            title = f"steps to {percent(numbers.sweep.target)} accuracy"
            ticks = [(share * steps, f"{share * steps:.0f}") for share in (0, 0.25, 0.5, 0.75, 1)]
            return Scale(title, 0, steps, ticks, _reversed(VALUES))
        case _:
            ticks = [(share, percent(share)) for share in (0, 0.5, 1)]
            return Scale("seeds that diverged", 0, 1, ticks, _reversed(VALUES))


def of_gain(numbers: MapNumbers) -> Scale:
    """The scale of the map that sets the arms against each other."""
    steps = float(numbers.sweep.base.steps)
    match numbers.measure:
        case "validation_accuracy":
            ticks = [(-1.0, "−100"), (-0.5, "−50"), (0.0, "0"), (0.5, "+50"), (1.0, "+100")]
            return Scale("percentage points gained by BN", -1, 1, ticks, GAIN)
        case "validation_loss":
            ticks = [(-2.0, "× 100"), (-1.0, "× 10"), (0.0, "alike"), (1.0, "÷ 10"), (2.0, "÷ 100")]
            return Scale("loss with BN, over that without", -_RATIO, _RATIO, ticks, GAIN)
        case "steps_to_target":
            ticks = [(-steps, f"−{steps:g}"), (0.0, "0"), (steps, f"+{steps:g}")]
            return Scale("steps saved by BN", -steps, steps, ticks, GAIN)
        case "speed_up":
            ticks = [(n, f"{2.0**n:g}×") for n in (0, 2, 4)]
            ticks = [(-n, f"1/{2.0**n:g}") for n in (4, 2)] + ticks
            return Scale("times as fast with BN, in steps", -_DOUBLINGS, _DOUBLINGS, ticks, GAIN)
        case _:
            ticks = [(-1.0, "−100 %"), (0.0, "0"), (1.0, "+100 %")]
            return Scale("seeds that BN keeps from diverging", -1, 1, ticks, GAIN)


def _reversed(colours: Sequence[tuple[float, str]]) -> list[tuple[float, str]]:
    return [(1 - share, colour) for share, colour in reversed(colours)]


def decades(numbers: MapNumbers) -> tuple[int, int]:
    """Powers of 10 between which the known losses lie, from 0.1 to 10 at the least."""
    known = np.concatenate([numbers.high[arm].ravel() for arm in ARMS])
    powers = np.log10(known[np.isfinite(known) & (known > 0)])
    low, high = math.floor(powers.min(initial=-1)), math.ceil(powers.max(initial=1))
    return max(low, _DECADES[0]), min(high, _DECADES[1])
