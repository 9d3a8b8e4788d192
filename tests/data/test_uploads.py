import io
import os
import pickle
import struct
import tracemalloc
import zipfile
from pathlib import Path

import hypothesis.extra.numpy as hnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bnviz.data import uploads
from bnviz.data.dataset import Dataset
from bnviz.data.uploads import UploadError

fuzzed = settings(database=None)

ROWS = "".join(f"{i},{i * i / 4},{'ab'[i % 2]}\n" for i in range(20))
#: Where the file of Keras lies, if it is here.
REAL_MNIST = Path(os.environ.get("MNIST_NPZ", "mnist.npz"))


def csv(text: str | bytes, **choices) -> Dataset:
    data = text if isinstance(text, bytes) else text.encode()
    return uploads.read("file.csv", data, **choices)


def npz(**arrays) -> bytes:
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)
    return file.getvalue()


def images(count: int = 20) -> dict[str, np.ndarray]:
    x = np.random.default_rng(0).integers(0, 256, (count, 4, 3), np.uint8)
    return {"x_train": x, "y_train": np.arange(count) % 3}


def npy(header: str, body: bytes = b"") -> bytes:
    text = header.encode().ljust(117) + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text + body


def npy_of(array) -> bytes:
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def zipped(members: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return file.getvalue()


def sound(dataset: Dataset) -> None:
    """Checks all that a training run relies on."""
    count = len(dataset.classes)
    assert uploads.CLASSES[0] <= count <= uploads.CLASSES[1]
    for x, y in (
        (dataset.x_train, dataset.y_train),
        (dataset.x_validation, dataset.y_validation),
    ):
        assert (x.dtype, y.dtype) == (np.float32, np.int32)
        assert x.shape == (len(y), dataset.num_features)
        assert len(y) >= uploads.MIN_EXAMPLES_EACH
        assert x.flags.c_contiguous
        assert np.isfinite(x).all()
        assert 0 <= y.min() <= y.max() < count


def refused(name: str, data: bytes, words: str) -> None:
    with pytest.raises(UploadError, match=words) as raised:
        uploads.read(name, data)
    message = str(raised.value)
    assert message.endswith(".")
    assert "\n" not in message
    assert len(message) < 300


class TestCsv:
    def test_the_last_column_is_the_class(self):
        dataset = csv(ROWS)
        sound(dataset)
        assert (dataset.num_features, dataset.classes) == (2, ("a", "b"))

    def test_a_fifth_of_each_class_validates(self):
        assert np.bincount(csv(ROWS).y_validation).tolist() == [2, 2]

    def test_training_features_are_standardized(self):
        x = csv(ROWS).x_train.astype(np.float64)
        np.testing.assert_allclose(x.mean(axis=0), 0, atol=1e-6)
        np.testing.assert_allclose(x.std(axis=0), 1, atol=1e-6)

    def test_the_same_file_gives_the_same_digest(self):
        assert csv(ROWS).digest == csv(ROWS).digest

    @pytest.mark.parametrize(
        "text",
        [
            ROWS.replace(",", ";"),
            ROWS.replace(",", ";").replace(".", ","),
            ROWS.replace(",", "\t"),
            ROWS.replace(",", ", "),
            ROWS.replace("\n", "\r\n"),
            ROWS.replace("\n", "\r"),
            ROWS.replace("\n", "\n\n"),
            ROWS + ",,\n,,\n",
            ROWS.replace("a", '"a"'),
            "one,two,class\n" + ROWS,
            "1st,2nd,3\n" + ROWS,
            "\ufeffone,two,class\n" + ROWS,
        ],
    )
    def test_writings_of_the_same_table_give_the_same_data(self, text):
        assert csv(text).digest == csv(ROWS).digest

    def test_a_heading_of_numbers_is_told_by_its_word_over_the_classes(self):
        rows = "".join(f"{i},{i % 2}\n" for i in range(10))
        assert csv("0,class\n" + rows).digest == csv(rows).digest

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1"])
    def test_class_names_keep_their_letters(self, encoding):
        text = ROWS.replace("a", "Äpfel").replace("b", "Öl")
        assert csv(text.encode(encoding)).classes == ("Äpfel", "Öl")

    def test_a_chosen_column_is_the_class(self):
        turned = "".join(f"{c},{x},{y}\n" for x, y, c in (r.split(",") for r in ROWS.split()))
        dataset = csv("kind,one,two\n" + turned, target="kind")
        assert (dataset.digest, dataset.classes) == (csv(ROWS).digest, ("a", "b"))

    def test_classes_that_are_numbers_stand_in_their_order(self):
        rows = "".join(f"{i},{(10, 9, 2)[i % 3]}\n" for i in range(30))
        assert csv(rows).classes == ("2", "9", "10")

    def test_a_class_of_one_example_is_trained_on(self):
        dataset = csv(ROWS + "7,7,c\n")
        assert np.bincount(dataset.y_train).tolist() == [8, 8, 1]
        assert 2 not in dataset.y_validation

    def test_a_feature_that_never_varies_becomes_0(self):
        rows = "".join(f"0.1,{i},{i % 2}\n" for i in range(20))
        assert not csv(rows).x_train[:, 0].any()

    def test_columns_are_named_by_the_heading(self):
        assert uploads.columns(b"one;two;class\n1;2;a\n") == ["one", "two", "class"]

    def test_columns_without_heading_are_numbered(self):
        assert uploads.columns(ROWS.encode()) == ["column 1", "column 2", "column 3"]

    def test_columns_of_one_name_can_be_told_apart(self):
        assert uploads.columns(b"x,x,,x\n1,2,3,4\n") == ["x", "x (2)", "column 3", "x (3)"]

    def test_markup_and_formulas_in_headings_are_text(self):
        names = ["<script>alert(1)</script>", "=HYPERLINK(1)"]
        assert uploads.columns((",".join(names) + "\n1,2\n").encode()) == names

    def test_long_names_are_cut(self):
        (name, _) = uploads.columns(b"x" * 5_000 + b",y\n1,2\n")
        assert len(name) <= 40

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("", "empty"),
            (" \n\n \n", "empty"),
            ("one,two,class\n", "heading but no examples"),
            ("1,a\n", "number of examples is 1"),
            ("1,a\n2,b\n", "at least 2 of each"),
            ("1\n2\n3\n", "only one column"),
            ("1,2,a\n1,2,b\n1,b\n", "Line 3 has 2 cells where the first has 3"),
            ("x,y,c\n1,2,a\n\n1,2,3,b\n", "Line 4 has 4 cells"),
            ("x,y,c\n1,2,a\n1,red,b\n", "Column 'y', line 3: 'red' is not a number"),
            ("x,y,c\n1,2,a\n1,,b\n", "Column 'y', line 3: an empty cell is not a number"),
            ("x,y,c\n1,2,a\n1,nan,b\n", "Column 'y', line 3: nan is not a finite number"),
            ("x,y,c\n1,2,a\n1,-inf,b\n", "Column 'y', line 3: -inf is not a finite number"),
            ("x,y,c\n1,2,a\n1,1e999,b\n", "Column 'y', line 3: inf is not a finite number"),
            ("x,y,c\n1,2,a\n1,2,\n", "Line 3 has no class in column 'c'"),
            ("x,y,c\n1,2,0\n1,2,NaN\n", "Line 3 has no class in column 'c'"),
            (ROWS.replace("b", "a"), "of one class, 'a'"),
            ("".join(f"{i},{i}\n" for i in range(200)), "'column 2' has 200 different values"),
            ("1," * 1_100 + "a\n", "1101 columns; at most 1025"),
            (ROWS + '1,"2,a\n', "Line 21 cannot be read as CSV"),
            ("x," + "y" * 200_000 + "\n", "cannot be read as CSV"),
            ("1,a\n" * 70_001, "more than 70000 examples"),
            (ROWS.replace("\n", "\0\n"), "not a CSV file in UTF-8"),
            (ROWS.encode("utf-16"), "not a CSV file in UTF-8"),
            (npz(**images()), "not the .csv file that its name suggests"),
            (b"\x89PNG\r\n\x1a\n\0\0", "not a CSV file"),
            ("1,2,a\n" + "\n" * 100_001, "100000 blank lines"),
            ("\r" * 100_001 + ROWS, "100000 blank lines"),
            ("," * 1_000_001, "line 1 has more than 1000000 characters"),
            ("1,2,a\n1," + '"\n",' * 300_001, "has more than 1000000 characters"),
        ],
    )
    def test_what_cannot_be_read_is_refused(self, text, words):
        refused("file.csv", text if isinstance(text, bytes) else text.encode(), words)

    def test_a_column_that_is_not_there_cannot_be_the_class(self):
        with pytest.raises(UploadError, match="no column 'kind'"):
            csv(ROWS, target="kind")

    def test_the_class_column_does_not_shift_the_name_of_a_bad_one(self):
        with pytest.raises(UploadError, match="Column 'two', line 3"):
            csv("one,kind,two\n1,a,2\n1,b,red\n", target="kind")


