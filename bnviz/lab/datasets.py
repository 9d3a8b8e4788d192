"""Data: the built-in, made-up and downloaded data sets by name, and that of a viewer."""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache

import numpy as np
from numpy.typing import NDArray

from bnviz.data import builtin, preparation
from bnviz.data.dataset import Dataset
from bnviz.frames import PROBE_SIZE, VALIDATION_SIZE
from bnviz.settings import UPLOAD, Settings

#: Points of a data set in the plane.
NUM_POINTS = 1_000
#: Seconds without a byte after which a download is given up.
DOWNLOAD_TIMEOUT = 20.0

#: Features, shape (num_examples, num_features), and classes, (num_examples,).
Examples = tuple[NDArray[np.float32], NDArray[np.int32]]
#: Points, shape (num_points, 2), and their classes, 0 or 1.
Points = tuple[NDArray[np.float64], NDArray[np.int64]]

_DIGITS = tuple("0123456789")
_FASHION = (
    "T-shirt",
    "trouser",
    "pullover",
    "dress",
    "coat",
    "sandal",
    "shirt",
    "sneaker",
    "bag",
    "ankle boot",
)


class DataError(ValueError):
    """A data set that cannot be had, with what to do instead."""


def load(settings: Settings, upload: Dataset | None = None) -> Dataset:
    """The examples of a run.

    Only the data sets in the plane follow from the seed; of every other, each run gets the same
    training and validation examples in the same order.

    Args:
        settings: Names the data set; of those in the plane also `noise` and `seed`.
        upload: A viewer's own data set, used where `settings.dataset` is "upload".

    Returns:
        Images with values from 0 to 1, all other features standardized over the training examples.

    Raises:
        DataError: If a download fails, or an uploaded data set is missing.
    """
    name = settings.dataset
    if name == UPLOAD:
        if upload is None:
            raise DataError("The uploaded data set is no longer here; choose its file again.")
        return upload
    if name in _PLANE:
        points, y = _PLANE[name](settings.noise, settings.seed)
        return _standardized(points, y, ("0", "1"))
    return _FIXED[name]()


def observed(data: Dataset) -> tuple[Examples, Examples]:
    """What networks are measured on: the probe, and some of the validation examples."""
    return (
        sample(data.x_train, data.y_train, PROBE_SIZE),
        sample(data.x_validation, data.y_validation, VALIDATION_SIZE),
    )


def sample(x: NDArray[np.float32], y: NDArray[np.int32], most: int) -> Examples:
    """The same examples at every call and every seed, at the most so many."""
    chosen = np.sort(np.random.default_rng(0).permutation(len(x))[:most])
    return x[chosen], y[chosen]


def _standardized(x: NDArray[np.float64], y: NDArray, classes: tuple[str, ...]) -> Dataset:
    train, validation = preparation.split(y)
    x_train, x_validation = preparation.standardized(x[train], x[validation])
    return preparation.dataset(x_train, y[train], x_validation, y[validation], classes)


def _table(name: str) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Features and classes of a built-in table."""
    table = np.loadtxt(builtin.csv(name).splitlines(), delimiter=",")
    return table[:, :-1], table[:, -1].astype(np.int64)


@cache
def _digits() -> Dataset:
    x, y = _table("digits")
    train, validation = preparation.split(y)
    return preparation.dataset(x[train] / 16, y[train], x[validation] / 16, y[validation], _DIGITS)


@cache
def _breast_cancer() -> Dataset:
    return _standardized(*_table("breast_cancer"), ("malignant", "benign"))


@cache
def _wine() -> Dataset:
    return _standardized(*_table("wine"), ("cultivar 1", "cultivar 2", "cultivar 3"))


def _mnist() -> Dataset:
    with _downloading("MNIST"):
        from keras.datasets import mnist

        parts = mnist.load_data()
    return _images(parts, _DIGITS)


def _fashion_mnist() -> Dataset:
    with _downloading("Fashion-MNIST"):
        from keras.datasets import fashion_mnist

        parts = fashion_mnist.load_data()
    return _images(parts, _FASHION)


def _images(parts: tuple, classes: tuple[str, ...]) -> Dataset:
    (x_train, y_train), (x_test, y_test) = parts
    return preparation.dataset(
        x_train.reshape(len(x_train), -1).astype(np.float32) / 255,
        y_train,
        x_test.reshape(len(x_test), -1).astype(np.float32) / 255,
        y_test,
        classes,
    )


@contextmanager
def _downloading(title: str) -> Iterator[None]:
    """Gives up a download that stands still, and turns each of its failures into a `DataError`."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(DOWNLOAD_TIMEOUT)
    try:
        yield
    except Exception as error:  # Keras raises bare Exception when a download fails.
        raise DataError(
            f"{title} could not be downloaded; choose a built-in data set or upload the file."
        ) from error
    finally:
        socket.setdefaulttimeout(before)


