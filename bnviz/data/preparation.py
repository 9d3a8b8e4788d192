"""Preparation: what is done to any examples before they become a `Dataset`.

The split is drawn by a generator of its own, so that runs with different seeds learn from, and are
judged on, the same examples.
"""

import numpy as np
from numpy.typing import NDArray

from bnviz.data.dataset import Dataset

#: Share of each class that is kept for validation.
VALIDATION_SHARE = 0.2
#: Seed of the split; never a run's own seed.
SPLIT_SEED = 20_150_211


def standardized(
    train: NDArray[np.floating], validation: NDArray[np.floating]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Both parts on the scale on which each training feature has mean 0 and deviation 1.

    `(x - mean) / std`, with the mean and the biased standard deviation of the training part; a
    feature that never varies becomes 0 there.

    Args:
        train: Features, finite, shape (num_train, num_features).
        validation: Features, finite, shape (num_validation, num_features).

    Returns:
        Both, float32, in the same shapes.
    """
    mean = train.mean(axis=0, dtype=np.float64)
    squares = sum(np.square(train[rows] - mean).sum(axis=0) for rows in _blocks(len(train)))
    std = np.sqrt(squares / len(train))
    # Rounding leaves a feature that never varies with a tiny deviation instead of none.
    constant = train.max(axis=0) == train.min(axis=0)
    mean = np.where(constant, train[0], mean)
    std = np.where(constant | (std == 0), 1.0, std)

    def scaled(part: NDArray[np.floating]) -> NDArray[np.float32]:
        out = np.empty(part.shape, np.float32)
        for rows in _blocks(len(part)):
            out[rows] = (part[rows] - mean) / std
        return out

    return scaled(train), scaled(validation)


def _blocks(num_examples: int) -> list[slice]:
    """Slices over all examples, so that no double-precision copy of them all is made."""
    return [slice(start, start + 4096) for start in range(0, num_examples, 4096)]


def split(y: NDArray[np.integer]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Draws a fifth of each class for validation; the same for the same classes.

    A class keeps at least one example for training: one with a single example has none for
    validation.

    Args:
        y: Classes, shape (num_examples,).

    Returns:
        Indices for training and for validation, each in random order.
    """
    generator = np.random.default_rng(SPLIT_SEED)
    train, validation = [], []
    for number in np.unique(y):
        members = generator.permutation(np.flatnonzero(y == number))
        held_out = max(1, round(len(members) * VALIDATION_SHARE)) if len(members) > 1 else 0
        validation.append(members[:held_out])
        train.append(members[held_out:])
    return (
        generator.permutation(np.concatenate(train)),
        generator.permutation(np.concatenate(validation)),
    )


def dataset(
    x_train: NDArray[np.floating],
    y_train: NDArray[np.integer],
    x_validation: NDArray[np.floating],
    y_validation: NDArray[np.integer],
    classes: tuple[str, ...],
) -> Dataset:
    """A `Dataset` of these arrays in its own types, laid out row by row in memory."""
    return Dataset(
        np.ascontiguousarray(x_train, np.float32),
        np.ascontiguousarray(y_train, np.int32),
        np.ascontiguousarray(x_validation, np.float32),
        np.ascontiguousarray(y_validation, np.int32),
        classes,
    )