class TestNpz:
    def test_images_in_bytes_are_scaled_to_0_to_1(self):
        arrays = images()
        dataset = uploads.read("a.npz", npz(**arrays, x_test=arrays["x_train"], y_test=range(20)))
        np.testing.assert_allclose(dataset.x_train * 255, arrays["x_train"].reshape(20, 12), 1e-6)

    def test_a_test_set_validates(self):
        arrays = images()
        dataset = uploads.read(
            "a.npz", npz(**arrays, x_test=arrays["x_train"][:6], y_test=arrays["y_train"][:6])
        )
        sound(dataset)
        np.testing.assert_array_equal(dataset.x_validation, dataset.x_train[:6])

    def test_without_a_test_set_a_fifth_of_each_class_validates(self):
        dataset = uploads.read("a.npz", npz(**images(30)))
        sound(dataset)
        assert np.bincount(dataset.y_validation).tolist() == [2, 2, 2]

    @pytest.mark.parametrize("dtype", ["?", "i1", "<i8", ">i4", "<f2", "<f4", ">f8"])
    @pytest.mark.parametrize("order", ["C", "F"])
    def test_numbers_of_other_types_are_standardized(self, dtype, order):
        x = np.random.default_rng(0).integers(0, 2, (30, 4)).astype(dtype, order=order)
        arrays = {"x_train": x, "y_train": np.arange(30) % 2}
        dataset = uploads.read("a.npz", npz(**arrays, x_test=x[:6], y_test=np.arange(6) % 2))
        sound(dataset)
        expected = (x.astype(float) - x.astype(float).mean(0)) / x.astype(float).std(0)
        np.testing.assert_allclose(dataset.x_train, expected, atol=1e-6)

    @pytest.mark.parametrize("shape", [(20,), (20, 1)])
    def test_any_whole_numbers_are_classes(self, shape):
        labels = np.array([70, -3, 900, -3] * 5).reshape(shape)
        dataset = uploads.read("a.npz", npz(x_train=images()["x_train"], y_train=labels))
        sound(dataset)
        assert dataset.classes == ("-3", "70", "900")

    def test_a_class_of_the_test_set_alone_is_counted(self):
        arrays = images()
        dataset = uploads.read(
            "a.npz", npz(**arrays, x_test=arrays["x_train"][:4], y_test=np.full(4, 9))
        )
        assert dataset.classes == ("0", "1", "2", "9")
        assert dataset.y_validation.tolist() == [3] * 4

    def test_the_same_file_gives_the_same_digest(self):
        data = npz(**images())
        assert uploads.read("a.npz", data).digest == uploads.read("b.NPZ", data).digest

    @pytest.mark.skipif(not REAL_MNIST.exists(), reason="needs the shared MNIST file")
    def test_the_real_mnist_file(self):
        dataset = uploads.read("mnist.npz", REAL_MNIST.read_bytes())
        sound(dataset)
        assert (dataset.x_train.shape, len(dataset.y_validation)) == ((8000, 784), 2000)

    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            ({"x_train": None}, "no array x_train; the layout must be"),
            ({"y_train": None}, "no array y_train; the layout must be"),
            ({"x_test": np.zeros((2, 4, 3))}, "x_test alone"),
            ({"y_test": np.zeros(2)}, "y_test alone"),
            ({"y_train": np.zeros(20, int)}, "of one class, '0'"),
            ({"y_train": np.zeros(20)}, "classes must be integers"),
            ({"y_train": np.array(list("ab") * 10)}, "classes must be integers"),
            ({"y_train": np.eye(20, dtype=int)}, r"y_train has shape \(20, 20\)"),
            ({"y_train": np.arange(19)}, r"y_train has shape \(19,\)"),
            ({"y_train": np.array(1)}, "y_train has shape"),
            ({"x_train": np.array(1.0), "y_train": np.zeros(0, int)}, "single value"),
            ({"x_train": np.array(list("ab") * 10)}, "features must be numbers"),
            ({"x_train": np.zeros((20, 2), complex)}, "neither numbers nor text"),
            ({"x_train": np.zeros((20, 2), "M8[s]")}, "header that is not understood"),
            ({"x_train": np.zeros(20, [("a", int)])}, "header that is not understood"),
            ({"x_train": np.full((20, 2), np.nan)}, "not a finite number"),
            ({"x_train": np.full((20, 2), -np.inf)}, "not a finite number"),
            ({"x_train": np.full((20, 2), 1e31)}, "not a finite number"),
            ({"x_train": np.zeros((20, 32, 33))}, "features in x_train is 1056"),
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
            ({"x_test": np.zeros((4, 12)), "y_test": np.arange(4)}, "differ in dtype or in"),
            ({"x_test": images()["x_train"][:1], "y_test": np.arange(1)}, "1 validation examples"),
        ],
    )
    def test_arrays_that_cannot_be_trained_on_are_refused(self, changes, words):
        arrays = {name: value for name, value in (images() | changes).items() if value is not None}
        refused("a.npz", npz(**arrays), words)

    def test_arrays_that_unpack_to_too_much_are_refused(self, monkeypatch):
        monkeypatch.setattr(uploads, "MAX_DECODED_BYTES", 20 * 12 + 20 * 8 - 1)
        refused("a.npz", npz(**images()), "unpacks to more than")

    def test_validation_far_outside_training_is_refused(self):
        x = np.array([[0.0], [1e-30]] * 4)
        arrays = {"x_train": x, "y_train": np.arange(8) % 2}
        data = npz(**arrays, x_test=x * 0 + 1e20, y_test=np.arange(8) % 2)
        refused("a.npz", data, "cannot be standardized")


