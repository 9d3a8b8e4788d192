"""What the page's process keeps of a viewer's file: bytes and a report, never its examples."""

import pickle

import numpy as np
import pytest

from bnviz.data.bounds import MAX_EXAMPLES_BYTES
from bnviz.engine.limits import LIMITS, Limits
from bnviz.page.forms.reading_form import ReadFile
from bnviz.page.shell import file_reading
from bnviz.page.shell.own_file import OwnFile
from tests.data.upload_files import npz

PIXELS = np.zeros((1_000, 784), np.uint8)
PIXELS[:, 0] = np.arange(1_000) % 200
FILE = OwnFile("own.npz", npz(x=PIXELS, y=np.arange(1_000) % 4), b"secret")


def test_all_that_is_kept_of_a_file_is_about_as_large_as_the_file():
    read = ReadFile.of(FILE)
    assert read.reading.num_features == 784
    assert len(pickle.dumps(read)) < len(FILE.data) + 5_000 < PIXELS.nbytes / 10


@pytest.mark.parametrize(("megabytes", "refused"), [(4, False), (3, True)])
def test_a_host_with_less_memory_refuses_with_a_sentence(monkeypatch, megabytes, refused):
    monkeypatch.setattr(file_reading, "limits", lambda: Limits(decoded_mb=megabytes))
    read = ReadFile.of(FILE)
    assert (read.reading is None) == refused
    assert ("at most 3 MB can be trained on: keep fewer examples" in read.complaint) == refused


def test_the_default_lets_through_what_any_host_can_train_on():
    assert Limits().decoded_mb == LIMITS["decoded_mb"]["high"] == MAX_EXAMPLES_BYTES / 1e6
