"""Ranges: ends of axes that cannot be known before a run, which grow in a few wide steps alone."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from bnviz.figures.bindings.binding import column
from bnviz.recording import Recording

_LARGEST = 1e6
_DECADES = (-12, 12)


def _known(recording: Recording, paths: Iterable[str]) -> NDArray[np.float64]:
    parts = [column(recording.frames, path).astype(np.float64).ravel() for path in paths]
    values = np.concatenate(parts) if parts else np.empty(0)
    return values[np.isfinite(values)]


def _rounded_up(size: float) -> float:
    """The least of 1, 2, 5, 10, 20, ... times a power of 10 that a size is not above."""
    if size <= 0:
        return 0.0
    size = min(size, _LARGEST)
    power = 10.0 ** np.floor(np.log10(size))
    return float(next(n for n in (1, 2, 5, 10) if n * power >= size * (1 - 1e-9)) * power)


def decades(recording: Recording, paths: Iterable[str], low: int, high: int) -> tuple[int, int]:
    """The powers of 10 between which all measures lie that are above 0.

    Args:
        recording: Complete or growing.
        paths: Of the measures.
        low: The lower power at the most.
        high: The upper one at the least.
    """
    values = _known(recording, paths)
    powers = np.log10(values[values > 0])
    lowest = int(np.floor(powers.min(initial=low)))
    highest = int(np.ceil(powers.max(initial=high)))
    return max(lowest, _DECADES[0]), min(highest, _DECADES[1])


def bounds(
    recording: Recording, paths: Iterable[str], low: float, high: float
) -> tuple[float, float]:
    """Ends of an axis that holds all measures, each end 1, 2 or 5 times a power of 10.

    Args:
        recording: Complete or growing.
        paths: Of the measures.
        low: The lower end at the most.
        high: The upper one at the least.
    """
    values = _known(recording, paths)
    below = _rounded_up(-float(values.min(initial=low)))
    above = _rounded_up(float(values.max(initial=high)))
    return min(low, -below), max(high, above)
