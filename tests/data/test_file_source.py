"""A viewer's file on its way to a worker: bytes until it is trained on."""

import pickle
import threading

import numpy as np
import pytest

from bnviz.data import file_source
from bnviz.data.bounds import UploadError
from bnviz.data.choices import Choices
from bnviz.data.file_source import FileSource
from tests.data.upload_files import ROWS, images, npz

TABLE = FileSource("own.csv", ROWS.encode(), Choices(), 2, 2)
IMAGES = FileSource("own.npz", npz(**images()), Choices(), 16, 3)


def test_is_sent_as_its_bytes():
    x = np.zeros((70_000, 784), np.uint8)
    data = npz(x=x, y=np.arange(70_000) % 2)
    sent = pickle.dumps(FileSource("own.npz", data, Choices(), 784, 2))
    assert len(sent) < len(data) + 1_000 < x.nbytes / 50
    assert pickle.loads(sent).data == data


def test_the_arrays_of_the_last_file_are_made_once():
    first = IMAGES.dataset()
    assert pickle.loads(pickle.dumps(IMAGES)).dataset() is first
    other = TABLE.dataset()
    assert other.x_train.shape[1] == 2
    assert file_source._last._held == (TABLE, other)
    assert IMAGES.dataset() is not first


def test_other_choices_give_other_arrays():
    by_position = FileSource(TABLE.name, TABLE.data, Choices(columns=("column 1",)), 1, 2)
    assert TABLE.dataset().num_features == 2
    assert by_position.dataset().num_features == 1


def test_a_file_that_cannot_be_read_says_why_each_time():
    for _ in range(2):
        with pytest.raises(UploadError, match="The file is empty"):
            FileSource("own.csv", b"", Choices(), 2, 2).dataset()


def test_the_arrays_are_dropped_some_time_after_their_last_use(monkeypatch):
    monkeypatch.setattr(file_source, "KEEP_SECONDS", 0.05)
    TABLE.dataset()
    for timer in [each for each in threading.enumerate() if isinstance(each, threading.Timer)]:
        timer.join()
    assert file_source._last._held is None
