"""Data sets by name: built-in ones, points in a plane, downloads by Keras, and a viewer's own."""

import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import gettempdir
from typing import Any

import numpy as np

from bnviz.data import builtin, plane, preparation
from bnviz.data.dataset import Dataset
from bnviz.data.image_shape import ImageShape, ShapeError
from bnviz.settings import Settings
from bnviz.settings.choices import CIFAR10_PARTS, PLANE_DATASETS, UPLOAD

#: Seconds without data after which a download is given up.
DOWNLOAD_TIMEOUT = 20.0
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
_CIFAR10 = (
    "airplane",
    "automobile",
    "bird",
    "cat",
    "deer",
    "dog",
    "frog",
    "horse",
    "ship",
    "truck",
)


#: Data sets that this process has downloaded, or found where an earlier download put them.
_at_hand: set[str] = set()


class DataError(ValueError):
    """A data set that is not available; the message says what to do instead."""


def load(settings: Settings, upload: Dataset | None = None) -> Dataset:
    """Returns the examples of a run.

    Only points in a plane depend on the seed. All other data sets have the same training and
    validation examples, in the same order, in every run.

    Args:
        settings: Settings of the run; `dataset` names the data set, and those in a plane also
            depend on `noise` and `seed`.
        upload: A viewer's own data set, returned if `settings.dataset` is "upload".

    Returns:
        Images with pixels from 0 to 1, all other features standardized over the training examples.

    Raises:
        DataError: If a download fails, or the uploaded data set is missing or cannot pass through
            the layers.
    """
    name = settings.dataset
    if name == UPLOAD:
        if upload is None:
            raise DataError("The uploaded data set is no longer available; choose its file again.")
        try:
            ImageShape.of(settings, upload)
        except ShapeError as error:
            raise DataError(str(error)) from error
        return upload
    if name in PLANE_DATASETS:
        return plane.draw(name, noise=settings.noise, seed=settings.seed)
    if name in builtin.TABLES:
        return builtin.load(name)
    dataset = DOWNLOADS[name]()
    _at_hand.add(name)
    return dataset


def download(name: str) -> None:
    """Downloads a data set unless this process has it; other threads run meanwhile.

    They may load and download others.

    Args:
        name: One of `DOWNLOADS`.

    Raises:
        DataError: If the download fails.
    """
    if name not in _at_hand:
        DOWNLOADS[name]()
        _at_hand.add(name)


def _mnist() -> Dataset:
    with _downloading("MNIST"):
        from keras.datasets import mnist

        parts = mnist.load_data()
    return _images(parts, tuple("0123456789"))


def _fashion_mnist() -> Dataset:
    with _downloading("Fashion-MNIST"):
        from keras.datasets import fashion_mnist

        parts = fashion_mnist.load_data()
    return _images(parts, _FASHION)


@cache
def cifar10_bytes() -> tuple[Any, ...]:
    """The first images and classes of both parts of CIFAR-10, as bytes.

    They are kept, because Keras unpacks all 60,000 images for them.
    """
    with _downloading("CIFAR-10"):
        from keras.datasets import cifar10

        parts = cifar10.load_data()
    return tuple(
        (x[:count].copy(), y[:count, 0].copy())
        for (x, y), count in zip(parts, CIFAR10_PARTS, strict=True)
    )


def _cifar10() -> Dataset:
    return _images(cifar10_bytes(), _CIFAR10)


def _images(parts: tuple[Any, ...], classes: tuple[str, ...]) -> Dataset:
    """Flattens images, scales their pixels to the range from 0 to 1; the test set validates."""
    (x_train, y_train), (x_test, y_test) = parts
    return preparation.as_dataset(
        x_train.reshape(len(x_train), -1).astype(np.float32) / 255,
        y_train,
        x_test.reshape(len(x_test), -1).astype(np.float32) / 255,
        y_test,
        classes,
        x_train.shape[1:],
        units=(0.0, 255.0),
    )


@contextmanager
def _alone(title: str) -> Iterator[None]:
    """Keeps others of this user from a data set, where the system has locks for that.

    They are other processes and other threads, which go on with other data sets.
    """
    try:
        import fcntl
    except ImportError:  # Windows
        yield
        return
    with (Path(gettempdir()) / f"bnviz-{os.getuid()}-{title}.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


class _Patience:
    """While one of its contexts lasts, a connection without data is given up, in all threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._count = 0
        self._before: float | None = None

    @contextmanager
    def limited(self) -> Iterator[None]:
        with self._lock:
            if not self._count:
                self._before = socket.getdefaulttimeout()
                socket.setdefaulttimeout(DOWNLOAD_TIMEOUT)
            self._count += 1
        try:
            yield
        finally:
            with self._lock:
                self._count -= 1
                if not self._count:
                    socket.setdefaulttimeout(self._before)


_patience = _Patience()


@contextmanager
def _downloading(title: str) -> Iterator[None]:
    """Gives up a stalled download, and turns any failure of it into a `DataError`.

    Memory that runs out is none. Others who want the same data set wait meanwhile: Keras downloads
    to the same file, and unpacks it anew each time.
    """
    try:
        with _patience.limited(), _alone(title):
            yield
    except MemoryError:
        raise
    except Exception as error:  # Keras raises a bare Exception if a download fails.
        raise DataError(
            f"{title} could not be downloaded; choose a built-in data set or upload the file."
        ) from error


#: Functions that download a data set with Keras.
DOWNLOADS: dict[str, Callable[[], Dataset]] = {
    "mnist": _mnist,
    "fashion_mnist": _fashion_mnist,
    "cifar10": _cifar10,
}
