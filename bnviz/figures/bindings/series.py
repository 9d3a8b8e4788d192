"""Series: bindings of measures over the run, and of their values at the cursor."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from bnviz.figures.bindings.binding import (
    ROOT,
    Binding,
    Points,
    column,
    format_value,
    is_after,
    transformed,
    value_at,
)
from bnviz.recording.frames import Frames


@dataclass(frozen=True, kw_only=True)
class Series(Binding):
    """A measure over the run, or over the part of it before or after the cursor.

    Over a square root, `customdata` of its points holds what it is the root of, for labels.

    Attributes:
        x: Path of what the curve runs over.
        x_scale: Factor on it.
        y: Path of the measure.
        part: "past" (up to the cursor), "future" (from the cursor on) or "all".
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
        x = column(part, self.x) * self.x_scale
        points = {"x": x, "y": transformed(column(part, self.y), self.transform)}
        return points | {"customdata": x**2} if self.x.startswith(ROOT) else points


@dataclass(frozen=True, kw_only=True)
class AreaBetween(Binding):
    """The area between two measures over the run.

    Attributes:
        x: Path of what the curves run over.
        x_scale: Factor on it.
        lower: Path of the lower measure.
        upper: Path of the upper measure.
        part: See `Series`.
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
    """A measure at the cursor: a dot with a name and the value.

    The label of the highest of several arms is placed above its dot, that of the lowest below,
    any other beside it; of two equal values the earlier arm counts as higher.

    Attributes:
        x: Path of what the curves run over.
        x_scale: Factor on it.
        y: Path of the measure.
        low: Lower end of the axis as drawn; a smaller value is drawn there.
        high: Upper end of the axis as drawn; a larger value, or NaN, is drawn there.
        middle: To the right of this, the label is placed to the left of the dot.
        text: Label with a placeholder for the value, such as "with BN {}".
        before: Paths of the same measure of the arms before this one.
        after: Paths of the same measure of the arms after this one.
        unit: "", "%" (the value is a share) or ".01" (it is never written smaller).
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
        x = value_at(frames, at, self.x) * self.x_scale
        value = value_at(frames, at, self.y)
        y = float(transformed(value, self.transform))
        y = min(max(y, self.low), self.high) if not np.isnan(y) else self.high
        before = [value_at(frames, at, path) for path in self.before]
        after = [value_at(frames, at, path) for path in self.after]
        higher = sum(other >= value for other in before) + sum(other > value for other in after)
        side = "top" if not higher else "middle" if higher < len(before + after) else "bottom"
        # There is no room beyond the axis: the heading is above it, its ticks are below.
        side = "bottom" if y >= self.high else "top" if y <= self.low else side
        return {
            "x": [x],
            "y": [y],
            "text": [self.text.replace("{}", format_value(value, self.unit))],
            "textposition": f"{side} {'left' if x > self.middle else 'right'}",
        }


@dataclass(frozen=True, kw_only=True)
class CursorLine(Binding):
    """A vertical line at the cursor.

    Attributes:
        x: Path of what the curves run over.
        x_scale: Factor on it.
        low: Lower end of the line.
        high: Upper end of the line.
    """

    kind: ClassVar[str] = "cursor"

    x: str
    x_scale: float = 1.0
    low: float
    high: float

    def points(self, frames: Frames, at: int) -> Points:
        x = value_at(frames, at, self.x) * self.x_scale
        return {"x": [x, x], "y": [self.low, self.high]}


@dataclass(frozen=True, kw_only=True)
class EndDots(Binding):
    """The last points of several curves.

    Attributes:
        x: Path of what the curves run over.
        x_scale: Factor on it.
        measures: Path of each curve's measure.
        low: Lower end of the axis as drawn: a power of 10 if `log`; a smaller value is drawn there.
        high: Upper end of the axis as drawn; a larger value is drawn there.
        log: Whether the axis is logarithmic.
    """

    kind: ClassVar[str] = "end_dots"

    x: str
    x_scale: float = 1.0
    measures: tuple[str, ...]
    low: float
    high: float
    log: bool = False

    def points(self, frames: Frames, at: int) -> Points:  # noqa: ARG002
        x = value_at(frames, -1, self.x) * self.x_scale
        values = [value_at(frames, -1, measure) for measure in self.measures]
        low, high = (10.0**end if self.log else end for end in (self.low, self.high))
        y = [
            min(max(value, low), high)
            if np.isfinite(value) and (value > 0 or not self.log)
            else np.nan
            for value in values
        ]
        return {"x": [x] * len(y), "y": y}


@dataclass(frozen=True, kw_only=True)
class EndLabels(EndDots):
    """Names of several curves at their last points, spaced so that none covers another.

    `customdata` of its points holds the heights of the dots that the names belong to.

    Attributes:
        names: Name of each curve.
        gap: Smallest distance between two names, as a share of the axis.
    """

    kind: ClassVar[str] = "ends"

    names: tuple[str, ...]
    gap: float = 0.06

    def points(self, frames: Frames, at: int) -> Points:
        dots = super().points(frames, at)
        values = dots["y"]
        known = [i for i, v in enumerate(values) if np.isfinite(v)]
        # Values beyond the axis keep their order.
        known.sort(key=lambda i: value_at(frames, -1, self.measures[i]))
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
        return {"x": dots["x"], "y": y, "text": self.names, "customdata": values}


@dataclass(frozen=True, kw_only=True)
class Caption(Binding):
    """A line of text with measures at the cursor in it.

    Attributes:
        x: Where the text is placed.
        y: Its height.
        text: Text with a placeholder for each value in turn, such as "mean {}, std {}".
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
            text = text.replace("{}", format_value(value_at(frames, at, measure)), 1)
        return {"x": [self.x], "y": [self.y], "text": [text]}


@dataclass(frozen=True, kw_only=True)
class Note(Binding):
    """A line of text that is there in a part of the run.

    Attributes:
        x: Where the text is placed.
        y: Its height.
        text: The text.
        after: The step after which it is there.
        until: The last step at which it is there; None for the end of the run.
    """

    kind: ClassVar[str] = "note"

    x: float
    y: float
    text: str
    after: int
    until: int | None = None

    def points(self, frames: Frames, at: int) -> Points:
        shown = is_after(frames, at, self.after) and not is_after(frames, at, self.until)
        return {"x": [self.x], "y": [self.y], "text": [self.text if shown else ""]}


def _part(frames: Frames, part: str, at: int) -> Frames:
    return {"past": frames[: at + 1], "future": frames[at:], "all": frames}[part]
