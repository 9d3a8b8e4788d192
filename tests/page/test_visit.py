"""The runs of a visit: how many are kept, in how much memory, and for how long."""

import pytest

from bnviz.engine.origin import Origin
from bnviz.page.shell import kept_file, visit
from bnviz.page.shell.own_file import Holders, NoRoomError, Shelf
from bnviz.page.shell.session import limits
from bnviz.page.shell.visit import MAX_RUNS, Visit
from bnviz.page.shell.visit_run import MAX_NAME, VisitRun
from bnviz.settings import Settings
from tests.support.recordings import random_recording

ONE = Origin("browser", "here")
RECORDING = random_recording(Settings(hidden_layers=1, units=4, steps=20), 21)
SIZE = RECORDING.frames.nbytes


def run(number: int) -> VisitRun:
    return VisitRun.opened(f"{number}.npz", str(number).encode(), RECORDING)


@pytest.fixture(autouse=True)
def _empty(monkeypatch):
    monkeypatch.setattr(kept_file, "HOLDERS", Holders())
    monkeypatch.setattr(visit, "_SHELF", Shelf(weigh=len))


def names(visit: Visit) -> list[str]:
    return [run.name for run in visit.runs]


def test_the_oldest_make_room():
    visit = Visit(ONE, "a")
    for number in range(MAX_RUNS + 2):
        visit.add(run(number))
    assert names(visit) == [f"{number}.npz" for number in range(2, MAX_RUNS + 2)]


def test_the_same_file_is_there_once():
    visit = Visit(ONE, "a")
    for number in (0, 1, 0):
        visit.add(run(number))
    assert names(visit) == ["1.npz", "0.npz"]


def test_their_frames_count_as_files_of_the_viewer(monkeypatch):
    room = 2.5 * SIZE / 1e6
    monkeypatch.setattr("bnviz.engine.limits.Limits.files_mb", room, raising=False)
    object.__setattr__(limits(), "files_mb", room)
    try:
        visit = Visit(ONE, "a")
        for number in range(4):
            visit.add(run(number))
        assert names(visit) == ["2.npz", "3.npz"]
        assert kept_file.HOLDERS.held_bytes == 2 * SIZE
        other = Visit(Origin("another", "there"), "b")
        with pytest.raises(NoRoomError):
            other.add(run(5))
        visit.leave()
        other.add(run(5))
        assert kept_file.HOLDERS.held_bytes == SIZE
    finally:
        object.__setattr__(limits(), "files_mb", 100)


def test_a_lost_connection_gets_them_back():
    first = Visit(ONE, "a")
    first.add(run(0))
    first.leave()
    assert first.runs == ()
    assert [each.name for each in visit._SHELF.claim("a")] == ["0.npz"]


@pytest.mark.parametrize(
    ("given", "kept"), [("a\nb.npz", "a b.npz"), ("", "a recording"), ("x" * 999, "x" * MAX_NAME)]
)
def test_a_name_is_one_short_line(given, kept):
    assert VisitRun.opened(given, b"", RECORDING).name == kept
