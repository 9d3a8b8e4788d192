"""Preparation: splits, scales and casts examples into a `Dataset`.

The split has a seed of its own, so that runs with different seeds train and validate on the same
examples.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bnviz.data.dataset import Dataset
from bnviz.data.examples import Examples

#: Share of each class held out for validation.
VALIDATION_SHARE = 0.2
#: Seed of the split, independent of the seed of a run.
SPLIT_SEED = 20_150_211
#: Minimum number of features, and the range of whole values, that are taken for pixels.
MIN_PIXELS = 16
PIXEL_VALUES = (0, 255)
#: Examples scaled at once: so few that their float64 copies stay in a processor's cache.
_SMALL_BLOCK = 64


@dataclass(frozen=True)
class Scaling:
    """How features are scaled: `(x - mean) / std`, or `x / largest`.

    Attributes:
        words: What is done, in words that follow "features are".
        mean: Mean of each feature over the training examples; None if features are divided.
        std: Their biased standard deviation, or 1 for a feature that is constant over them, which
            becomes 0 there; None if features are divided.
        largest: What features are divided by; unused if there is a mean.
    """

    words: str
    mean: NDArray[np.floating] | None = None
    std: NDArray[np.floating] | None = None
    largest: float = 1.0

    @property
    def units(self) -> tuple[NDArray[np.floating] | float, NDArray[np.floating] | float]:
        """As `Dataset.units`."""
        if self.mean is None or self.std is None:
            return 0.0, self.largest
        return self.mean, self.std

    def of(self, part: NDArray[Any]) -> NDArray[np.float32]:
        """Scales examples, shape (num_examples, num_features)."""
        out = np.empty(part.shape, np.float32)
        for rows in _blocks(len(part), _SMALL_BLOCK):
            if self.mean is None or self.std is None:
                out[rows] = part[rows].astype(np.float32) / np.float32(self.largest)
            else:
                out[rows] = (part[rows] - self.mean) / self.std
        return out


def _standardization(train: NDArray[np.floating]) -> Scaling:
    mean = train.mean(axis=0, dtype=np.float64)
    squares = sum(np.square(train[rows] - mean).sum(axis=0) for rows in _blocks(len(train)))
    std = np.sqrt(squares / len(train))
    # Rounding gives a constant feature a tiny standard deviation instead of 0.
    constant = train.max(axis=0) == train.min(axis=0)
    mean = np.where(constant, train[0], mean)
    std = np.where(constant | (std == 0), 1.0, std)
    return Scaling("standardized", mean, std)


def _blocks(num_examples: int, size: int = 4096) -> list[slice]:
    """Slices that cover all examples, so that no float64 copy of all of them is made at once."""
    return [slice(start, start + size) for start in range(0, num_examples, size)]


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


def scaling(train: NDArray[Any], validation: NDArray[Any]) -> Scaling:
    """How to scale features, by what their values are, whatever the type in which they are stored.

    At least `MIN_PIXELS` features, all of whose values are whole and in the range of
    `PIXEL_VALUES`, are divided by the largest of the training examples. All others get mean 0 and
    standard deviation 1 over the training examples.

    Args:
        train: Finite features, shape (num_train, num_features).
        validation: Finite features, shape (num_validation, num_features).
    """
    largest = float(train.max())
    if train.shape[1] >= MIN_PIXELS and largest > 0 and _are_pixels(train, validation):
        return Scaling(f"divided by {largest:g}, the largest training value", largest=largest)
    with np.errstate(over="ignore"):
        return _standardization(train)


def _are_pixels(*parts: NDArray[Any]) -> bool:
    low, high = PIXEL_VALUES
    return all(
        float(part.min()) >= low
        and float(part.max()) <= high
        and (
            part.dtype.kind in "biu"
            or all((part[rows] == np.floor(part[rows])).all() for rows in _blocks(len(part)))
        )
        for part in parts
        if part.size
    )


@dataclass(frozen=True)
class Parts:
    """Examples on both sides of the split, not scaled.

    Attributes:
        x_train: Features, shape (num_train, num_features).
        y_train: Class numbers, shape (num_train,).
        x_validation: Features, shape (num_validation, num_features).
        y_validation: Class numbers, shape (num_validation,).
    """

    x_train: NDArray[Any]
    y_train: NDArray[np.integer]
    x_validation: NDArray[Any]
    y_validation: NDArray[np.integer]


def divided(examples: Examples) -> Parts:
    """Splits examples, unless they come with a validation set."""
    x, y = _flat(examples.x), examples.y
    if examples.x_validation is None or examples.y_validation is None:
        train, validation = split(y)
        return Parts(x[train], y[train], x[validation], y[validation])
    return Parts(x, y, _flat(examples.x_validation), examples.y_validation)


def prepare(examples: Examples) -> tuple[Dataset, str]:
    """Splits examples, unless they come with a validation set, and scales their features.

    Args:
        examples: At least one example for each side of the split.

    Returns:
        The data set, and how its features were scaled, in words that follow "features are".
    """
    parts = divided(examples)
    how = scaling(parts.x_train, parts.x_validation)
    with np.errstate(over="ignore"):
        x_train, x_validation = how.of(parts.x_train), how.of(parts.x_validation)
    return (
        as_dataset(
            x_train,
            parts.y_train,
            x_validation,
            parts.y_validation,
            examples.classes,
            examples.example_shape,
            feature_names=examples.feature_names,
            units=how.units,
        ),
        how.words,
    )


def _flat(x: NDArray[Any]) -> NDArray[Any]:
    """Examples of any shape with shape (num_examples, num_features), in row-major order."""
    return np.ascontiguousarray(x.reshape(len(x), int(np.prod(x.shape[1:]))))


def as_dataset(
    x_train: NDArray[np.floating],
    y_train: NDArray[np.integer],
    x_validation: NDArray[np.floating],
    y_validation: NDArray[np.integer],
    classes: tuple[str, ...],
    example_shape: tuple[int, ...] = (),
    **about: Any,
) -> Dataset:
    """Casts arrays to the dtypes of a `Dataset`, contiguous in row-major order.

    What else is known of the features, `about`, it takes as it is.
    """
    return Dataset(
        np.ascontiguousarray(x_train, np.float32),
        np.ascontiguousarray(y_train, np.int32),
        np.ascontiguousarray(x_validation, np.float32),
        np.ascontiguousarray(y_validation, np.int32),
        classes,
        example_shape or x_train.shape[1:],
        **about,
    )
