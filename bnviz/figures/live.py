"""LiveFigure: a Plotly figure whose traces name the numbers of a frame that they draw.

A figure is built once. Each of its moving traces has a binding, which tells how its points follow
from a recording and a cursor. `LiveFigure.at` applies them in Python, for a still figure;
the player's `bindings.js` applies the same ones in the browser, at its own frame rate.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, ClassVar

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from bnviz.figures.style import STILL_COLOURS
from bnviz.frames import Frames
from bnviz.recording import Recording

#: Around this value the symmetric logarithm turns from linear to logarithmic.
SYMLOG_LINEAR = 0.1

Points = dict[str, Any]


def symlog(values: Any) -> NDArray[np.float64]:
    """Symmetric logarithm: `sign(v) * log10(1 + |v| / 0.1)`; 0 stays 0, signs stay."""
    values = np.asarray(values, np.float64)
    return np.asarray(np.sign(values) * np.log10(1 + np.abs(values) / SYMLOG_LINEAR))


def smoothed(density: NDArray[np.float64], passes: int) -> NDArray[np.float64]:
    """A density with each bin mixed with its neighbours, 1 : 2 : 1.

    Args:
        density: Shape (num_bins,).
        passes: How often.
    """
    for _ in range(passes):
        padded = np.pad(density, 1, mode="edge")
        density = (padded[:-2] + 2 * density + padded[2:]) / 4
    return density


def column(frames: Frames, path: str) -> NDArray[Any]:
    """One measure of every frame.

    Args:
        frames: Shape (num_frames,).
        path: Field names joined by "/", then indices: "bn/pre_activation_percentiles/3/1".
    """
    names = [part for part in path.split("/") if not part.isdigit()]
    indices = [int(part) for part in path.split("/") if part.isdigit()]
    values: Any = frames
    for name in names:
        values = values[name]
    column: NDArray[Any] = values[(slice(None), *indices)]
    return column


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
class Ridges(Binding):
    """Outlines of histograms, one above a baseline for each layer.

    The height is `min(cap, scale * sqrt(share / width))`: areas are not comparable by eye between
    a wide and a collapsed histogram, and the root keeps both on one picture.

    Attributes:
        counts: Path of the counts, whose first and last are those outside all edges.
        rows: Layers drawn, from 0.
        baselines: Height of each row's baseline.
        positions: Edges as drawn, shape (bins drawn + 1,).
        first: Which of the counts is the first drawn.
        lags: How many frames ago; one outline each.
        lift: How far each of them is raised above the one before.
        smoothing: Passes that mix each bin with its neighbours, 1 : 2 : 1.
        scale: Height of a density of 1.
        cap: Largest height.
    """

    kind: ClassVar[str] = "ridges"

    counts: str
    rows: tuple[int, ...]
    baselines: tuple[float, ...]
    positions: tuple[float, ...]
    first: int
    lags: tuple[int, ...] = (0,)
    lift: float = 0.0
    smoothing: int = 0
    scale: float = 1.0
    cap: float = 2.0

    def points(self, frames: Frames, at: int) -> Points:
        edges = np.array(self.positions)
        outline = np.concatenate([edges[:1], (edges[1:] + edges[:-1]) / 2, edges[-1:], [np.nan]])
        counts = column(frames, self.counts)
        x, y = [], []
        for number, lag in enumerate(self.lags):
            if at < lag:
                continue
            for row, baseline in zip(self.rows, self.baselines, strict=True):
                bins = counts[at - lag, row].astype(np.float64)
                drawn = bins[self.first : self.first + len(edges) - 1]
                density = smoothed(drawn / max(bins.sum(), 1) / np.diff(edges), self.smoothing)
                height = np.minimum(self.cap, self.scale * np.sqrt(density))
                x.append(outline)
                y.append(baseline + number * self.lift + np.array([0, *height, 0, np.nan]))
        return {"x": _joined(x), "y": _joined(y)}


@dataclass(frozen=True, kw_only=True)
class Outside(Binding):
    """The share of each layer's values that lies beyond the axis, as text at its end.

    Attributes:
        counts: As of `Ridges`.
        nan: Path of the numbers of values that are no number; "" on the side without them.
        rows: Layers, from 0.
        baselines: Height of each row.
        x: Where the text stands.
        start: First of the counts beyond the axis.
        stop: The one after the last.
        text: With the place of the share in percent, such as "{} % ▸".
    """

    kind: ClassVar[str] = "outside"

    counts: str
    nan: str
    rows: tuple[int, ...]
    baselines: tuple[float, ...]
    x: float
    start: int
    stop: int
    text: str

    def points(self, frames: Frames, at: int) -> Points:
        texts = []
        for row in self.rows:
            bins = column(frames, self.counts)[at, row].astype(np.float64)
            nan = float(column(frames, self.nan)[at, row]) if self.nan else 0.0
            total = max(bins.sum() + nan, 1)
            share = 100 * bins[self.start : self.stop].sum() / total
            parts = [f"NaN {_percent(100 * nan / total)} %"] if nan else []
            if share >= 0.5:
                parts.append(self.text.replace("{}", _percent(share)))
            texts.append("<br>".join(parts))
        return {
            "x": [self.x] * len(texts),
            "y": [baseline + 0.08 for baseline in self.baselines],
            "text": texts,
        }


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
            "y": _transformed(column(part, self.y), self.transform),
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
        lower = _transformed(column(part, self.lower), self.transform)
        upper = _transformed(column(part, self.upper), self.transform)
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
        rivals: Paths of the other arms' measure; the text of the highest stands above its dot,
            all others below theirs.
        yields: Whether it stands below when a rival is as high.
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
    rivals: tuple[str, ...] = ()
    yields: bool = False
    unit: str = ""
    transform: str = ""

    def points(self, frames: Frames, at: int) -> Points:
        x = float(column(frames, self.x)[at]) * self.x_scale
        value = float(column(frames, self.y)[at])
        y = float(_transformed(value, self.transform))
        y = min(max(y, self.low), self.high) if not np.isnan(y) else self.high
        others = [float(column(frames, path)[at]) for path in self.rivals]
        above = not any(other > value or (self.yields and other == value) for other in others)
        # Beyond the axis there is only the heading above, or the ticks below.
        above = (above or y <= self.low) and y < self.high
        return {
            "x": [x],
            "y": [y],
            "text": [self.text.replace("{}", _written(value, self.unit))],
            "textposition": (
                f"{'top' if above else 'bottom'} {'left' if x > self.middle else 'right'}"
            ),
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


@dataclass(frozen=True)
class LiveFigure:
    """A figure and what moves in it.

    Attributes:
        figure: Layout and all traces; the moving ones without points.
        bindings: By the number of the trace.
        layouts: Changes to the layout by width of the screen: "wide" and "narrow".
    """

    figure: go.Figure
    bindings: Mapping[int, Binding]
    layouts: Mapping[str, Any] = field(default_factory=dict)

    def at(self, recording: Recording, index: int = -1, layout: str = "wide") -> go.Figure:
        """A still figure of one frame.

        Args:
            recording: With at least one frame.
            index: Which frame is under the cursor; -1 is the last.
            layout: One of `layouts`.

        Raises:
            IndexError: If there is no such frame.
        """
        frames = recording.frames
        index = range(len(frames))[index]
        still = go.Figure(_still(self.figure.to_plotly_json()))
        still.update_layout(_still(self.layouts.get(layout, {})))
        for trace, binding in self.bindings.items():
            still.data[trace].update(binding.points(frames, index))
        return still

    def to_json(self) -> dict[str, Any]:
        """The figure for the player."""
        return {
            **self.figure.to_plotly_json(),
            "layouts": dict(self.layouts),
            "bindings": {
                str(trace): {"kind": binding.kind, **asdict(binding)}
                for trace, binding in self.bindings.items()
            },
        }


def _joined(parts: list[NDArray[np.float64]]) -> NDArray[np.float64]:
    return np.concatenate(parts) if parts else np.empty(0)


def _part(frames: Frames, part: str, at: int) -> Frames:
    return {"past": frames[: at + 1], "future": frames[at:], "all": frames}[part]


def _transformed(values: Any, transform: str) -> NDArray[np.float64]:
    return symlog(values) if transform == "symlog" else np.asarray(values, np.float64)


def _percent(share: float) -> str:
    return f"{share:.0f}"


def _written(value: float, unit: str) -> str:
    """A value as it stands beside a dot: two decimals, or two digits where that says nothing."""
    if np.isnan(value):
        return "not a number"
    if unit == "%":
        return f"{100 * value:.0f} %"
    if value == 0 or 0.01 <= abs(value) < 1000:
        return f"{value:.2f}"
    digit, exponent = f"{value:.0e}".split("e")
    return f"{digit}e{int(exponent)}"


def _still(part: Any) -> Any:
    """A copy with the theme's colours replaced by those of a still figure."""
    if isinstance(part, Mapping):
        return {name: _still(value) for name, value in part.items()}
    if isinstance(part, list | tuple):
        return [_still(value) for value in part]
    return STILL_COLOURS.get(part, part) if isinstance(part, str) else part
