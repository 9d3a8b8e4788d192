"""What the page's process keeps of a viewer's file: bytes and a report, never its examples."""

import pickle
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np
import pytest

from bnviz.data import reading_process
from bnviz.data.bounds import MAX_EXAMPLES_BYTES, UploadError
from bnviz.engine.limits import LIMITS, Limits
from bnviz.engine.origin import Origin
from bnviz.page.forms.reading_form import ReadFile
from bnviz.page.shell import file_reading
from bnviz.page.shell.own_file import OwnFile
from tests.data.upload_files import npz
from tests.support.engine import PATIENCE, until

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


@pytest.mark.parametrize(("size", "apart"), [(file_reading.SMALL, False), (2e5, True)])
def test_only_small_tables_are_read_in_the_process_of_the_page(monkeypatch, size, apart):
    row = b"1,2,a\n2,3,b\n"
    file = OwnFile("own.csv", row * int(size // len(row)), b"secret")
    asked = []
    outcome = reading_process.Outcome(complaint="read apart")
    monkeypatch.setattr(
        reading_process, "report", lambda *arguments: asked.append(arguments) or outcome
    )
    assert (ReadFile.of(file).complaint == "read apart") == apart == bool(asked)


def test_a_script_stops_waiting_when_it_is_to_stop(monkeypatch):
    class StopError(Exception):
        pass

    def stop():
        raise StopError

    ended = threading.Event()

    def read(*arguments):
        arguments[-1].wait(PATIENCE)
        ended.set()

    monkeypatch.setattr(reading_process, "report", read)
    monkeypatch.setattr(file_reading, "stop_if_asked", stop)
    with pytest.raises(StopError):
        ReadFile.of(FILE)
    assert not ended.is_set()  # the next script of the session waits for the same
    file_reading.forget(FILE)
    assert ended.wait(PATIENCE)


def test_few_wait_for_their_examples_at_a_time(monkeypatch):
    begun, end = [], threading.Event()

    def read(*_):
        begun.append(1)
        end.wait(PATIENCE)
        return b"examples"

    monkeypatch.setattr(reading_process, "examples", read)
    origins = [Origin("", str(number)) for number in range(file_reading.MAX_DOWNLOADS + 1)]
    files = [OwnFile("own.npz", FILE.data, bytes([number])) for number in range(len(origins))]
    with ThreadPoolExecutor() as pool:
        first = [*map(partial(pool.submit, file_reading.examples), files[1:], origins[1:])]
        until(lambda: len(begun) == file_reading.MAX_DOWNLOADS)
        with pytest.raises(UploadError, match="try again"):
            file_reading.examples(files[0], origins[0])
        end.set()
        assert [each.result(PATIENCE) for each in first] == [b"examples"] * len(first)
    assert file_reading.examples(files[0], origins[0]) == b"examples"


def test_the_default_lets_through_what_any_host_can_train_on():
    assert Limits().decoded_mb == LIMITS["decoded_mb"]["high"] == MAX_EXAMPLES_BYTES / 1e6
