"""Data sets by name: complete, reproducible, on a common scale."""

import io
import pickle
import socket
import subprocess
import sys
import tarfile
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import numpy as np
import pytest
from keras.datasets import cifar10

from bnviz.data import builtin
from bnviz.data.dataset import Dataset
from bnviz.engine.data_shapes import DataShape
from bnviz.export.script_data import data_code
from bnviz.lab import datasets
from bnviz.settings import Settings
from bnviz.settings.choices import DATASETS, PLANE_DATASETS, UPLOAD

BUILT_IN = (*PLANE_DATASETS, *builtin.TABLES)
DOWNLOADED = {"mnist": "MNIST", "fashion_mnist": "Fashion-MNIST"}
STANDARDIZED = (*PLANE_DATASETS, "breast_cancer", "wine")


def same(one: Dataset, other: Dataset) -> bool:
    return one.digest == other.digest


def test_every_data_set_of_the_settings_can_be_loaded():
    known = {*PLANE_DATASETS, *builtin.TABLES, *datasets.DOWNLOADS, UPLOAD}
    assert known == set(DATASETS)


@pytest.mark.parametrize("name", BUILT_IN)
class TestBuiltIn:
    def test_arrays_have_the_dtypes_of_a_dataset(self, name):
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

    def test_both_parts_have_every_class(self, name):
        loaded = datasets.load(Settings(dataset=name))
        numbers = list(range(len(loaded.classes)))
        assert np.unique(loaded.y_train).tolist() == numbers
        assert np.unique(loaded.y_validation).tolist() == numbers

    def test_a_fifth_of_each_class_is_held_out(self, name):
        loaded = datasets.load(Settings(dataset=name))
        held_out = np.bincount(loaded.y_validation)
        total = held_out + np.bincount(loaded.y_train)
        np.testing.assert_array_equal(held_out, np.round(total * 0.2))

    def test_the_same_settings_give_the_same_data(self, name):
        assert same(*(datasets.load(Settings(dataset=name, seed=3)) for _ in range(2)))

    def test_the_seed_changes_only_points_in_a_plane(self, name):
        one, other = (datasets.load(Settings(dataset=name, seed=seed)) for seed in (0, 1))
        assert same(one, other) == (name not in PLANE_DATASETS)


@pytest.mark.parametrize("name", STANDARDIZED)
def test_training_features_have_mean_0_and_standard_deviation_1(name):
    x = datasets.load(Settings(dataset=name)).x_train.astype(np.float64)
    np.testing.assert_allclose(x.mean(axis=0), 0, atol=1e-6)
    np.testing.assert_allclose(x.std(axis=0), 1, atol=1e-6)


@pytest.mark.parametrize("name", DOWNLOADED)
class TestDownloaded:
    @pytest.fixture(autouse=True)
    def keras(self, monkeypatch):
        """A stub in place of Keras, which would take four seconds and a download."""
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

    def test_images_are_flattened_and_scaled_and_the_test_set_validates(self, name):
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


@pytest.fixture(scope="module")
def cifar10_archive(tmp_path_factory):
    """An archive laid out as that of CIFAR-10, but of random squares; its pixels and classes.

    Keras takes 10,000 images from each of its files, so each holds the same 100 many times.
    """
    folder = tmp_path_factory.mktemp("cifar10")
    generator = np.random.default_rng(0)
    names = [*(f"data_batch_{number}" for number in range(1, 6)), "test_batch"]
    parts = {}
    path = folder / "archive.tar"
    with tarfile.open(path, "w") as archive:
        for name in names:
            images = generator.integers(0, 256, (100, 3, 32, 32), np.uint8)
            classes = generator.permutation(np.arange(100) % 10)
            content = {
                b"data": np.tile(images.reshape(100, -1), (100, 1)),
                b"labels": np.tile(classes, 100).tolist(),
            }
            packed = pickle.dumps(content)
            entry = tarfile.TarInfo(f"cifar-10-batches-py/{name}")
            entry.size = len(packed)
            archive.addfile(entry, io.BytesIO(packed))
            parts[name] = images.transpose(0, 2, 3, 1), classes
    return path, parts


