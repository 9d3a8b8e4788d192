"""Dataset: the examples that all networks of a run learn from."""

import hashlib
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Dataset:
    """Examples for training and validation, with all features on a common scale.

    Attributes:
        x_train: Features, float32, shape (num_train, num_features).
        y_train: Class numbers from 0, int32, shape (num_train,).
        x_validation: Features, float32, shape (num_validation, num_features).
        y_validation: Class numbers, int32, shape (num_validation,).
        classes: Class names, indexed by class number.
        example_shape: Shape of one example before it was flattened, such as (28, 28) for an image;
            empty if examples never had another shape.
        feature_names: Names of the features as in their file, which may be a stranger's; empty if
            they have none.
        units: Offset and unit of the features: `offset + unit * feature` is the value in the file.
    """

    x_train: NDArray[np.float32]
    y_train: NDArray[np.int32]
    x_validation: NDArray[np.float32]
    y_validation: NDArray[np.int32]
    classes: tuple[str, ...]
    example_shape: tuple[int, ...] = ()
    feature_names: tuple[str, ...] = ()
    units: tuple[NDArray[np.floating] | float, NDArray[np.floating] | float] = (0.0, 1.0)

    @property
    def num_features(self) -> int:
        """Number of features of each example."""
        return int(self.x_train.shape[1])

    @cached_property
    def digest(self) -> bytes:
        """SHA-256 of all features and class numbers."""
        sha = hashlib.sha256()
        for array in (self.x_train, self.y_train, self.x_validation, self.y_validation):
            sha.update(repr(array.shape).encode())
            sha.update(np.ascontiguousarray(array).tobytes())
        return sha.digest()
