"""Bindings: where the points of a figure's moving traces come from, and those of curves.

Each names the numbers of a frame that a trace draws. `points` computes them in Python; the
player's `bindings.js` does the same in the browser, and a test there holds both equal.
"""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from bnviz.frames import Frames

#: Around this value the symmetric logarithm turns from linear to logarithmic.
SYMLOG_LINEAR = 0.1

Points = dict[str, Any]


def symlog(values: Any) -> NDArray[np.float64]:
    """Symmetric logarithm: `sign(v) * log10(1 + |v| / 0.1)`; 0 stays 0, signs stay."""
    values = np.asarray(values, np.float64)
    return np.asarray(np.sign(values) * np.log10(1 + np.abs(values) / SYMLOG_LINEAR))


def column(frames: Frames, path: str) -> NDArray[Any]:
    """One measure of every frame.

    Args:
        frames: Shape (num_frames,).
        path: Field names joined by "/", then indices: "bn/pre_activation_percentiles/3/1". With
            "@25" at its end the 25 % percentile of the row that it names, NaN where that holds
            a value that is not finite; two paths with " - " between them are a difference.
    """
    minuend, _, subtrahend = path.partition(" - ")
    if subtrahend:
        with np.errstate(invalid="ignore"):
            difference = column(frames, minuend).astype(np.float64) - column(frames, subtrahend)
        return np.asarray(difference)
    path, _, percent = path.partition("@")
    names = [part for part in path.split("/") if not part.isdigit()]
    indices = [int(part) for part in path.split("/") if part.isdigit()]
    values: Any = frames
    for name in names:
        values = values[name]
    values = values[(slice(None), *indices)]
    if percent:
        finite = np.isfinite(values).all(axis=-1)
        known = np.where(finite[:, None], values, 0.0).astype(np.float64)
        values = np.where(finite, np.percentile(known, float(percent), axis=-1), np.nan)
    measure: NDArray[Any] = values
    return measure


@dataclass(frozen=True, kw_only=True)
class Binding:
    """Where a trace's points come from."""

    kind: ClassVar[str]

    def points(self, frames: Frames, at: int) -> Points:
        """The trace's changing attributes.

        Args:
            frames: All frames there are.
            at: Index of the frame under the cursor.
        """
        raise NotImplementedError


@dataclass(frozen=True, kw_only=True)
class Series(Binding):
    """A measure over the run, up to the cursor or from it on.

    Attributes:
        x: Path of what runs along the axis.
        x_scale: Factor on it.
        y: Path of the measure.
        part: "past" (up to the cursor), "future" (from it on) or "all".
        transform: "" or "symlog".
    """

    kind: ClassVar[str] = "series"

    x: str
    x_scale: float = 1.0
    y: str
    part: str = "past"
    transform: str = ""

    def points(self, frames: Frames, at: int) -> Points:
        part = _part(frames, self.part, at)
        return {
            "x": column(part, self.x) * self.x_scale,
            "y": transformed(column(part, self.y), self.transform),
        }


@dataclass(frozen=True, kw_only=True)
class Band(Binding):
    """The area between two measures over the run.

    Attributes:
        x: Path of what runs along the axis.
        x_scale: Factor on it.
        lower: Path of the lower measure.
        upper: Path of the upper one.
        part: As of `Series`.
        transform: "" or "symlog".
    """

    kind: ClassVar[str] = "band"

    x: str
    x_scale: float = 1.0
    lower: str
    upper: str
    part: str = "past"
    transform: str = ""

    def points(self, frames: Frames, at: int) -> Points:
        part = _part(frames, self.part, at)
        x = column(part, self.x) * self.x_scale
        lower = transformed(column(part, self.lower), self.transform)
        upper = transformed(column(part, self.upper), self.transform)
        known = np.isfinite(lower) & np.isfinite(upper)
        x, lower, upper = x[known], lower[known], upper[known]
        return {"x": np.concatenate([x, x[::-1]]), "y": np.concatenate([lower, upper[::-1]])}


