"""Points in a plane: drawn from the seed, separable without noise, mixed by noise."""

import numpy as np
import pytest
from sklearn import datasets as sklearn_datasets

from bnviz.data import plane
from bnviz.settings.choices import PLANE_DATASETS


def nearest_neighbour_accuracy(name: str, noise: float) -> float:
    """Share of validation points whose nearest training point is of the same class."""
    data = plane.draw(name, noise=noise, seed=0)
    distance = np.linalg.norm(data.x_validation[:, None] - data.x_train[None], axis=-1)
    return float(np.mean(data.y_train[distance.argmin(axis=1)] == data.y_validation))


def test_every_data_set_in_the_plane_has_a_shape():
    assert set(plane.SHAPES) == set(PLANE_DATASETS)


@pytest.mark.parametrize("name", PLANE_DATASETS)
@pytest.mark.parametrize("noise", [0.0, 1.0])
def test_all_points_are_used_at_the_extremes_of_noise(name, noise):
    data = plane.draw(name, noise=noise, seed=0)
    num_points = len(data.y_train) + len(data.y_validation)
    assert (data.num_features, num_points) == (2, plane.NUM_POINTS)


@pytest.mark.parametrize("name", PLANE_DATASETS)
def test_both_classes_have_equally_many_points(name):
    _, y = plane.SHAPES[name](0.2, 0)
    assert np.bincount(y).tolist() == [plane.NUM_POINTS // 2] * 2


@pytest.mark.parametrize("name", PLANE_DATASETS)
def test_neighbours_classify_points_without_noise(name):
    assert nearest_neighbour_accuracy(name, 0.0) > 0.99


@pytest.mark.parametrize("name", PLANE_DATASETS)
def test_noise_mixes_the_classes(name):
    assert nearest_neighbour_accuracy(name, 1.0) < nearest_neighbour_accuracy(name, 0.2) - 0.05


@pytest.mark.parametrize("noise", [0.0, 0.3])
@pytest.mark.parametrize("seed", [0, 7])
def test_moons_and_circles_equal_those_of_scikit_learn(noise, seed):
    options = {"noise": noise, "random_state": seed}
    for (x, y), (expected_x, expected_y) in (
        (plane.moons(noise, seed), sklearn_datasets.make_moons(plane.NUM_POINTS, **options)),
        (
            plane.circles(noise, seed),
            sklearn_datasets.make_circles(plane.NUM_POINTS, factor=0.5, **options),
        ),
    ):
        np.testing.assert_array_equal(x, expected_x)
        np.testing.assert_array_equal(y, expected_y)
