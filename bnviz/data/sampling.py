"""Sampling: the examples that networks are measured on, the same at every step and seed."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bnviz.data.dataset import Dataset
from bnviz.frames import PROBE_SIZE, VALIDATION_SIZE

#: Features, shape (num_examples, num_features), and classes, (num_examples,).
Examples = tuple[NDArray[np.float32], NDArray[np.int32]]
#: Maximum number of training examples that the statistics of PreciseBN are computed from.
PRECISE_SIZE = 10_000


@dataclass(frozen=True)
class MeasuredExamples:
    """The examples that the arms of a run are measured on.

    Attributes:
        probe: Training examples for distributions and the training loss.
        validation: Validation examples for the validation loss and accuracy.
        precise: Training examples for the statistics of PreciseBN.
    """

    probe: Examples
    validation: Examples
    precise: Examples

    @classmethod
    def of(cls, data: Dataset) -> "MeasuredExamples":
        """Draws them from a data set, the same ones every time."""
        return cls(probe(data), validation(data), precise(data))


def sample(x: NDArray[np.float32], y: NDArray[np.int32], *, max_examples: int) -> Examples:
    """Draws at most `max_examples` examples, always the same ones, in their original order.

    Args:
        x: Features, shape (num_examples, num_features).
        y: Classes, shape (num_examples,).
        max_examples: Size of the sample, unless there are fewer examples.
    """
    chosen = np.sort(np.random.default_rng(0).permutation(len(x))[:max_examples])
    return x[chosen], y[chosen]


def probe(data: Dataset) -> Examples:
    """The training examples that distributions and the training loss are measured on."""
    return sample(data.x_train, data.y_train, max_examples=PROBE_SIZE)


def validation(data: Dataset) -> Examples:
    """The validation examples that the validation loss and accuracy are measured on."""
    return sample(data.x_validation, data.y_validation, max_examples=VALIDATION_SIZE)


def precise(data: Dataset) -> Examples:
    """The training examples that the statistics of PreciseBN are computed from."""
    return sample(data.x_train, data.y_train, max_examples=PRECISE_SIZE)


def majority_share(classes: NDArray[np.int32]) -> float:
    """The share of the largest class: the accuracy of always naming it.

    Args:
        classes: Class of each example, shape (num_examples,).
    """
    return float(np.bincount(classes).max() / len(classes))