class Bomb:
    """Leaves a trace when it is unpickled."""

    exploded = False

    def __reduce__(self):
        return setattr, (Bomb, "exploded", True)


SHAPES = ["(1000000000, 784)", "(999999999999, 999999999999)", "(-1, 12)", "(1" + "0" * 30 + ",)"]


class TestHostileNpz:
    def member(self, x_train: bytes) -> bytes:
        return zipped({"x_train.npy": x_train, "y_train.npy": npy_of(np.arange(20) % 3)})

    @pytest.mark.parametrize("shape", SHAPES)
    @pytest.mark.parametrize("fortran", [True, False])
    def test_claimed_shapes_reserve_no_memory(self, shape, fortran):
        header = f"{{'descr': '|u1', 'fortran_order': {fortran}, 'shape': {shape}, }}"
        refused("a.npz", self.member(npy(header, bytes(240))), "x_train")

    def test_a_shape_beyond_the_values_is_refused(self):
        header = "{'descr': '|u1', 'fortran_order': False, 'shape': (20, 13), }"
        refused("a.npz", self.member(npy(header, bytes(240))), "not of the size")

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
        refused("a.npz", self.member(npy(header)), "x_train")

    @pytest.mark.parametrize("wrap", ["object", "raw"])
    def test_pickles_are_not_loaded(self, wrap):
        raw = pickle.dumps(Bomb())
        header = "{'descr': '|O', 'fortran_order': False, 'shape': (20, 1), }"
        refused("a.npz", self.member(npy(header, raw) if wrap == "object" else raw), "x_train")
        assert not Bomb.exploded

    def test_a_bomb_that_claims_its_size_is_not_unpacked(self):
        header = "{'descr': '<f8', 'fortran_order': False, 'shape': (20, 200000), }"
        refused("a.npz", self.member(npy(header, bytes(32_000_000))), "features in x_train")

    def test_a_bomb_that_claims_less_is_not_unpacked(self):
        header = "{'descr': '|u1', 'fortran_order': False, 'shape': (20, 12), }"
        data = bytearray(self.member(npy(header, bytes(50_000_000))))
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
        data = bytearray(self.member(npy_of(images()["x_train"])))
        for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
            data[data.index(signature) + offset] |= 1
        refused("a.npz", bytes(data), "x_train is encrypted")

    def test_two_members_of_one_name_are_refused(self):
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr("x_train.npy", b"")
            with pytest.warns(UserWarning, match="Duplicate"):
                archive.writestr("x_train.npy", npy_of(images()["x_train"]))
        refused("a.npz", file.getvalue(), "two members of the same name")

    @pytest.mark.parametrize("compression", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
    def test_other_compressions_are_refused(self, compression):
        members = {f"{name}.npy": npy_of(array) for name, array in images().items()}
        refused("a.npz", zipped(members, compression), "compressed in a way")

    def test_thousands_of_members_are_refused(self):
        refused("a.npz", zipped({f"{i}.npy": b"" for i in range(5_000)}), "more members than")

    def test_a_zip_within_is_no_array(self):
        refused("a.npz", self.member(npz(**images())), "x_train is no NumPy array")

    @pytest.mark.parametrize("keep", [4, 30, 200, -200, -30, -1])
    def test_a_file_cut_off_is_refused(self, keep):
        refused("a.npz", npz(**images())[:keep], r"NPZ|damaged")

    def test_a_changed_byte_is_noticed_by_its_checksum(self):
        data = bytearray(zipped({"x_train.npy": npy_of(images()["x_train"])}, zipfile.ZIP_STORED))
        data[200] ^= 1
        with pytest.raises(uploads.ArchiveError, match="damaged"):
            uploads.Archive(bytes(data)).array("x_train")


@pytest.mark.parametrize("name", ["a.xlsx", "a", "", "a.npy", ".npz/../x", "x" * 10_000])
def test_other_files_are_refused_by_name(name):
    refused(name, b"1,2,a\n", "must be a CSV file")


@pytest.mark.parametrize("name", ["a.csv", "a.npz"])
def test_a_large_file_is_refused_unread(name):
    refused(name, bytes(uploads.MAX_FILE_BYTES + 1), r"20\.0 MB; at most 20 MB")


@pytest.mark.parametrize("data", [b"1,2,a\n", pickle.dumps(Bomb()), npy_of(np.zeros(3))])
def test_a_file_that_is_no_npz_is_refused(data):
    refused("a.npz", data, "not the .npz file that its name suggests")


def outcome(name: str, data: bytes) -> None:
    """Only a sound data set or an `UploadError` may come out."""
    message = ""
    try:
        sound(uploads.read(name, data))
    except UploadError as error:
        message = str(error)
    assert "\n" not in message
    assert len(message) < 400
    assert not Bomb.exploded


@st.composite
def mutated(draw, originals: list[bytes]) -> bytes:
    data = bytearray(draw(st.sampled_from(originals)))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(data)))
        length = draw(st.integers(0, 8))
        data[start : start + length] = draw(st.binary(max_size=8))
    return bytes(data)


