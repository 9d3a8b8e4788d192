"""Scales: how the values of a number lie along a line."""

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Scale:
    """A scale on which equal steps count alike, or equal ratios.

    Attributes:
        ratios: Whether equal ratios of the distance to `origin` lie equally far apart, as on a
            logarithmic axis; else equal differences do.
        origin: Where that distance is counted from; outside of the bounds, or at one of them.
        offset: Added to the distance; more than 0 if a bound is the origin.
    """

    ratios: bool = False
    origin: float = 0.0
    offset: float = 0.0

    def position(self, value: float, low: float, high: float) -> float:
        """The share of the line from `low` to `high` that lies below a value."""
        start, end = self._place(low), self._place(high)
        return (self._place(value) - start) / (end - start)

    def _place(self, value: float) -> float:
        return math.log(abs(value - self.origin) + self.offset) if self.ratios else value


LINEAR = Scale()
LOGARITHMIC = Scale(ratios=True)
