"""Uploads: any file becomes a sound data set or one sentence."""

import pickle
import zipfile

import hypothesis.extra.numpy as hnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bnviz.data import uploads
from bnviz.data.bounds import UploadError
from tests.data.upload_files import ROWS, Bomb, images, npz, refused
from tests.support.archives import npy, zipped
from tests.support.datasets import assert_trainable

fuzzed = settings(database=None)


@pytest.mark.parametrize("name", ["a.xlsx", "a", "", "a.npy", ".npz/../x", "x" * 10_000])
def test_other_files_are_refused_by_name(name):
    refused(name, b"1,2,a\n", "must be a CSV file")


@pytest.mark.parametrize("name", ["a.csv", "a.npz"])
def test_a_large_file_is_refused_unread(name):
    refused(name, bytes(uploads.MAX_FILE_BYTES + 1), r"20\.0 MB; at most 20 MB")


@pytest.mark.parametrize("data", [b"1,2,a\n", pickle.dumps(Bomb()), npy(np.zeros(3))])
def test_a_file_that_is_not_an_npz_is_refused(data):
    refused("a.npz", data, "not the .npz file that its name suggests")


def outcome(name: str, data: bytes) -> None:
    """Reading must return a sound data set or raise an `UploadError`."""
    message = ""
    try:
        assert_trainable(uploads.read(name, data).dataset)
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


def test_a_table_beyond_a_hosts_memory_is_refused():
    data = ROWS.encode()
    size = 4 * uploads.read_examples("a.csv", data).x.size
    assert uploads.read("a.csv", data, max_bytes=size).dataset
    with pytest.raises(UploadError, match="keep fewer examples"):
        uploads.read("a.csv", data, max_bytes=size - 1)


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
                    {f"{name}.npy": npy(array) for name, array in images().items()},
                    zipfile.ZIP_STORED,
                ),
            ]
        )
    )
    def test_mutated_archives(self, data):
        outcome("a.npz", data)

    @fuzzed
    @given(mutated([npy(images()["x_train"]), npy(np.array([Bomb()] * 20))]))
    def test_mutated_arrays_in_whole_archives(self, member):
        outcome("a.npz", zipped({"x_train.npy": member, "y_train.npy": npy(np.arange(20) % 3)}))

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
