"""Preparation: splits, scales and casts examples into a `Dataset`.

The split has a seed of its own, so that runs with different seeds train and validate on the same
examples.
"""

import numpy as np
from numpy.typing import NDArray

from bnviz.data.dataset import Dataset

#: Share of each class held out for validation.
VALIDATION_SHARE = 0.2
#: Seed of the split, independent of the seed of a run.
SPLIT_SEED = 20_150_211


def standardized(
    train: NDArray[np.floating], validation: NDArray[np.floating]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Scales every feature to mean 0 and standard deviation 1 over the training examples.

    `(x - mean) / std`, with the mean and the biased standard deviation of the training examples. A
    feature that is constant over them becomes 0 there.

    Args:
        train: Finite features, shape (num_train, num_features).
        validation: Finite features, shape (num_validation, num_features).

    Returns:
        Both parts as float32, with their shapes unchanged.
    """
    mean = train.mean(axis=0, dtype=np.float64)
    squares = sum(np.square(train[rows] - mean).sum(axis=0) for rows in _blocks(len(train)))
    std = np.sqrt(squares / len(train))
    # Rounding gives a constant feature a tiny standard deviation instead of 0.
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
    """Slices that cover all examples, so that no float64 copy of all of them is made at once."""
    return [slice(start, start + 4096) for start in range(0, num_examples, 4096)]


def split(y: NDArray[np.integer]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Holds out a fifth of each class for validation; the same classes give the same split.

    Every class keeps at least one training example, so a class with a single example has none for
    validation.

    Args:
        y: Classes, shape (num_examples,).

    Returns:
        Indices of the training and of the validation examples, each in random order.
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


def split_and_standardized(
    x: NDArray[np.floating], y: NDArray[np.integer], classes: tuple[str, ...]
) -> Dataset:
    """Splits the examples and standardizes their features.

    Args:
        x: Finite features, shape (num_examples, num_features).
        y: Class numbers from 0, shape (num_examples,).
        classes: Class names, indexed by class number.
    """
    train, validation = split(y)
    x_train, x_validation = standardized(x[train], x[validation])
    return as_dataset(x_train, y[train], x_validation, y[validation], classes)


def as_dataset(
    x_train: NDArray[np.floating],
    y_train: NDArray[np.integer],
    x_validation: NDArray[np.floating],
    y_validation: NDArray[np.integer],
    classes: tuple[str, ...],
) -> Dataset:
    """Casts arrays to the dtypes of a `Dataset`, contiguous in row-major order."""
    return Dataset(
        np.ascontiguousarray(x_train, np.float32),
        np.ascontiguousarray(y_train, np.int32),
        np.ascontiguousarray(x_validation, np.float32),
        np.ascontiguousarray(y_validation, np.int32),
        classes,
    )
