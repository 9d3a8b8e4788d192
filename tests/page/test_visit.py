"""The runs of a visit: how many are kept, in how much memory, and for how long."""

import io
from dataclasses import replace

import pytest

from bnviz.engine.origin import Origin
from bnviz.lesson.presets import NUM_POINTS
from bnviz.page.shell import brought, kept_file, run_files, session, visit
from bnviz.page.shell.keep_component import KeptRun
from bnviz.page.shell.kept_file import KeptFile
from bnviz.page.shell.own_file import Holders, NoRoomError, Shelf
from bnviz.page.shell.session import limits
from bnviz.page.shell.visit import MAX_RUNS, Visit
from bnviz.page.shell.visit_run import MAX_NAME, VisitRun
from bnviz.recording import Recording
from bnviz.settings import Settings
from tests.support.recordings import random_recording

ONE, AWAY = Origin("browser", "here"), Origin("another", "there")
RECORDING = random_recording(Settings(hidden_layers=1, units=4, steps=200), 130)
SIZE = RECORDING.frames.nbytes


def run(number: int) -> VisitRun:
    return VisitRun.opened(f"{number}.npz", str(number).encode(), RECORDING)


@pytest.fixture(autouse=True)
def _empty(monkeypatch):
    monkeypatch.setattr(kept_file, "HOLDERS", Holders())
    monkeypatch.setattr(visit, "_SHELF", Shelf(weigh=len))
    monkeypatch.setattr(brought, "_brought", [])


def names(visit: Visit) -> list[str]:
    return [run.name for run in visit.runs]


def test_the_oldest_make_room():
    visit = Visit(ONE, "a")
    for number in range(MAX_RUNS + 2):
        visit.add(run(number))
    assert names(visit) == [f"{number}.npz" for number in range(2, MAX_RUNS + 2)]


def test_a_run_is_there_once_under_the_name_that_it_was_given():
    visit = Visit(ONE, "a")
    for number in (0, 1):
        visit.add(run(number))
    visit.rename(run(0).token, " my\nrun ")
    visit.rename(run(1).token, " ")
    visit.add(run(0))
    assert names(visit) == ["my run", "1.npz"]


def test_a_run_that_was_trained_is_kept_without_its_frames():
    trained = VisitRun.trained("a run", RECORDING)
    visit = Visit(ONE, "a")
    visit.add(trained)
    assert trained.token == RECORDING.settings.digest
    assert kept_file.HOLDERS.held_bytes == 0
    assert {len(points) for points in trained.curves.values()} == {NUM_POINTS}


@pytest.fixture
def room(monkeypatch):
    """Has the host allow memory for the frames of so many runs."""

    def allow(runs: float) -> None:
        allowed = replace(limits(), files_mb=runs * SIZE / 1e6)
        monkeypatch.setattr(session, "limits", lambda: allowed)

    return allow


def test_their_frames_stay_within_the_share_of_one_viewer(room):
    room(4.5)
    mine, other = Visit(ONE, "a"), Visit(AWAY, "b")
    for number in range(4):
        mine.add(run(number))
    assert names(mine) == ["2.npz", "3.npz"]
    for number in range(2):
        other.add(run(number))
    assert names(other) == ["0.npz", "1.npz"]
    assert kept_file.HOLDERS.held_bytes == 4 * SIZE


def test_a_run_for_which_there_is_no_room_changes_nothing(room):
    room(4.5)
    mine = Visit(ONE, "a")
    for number in range(2):
        mine.add(run(number))
    kept_file.HOLDERS.hold(room, AWAY, 4 * SIZE)
    with pytest.raises(NoRoomError):
        mine.add(run(5))
    assert names(mine) == ["0.npz", "1.npz"]
    assert kept_file.HOLDERS.held_bytes == 6 * SIZE


def test_the_oldest_opened_runs_make_room_for_a_file_of_ones_own(room):
    room(4.5)
    mine, file = Visit(ONE, "a"), KeptFile(ONE)
    mine.add(VisitRun.trained("trained", RECORDING))
    for number in range(2):
        mine.add(run(number))
    mine.give_way(lambda: file.choose("a.csv", bytes(SIZE)))
    assert names(mine) == ["trained", "1.npz"]
    with pytest.raises(NoRoomError):
        mine.give_way(lambda: file.choose("a.csv", bytes(5 * SIZE)))
    assert names(mine) == ["trained", "1.npz"]
    assert kept_file.HOLDERS.held_bytes == 2 * SIZE


def test_the_run_that_the_page_was_started_with_is_nobodys_file():
    brought.bring(run(0))
    visit = Visit(ONE, "a")
    visit.add(run(0))
    assert kept_file.HOLDERS.held_bytes == 0


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


def test_a_browser_keeps_a_recording_once_whichever_file_it_came_from():
    copy = Recording.load(io.BytesIO(run_files.kept_copy(RECORDING)))
    other = random_recording(RECORDING.settings, 130, seed=1)
    one, two, three = (
        VisitRun.opened(name, name.encode(), each)
        for name, each in (("a", RECORDING), ("b", copy), ("c", other))
    )
    assert one.kept_as == two.kept_as != three.kept_as


def test_a_browser_keeps_the_file_of_a_run_of_own_data_alone():
    own = random_recording(RECORDING.settings.replace(dataset="upload", upload="0" * 32), 130)
    trained = VisitRun.trained("mine", own)
    assert trained.kept_as == VisitRun.opened("mine.npz", b"", own).kept_as
    assert VisitRun.trained("a run", RECORDING).kept_as == RECORDING.settings.digest


@pytest.mark.parametrize("given", [None, [], {"id": 3, "query": "x"}, {"query": {"units": 4}}])
def test_what_a_browser_says_of_a_kept_run_may_be_anything(given):
    assert KeptRun.read(given) == KeptRun()
