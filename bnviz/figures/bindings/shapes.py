"""Shapes: bindings of distributions at the cursor and over the run."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from bnviz.figures.bindings.binding import Binding, Points, column
from bnviz.frames import Frames

#: How many values a histogram's colours count its share out of.
HEAT_SHARES = 1_000


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
        upright: Whether values go upwards and the baselines are to the left.
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
    upright: bool = False

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
        values, heights = _joined(x), _joined(y)
        return {"x": heights, "y": values} if self.upright else {"x": values, "y": heights}


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
class Heat(Binding):
    """A layer's histograms over the run: steps to the right, values upwards, shares as colours.

    The colour is `log1p(1000 * share * narrowest / width)` of a bin's share of the values, its
    width as drawn, and that of the narrowest bin: counts out of 1,000 in bins of one width. A
    frame's column reaches from its step to that of the next one.

    Attributes:
        x: Path of what runs along the axis.
        x_scale: Factor on it.
        counts: As of `Ridges`.
        row: The layer, from 0.
        positions: Edges as drawn, shape (bins drawn + 1,).
        first: Which of the counts is the first drawn.
        width: Of the last frame's column, where there is no other to take it from.
    """

    kind: ClassVar[str] = "heat"

    x: str
    x_scale: float = 1.0
    counts: str
    row: int
    positions: tuple[float, ...]
    first: int
    width: float

    def points(self, frames: Frames, at: int) -> Points:  # noqa: ARG002
        starts = column(frames, self.x).astype(np.float64) * self.x_scale
        last = starts[-1] - starts[-2] if len(starts) > 1 else self.width
        widths = np.diff(self.positions)
        bins = column(frames, f"{self.counts}/{self.row}").astype(np.float64)
        drawn = bins[:, self.first : self.first + len(widths)]
        shares = drawn / np.maximum(bins.sum(axis=1, keepdims=True), 1)
        return {
            "x": np.append(starts, starts[-1] + last),
            "y": np.array(self.positions),
            "z": np.log1p(HEAT_SHARES * shares * widths.min() / widths).T,
        }


def _joined(parts: list[NDArray[np.float64]]) -> NDArray[np.float64]:
    return np.concatenate(parts) if parts else np.empty(0)


def _percent(share: float) -> str:
    return f"{share:.0f}"