class TestCifar10:
    @pytest.fixture(autouse=True)
    def local(self, cifar10_archive, monkeypatch, tmp_path):
        """Keras itself, which gets the archive from a file instead of from its address."""
        from keras.src.datasets import cifar10
        from keras.utils import get_file

        path, self.parts = cifar10_archive

        def from_file(fname, **_):
            return get_file(fname, path.as_uri(), extract=True, cache_dir=tmp_path)

        monkeypatch.setattr(cifar10, "get_file", from_file)
        datasets.cifar10_bytes.cache_clear()
        monkeypatch.setattr(datasets, "_at_hand", set())
        yield
        datasets.cifar10_bytes.cache_clear()

    def test_the_first_images_of_both_parts_are_taken_and_scaled(self):
        loaded = datasets.load(Settings(dataset="cifar10"))
        for x, y, count, name in (
            (loaded.x_train, loaded.y_train, 4_000, "data_batch_1"),
            (loaded.x_validation, loaded.y_validation, 1_000, "test_batch"),
        ):
            images, classes = self.parts[name]
            repeats = count // len(images)
            flat = np.tile(images.reshape(len(images), -1), (repeats, 1))
            np.testing.assert_allclose(x * 255, flat, rtol=1e-6)
            np.testing.assert_array_equal(y, np.tile(classes, repeats))
        assert loaded.example_shape == (32, 32, 3)
        assert DataShape.of(Settings(dataset="cifar10")) == DataShape(3_072, 10, 4_000, 1_000)
        assert loaded.classes[6] == "frog"

    def test_the_script_takes_the_same(self):
        import keras

        settings = Settings(dataset="cifar10")
        place = {"keras": keras}
        exec(data_code(settings).define, place)
        loaded = datasets.load(settings)
        wanted = (loaded.x_train, loaded.y_train, loaded.x_validation, loaded.y_validation)
        for theirs, ours in zip(place["examples"](), wanted, strict=True):
            np.testing.assert_array_equal(theirs, ours)

    def test_bytes_alone_are_kept_for_the_next_run(self, monkeypatch):
        first = datasets.load(Settings(dataset="cifar10"))
        monkeypatch.delattr("keras.src.datasets.cifar10.get_file")
        assert same(datasets.load(Settings(dataset="cifar10")), first)
        assert {x.dtype for part in datasets.cifar10_bytes() for x in part} == {np.dtype(np.uint8)}

    def test_what_is_downloaded_is_loaded_without_a_further_download(self, monkeypatch):
        datasets.download("cifar10")
        monkeypatch.delattr("keras.src.datasets.cifar10.get_file")
        datasets.download("cifar10")
        assert len(datasets.load(Settings(dataset="cifar10")).y_validation) == 1_000

    def test_memory_that_runs_out_is_no_failed_download(self, monkeypatch):
        def load_data():
            raise MemoryError

        monkeypatch.setattr("keras.datasets.cifar10.load_data", load_data)
        with pytest.raises(MemoryError):
            datasets.load(Settings(dataset="cifar10"))

    def test_another_process_that_downloads_is_waited_for(self, monkeypatch):
        code = (
            "import sys, types\n"
            "sys.modules['keras'] = types.ModuleType('keras')  # which takes seconds to import\n"
            "from bnviz.lab import datasets\n"
            "with datasets._downloading('CIFAR-10'):\n"
            "    print('has it', flush=True)\n"
            "    input()\n"
        )
        reached = threading.Event()
        load_data, mnist = cifar10.load_data, (np.zeros((9, 4, 4), np.uint8), np.arange(9))

        def alone():
            reached.set()
            return load_data()

        monkeypatch.setattr(cifar10, "load_data", alone)
        monkeypatch.setattr("keras.datasets.mnist.load_data", lambda: (mnist, mnist))
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        with subprocess.Popen([sys.executable, "-c", code], **pipes) as other:
            assert other.stdout.readline().strip() == "has it"
            with ThreadPoolExecutor(1) as threads:
                ours = threads.submit(datasets.download, "cifar10")
                # Another data set is not waited for.
                assert len(datasets.load(Settings(dataset="mnist")).x_train) == 9
                assert not reached.wait(0.5)
                other.communicate("\n")
                ours.result(60)
        assert reached.is_set()

    def test_the_last_of_several_downloads_puts_the_time_for_connections_back(self):
        with ExitStack() as outer:
            outer.enter_context(datasets._downloading("one"))
            with datasets._downloading("other"):
                outer.close()
                assert socket.getdefaulttimeout() == datasets.DOWNLOAD_TIMEOUT
        assert socket.getdefaulttimeout() is None

    def test_a_failed_download_says_what_to_do_instead(self, monkeypatch):
        monkeypatch.delattr("keras.src.datasets.cifar10.get_file")
        with pytest.raises(datasets.DataError, match="CIFAR-10 could not be downloaded; choose"):
            datasets.load(Settings(dataset="cifar10"))


class TestUpload:
    dataset = datasets.load(Settings(dataset="wine"))
    settings = Settings(dataset="upload", upload=dataset.digest.hex()[:32])

    def test_is_returned_as_it_is(self):
        assert datasets.load(self.settings, self.dataset) is self.dataset

    def test_that_is_missing_raises(self):
        with pytest.raises(datasets.DataError, match="choose its file again"):
            datasets.load(self.settings, None)
