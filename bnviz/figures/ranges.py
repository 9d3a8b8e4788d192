"""Ranges: ends of axes that depend on the frames; they stay, or grow in a few wide steps."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bnviz.figures.bindings.binding import column
from bnviz.recording import Recording

_LARGEST = 1e6
_DECADES = (-12, 12)


def decades(
    recording: Recording,
    paths: Iterable[str],
    low: int,
    high: int,
    arms: Sequence[str] | None = None,
) -> tuple[int, int]:
    """Returns two powers of 10 that enclose all positive values of some measures.

    Args:
        recording: Complete or growing.
        paths: Paths of the measures within an arm.
        low: The lower power is at most this.
        high: The upper power is at least this.
        arms: The arms whose measures count; all if None.
    """
    values = _known(recording, paths, arms)
    powers = np.log10(values[values > 0])
    lowest = int(np.floor(powers.min(initial=low)))
    highest = int(np.ceil(powers.max(initial=high)))
    return max(lowest, _DECADES[0]), min(highest, _DECADES[1])


def bounds(
    recording: Recording,
    paths: Iterable[str],
    low: float,
    high: float,
    arms: Sequence[str] | None = None,
) -> tuple[float, float]:
    """Returns the ends of an axis that holds all values of some measures.

    Each end is 1, 2 or 5 times a power of 10, unless it is `low` or `high`.

    Args:
        recording: Complete or growing.
        paths: Paths of the measures within an arm.
        low: The lower end is at most this.
        high: The upper end is at least this.
        arms: The arms whose measures count; all if None.
    """
    values = _known(recording, paths, arms)
    below = _rounded_up(-float(values.min(initial=low)))
    above = _rounded_up(float(values.max(initial=high)))
    return min(low, -below), max(high, above)


def first_loss(recording: Recording) -> float:
    """Returns the smallest training loss at step 0; ln 10, a guess among ten classes, if unknown.

    An axis that followed the largest loss could squeeze all other curves to a line at its bottom:
    a network may start far off, and the moving statistics of BN start at their initial values.
    """
    frames = recording.frames
    losses = [float(frames[arm]["train_loss"][0]) for arm in recording.layout.arms if len(frames)]
    finite = [loss for loss in losses if np.isfinite(loss) and loss > 0]
    return min(finite, default=float(np.log(10)))


def loss_axis(recording: Recording, *, log: bool) -> dict[str, Any]:
    """Returns the axis of the losses, which follows from the first frame alone.

    Args:
        recording: Complete or growing; may have no frame yet.
        log: Whether the axis is logarithmic; its range then holds powers of 10.
    """
    first = first_loss(recording)
    if log:
        low, high = (float(np.log10(first)) + shift for shift in (-3.5, 1.2))
        return {"range": [low, high], "type": "log", "dtick": 1}
    return {"range": [-0.2 * first, 1.35 * first], "tick0": 0, "nticks": 5}


def _known(
    recording: Recording, paths: Iterable[str], arms: Sequence[str] | None
) -> NDArray[np.float64]:
    """All finite values of some measures."""
    arms = recording.layout.arms if arms is None else arms
    parts = [
        column(recording.frames, f"{arm}/{path}").astype(np.float64).ravel()
        for path in paths
        for arm in arms
    ]
    values = np.concatenate(parts) if parts else np.empty(0)
    return values[np.isfinite(values)]


def _rounded_up(size: float) -> float:
    """The smallest of 1, 2, 5, 10, 20, ... times a power of 10 that is not below `size`."""
    if size <= 0:
        return 0.0
    size = min(size, _LARGEST)
    power = 10.0 ** np.floor(np.log10(size))
    return float(next(n for n in (1, 2, 5, 10) if n * power >= size * (1 - 1e-9)) * power)
