"""Rows: bindings of rows of numbers at the cursor, such as one row per neuron."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from bnviz.figures.bindings.binding import Binding, Points, column, transformed
from bnviz.recording.frames import PERCENTILES, Frames


@dataclass(frozen=True, kw_only=True)
class Spans(Binding):
    """One vertical line per neuron, between two of its percentiles.

    Attributes:
        percentiles: Path of the percentiles, shape (units, len(PERCENTILES)).
        neurons: Indices of the neurons drawn; neuron 0 is at x = 1.
        low: Index in `PERCENTILES` of the lower end.
        high: Index in `PERCENTILES` of the upper end.
        transform: "" or "symlog".
    """

    kind: ClassVar[str] = "spans"

    percentiles: str
    neurons: tuple[int, ...]
    low: int
    high: int
    transform: str = ""

    def points(self, frames: Frames, at: int) -> Points:
        rows = transformed(column(frames, self.percentiles)[at], self.transform)
        x: list[float] = []
        y: list[float] = []
        for neuron in self.neurons:
            x += [neuron + 1, neuron + 1, np.nan]
            y += [rows[neuron, self.low], rows[neuron, self.high], np.nan]
        return {"x": x, "y": y}


@dataclass(frozen=True, kw_only=True)
class Medians(Binding):
    """One dot per neuron, at its median.

    Attributes:
        percentiles: See `Spans`.
        neurons: See `Spans`.
        transform: "" or "symlog".
    """

    kind: ClassVar[str] = "medians"

    percentiles: str
    neurons: tuple[int, ...]
    transform: str = ""

    def points(self, frames: Frames, at: int) -> Points:
        medians = column(frames, self.percentiles)[at][:, PERCENTILES.index(50)]
        return {
            "x": [neuron + 1 for neuron in self.neurons],
            "y": transformed(medians, self.transform)[list(self.neurons)].tolist(),
        }


@dataclass(frozen=True, kw_only=True)
class Violins(Binding):
    """The density of each neuron's values, mirrored on a vertical line.

    The density between two percentiles is the share of values between them divided by their
    distance. The width is its square root, as is the height in `Ridges`, and falls to 0 at the
    outermost percentiles.

    Attributes:
        percentiles: See `Spans`.
        neurons: See `Spans`.
        scale: Half the width of a density of 1.
        cap: Half the largest width.
        transform: "" or "symlog".
    """

    kind: ClassVar[str] = "violins"

    percentiles: str
    neurons: tuple[int, ...]
    scale: float
    cap: float
    transform: str = ""

    def points(self, frames: Frames, at: int) -> Points:
        rows = transformed(column(frames, self.percentiles)[at], self.transform)
        shares = np.diff(PERCENTILES) / 100
        x: list[float] = []
        y: list[float] = []
        for neuron in self.neurons:
            places = rows[neuron]
            if not np.isfinite(places).all():
                continue
            density = shares / np.maximum(np.diff(places), 1e-9)
            half = [0.0, *np.minimum(self.cap, self.scale * np.sqrt(density)), 0.0]
            heights = [places[0], *((places[1:] + places[:-1]) / 2), places[-1]]
            x += [neuron + 1 + width for width in half]
            x += [neuron + 1 - width for width in half[::-1]] + [np.nan]
            y += [*heights, *heights[::-1], np.nan]
        return {"x": x, "y": y}


@dataclass(frozen=True, kw_only=True)
class Bars(Binding):
    """The outline of a histogram of a row of numbers; outliers are counted in the end bins.

    Attributes:
        row: Path of the numbers.
        edges: Increasing and equally spaced, shape (num_bins + 1,).
        upright: Whether values run upwards and counts to the right.
    """

    kind: ClassVar[str] = "bars"

    row: str
    edges: tuple[float, ...]
    upright: bool = False

    def points(self, frames: Frames, at: int) -> Points:
        values = column(frames, self.row)[at].astype(np.float64)
        values = values[~np.isnan(values)]
        bins, (low, high) = len(self.edges) - 1, (self.edges[0], self.edges[-1])
        places = np.clip(values, low, high)
        indices = np.minimum(np.floor((places - low) / (high - low) * bins), bins - 1)
        counts = np.bincount(indices.astype(np.int64), minlength=bins)
        places, heights = np.repeat(self.edges, 2), np.concatenate([[0], np.repeat(counts, 2), [0]])
        return {"x": heights, "y": places} if self.upright else {"x": places, "y": heights}
