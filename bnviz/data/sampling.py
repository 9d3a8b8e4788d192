"""Sampling: the examples that networks are measured on, the same at every step and seed."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bnviz.data.dataset import Dataset
from bnviz.recording.frames import NUM_SHOWN, PROBE_SIZE, VALIDATION_SIZE

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
        shown: Which of the validation examples have their answers kept, see `shown`.
    """

    probe: Examples
    validation: Examples
    precise: Examples
    shown: NDArray[np.int32]

    @classmethod
    def of(cls, data: Dataset) -> "MeasuredExamples":
        """Draws them from a data set, the same ones every time."""
        measured = validation(data)
        return cls(probe(data), measured, precise(data), shown(measured[1]))


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


def shown(classes: NDArray[np.int32]) -> NDArray[np.int32]:
    """The examples whose answers are kept one by one, so chosen that no outcome plays a part.

    They are the first of each class, then the second of each, and so on.

    Args:
        classes: Class of each example, shape (num_examples,).

    Returns:
        Their indices, at most `NUM_SHOWN`, by their place in their class and then by class.
    """
    by_class = np.argsort(classes, kind="stable")
    counts = np.bincount(classes)
    place = np.arange(len(classes)) - np.repeat(np.cumsum(counts) - counts, counts)
    first = np.lexsort((classes[by_class], place))[:NUM_SHOWN]
    return by_class[first].astype(np.int32)


def majority_share(classes: NDArray[np.int32]) -> float:
    """The share of the largest class: the accuracy of always naming it.

    Args:
        classes: Class of each example, shape (num_examples,).
    """
    return float(np.bincount(classes).max() / len(classes))
