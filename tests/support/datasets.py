"""Data sets: what every training run relies on."""

import numpy as np

from bnviz.data.bounds import CLASSES, MIN_EXAMPLES_EACH
from bnviz.data.dataset import Dataset


def assert_trainable(dataset: Dataset) -> None:
    """Checks everything that a training run relies on."""
    count = len(dataset.classes)
    assert CLASSES[0] <= count <= CLASSES[1]
    for x, y in (
        (dataset.x_train, dataset.y_train),
        (dataset.x_validation, dataset.y_validation),
    ):
        assert (x.dtype, y.dtype) == (np.float32, np.int32)
        assert x.shape == (len(y), dataset.num_features)
        assert len(y) >= MIN_EXAMPLES_EACH
        assert x.flags.c_contiguous
        assert np.isfinite(x).all()
        assert 0 <= y.min() <= y.max() < count
