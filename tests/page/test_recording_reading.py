"""A recording that was chosen: held before it is read, read in turn, and not for a closed tab."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from bnviz.engine.origin import Origin
from bnviz.page.shell import file_reading, kept_file, recording_process, recording_reading
from bnviz.page.shell.own_file import Holders
from bnviz.page.shell.reading_line import MAX_READING
from bnviz.page.shell.recording_reading import RecordingReading, UnopenedError
from bnviz.recording.file import RecordingError
from bnviz.settings import Settings
from tests.support.engine import PATIENCE, until
from tests.support.recordings import random_recording

RECORDING = random_recording(Settings(hidden_layers=1, units=4, steps=20), 2)


class StopError(BaseException):
    """What ends a script."""


@pytest.fixture(autouse=True)
def _holders(monkeypatch):
    monkeypatch.setattr(kept_file, "HOLDERS", Holders())
    monkeypatch.setattr(file_reading, "stop_if_asked", lambda: None)
    monkeypatch.setattr(recording_reading.st, "stop", _stop)


def _stop():
    raise StopError


@pytest.fixture
def slow(monkeypatch):
    """Recordings that are being read, and have been told that nobody wants them any more."""
    begun, ended = [], []

    def read(data, _, unwanted):
        begun.append(data)
        assert unwanted.wait(PATIENCE)
        ended.append(data)

    monkeypatch.setattr(recording_process, "read", read)
    return begun, ended


def readings(count: int) -> list[RecordingReading]:
    made = [RecordingReading(Origin("", str(number))) for number in range(count)]
    for number, each in enumerate(made):
        each.choose(f"{number}.npz", bytes([number]))
    return made


def ending(reading: RecordingReading) -> bool:
    """Runs a script to its end; returns whether it waited for the file until it was to stop."""
    try:
        assert reading.run() is None
    except StopError:
        return True
    return False


def test_all_files_are_counted_while_few_are_read(slow):
    begun, ended = slow
    waiting = readings(MAX_READING + 2)
    assert kept_file.HOLDERS.held_bytes == len(waiting)
    with ThreadPoolExecutor() as pool:
        scripts = [pool.submit(ending, each) for each in waiting]
        until(lambda: len(begun) == MAX_READING)
        for each in waiting:
            each.leave()
        # One that begins only now has nothing to wait for.
        assert sum(script.result(PATIENCE) for script in scripts) >= MAX_READING
    until(lambda: len(ended) == len(begun))
    assert kept_file.HOLDERS.held_bytes == 0


def test_the_next_script_waits_for_the_same_file_and_a_closed_tab_for_none(monkeypatch, slow):
    begun, ended = slow
    (reading,) = readings(1)
    with monkeypatch.context() as patch:
        patch.setattr(file_reading, "stop_if_asked", _stop)
        assert ending(reading)
        until(lambda: begun)
        assert ending(reading)
    assert (len(begun), ended) == (1, [])
    reading.leave()
    until(lambda: ended)
    assert reading.run() is None


def test_what_has_been_read_is_not_held_any_more(monkeypatch):
    monkeypatch.setattr(recording_process, "read", lambda *_: RECORDING)
    (reading,) = readings(1)
    assert reading.run().recording is RECORDING
    assert kept_file.HOLDERS.held_bytes == 0
    assert reading.run() is None


def test_a_file_that_cannot_be_opened_is_named_in_a_sentence(monkeypatch):
    def read(*_):
        raise RecordingError("it is too old")

    monkeypatch.setattr(recording_process, "read", read)
    (reading,) = readings(1)
    with pytest.raises(UnopenedError, match=r"0\.npz cannot be opened: it is too old\."):
        reading.run()
    assert kept_file.HOLDERS.held_bytes == 0
