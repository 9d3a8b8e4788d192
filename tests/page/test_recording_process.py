"""Recordings of strangers: what is refused before the page takes it, and what is not."""

import io

import numpy as np
import pytest

from bnviz.data import bounded_process
from bnviz.page.shell import recording_process
from bnviz.page.shell.recording_process import read, tried
from bnviz.recording import BUNDLED, Recording
from bnviz.recording.file import RecordingError
from bnviz.settings import Settings
from tests.support import ROOT
from tests.support.archives import npy, zipped
from tests.support.recordings import random_recording

SETTINGS = Settings(hidden_layers=1, units=4, steps=20)
CLAIMS = "{'descr': '|u1', 'fortran_order': False, 'shape': (900000000000, 9), }"
HUGE = b"\x93NUMPY\x01\x00\x76\x00" + CLAIMS.ljust(117).encode() + b"\n"


def saved(recording: Recording) -> bytes:
    file = io.BytesIO()
    recording.save(file)
    return file.getvalue()


def made(**members: bytes) -> bytes:
    text = npy(np.array(SETTINGS.to_json()))
    return zipped({f"{name}.npy": data for name, data in {"settings": text, **members}.items()})


RUN = saved(random_recording(SETTINGS, 21))


def test_a_recording_is_read_as_it_was_saved():
    assert read(RUN).slice(0, 21) == random_recording(SETTINGS, 21).slice(0, 21)


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        (b"", "cannot be read"),
        (b"a,b,class\n1,2,x\n", "cannot be read"),
        (RUN[:-30], "cannot be read"),
        (RUN[: len(RUN) // 2], "cannot be read"),
        (made(), "not a recording"),
        (made(frames=HUGE), "cannot be read"),
        (made(frames=npy(np.zeros((5, 21), np.uint8))), "another version"),
        (made(frames=npy(np.zeros((5, 21)))), "another version"),
        (made(frames=npy(np.array(["1", "2"]))), "another version"),
        (made(frames=npy(np.zeros(3, np.uint8)), settings=npy(np.zeros(2))), "not a recording"),
        ((BUNDLED / "sweep.npz").read_bytes(), "not a recording"),
        (saved(random_recording(SETTINGS, 0)), "not a single frame"),
    ],
)
def test_what_is_not_a_recording_is_refused_in_a_clause(data, complaint):
    said = tried(data)["complaint"]
    assert complaint in said
    assert "\n" not in said


@pytest.mark.parametrize("name", ["recording", "recording_2", "recording_5"])
def test_recordings_of_earlier_versions_are_taken(name):
    data = (ROOT / "tests" / "data_files" / f"{name}.npz").read_bytes()
    assert tried(data)["complaint"] == ""


@pytest.mark.parametrize("seed", range(3))
def test_numbers_that_no_run_measures_are_drawn_all_the_same(seed):
    recording = random_recording(SETTINGS, 21, seed=seed, broken=0.3)
    assert tried(saved(recording))["complaint"] == ""


@pytest.mark.parametrize(
    ("program", "complaint"),
    [
        ("raise ValueError", "it cannot be drawn, or takes too much time or memory"),
        ("import sys; sys.exit(3)", "it takes more than 1200 MB of memory to draw it"),
    ],
)
def test_a_process_that_fails_ends_in_a_clause(monkeypatch, program, complaint):
    monkeypatch.setattr(recording_process, "_PROGRAM", ("-c", program))
    with pytest.raises(RecordingError) as error:
        read(RUN)
    assert str(error.value) == complaint


def test_a_host_that_cannot_start_a_process_says_so(monkeypatch):
    monkeypatch.setattr(bounded_process.sys, "executable", "/nowhere")
    with pytest.raises(RecordingError, match="this host cannot read a file just now"):
        read(RUN)


def test_what_takes_more_memory_than_the_host_allows_is_refused(monkeypatch):
    answer = 'print(\'{"complaint": "", "bytes": 73000000}\')'
    monkeypatch.setattr(recording_process, "_PROGRAM", ("-c", answer))
    with pytest.raises(RecordingError, match="take 73 MB, and this host allows 72 MB"):
        read(RUN, max_bytes=72e6)
