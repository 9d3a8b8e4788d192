"""Plane: bindings of a classifier of points in a plane."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from bnviz.figures.bindings.binding import Binding, Points, column
from bnviz.recording.frames import Frames

#: Largest value of a probability stored in 8 bits, and of a coordinate stored in 16.
MAX_BYTE, MAX_SHORT = 255, 32_767


@dataclass(frozen=True, kw_only=True)
class Grid(Binding):
    """The probability of class 1 on a square grid.

    Attributes:
        values: Path of the probabilities times 255, shape (size, size); rows follow the second
            feature.
        size: Points per side.
        reach: Distance from 0 to each side of the grid.
    """

    kind: ClassVar[str] = "grid"

    values: str
    size: int
    reach: float

    def points(self, frames: Frames, at: int) -> Points:
        places = np.linspace(-self.reach, self.reach, self.size)
        return {"x": places, "y": places, "z": column(frames, self.values)[at] / MAX_BYTE}


@dataclass(frozen=True, kw_only=True)
class Boundary(Binding):
    """The decision boundary: the contour of probability one half through the cells of a grid.

    Attributes:
        values: See `Grid`.
        size: See `Grid`.
        reach: See `Grid`.
    """

    kind: ClassVar[str] = "boundary"

    values: str
    size: int
    reach: float

    def points(self, frames: Frames, at: int) -> Points:
        grid = column(frames, self.values)[at].astype(np.float64) - MAX_BYTE / 2
        step = 2 * self.reach / (self.size - 1)
        x: list[float] = []
        y: list[float] = []
        sides = np.sign(grid)
        corners = sides[:-1, :-1] + sides[:-1, 1:] + sides[1:, :-1] + sides[1:, 1:]
        for row, place in np.argwhere(np.abs(corners) < 4):
            crossed = _crossings(grid[row : row + 2, place : place + 2])
            for number, (right, up) in enumerate(crossed):
                x.append(-self.reach + step * (place + right))
                y.append(-self.reach + step * (row + up))
                if number % 2:
                    x.append(np.nan)
                    y.append(np.nan)
        return {"x": x, "y": y}


def _crossings(cell: np.ndarray) -> list[tuple[float, float]]:
    """Points where the lower, right, upper and left side of a cell cross 0; 2 or 4 of them."""
    (a, b), (c, d) = cell
    places = []
    if a * b < 0:
        places.append((a / (a - b), 0.0))
    if b * d < 0:
        places.append((1.0, b / (b - d)))
    if c * d < 0:
        places.append((c / (c - d), 1.0))
    if a * c < 0:
        places.append((0.0, a / (a - c)))
    return places


@dataclass(frozen=True, kw_only=True)
class ClassPoints(Binding):
    """The examples of one class.

    Attributes:
        places: Path of both features, as 16-bit shares of `reach`, shape (num_examples, 2).
        classes: Path of the examples' classes, shape (num_examples,).
        label: The class drawn.
        reach: Distance from 0 to each side of the plane.
    """

    kind: ClassVar[str] = "places"

    places: str
    classes: str
    label: int
    reach: float

    def points(self, frames: Frames, at: int) -> Points:
        own = column(frames, self.classes)[at] == self.label
        places = column(frames, self.places)[at][own] * (self.reach / MAX_SHORT)
        return {"x": places[:, 0], "y": places[:, 1]}
