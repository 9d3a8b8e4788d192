"""Binding: how the points of a moving trace follow from the frames of a recording and a cursor.

A binding names the numbers of a frame that a trace draws. `points` computes them in Python; the
player's `bindings.js` does the same in the browser, and a test there holds both equal.
"""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from bnviz.recording.frames import Frames
from bnviz.settings.written_numbers import written

#: Beginning of a path that takes the square root of the measure that follows.
ROOT = "sqrt "
#: Around this value the symmetric logarithm turns from linear to logarithmic.
SYMLOG_LINEAR = 0.1

Points = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Binding:
    """Where a trace takes its points from.

    Attributes:
        kind: Name of the binding in the figure's JSON.
    """

    kind: ClassVar[str]

    def points(self, frames: Frames, at: int) -> Points:
        """Computes the trace's changing attributes.

        Args:
            frames: All recorded frames, shape (num_frames,).
            at: Index of the frame under the cursor.

        Returns:
            Attributes of a Plotly trace, such as `x`, `y` and `text`.
        """
        raise NotImplementedError


def column(frames: Frames, path: str) -> NDArray[Any]:
    """Returns one measure of every frame.

    Args:
        frames: Shape (num_frames,).
        path: Field names joined by "/", then indices: "bn/pre_activation_percentiles/3/1". A
            suffix such as "@25" takes the 25th percentile of the row that the path names, "@25:8"
            that of the first 8 numbers of it; NaN if one of them is not finite. Two paths joined
            by " - " give their difference. After `ROOT` a path gives the square root.

    Returns:
        Shape (num_frames, ...), with the axes that no index has removed.
    """
    if path.startswith(ROOT):
        return np.asarray(np.sqrt(column(frames, path.removeprefix(ROOT)).astype(np.float64)))
    minuend, _, subtrahend = path.partition(" - ")
    if subtrahend:
        with np.errstate(invalid="ignore"):
            difference = column(frames, minuend).astype(np.float64) - column(frames, subtrahend)
        return np.asarray(difference)
    path, _, part = path.partition("@")
    percent, _, length = part.partition(":")
    names = [part for part in path.split("/") if not part.isdigit()]
    indices = [int(part) for part in path.split("/") if part.isdigit()]
    values: Any = frames
    for name in names:
        values = values[name]
    values = values[(slice(None), *indices)]
    if length:
        values = values[..., : int(length)]
    if percent:
        finite = np.isfinite(values).all(axis=-1)
        known = np.where(finite[:, None], values, 0.0).astype(np.float64)
        values = np.where(finite, np.percentile(known, float(percent), axis=-1), np.nan)
    measure: NDArray[Any] = values
    return measure


def value_at(frames: Frames, at: int, path: str) -> float:
    """Returns one measure of the frame at index `at`."""
    return float(column(frames, path)[at])


def is_after(frames: Frames, at: int, step: int | None) -> bool:
    """Whether the frame at index `at` is later than a step; never later than None."""
    return step is not None and bool(frames["step"][at] > step)


def next_edge(edges: NDArray[np.float64], path: str) -> float:
    """Returns what follows the last of some edges if what they run over goes on as evenly.

    Args:
        edges: As drawn, shape (num_edges,), at least two.
        path: Of what they run over; after `ROOT` they are its square roots.
    """
    power = 2.0 if path.startswith(ROOT) else 1.0
    before, last = edges[-2:] ** power
    return float((2 * last - before) ** (1 / power))


def symlog(values: Any) -> NDArray[np.float64]:
    """Symmetric logarithm: `sign(v) * log10(1 + |v| / 0.1)`; 0 stays 0, signs stay."""
    values = np.asarray(values, np.float64)
    return np.asarray(np.sign(values) * np.log10(1 + np.abs(values) / SYMLOG_LINEAR))


def transformed(values: Any, transform: str) -> NDArray[np.float64]:
    """Returns values as drawn on an axis.

    Args:
        values: Any shape.
        transform: "symlog" for the symmetric logarithm, or "".
    """
    return symlog(values) if transform == "symlog" else np.asarray(values, np.float64)


def format_value(value: float, unit: str = "") -> str:
    """Formats a value: two decimals, or two digits and a power of 10 if it is tiny or huge.

    Args:
        value: May be NaN or infinite.
        unit: "%" if the value is a share, ".01" if it is never written smaller.
    """
    if np.isnan(value):
        return "not a number"
    if np.isinf(value):
        return "∞" if value > 0 else "−∞"
    if unit == "%":
        return f"{written(100 * value, '.0f')} %"
    plain = value == 0 or 0.01 <= abs(value) < 1000 or (unit == ".01" and abs(value) < 1)
    return written(value, ".2f" if plain else ".1e")
