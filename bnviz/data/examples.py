"""Examples: what a file holds, before it is split and scaled."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Examples:
    """Examples as they were read.

    Attributes:
        x: Finite features of any numeric dtype, shape (num_examples, *example_shape).
        y: Class numbers from 0, shape (num_examples,).
        classes: Class names, indexed by class number.
        x_validation: Features of a validation set of its own; None if a part of the examples is to
            be held out.
        y_validation: Its class numbers; None if there is none.
        feature_names: Names of the features; empty if they have none.
    """

    x: NDArray[Any]
    y: NDArray[np.integer]
    classes: tuple[str, ...]
    x_validation: NDArray[Any] | None = None
    y_validation: NDArray[np.integer] | None = None
    feature_names: tuple[str, ...] = ()

    @property
    def example_shape(self) -> tuple[int, ...]:
        """Shape of one example: (28, 28) for an image of MNIST, (num_features,) in a table."""
        return self.x.shape[1:]

    def class_counts(self) -> list[int]:
        """The number of examples of each class, of training and validation together."""
        parts = [self.y] if self.y_validation is None else [self.y, self.y_validation]
        counts: list[int] = np.bincount(np.concatenate(parts), minlength=len(self.classes)).tolist()
        return counts