def _moons(noise: float, seed: int) -> Points:
    """Two half circles of radius 1 that reach into each other; those of scikit-learn."""
    angle = np.linspace(0, np.pi, NUM_POINTS // 2)
    upper = np.column_stack([np.cos(angle), np.sin(angle)])
    lower = np.column_stack([1 - np.cos(angle), 1 - np.sin(angle) - 0.5])
    return _shuffled(upper, lower, noise, seed)


def _circles(noise: float, seed: int) -> Points:
    """A circle of radius 0.5 within one of radius 1; those of scikit-learn."""
    angle = np.linspace(0, 2 * np.pi, NUM_POINTS // 2, endpoint=False)
    outer = np.column_stack([np.cos(angle), np.sin(angle)])
    return _shuffled(outer, 0.5 * outer, noise, seed)


def _shuffled(
    first: NDArray[np.float64], second: NDArray[np.float64], noise: float, seed: int
) -> Points:
    """Points of class 0 and of class 1 in random order, with normal noise."""
    # The older generator of NumPy, which scikit-learn draws with.
    generator = np.random.RandomState(seed)
    order = np.arange(NUM_POINTS)
    generator.shuffle(order)
    x = np.concatenate([first, second])[order]
    y = np.repeat([0, 1], [len(first), len(second)])[order]
    return x + generator.normal(scale=noise, size=x.shape), y


def _spiral(noise: float, seed: int) -> Points:
    """Two arms of one and a half turns, at distance 1 from each other."""
    generator = np.random.default_rng(seed)
    y = np.arange(NUM_POINTS) % 2
    # The root spreads the points evenly along the arm.
    share = np.sqrt(generator.uniform(0.01, 1.0, NUM_POINTS))
    angle = 3 * np.pi * share + np.pi * y
    x = 3 * share[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
    return x + noise * generator.standard_normal(x.shape), y


def _xor(noise: float, seed: int) -> Points:
    """Four squares of side 1.9, those on one diagonal of one class."""
    generator = np.random.default_rng(seed)
    signs = np.array([[1, 1], [-1, 1], [-1, -1], [1, -1]])[np.arange(NUM_POINTS) % 4]
    x = signs * generator.uniform(0.1, 2.0, (NUM_POINTS, 2))
    return x + noise * generator.standard_normal(x.shape), np.arange(NUM_POINTS) % 2


def _gaussians(noise: float, seed: int) -> Points:
    """Two round clouds around (1, 1) and (-1, -1), with standard deviation 0.1 + noise."""
    generator = np.random.default_rng(seed)
    y = np.arange(NUM_POINTS) % 2
    x = (0.1 + noise) * generator.standard_normal((NUM_POINTS, 2)) + (1 - 2 * y)[:, None]
    return x, y


#: Makers of the points in the plane, called with the noise and the seed.
_PLANE: dict[str, Callable[[float, int], Points]] = {
    "moons": _moons,
    "circles": _circles,
    "spiral": _spiral,
    "xor": _xor,
    "gaussians": _gaussians,
}
#: Readers of the data sets that no setting changes.
_FIXED: dict[str, Callable[[], Dataset]] = {
    "digits": _digits,
    "breast_cancer": _breast_cancer,
    "wine": _wine,
    "mnist": _mnist,
    "fashion_mnist": _fashion_mnist,
}
