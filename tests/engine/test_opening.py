"""What begins once its file has been read."""

import threading
from dataclasses import dataclass, field

import pytest

from bnviz.data.bounds import UploadError
from bnviz.engine.opening import Opening


@dataclass
class _File:
    """A file that is read as soon as a test says so."""

    may: threading.Event = field(default_factory=threading.Event)
    complaint: str = ""
    reads: int = 0

    def dataset(self):
        assert self.may.wait(60)
        self.reads += 1
        if self.complaint:
            raise UploadError(self.complaint)
        return "examples"


@pytest.fixture
def file():
    file = _File()
    yield file
    file.may.set()


def _begin(data):
    return ["begun", data]


def test_without_a_file_it_begins_at_once():
    assert Opening(None, _begin).begun(lambda: False) == ["begun", None]


def test_the_turn_is_given_up_while_the_file_is_read_and_it_is_read_once(file):
    opening = Opening(file, _begin)
    assert opening.begun(lambda: False) is None
    assert opening.begun(lambda: False) is None
    file.may.set()
    assert opening.begun(lambda: True) == ["begun", "examples"]
    assert file.reads == 1


def test_what_is_wrong_with_the_file_is_said_when_it_begins(file):
    file.complaint = "It has no rows."
    opening = Opening(file, _begin)
    file.may.set()
    with pytest.raises(UploadError, match="no rows"):
        opening.begun(lambda: True)


def test_a_file_whose_turn_never_comes_is_not_read(file):
    first, given_up, last = Opening(file, _begin), Opening(other := _File(), _begin), _File()
    given_up.close()
    other.may.set()
    last.may.set()
    after = Opening(last, _begin)
    file.may.set()
    assert first.begun(lambda: True)
    assert after.begun(lambda: True)
    assert other.reads == 0


def test_the_turn_is_given_up_during_a_download_and_files_are_read_meanwhile(file):
    may, done = threading.Event(), []

    def download(name):
        assert may.wait(60)
        done.append(name)

    opening, reading = Opening(None, _begin, (download, "large")), Opening(file, _begin)
    assert opening.begun(lambda: False) is None
    file.may.set()
    assert reading.begun(lambda: True) == ["begun", "examples"]
    assert not done
    may.set()
    assert opening.begun(lambda: True) == ["begun", None]
    assert done == ["large"]


def test_nothing_waits_for_the_download_of_another_data_set():
    may, done = {"large": threading.Event(), "small": threading.Event()}, []

    def download(name):
        assert may[name].wait(60)
        done.append(name)

    large, again, small = (
        Opening(None, _begin, (download, name)) for name in ("large", "large", "small")
    )
    may["small"].set()
    assert small.begun(lambda: True) == ["begun", None]
    assert done == ["small"]
    assert large.begun(lambda: False) is None
    again.close()
    may["large"].set()
    assert large.begun(lambda: True) == ["begun", None]
    assert done == ["small", "large"]


def test_what_goes_wrong_with_a_download_is_raised_when_it_begins():
    def download(name):
        raise OSError(f"no network for {name}")

    with pytest.raises(OSError, match="no network for it"):
        Opening(None, _begin, (download, "it")).begun(lambda: True)
