"""Samples: always the same examples, in their order, at most as many as asked for."""

from dataclasses import replace

import numpy as np
import pytest

from bnviz.data import builtin, sampling
from bnviz.recording.frames import PROBE_SIZE

X = np.arange(30, dtype=np.float32).reshape(10, 3)
Y = np.arange(10, dtype=np.int32)


@pytest.mark.parametrize("max_examples", [1, 9, 10, 50])
def test_a_sample_has_at_most_so_many_examples_in_their_order(max_examples):
    x, y = sampling.sample(X, Y, max_examples=max_examples)
    assert len(y) == min(max_examples, 10)
    assert (np.diff(y) > 0).all()
    np.testing.assert_array_equal(x, X[y])


def test_a_sample_is_always_the_same():
    first, again = (sampling.sample(X, Y, max_examples=4)[1].tolist() for _ in range(2))
    assert first == again


def test_the_probe_is_drawn_from_the_training_examples():
    data = builtin.load("digits")
    x, y = sampling.probe(data)
    assert len(y) == PROBE_SIZE
    known = {row.tobytes() for row in data.x_train}
    assert all(row.tobytes() in known for row in x)


@pytest.mark.parametrize(
    ("classes", "expected"),
    [
        ([2, 0, 1, 1, 0], [1, 2, 0, 4, 3]),
        ([1, 1], [0, 1]),
        ([5, 3, 5, 3], [1, 0, 3, 2]),
        (list(range(19, -1, -1)), list(range(19, 9, -1))),
        ([0] * 30, list(range(10))),
    ],
)
def test_the_shown_examples_are_the_first_of_each_class_then_the_second(classes, expected):
    assert sampling.shown(np.array(classes, np.int32)).tolist() == expected


def test_the_shown_examples_follow_from_the_classes_alone():
    data = builtin.load("digits")
    found = sampling.MeasuredExamples.of(data)
    labels = found.validation[1][found.shown]
    assert labels.tolist() == list(range(10))
    for index, label in zip(found.shown, labels, strict=True):
        assert label not in found.validation[1][:index]
    other = replace(data, x_train=data.x_train[::-1], x_validation=-data.x_validation)
    np.testing.assert_array_equal(sampling.MeasuredExamples.of(other).shown, found.shown)
