"""ReadingProcess: another process reads what this one would, and cannot take too much."""

import threading
import time

import numpy as np
import psutil
import pytest

from bnviz.data import reading_process, uploads
from bnviz.data.bounded_process import UnwantedError
from bnviz.data.bounds import MAX_EXAMPLES_BYTES, UploadError
from bnviz.data.choices import Choices
from bnviz.data.examples_file import examples_file
from tests.data.upload_files import npz

TABLE = "".join(f"{i},{i * i / 4},,{i % 3},{'ab'[i % 2]} é\n" for i in range(40)).encode()
IMAGES = npz(x=np.arange(40 * 16, dtype=np.uint8).reshape(40, 4, 4), y=np.arange(40) % 4)
#: Name, content, and choices.
FILES = [
    ("a.csv", TABLE, Choices()),
    ("a.csv", TABLE, Choices(class_column="column 4", columns=("column 1",), heading=False)),
    ("a.csv", b"nothing", Choices()),
    ("a.npz", IMAGES, Choices()),
    ("a.npz", TABLE, Choices()),
    ("a.xlsx", b"", Choices()),
]
NEVER = threading.Event()
#: A process that is bounded to less, and then does as the real one or something else.
SETUP = "from bnviz.data import reading_process as process; import sys"


def report(name, data, choices, unwanted=NEVER):
    return reading_process.report(name, data, choices, MAX_EXAMPLES_BYTES, unwanted)


@pytest.mark.parametrize(("name", "data", "choices"), FILES)
def test_what_another_process_says_is_what_this_one_would(name, data, choices):
    here = reading_process.outcome(name, data, choices, MAX_EXAMPLES_BYTES)
    assert report(name, data, choices) == here
    assert bool(here.complaint) == (here.reading is None)


@pytest.mark.parametrize(("name", "data", "choices"), [FILES[0], FILES[3]])
def test_its_examples_are_those_that_this_one_would_read(name, data, choices):
    found = reading_process.examples(name, data, choices, NEVER)
    assert found == examples_file(uploads.read_examples(name, data, choices))


def test_a_file_without_examples_is_refused_with_the_sentence_of_its_report():
    with pytest.raises(UploadError) as error:
        reading_process.examples(*FILES[2], NEVER)
    assert str(error.value) == report(*FILES[2]).complaint


@pytest.mark.parametrize(
    ("program", "complaint"),
    [
        ("process.MAX_MEMORY = 400_000_000; process._bound(); bytes(10**9)", "MB of memory"),
        ("process.MAX_PROCESSOR_SECONDS = 1; process._bound()\nwhile True: pass", "seconds"),
        ("sys.exit(1)", "takes more than"),
        ("sys.stdout.close()", "takes more than"),
    ],
)
def test_a_process_that_takes_too_much_ends_in_a_sentence(monkeypatch, program, complaint):
    monkeypatch.setattr(reading_process, "_PROGRAM", ("-c", f"{SETUP}\n{program}"))
    said = report(*FILES[0])
    assert said.reading is None
    assert complaint in said.complaint
    assert said.complaint.endswith("keep fewer rows or columns.")


def test_too_little_memory_is_said_as_such(monkeypatch):
    out_of_memory = "process._answer = lambda *_: bytes(10**12); process.main()"
    monkeypatch.setattr(reading_process, "_PROGRAM", ("-c", f"{SETUP}\n{out_of_memory}"))
    assert f"{reading_process.MAX_MEMORY / 1e6:.0f} MB" in report(*FILES[0]).complaint


def test_a_host_that_cannot_start_a_process_says_so(monkeypatch):
    monkeypatch.setattr(reading_process.sys, "executable", "/nowhere")
    assert "try again later" in report(*FILES[0]).complaint


def test_a_reading_that_nobody_waits_for_ends(monkeypatch):
    waits = "sys.stdin.buffer.read(); import time; time.sleep(1e6)"
    monkeypatch.setattr(reading_process, "_PROGRAM", ("-c", f"{SETUP}\n{waits}"))
    unwanted, errors = threading.Event(), []
    others = set(psutil.Process().children())

    def read():
        try:
            report(*FILES[0], unwanted)
        except UnwantedError as error:
            errors.append(error)

    reader = threading.Thread(target=read)
    reader.start()
    while not (children := set(psutil.Process().children()) - others):
        time.sleep(0.01)
    unwanted.set()
    reader.join()
    assert errors
    assert not any(child.is_running() for child in children)


def test_the_process_that_reads_loads_little():
    program = "import json; print(json.dumps({'complaint': ','.join(sys.modules)}))"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading_process, "_PROGRAM", ("-c", f"{SETUP}\n{program}"))
        with pytest.raises(UploadError) as error:
            reading_process.examples(*FILES[0], NEVER)
    loaded = set(str(error.value).split(","))
    assert "numpy" in loaded
    assert not {"streamlit", "distributed", "tensorflow", "keras", "plotly"} & loaded
