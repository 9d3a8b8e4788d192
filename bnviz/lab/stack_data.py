"""Examples: what a block of runs learns from and is measured on, as tensors."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from bnviz.data.dataset import Dataset
from bnviz.lab.datasets import load, observed
from bnviz.settings import PLANE_DATASETS, UPLOAD, Settings

#: Features, shape (sets, num_examples, num_features), and classes, of the same without the last.
Observed = tuple[tf.Tensor, tf.Tensor]


@dataclass(frozen=True, eq=False)
class StackedExamples:
    """The examples of several networks: of one data set for all of them, or of one for each.

    Attributes:
        x: Training features, one data set after the other, shape (num_examples, num_features).
        y: Their classes.
        offsets: Where among them each data set starts, shape (sets, 1).
        probe: The training examples on which the loss is measured.
        validation: Likewise of the validation examples.
        num_train: Training examples of one data set.
        num_features: Features of an example.
        num_classes: Classes to tell apart.
    """

    x: tf.Tensor
    y: tf.Tensor
    offsets: NDArray[np.int32]
    probe: Observed
    validation: Observed
    num_train: int
    num_features: int
    num_classes: int

    @classmethod
    def of(cls, sets: Sequence[Dataset]) -> "StackedExamples":
        """From data sets of the same sizes."""
        first = sets[0]
        num_train = len(first.x_train)
        probes, validations = zip(*map(observed, sets), strict=True)
        x, y = first.x_train, first.y_train
        if len(sets) > 1:
            x = np.concatenate([data.x_train for data in sets])
            y = np.concatenate([data.y_train for data in sets])
        return cls(
            tf.constant(x),
            tf.constant(y),
            np.arange(len(sets), dtype=np.int32)[:, None] * num_train,
            _stacked(probes),
            _stacked(validations),
            num_train,
            first.num_features,
            len(first.classes),
        )


def stacked_examples(runs: Sequence[Settings], upload: Dataset | None) -> StackedExamples:
    """The examples of runs whose settings name the same data set.

    Args:
        runs: Settings of each network. Data sets in the plane follow from noise and seed, so there
            each network gets one of its own; all others are shared.
        upload: The examples, where they are an upload.

    Raises:
        DataError: If they cannot be had.
    """
    settings = runs[0]
    if settings.dataset == UPLOAD:
        return StackedExamples.of([load(settings, upload)])
    if settings.dataset not in PLANE_DATASETS:
        return _shared(settings.dataset)
    keys = [(run.noise, run.seed) for run in runs]
    sets = {key: load(run) for key, run in dict(zip(keys, runs, strict=True)).items()}
    return StackedExamples.of([sets[key] for key in keys])


@lru_cache(maxsize=1)
def _shared(name: str) -> StackedExamples:
    """Kept, because a sweep asks for the same ones with every block."""
    return StackedExamples.of([load(Settings(dataset=name))])


def _stacked(parts: Sequence[tuple[NDArray, NDArray]]) -> Observed:
    x, y = zip(*parts, strict=True)
    return tf.constant(np.stack(x)), tf.constant(np.stack(y))
