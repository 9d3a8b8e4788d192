"""Sampling: the examples that networks are measured on, the same at every step and seed."""

import numpy as np
from numpy.typing import NDArray

from bnviz.data.dataset import Dataset
from bnviz.frames import PROBE_SIZE, VALIDATION_SIZE

#: Features, shape (num_examples, num_features), and classes, (num_examples,).
Examples = tuple[NDArray[np.float32], NDArray[np.int32]]


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
