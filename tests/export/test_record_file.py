"""RecordFile: the format of TensorFlow's record files."""

import numpy as np
import pytest
import tensorflow as tf

from bnviz.export.record_file import checksums, record_file


def test_checksums_are_those_of_the_published_examples():
    """RFC 3720, section B.4."""
    texts = [bytes(32), b"\xff" * 32, bytes(range(32)), bytes(range(31, -1, -1))]
    assert checksums(texts) == [0x8A9136AA, 0x62A8AB43, 0x46DD794E, 0x113FDB5C]


@pytest.mark.parametrize("text", [b"", b"abc"])
def test_texts_too_short_for_this_way_are_refused(text):
    with pytest.raises(ValueError, match="four bytes"):
        checksums([b"abcd", text])


@pytest.mark.parametrize("lengths", [[], [4], [4, 255, 256, 257, 5, 70_000]])
def test_tensorflow_reads_what_is_written(lengths, tmp_path):
    generator = np.random.default_rng(0)
    records = [generator.bytes(length) for length in lengths]
    path = tmp_path / "records"
    path.write_bytes(record_file(records))
    assert [each.numpy() for each in tf.data.TFRecordDataset(str(path))] == records