class TestAnything:
    @fuzzed
    @given(st.binary(max_size=300), st.sampled_from(["a.csv", "a.npz", "a.txt"]))
    def test_bytes(self, data, name):
        outcome(name, data)

    @fuzzed
    @given(st.binary(max_size=100))
    def test_bytes_after_a_zip_signature(self, data):
        outcome("a.npz", b"PK\x03\x04" + data)

    @fuzzed
    @given(st.text(st.sampled_from('0123456789.,;\t\n\r" -eab_xnif'), max_size=200))
    def test_text_of_tables(self, text):
        outcome("a.csv", text.encode())

    @fuzzed
    @given(
        mutated([ROWS.encode(), ROWS.replace(",", ";").encode(), b"one,two,c\n" + ROWS.encode()])
    )
    def test_mutated_tables(self, data):
        outcome("a.csv", data)

    @fuzzed
    @given(
        mutated(
            [
                npz(**images()),
                zipped(
                    {f"{name}.npy": npy_of(array) for name, array in images().items()},
                    zipfile.ZIP_STORED,
                ),
            ]
        )
    )
    def test_mutated_archives(self, data):
        outcome("a.npz", data)

    @fuzzed
    @given(mutated([npy_of(images()["x_train"]), npy_of(np.array([Bomb()] * 20))]))
    def test_mutated_arrays_in_whole_archives(self, member):
        outcome("a.npz", zipped({"x_train.npy": member, "y_train.npy": npy_of(np.arange(20) % 3)}))

    @fuzzed
    @given(
        hnp.arrays(
            st.one_of(
                hnp.scalar_dtypes(),
                hnp.unicode_string_dtypes(),
            ),
            hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=8),
        ),
        hnp.arrays(hnp.integer_dtypes(), hnp.array_shapes(max_dims=2, min_side=0, max_side=8)),
    )
    def test_arrays(self, x, y):
        outcome("a.npz", npz(x_train=x, y_train=y))

    @fuzzed
    @given(
        hnp.arrays(
            st.sampled_from(["<f2", "<f4", "<f8", "<i8", "<u8", "|u1", "|i1"]),
            hnp.array_shapes(min_dims=2, max_dims=2, min_side=6, max_side=9),
        )
    )
    def test_numbers_of_any_size(self, x):
        outcome("a.npz", npz(x_train=x, y_train=np.arange(len(x)) % 2))

    @fuzzed
    @given(st.binary(max_size=200) | mutated([b"one,two,c\n" + ROWS.encode()]))
    def test_columns(self, data):
        try:
            names = uploads.columns(data)
        except UploadError:
            return
        assert len(set(names)) == len(names)
        assert all(name and name.isprintable() for name in names)