@dataclass(frozen=True, kw_only=True)
class Marker(Binding):
    """A measure at the cursor, as a dot with its name and value.

    Attributes:
        x: Path of what runs along the axis.
        x_scale: Factor on it.
        y: Path of the measure.
        low: Lowest height drawn; the dot of a smaller value stands there.
        high: Highest height drawn.
        middle: Right of this the text stands to the left of the dot.
        text: With the place of the value, such as "with BN {}".
        before: Paths of the same measure of the arms before this one, and
        after: of those after it. The text of the highest stands above its dot, that of the lowest
            below, any other beside; of two as high as each other the earlier counts as higher.
        unit: "" or "%" (the value is a share).
        transform: "" or "symlog".
    """

    kind: ClassVar[str] = "marker"

    x: str
    x_scale: float = 1.0
    y: str
    low: float
    high: float
    middle: float
    text: str
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    unit: str = ""
    transform: str = ""

    def points(self, frames: Frames, at: int) -> Points:
        x = float(column(frames, self.x)[at]) * self.x_scale
        value = float(column(frames, self.y)[at])
        y = float(transformed(value, self.transform))
        y = min(max(y, self.low), self.high) if not np.isnan(y) else self.high
        before = [float(column(frames, path)[at]) for path in self.before]
        after = [float(column(frames, path)[at]) for path in self.after]
        higher = sum(other >= value for other in before) + sum(other > value for other in after)
        side = "top" if not higher else "middle" if higher < len(before + after) else "bottom"
        # Beyond the axis there is only the heading above, or the ticks below.
        side = "bottom" if y >= self.high else "top" if y <= self.low else side
        return {
            "x": [x],
            "y": [y],
            "text": [self.text.replace("{}", written(value, self.unit))],
            "textposition": f"{side} {'left' if x > self.middle else 'right'}",
        }


@dataclass(frozen=True, kw_only=True)
class CursorLine(Binding):
    """A vertical line at the cursor.

    Attributes:
        x: Path of what runs along the axis.
        x_scale: Factor on it.
        low: Its lower end.
        high: Its upper end.
    """

    kind: ClassVar[str] = "cursor"

    x: str
    x_scale: float = 1.0
    low: float
    high: float

    def points(self, frames: Frames, at: int) -> Points:
        x = float(column(frames, self.x)[at]) * self.x_scale
        return {"x": [x, x], "y": [self.low, self.high]}


@dataclass(frozen=True, kw_only=True)
class Ends(Binding):
    """Names of several curves at the end of each, none upon another.

    Attributes:
        x: Path of what runs along the axis.
        x_scale: Factor on it.
        measures: Path of each curve's measure.
        names: Of each curve.
        low: Lower end of the axis as drawn, so its logarithm if that is logarithmic.
        high: Its upper end.
        log: Whether the axis is logarithmic.
        gap: Least distance of two names, as a share of the axis.
    """

    kind: ClassVar[str] = "ends"

    x: str
    x_scale: float = 1.0
    measures: tuple[str, ...]
    names: tuple[str, ...]
    low: float
    high: float
    log: bool = False
    gap: float = 0.06

    def points(self, frames: Frames, at: int) -> Points:  # noqa: ARG002
        x = float(column(frames, self.x)[-1]) * self.x_scale
        values = [float(column(frames, measure)[-1]) for measure in self.measures]
        known = [i for i, v in enumerate(values) if np.isfinite(v) and (v > 0 or not self.log)]
        known.sort(key=lambda i: values[i])
        heights: list[float] = []
        for i in known:
            drawn = float(np.log10(values[i])) if self.log else values[i]
            share = min(max((drawn - self.low) / (self.high - self.low), 0.0), 1.0)
            heights.append(max(share, heights[-1] + self.gap) if heights else share)
        for place in range(len(heights) - 1, -1, -1):
            above = heights[place + 1] - self.gap if place + 1 < len(heights) else 1.0
            heights[place] = min(heights[place], above)
        y = [np.nan] * len(values)
        for i, share in zip(known, heights, strict=True):
            drawn = self.low + share * (self.high - self.low)
            y[i] = 10**drawn if self.log else drawn
        return {"x": [x] * len(y), "y": y, "text": self.names}


@dataclass(frozen=True, kw_only=True)
class Words(Binding):
    """A sentence with measures at the cursor in it.

    Attributes:
        x: Where it stands.
        y: Its height.
        text: With the place of each value in turn, such as "std {}, of which {}".
        measures: Path of each value.
    """

    kind: ClassVar[str] = "words"

    x: float
    y: float
    text: str
    measures: tuple[str, ...]

    def points(self, frames: Frames, at: int) -> Points:
        text = self.text
        for measure in self.measures:
            text = text.replace("{}", written(float(column(frames, measure)[at])), 1)
        return {"x": [self.x], "y": [self.y], "text": [text]}


def _part(frames: Frames, part: str, at: int) -> Frames:
    return {"past": frames[: at + 1], "future": frames[at:], "all": frames}[part]


def transformed(values: Any, transform: str) -> NDArray[np.float64]:
    """Values as drawn on an axis: by the symmetric logarithm, or as they are."""
    return symlog(values) if transform == "symlog" else np.asarray(values, np.float64)


def written(value: float, unit: str = "") -> str:
    """A value as it stands beside a dot: two decimals, or two digits where that says nothing."""
    if np.isnan(value):
        return "not a number"
    if np.isinf(value):
        return "∞" if value > 0 else "−∞"
    if unit == "%":
        return f"{100 * value:.0f} %"
    if value == 0 or 0.01 <= abs(value) < 1000:
        return f"{value:.2f}"
    digit, exponent = f"{value:.0e}".split("e")
    return f"{digit}e{int(exponent)}"
