"""NPZ files: arrays of any numeric dtype are read; hostile ones cost neither memory nor time."""

import io
import os
import pickle
import struct
import tracemalloc
import zipfile
from pathlib import Path

import numpy as np
import pytest

from bnviz.data import array_examples, uploads
from bnviz.data.bounds import UploadError
from bnviz.data.reading import Reading
from bnviz.recording.archive import Archive, ArchiveError
from tests.data.upload_files import Bomb, images, npy_file, npz, refused
from tests.support.archives import npy, zipped
from tests.support.datasets import assert_trainable

#: Path of the file that Keras downloads, if it exists.
REAL_MNIST = Path(os.environ.get("MNIST_NPZ", "mnist.npz"))


def _reading(data: bytes) -> Reading:
    return uploads.read("a.npz", data).reading


class TestNpz:
    def test_pixels_are_divided_by_the_largest_of_the_training_examples(self):
        x, y = images()["x_train"], np.arange(20) % 3
        upload = uploads.read("a.npz", npz(x_train=x // 2, y_train=y, x_test=x, y_test=y))
        largest = (x // 2).max()
        np.testing.assert_array_equal(
            upload.dataset.x_train, (x // 2).reshape(20, 16) / np.float32(largest)
        )
        np.testing.assert_array_equal(
            upload.dataset.x_validation, x.reshape(20, 16) / np.float32(largest)
        )
        assert upload.reading.scaled == f"divided by {largest}, the largest training value"

    def test_images_keep_their_shape(self):
        assert uploads.read("a.npz", npz(**images())).dataset.example_shape == (4, 4)

    @pytest.mark.parametrize("high", [1, 255, 256])
    @pytest.mark.parametrize("features", [15, 16])
    def test_the_type_in_which_values_are_stored_never_decides_how_they_are_scaled(
        self, high, features
    ):
        x = np.random.default_rng(0).integers(0, high + 1, (30, features))
        x[0, 0], y = high, np.arange(30) % 2
        types = ["<i8", ">f4", "<f8", "<u2", *(["?"] if high == 1 else []), *["u1"] * (high < 256)]
        found = [uploads.read("a.npz", npz(x=x.astype(each), y=y)) for each in types]
        text = "".join(",".join(map(str, [*row, k])) + "\n" for row, k in zip(x, y, strict=True))
        found.append(uploads.read("a.csv", text.encode()))
        assert len({upload.dataset.digest for upload in found}) == 1
        pixels = features == 16 and high < 256
        assert (found[0].reading.scaled == "standardized") == (not pixels)

    def test_a_test_set_validates(self):
        arrays = images()
        dataset = uploads.read(
            "a.npz", npz(**arrays, x_test=arrays["x_train"][:6], y_test=arrays["y_train"][:6])
        ).dataset
        assert_trainable(dataset)
        np.testing.assert_array_equal(dataset.x_validation, dataset.x_train[:6])

    def test_without_a_test_set_a_fifth_of_each_class_validates(self):
        dataset = uploads.read("a.npz", npz(**images(30))).dataset
        assert_trainable(dataset)
        assert np.bincount(dataset.y_validation).tolist() == [2, 2, 2]

    @pytest.mark.parametrize("dtype", ["?", "i1", "<i8", ">i4", "<f2", "<f4", ">f8"])
    @pytest.mark.parametrize("order", ["C", "F"])
    def test_numbers_of_other_types_are_standardized(self, dtype, order):
        x = np.random.default_rng(0).integers(0, 2, (30, 4)).astype(dtype, order=order)
        arrays = {"x_train": x, "y_train": np.arange(30) % 2}
        dataset = uploads.read(
            "a.npz", npz(**arrays, x_test=x[:6], y_test=np.arange(6) % 2)
        ).dataset
        assert_trainable(dataset)
        expected = (x.astype(float) - x.astype(float).mean(0)) / x.astype(float).std(0)
        np.testing.assert_allclose(dataset.x_train, expected, atol=1e-6)

    @pytest.mark.parametrize("shape", [(20,), (20, 1)])
    def test_any_whole_numbers_are_classes(self, shape):
        labels = np.array([70, -3, 900, -3] * 5).reshape(shape)
        dataset = uploads.read("a.npz", npz(x_train=images()["x_train"], y_train=labels)).dataset
        assert_trainable(dataset)
        assert dataset.classes == ("-3", "70", "900")

    @pytest.mark.parametrize(
        ("labels", "classes"),
        [
            (np.arange(30) % 2 == 0, ("0", "1")),
            (np.arange(30) % 3 + 0.0, ("0", "1", "2")),
            (np.eye(3)[np.arange(30) % 3], ("0", "1", "2")),
            (np.eye(3, dtype=bool)[np.arange(30) % 3], ("0", "1", "2")),
            (np.array(["b", "10", "2"])[np.arange(30) % 3], ("10", "2", "b")),
            (np.array([b"b", b"a"])[np.arange(30) % 2], ("a", "b")),
            (np.array([2**53, 2**53 + 1])[np.arange(30) % 2], (str(2**53), str(2**53 + 1))),
        ],
    )
    def test_classes_of_all_kinds_are_read(self, labels, classes):
        upload = uploads.read("a.npz", npz(x=images(30)["x_train"], y=labels))
        assert upload.dataset.classes == classes
        assert sum(count for _, count in upload.reading.classes) == 30

    @pytest.mark.parametrize(
        ("x", "y"),
        [
            ("X_train", "y_train"),
            ("X", "y"),
            ("x", "y"),
            ("data", "target"),
            ("images", "labels"),
            ("images", "target"),
        ],
    )
    def test_usual_names_of_arrays_are_known(self, x, y):
        named = {x: images()["x_train"], y: images()["y_train"]}
        known = uploads.read("a.npz", npz(**images()))
        assert uploads.read("a.npz", npz(**named)).dataset.digest == known.dataset.digest

    def test_names_of_classes_are_taken(self):
        upload = uploads.read("a.npz", npz(**images(), target_names=["one", "two", "three", "x"]))
        assert upload.dataset.classes == ("one", "two", "three")

    def test_parts_of_different_types_are_read(self):
        x, y = images()["x_train"], np.arange(20) % 3
        mixed = npz(x_train=x.astype("<f4"), y_train=y, x_test=x.astype("<f8"), y_test=y)
        alike = npz(x_train=x, y_train=y, x_test=x, y_test=y)
        digests = {uploads.read("a.npz", each).dataset.digest for each in (mixed, alike)}
        assert len(digests) == 1

    @pytest.mark.parametrize("size", [(0, 4, 4), (0,), (0, 9)])
    def test_an_empty_test_set_is_none(self, size):
        data = npz(**images(), x_test=np.zeros(size), y_test=np.zeros(0, int))
        upload = uploads.read("a.npz", data)
        known = uploads.read("a.npz", npz(**images()))
        assert upload.dataset.digest == known.dataset.digest
        assert "is empty, so examples are held out" in upload.reading.sentence()

    def test_examples_with_a_missing_value_are_left_out_and_counted(self):
        x = np.random.default_rng(0).normal(size=(30, 3))
        x[4, 1] = np.nan
        y = np.arange(30) % 2 + 0.0
        y[7] = np.nan
        upload = uploads.read("a.npz", npz(x=x, y=y))
        kept = ~np.isin(np.arange(30), (4, 7))
        whole = uploads.read("a.npz", npz(x=x[kept], y=y[kept]))
        assert upload.reading.num_missing == 2
        assert upload.dataset.digest == whole.dataset.digest

    def test_a_class_of_the_test_set_alone_counts(self):
        arrays = images()
        dataset = uploads.read(
            "a.npz", npz(**arrays, x_test=arrays["x_train"][:4], y_test=np.full(4, 9))
        ).dataset
        assert dataset.classes == ("0", "1", "2", "9")
        assert dataset.y_validation.tolist() == [3] * 4

    def test_the_same_file_gives_the_same_digest(self):
        data = npz(**images())
        assert (
            uploads.read("a.npz", data).dataset.digest == uploads.read("b.NPZ", data).dataset.digest
        )

    @pytest.mark.skipif(not REAL_MNIST.exists(), reason="needs mnist.npz, or its path in MNIST_NPZ")
    def test_the_real_mnist_file(self):
        dataset = uploads.read("mnist.npz", REAL_MNIST.read_bytes()).dataset
        assert_trainable(dataset)
        assert (dataset.x_train.shape, len(dataset.y_validation)) == ((8000, 784), 2000)

    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            ({"x_train": None}, "no array x_train; it needs x_train and y_train"),
            ({"y_train": None}, "no array y_train; .* its arrays: x_train"),
            ({"x_test": np.zeros((2, 4, 4))}, "x_test alone"),
            ({"y_test": np.zeros(2)}, "y_test alone"),
            ({"y_train": np.zeros(20, int)}, "of one class, '0'"),
            ({"y_train": np.arange(20) / 2}, "not whole: they are quantities to predict"),
            ({"y_train": np.full(20, np.inf)}, "not whole"),
            ({"y_train": np.full(20, np.nan)}, "without a missing value is 0"),
            ({"y_train": np.ones((20, 3))}, "must hold a single 1"),
            ({"y_train": np.array([["a", "b"]] * 20)}, "columns of 0 and 1"),
            ({"y_train": np.zeros((20, 101))}, "columns of 0 and 1"),
            ({"y_train": np.zeros((20, 0))}, "columns of 0 and 1"),
            ({"y_train": np.arange(19)}, r"y_train has shape \(19,\)"),
            ({"y_train": np.array(1)}, "y_train has shape"),
            ({"x_train": np.array(1.0), "y_train": np.zeros(0, int)}, "single value"),
            ({"x_train": np.array(list("ab") * 10)}, "features must be numbers"),
            ({"x_train": np.zeros((20, 2), complex)}, "neither numbers nor text"),
            ({"x_train": np.zeros((20, 2), "M8[s]")}, "unknown kind of header"),
            ({"x_train": np.zeros(20, [("a", int)])}, "unknown kind of header"),
            ({"x_train": np.full((20, 2), np.nan)}, "without a missing value is 0"),
            ({"x_train": np.full((20, 2), -np.inf)}, "not a finite number"),
            ({"x_train": np.full((20, 2), 1e31)}, "not a finite number"),
            ({"x_train": np.zeros((20, 33, 32, 3))}, "features in x_train is 3168"),
            ({"x_train": np.zeros((20, 0))}, "features in x_train is 0"),
            ({"x_train": np.zeros((0, 4)), "y_train": np.zeros(0, int)}, "examples is 0"),
            (
                {"x_train": np.zeros((70_001, 1), bool), "y_train": np.zeros(70_001, bool) + 0},
                "examples is 70001",
            ),
            (
                {"x_train": np.zeros((101, 1)), "y_train": np.arange(101)},
                "101 classes; at most 100",
            ),
            ({"x_test": np.zeros((4, 12)), "y_test": np.arange(4)}, "differ in the shape"),
            ({"x_test": images()["x_train"][:1], "y_test": np.arange(1)}, "1 validation examples"),
        ],
    )
    def test_arrays_that_cannot_be_trained_on_are_refused(self, changes, words):
        arrays = {name: value for name, value in (images() | changes).items() if value is not None}
        refused("a.npz", npz(**arrays), words)

    def test_arrays_that_unpack_to_too_much_are_refused(self, monkeypatch):
        monkeypatch.setattr(array_examples, "MAX_DECODED_BYTES", 20 * 16 + 20 * 8 - 1)
        refused("a.npz", npz(**images()), "unpacks to more than")

    @pytest.mark.parametrize("top", [255, 256])
    def test_a_report_says_the_same_in_less_memory(self, top):
        x = np.zeros((20_000, 200), np.uint16)
        x[0, 0] = top
        data, peaks, said = npz(x=x, y=np.arange(20_000) % 2), [], []
        for says in (lambda: uploads.report("a.npz", data), lambda: _reading(data)):
            tracemalloc.start()
            said.append(says())
            peaks.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
        assert said[0] == said[1]
        assert said[0].scaled == (
            "standardized" if top > 255 else "divided by 255, the largest training value"
        )
        assert peaks[0] < 0.95 * peaks[1]

    @pytest.mark.parametrize("dtype", [np.uint8, np.float64])
    def test_arrays_beyond_a_hosts_memory_are_refused_from_their_headers_alone(self, dtype):
        x, y = np.zeros((5_000, 784), dtype), np.arange(5_000) % 2
        data = npz(x=x, y=y)
        needed = max(4 * x.size, x.nbytes + y.nbytes)
        assert uploads.read("a.npz", data, max_bytes=needed).reading.num_features == 784
        tracemalloc.start()
        with pytest.raises(UploadError, match=r"MB.*fewer examples"):
            uploads.read("a.npz", data, max_bytes=needed - 1)
        assert tracemalloc.get_traced_memory()[1] < x.nbytes / 5
        tracemalloc.stop()

    def test_validation_far_outside_training_is_refused(self):
        x = np.array([[0.0], [1e-30]] * 4)
        arrays = {"x_train": x, "y_train": np.arange(8) % 2}
        data = npz(**arrays, x_test=x * 0 + 1e20, y_test=np.arange(8) % 2)
        refused("a.npz", data, "cannot be standardized")


SHAPES = ["(1000000000, 784)", "(999999999999, 999999999999)", "(-1, 12)", "(1" + "0" * 30 + ",)"]


class TestHostileNpz:
    def member(self, x_train: bytes) -> bytes:
        return zipped({"x_train.npy": x_train, "y_train.npy": npy(np.arange(20) % 3)})

    @pytest.mark.parametrize("shape", SHAPES)
    @pytest.mark.parametrize("fortran", [True, False])
    def test_claimed_shapes_reserve_no_memory(self, shape, fortran):
        header = f"{{'descr': '|u1', 'fortran_order': {fortran}, 'shape': {shape}, }}"
        refused("a.npz", self.member(npy_file(header, bytes(240))), "x_train")

    def test_a_shape_beyond_the_values_is_refused(self):
        header = "{'descr': '|u1', 'fortran_order': False, 'shape': (20, 13), }"
        refused("a.npz", self.member(npy_file(header, bytes(240))), "does not have the size")

    @pytest.mark.parametrize(
        "header",
        [
            "{'descr': '|u1', 'fortran_order': False, 'shape': __import__('os').abort(), }",
            "{'descr': '|u1', 'fortran_order': False, 'shape': " + "(" * 40 + ")" * 40 + ", }",
            "{'descr': '<f16', 'fortran_order': False, 'shape': (0, 1), }",
            "{'descr': '<U0', 'fortran_order': False, 'shape': (20, 1), }",
            "{'descr': '<Q9', 'fortran_order': False, 'shape': (20, 1), }",
            "[" * 110,
            "",
        ],
    )
    def test_other_headers_are_not_evaluated(self, header):
        refused("a.npz", self.member(npy_file(header)), "x_train")

    @pytest.mark.parametrize("wrap", ["object", "raw"])
    def test_pickles_are_not_loaded(self, wrap):
        raw = pickle.dumps(Bomb())
        header = "{'descr': '|O', 'fortran_order': False, 'shape': (20, 1), }"
        refused("a.npz", self.member(npy_file(header, raw) if wrap == "object" else raw), "x_train")
        assert not Bomb.exploded

    def test_a_bomb_that_claims_its_size_is_not_unpacked(self):
        header = "{'descr': '<f8', 'fortran_order': False, 'shape': (20, 200000), }"
        refused("a.npz", self.member(npy_file(header, bytes(32_000_000))), "features in x_train")

    def test_a_bomb_that_claims_less_is_not_unpacked(self):
        header = "{'descr': '|u1', 'fortran_order': False, 'shape': (20, 12), }"
        data = bytearray(self.member(npy_file(header, bytes(50_000_000))))
        claimed = struct.pack("<I", 128 + 240)
        for signature, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
            start = data.index(signature) + offset
            data[start : start + 4] = claimed
        tracemalloc.start()
        try:
            refused("a.npz", bytes(data), "damaged or cut off")
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert peak < 5_000_000

    def test_an_encrypted_member_is_refused(self):
        data = bytearray(self.member(npy(images()["x_train"])))
        for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
            data[data.index(signature) + offset] |= 1
        refused("a.npz", bytes(data), "x_train is encrypted")

    def test_two_members_of_one_name_are_refused(self):
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr("x_train.npy", b"")
            with pytest.warns(UserWarning, match="Duplicate"):
                archive.writestr("x_train.npy", npy(images()["x_train"]))
        refused("a.npz", file.getvalue(), "two members with the same name")

    @pytest.mark.parametrize("compression", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
    def test_other_compressions_are_refused(self, compression):
        members = {f"{name}.npy": npy(array) for name, array in images().items()}
        refused("a.npz", zipped(members, compression), "compressed in a way")

    def test_thousands_of_members_are_refused(self):
        refused("a.npz", zipped({f"{i}.npy": b"" for i in range(5_000)}), "more members than")

    def test_a_nested_zip_is_not_an_array(self):
        refused("a.npz", self.member(npz(**images())), "x_train is not a NumPy array")

    @pytest.mark.parametrize("keep", [4, 30, 200, -200, -30, -1])
    def test_a_file_cut_off_is_refused(self, keep):
        refused("a.npz", npz(**images())[:keep], r"NPZ|damaged")

    def test_a_changed_byte_is_noticed_by_its_checksum(self):
        data = bytearray(zipped({"x_train.npy": npy(images()["x_train"])}, zipfile.ZIP_STORED))
        data[200] ^= 1
        with pytest.raises(ArchiveError, match="damaged"):
            Archive(bytes(data)).array("x_train")


def test_images_of_which_none_can_be_held_out_are_refused():
    x = np.eye(16, dtype=np.uint8)
    refused("each_class_once.npz", npz(x=x, y=np.arange(16)), "0 validation examples")
