"""Plane: data sets of points in a plane, drawn from a seed.

Every data set has two classes of `NUM_POINTS / 2` points each. Moons and circles equal those of
scikit-learn for the same seed.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from bnviz.data import preparation
from bnviz.data.dataset import Dataset
from bnviz.data.examples import Examples

#: Points of a data set, both classes together.
NUM_POINTS = 1_000
#: Points, shape (NUM_POINTS, 2), and their classes, 0 or 1, shape (NUM_POINTS,).
Points = tuple[NDArray[np.float64], NDArray[np.int64]]


def draw(name: str, *, noise: float, seed: int) -> Dataset:
    """Draws the points of a data set, splits them and standardizes them.

    Args:
        name: One of `bnviz.settings.choices.PLANE_DATASETS`.
        noise: Spread of the points, as `bnviz.settings.Settings` has it.
        seed: Seed of the points; the split has its own.
    """
    examples = Examples(*SHAPES[name](noise, seed), ("0", "1"), feature_names=("x", "y"))
    dataset, _ = preparation.prepare(examples)
    return dataset


def moons(noise: float, seed: int) -> Points:
    """Two interleaving half circles of radius 1."""
    angle = np.linspace(0, np.pi, NUM_POINTS // 2)
    upper = np.column_stack([np.cos(angle), np.sin(angle)])
    lower = np.column_stack([1 - np.cos(angle), 1 - np.sin(angle) - 0.5])
    return _shuffled(upper, lower, noise, seed)


def circles(noise: float, seed: int) -> Points:
    """A circle of radius 0.5 inside one of radius 1."""
    angle = np.linspace(0, 2 * np.pi, NUM_POINTS // 2, endpoint=False)
    outer = np.column_stack([np.cos(angle), np.sin(angle)])
    return _shuffled(outer, 0.5 * outer, noise, seed)


def _shuffled(
    first: NDArray[np.float64], second: NDArray[np.float64], noise: float, seed: int
) -> Points:
    """Shuffles the points of class 0 and class 1 and adds N(0, noise^2) to each coordinate."""
    # NumPy's legacy generator, which scikit-learn draws from.
    generator = np.random.RandomState(seed)
    order = np.arange(NUM_POINTS)
    generator.shuffle(order)
    x = np.concatenate([first, second])[order]
    y = np.repeat([0, 1], [len(first), len(second)])[order]
    return x + generator.normal(scale=noise, size=x.shape), y


def spiral(noise: float, seed: int) -> Points:
    """Two spiral arms of one and a half turns, 1 apart."""
    generator = np.random.default_rng(seed)
    y = np.arange(NUM_POINTS) % 2
    # The square root spreads the points evenly along an arm.
    share = np.sqrt(generator.uniform(0.01, 1.0, NUM_POINTS))
    angle = 3 * np.pi * share + np.pi * y
    x = 3 * share[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
    return x + noise * generator.standard_normal(x.shape), y


def xor(noise: float, seed: int) -> Points:
    """Four squares of side 1.9, one per quadrant; opposite squares belong to the same class."""
    generator = np.random.default_rng(seed)
    signs = np.array([[1, 1], [-1, 1], [-1, -1], [1, -1]])[np.arange(NUM_POINTS) % 4]
    x = signs * generator.uniform(0.1, 2.0, (NUM_POINTS, 2))
    return x + noise * generator.standard_normal(x.shape), np.arange(NUM_POINTS) % 2


def gaussians(noise: float, seed: int) -> Points:
    """Two round clouds at (1, 1) and (-1, -1), with standard deviation 0.1 + noise."""
    generator = np.random.default_rng(seed)
    y = np.arange(NUM_POINTS) % 2
    x = (0.1 + noise) * generator.standard_normal((NUM_POINTS, 2)) + (1 - 2 * y)[:, None]
    return x, y


#: Functions that draw the points, called with noise and seed.
SHAPES: dict[str, Callable[[float, int], Points]] = {
    "moons": moons,
    "circles": circles,
    "spiral": spiral,
    "xor": xor,
    "gaussians": gaussians,
}
