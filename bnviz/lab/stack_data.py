"""Stack data: the examples that a stack of networks trains on and is measured on, as tensors."""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from bnviz.data import sampling
from bnviz.data.dataset import Dataset
from bnviz.data.image_shape import ImageShape
from bnviz.data.sampling import Examples
from bnviz.lab.datasets import load
from bnviz.settings import Settings
from bnviz.settings.choices import PLANE_DATASETS, UPLOAD

#: Features, shape (data_sets, num_examples, num_features), and classes, (data_sets, num_examples).
StackedTensors = tuple[tf.Tensor, tf.Tensor]


@dataclass(frozen=True, eq=False)
class StackedExamples:
    """The examples of several networks: one data set for all of them, or one for each.

    Attributes:
        x: Training features of one data set after another, shape (num_examples, num_features).
        y: Training classes, shape (num_examples,).
        offsets: Index of the first example of each data set, shape (data_sets, 1).
        probe: The training examples that the training loss is measured on.
        validation: The validation examples that networks are measured on.
        precise: Features of the training examples that exact statistics are computed from, shape
            (data_sets, num_precise, num_features).
        majority_share: Share of their largest class, shape (data_sets,).
        num_train: Number of training examples of one data set.
        num_features: Number of features of an example.
        num_classes: Number of classes.
        image: What the networks convolve; None if their layers are Dense.
    """

    x: tf.Tensor
    y: tf.Tensor
    offsets: NDArray[np.int32]
    probe: StackedTensors
    validation: StackedTensors
    precise: tf.Tensor
    majority_share: NDArray[np.float32]
    num_train: int
    num_features: int
    num_classes: int
    image: ImageShape | None = None

    @property
    def shapes(self) -> tuple[Hashable, ...]:
        """Shapes of all examples, and the number of classes, for which a stack is compiled."""
        tensors = (self.x, *self.probe, *self.validation, self.precise)
        return (*(tuple(tensor.shape) for tensor in tensors), self.num_classes, self.image)

    @classmethod
    def of(cls, settings: Settings, data_sets: Sequence[Dataset]) -> "StackedExamples":
        """Stacks data sets of equal sizes.

        Args:
            settings: Settings of one of the networks; what decides its architecture is read.
            data_sets: One for all networks, or one for each.
        """
        first = data_sets[0]
        num_train = len(first.x_train)
        validation = [sampling.validation(data) for data in data_sets]
        x, y = first.x_train, first.y_train
        if len(data_sets) > 1:
            x = np.concatenate([data.x_train for data in data_sets])
            y = np.concatenate([data.y_train for data in data_sets])
        return cls(
            tf.constant(x),
            tf.constant(y),
            np.arange(len(data_sets), dtype=np.int32)[:, None] * num_train,
            _stacked(map(sampling.probe, data_sets)),
            _stacked(validation),
            _stacked(map(sampling.precise, data_sets))[0],
            np.array([sampling.majority_share(y) for _, y in validation], np.float32),
            num_train,
            first.num_features,
            len(first.classes),
            ImageShape.of(settings, first),
        )


def stacked_examples(runs: Sequence[Settings], upload: Dataset | None) -> StackedExamples:
    """Loads the examples of runs whose settings name the same data set.

    Args:
        runs: Settings of each network. Points in a plane depend on noise and seed, so each network
            gets its own; all other data sets are shared.
        upload: The examples, if the data set is an upload.

    Raises:
        DataError: If the data set is not available.
    """
    settings = runs[0]
    if settings.dataset == UPLOAD:
        return StackedExamples.of(settings, [load(settings, upload)])
    if settings.dataset not in PLANE_DATASETS:
        return _shared(settings.dataset, settings.architecture)
    keys = [(run.noise, run.seed) for run in runs]
    data_sets = {key: load(run) for key, run in dict(zip(keys, runs, strict=True)).items()}
    return StackedExamples.of(settings, [data_sets[key] for key in keys])


@lru_cache(maxsize=1)
def _shared(name: str, architecture: str) -> StackedExamples:
    """Cached, because every block of a sweep asks for the same data set."""
    settings = Settings(dataset=name, architecture=architecture)
    return StackedExamples.of(settings, [load(settings)])


def _stacked(parts: Iterable[Examples]) -> StackedTensors:
    x, y = zip(*parts, strict=True)
    return tf.constant(np.stack(x)), tf.constant(np.stack(y))
