import sys

import numpy as np
import pytest
from sklearn import datasets as sklearn_datasets

from bnviz.data import builtin
from bnviz.data.dataset import Dataset
from bnviz.lab import datasets
from bnviz.settings import DATASETS, PLANE_DATASETS, Settings
from tests.support import pack_builtin

BUILT_IN = ("digits", *PLANE_DATASETS, "breast_cancer", "wine")
DOWNLOADED = {"mnist": "MNIST", "fashion_mnist": "Fashion-MNIST"}
STANDARDIZED = (*PLANE_DATASETS, "breast_cancer", "wine")


def same(one: Dataset, other: Dataset) -> bool:
    return one.digest == other.digest


def test_every_name_of_the_settings_has_a_reader():
    assert set(datasets._PLANE) | set(datasets._FIXED) | {"upload"} == set(DATASETS)


@pytest.mark.parametrize("name", BUILT_IN)
class TestBuiltIn:
    def test_arrays_have_the_types_of_a_dataset(self, name):
        loaded = datasets.load(Settings(dataset=name))
        for x, y in (
            (loaded.x_train, loaded.y_train),
            (loaded.x_validation, loaded.y_validation),
        ):
            assert (x.dtype, y.dtype) == (np.float32, np.int32)
            assert x.shape == (len(y), loaded.num_features)
            assert x.flags.c_contiguous
            assert y.flags.c_contiguous
            assert np.isfinite(x).all()

    def test_every_class_stands_in_both_parts(self, name):
        loaded = datasets.load(Settings(dataset=name))
        numbers = list(range(len(loaded.classes)))
        assert np.unique(loaded.y_train).tolist() == numbers
        assert np.unique(loaded.y_validation).tolist() == numbers

    def test_a_fifth_of_each_class_is_for_validation(self, name):
        loaded = datasets.load(Settings(dataset=name))
        held_out = np.bincount(loaded.y_validation)
        total = held_out + np.bincount(loaded.y_train)
        np.testing.assert_array_equal(held_out, np.round(total * 0.2))

    def test_the_same_settings_give_the_same_data(self, name):
        assert same(*(datasets.load(Settings(dataset=name, seed=3)) for _ in range(2)))

    def test_the_seed_changes_made_up_data_alone(self, name):
        one, other = (datasets.load(Settings(dataset=name, seed=seed)) for seed in (0, 1))
        assert same(one, other) == (name not in PLANE_DATASETS)


@pytest.mark.parametrize("name", STANDARDIZED)
def test_training_features_have_mean_0_and_deviation_1(name):
    x = datasets.load(Settings(dataset=name)).x_train.astype(np.float64)
    np.testing.assert_allclose(x.mean(axis=0), 0, atol=1e-6)
    np.testing.assert_allclose(x.std(axis=0), 1, atol=1e-6)


def test_digits_lie_between_0_and_1():
    x = datasets.load(Settings()).x_train
    assert (x.min(), x.max()) == (0, 1)


@pytest.mark.parametrize("name", PLANE_DATASETS)
@pytest.mark.parametrize("noise", [0.0, 1.0])
def test_points_in_the_plane_for_the_extremes_of_noise(name, noise):
    loaded = datasets.load(Settings(dataset=name, noise=noise))
    assert (loaded.num_features, len(loaded.y_train) + len(loaded.y_validation)) == (2, 1000)


@pytest.mark.parametrize("name", PLANE_DATASETS)
def test_points_without_noise_can_be_told_apart_by_their_neighbours(name):
    loaded = datasets.load(Settings(dataset=name, noise=0.0))
    distance = np.linalg.norm(loaded.x_validation[:, None] - loaded.x_train[None], axis=-1)
    assert np.mean(loaded.y_train[distance.argmin(axis=1)] == loaded.y_validation) > 0.99


@pytest.mark.parametrize("name", PLANE_DATASETS)
def test_more_noise_spreads_the_points_of_one_class_into_the_other(name):
    def right(noise: float) -> float:
        loaded = datasets.load(Settings(dataset=name, noise=noise))
        distance = np.linalg.norm(loaded.x_validation[:, None] - loaded.x_train[None], axis=-1)
        return float(np.mean(loaded.y_train[distance.argmin(axis=1)] == loaded.y_validation))

    assert right(1.0) < right(0.2) - 0.05


@pytest.mark.parametrize("name", DOWNLOADED)
class TestDownloaded:
    @pytest.fixture(autouse=True)
    def keras(self, monkeypatch):
        """Stands in for Keras, which would need four seconds and the network."""
        generator = np.random.default_rng(0)
        self.images = generator.integers(0, 256, (30, 28, 28), np.uint8)
        self.classes = np.arange(30, dtype=np.uint8) % 10
        self.error: Exception | None = None

        class Stub:
            @staticmethod
            def load_data():
                if self.error:
                    raise self.error
                return (self.images[:20], self.classes[:20]), (self.images[20:], self.classes[20:])

        stubs = type(sys)("keras.datasets")
        stubs.mnist = stubs.fashion_mnist = Stub
        monkeypatch.setitem(sys.modules, "keras", type(sys)("keras"))
        monkeypatch.setitem(sys.modules, "keras.datasets", stubs)

    def test_images_are_flat_and_scaled_and_the_test_set_validates(self, name):
        loaded = datasets.load(Settings(dataset=name))
        np.testing.assert_allclose(loaded.x_train * 255, self.images[:20].reshape(20, 784), 1e-6)
        np.testing.assert_array_equal(loaded.y_validation, self.classes[20:])
        assert (loaded.x_train.dtype, loaded.y_train.dtype) == (np.float32, np.int32)
        assert len(loaded.classes) == 10

    @pytest.mark.parametrize("error", [Exception("URL fetch failure"), OSError("no space")])
    def test_a_failed_download_says_what_to_do_instead(self, name, error):
        self.error = error
        with pytest.raises(datasets.DataError, match="could not be downloaded; choose") as raised:
            datasets.load(Settings(dataset=name))
        assert str(raised.value).startswith(DOWNLOADED[name] + " ")


class TestUpload:
    dataset = datasets.load(Settings(dataset="wine"))
    settings = Settings(dataset="upload", upload=dataset.digest.hex()[:32])

    def test_is_passed_on_when_its_key_fits(self):
        assert datasets.load(self.settings, self.dataset) is self.dataset

    def test_that_is_missing_is_an_error(self):
        with pytest.raises(datasets.DataError, match="choose its file again"):
            datasets.load(self.settings, None)


@pytest.mark.parametrize("name", builtin.TABLES)
def test_tables_are_those_of_scikit_learn(name):
    assert builtin.csv(name) == pack_builtin.csv(name), "python tests/support/pack_builtin.py"
    x, y = datasets._table(name)
    wanted_x, wanted_y = pack_builtin.table(name)
    np.testing.assert_array_equal(x, wanted_x)
    np.testing.assert_array_equal(y, wanted_y)


@pytest.mark.parametrize("noise", [0.0, 0.3])
@pytest.mark.parametrize("seed", [0, 7])
def test_moons_and_circles_are_those_of_scikit_learn(noise, seed):
    options = {"noise": noise, "random_state": seed}
    for (x, y), (wanted_x, wanted_y) in (
        (datasets._moons(noise, seed), sklearn_datasets.make_moons(datasets.NUM_POINTS, **options)),
        (
            datasets._circles(noise, seed),
            sklearn_datasets.make_circles(datasets.NUM_POINTS, factor=0.5, **options),
        ),
    ):
        np.testing.assert_array_equal(x, wanted_x)
        np.testing.assert_array_equal(y, wanted_y)
