"""Shapes: bindings of distributions at the cursor and over the run."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from bnviz.figures.bindings.binding import Binding, Points, column, next_edge
from bnviz.recording.frames import Frames

#: A bin's colour shows how many of this many values fall into it.
HEAT_SHARES = 1_000
#: Passes of smoothing over histograms as drawn; the counts themselves are not changed.
SMOOTHING = 2


def smoothed(density: NDArray[np.float64], passes: int) -> NDArray[np.float64]:
    """Returns a density with each bin averaged with its neighbours, weighted 1 : 2 : 1.

    Args:
        density: Shape (num_bins,).
        passes: How many times to average.
    """
    for _ in range(passes):
        padded = np.pad(density, 1, mode="edge")
        density = (padded[:-2] + 2 * density + padded[2:]) / 4
    return density


@dataclass(frozen=True, kw_only=True)
class Ridges(Binding):
    """Outlines of histograms, one above a baseline for each layer.

    The height is `min(cap, scale * sqrt(share / width))`. The eye cannot compare the areas of a
    wide and a collapsed histogram, and the square root keeps both in one picture.

    Attributes:
        counts: Path of the counts, shape (layers, num_bins + 2); the first and last count the
            values outside all edges.
        rows: Indices of the layers drawn.
        baselines: Height of each row's baseline.
        positions: Edges as drawn, shape (num_drawn_bins + 1,).
        first: Index of the first count drawn.
        start: Whether the outlines are those of the first frame, wherever the cursor is.
        smoothing: Passes of smoothing, see `smoothed`.
        scale: Height of a density of 1.
        cap: Largest height.
        upright: Whether values run upwards and the baselines are at the left.
    """

    kind: ClassVar[str] = "ridges"

    counts: str
    rows: tuple[int, ...]
    baselines: tuple[float, ...]
    positions: tuple[float, ...]
    first: int
    start: bool = False
    smoothing: int = 0
    scale: float = 1.0
    cap: float = 2.0
    upright: bool = False

    def points(self, frames: Frames, at: int) -> Points:
        edges = np.array(self.positions)
        outline = np.concatenate([edges[:1], (edges[1:] + edges[:-1]) / 2, edges[-1:], [np.nan]])
        counts = column(frames, self.counts)
        x, y = [], []
        for row, baseline in zip(self.rows, self.baselines, strict=True):
            bins = counts[0 if self.start else at, row].astype(np.float64)
            drawn = bins[self.first : self.first + len(edges) - 1]
            density = smoothed(drawn / max(bins.sum(), 1) / np.diff(edges), self.smoothing)
            height = np.minimum(self.cap, self.scale * np.sqrt(density))
            x.append(outline)
            y.append(baseline + np.array([0, *height, 0, np.nan]))
        values, heights = _joined(x), _joined(y)
        return {"x": heights, "y": values} if self.upright else {"x": values, "y": heights}


@dataclass(frozen=True, kw_only=True)
class Outside(Binding):
    """The share of each layer's values beyond the end of the axis, as text.

    Attributes:
        counts: See `Ridges`.
        nan: Path of the number of NaN values per layer; "" to leave them out.
        rows: Indices of the layers.
        baselines: Height of each row.
        x: Where the text is placed.
        start: Index of the first count beyond the axis.
        stop: Index after the last of them.
        text: Text with a placeholder for the share in percent, such as "{} % ▸".
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

    The colour is `log1p(1000 * share * narrowest / width)`, from a bin's share of the values, its
    width as drawn and the width of the narrowest bin: counts out of 1,000 in bins of equal width.
    A frame's column extends from its step to that of the next frame.

    Attributes:
        x: Path of what the columns run over.
        x_scale: Factor on it.
        counts: See `Ridges`.
        row: Index of the layer.
        positions: Edges as drawn, shape (num_drawn_bins + 1,).
        first: Index of the first count drawn.
        width: Width of the column if there is only one frame.
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
        end = next_edge(starts, self.x) if len(starts) > 1 else starts[-1] + self.width
        widths = np.diff(self.positions)
        bins = column(frames, f"{self.counts}/{self.row}").astype(np.float64)
        drawn = bins[:, self.first : self.first + len(widths)]
        shares = drawn / np.maximum(bins.sum(axis=1, keepdims=True), 1)
        return {
            "x": np.append(starts, end),
            "y": np.array(self.positions),
            "z": np.log1p(HEAT_SHARES * shares * widths.min() / widths).T,
        }


def _joined(parts: list[NDArray[np.float64]]) -> NDArray[np.float64]:
    return np.concatenate(parts) if parts else np.empty(0)


def _percent(share: float) -> str:
    return f"{share:.0f}"
