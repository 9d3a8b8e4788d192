"""A file that another program goes on writing: when it is read, and what is borne."""

from pathlib import Path

import pytest

from bnviz.page.shell import brought, followed_file, kept_file, recording_process
from bnviz.page.shell.followed_file import FollowedFile
from bnviz.page.shell.own_file import Holders
from bnviz.recording import Recording
from bnviz.settings import Settings
from tests.support.engine import until
from tests.support.networks import header_of
from tests.support.recordings import random_recording
from tests.support.streamlit_page import new_page, player_message

pytestmark = pytest.mark.usefixtures("tried")
STEPS = (0, 1, 2, 5, 9, 12)


@pytest.fixture(autouse=True)
def _quickly(monkeypatch):
    monkeypatch.setattr(followed_file, "INTERVAL", 0)
    monkeypatch.setattr(kept_file, "HOLDERS", Holders())


@pytest.fixture
def tried(monkeypatch):
    """The files that were tried in a process of their own."""
    found = []

    def read(data: bytes) -> Recording:
        found.append(data)
        complaint = recording_process.tried(data)["complaint"]
        if complaint:
            raise recording_process.RecordingError(complaint)
        return Recording.load(followed_file.io.BytesIO(data))

    monkeypatch.setattr(recording_process, "read", read)
    return found


def write(path: Path, frames: int, *, arms: int = 1, steps: tuple[int, ...] = STEPS, seed: int = 0):
    """Replaces a file as a watch does: it lacks the last of its steps unless that is recorded."""
    planned = steps[: frames + 1] if frames < len(steps) else steps
    beside = path.with_name("beside.npz")
    random_recording(header_of(arms, [4], steps=planned), frames, seed=seed).save(beside)
    beside.replace(path)


def read(file: FollowedFile, frames: int):
    """What is known of a file once it has been read with so many frames."""
    until(lambda: (run := file.now().run) is not None and len(run.recording) == frames)
    return file.now()


def test_frames_that_are_added_continue_what_is_shown(tmp_path, tried):
    path = tmp_path / "run.npz"
    file = FollowedFile(path)
    assert (file.now().run, file.now().trouble) == (None, "no such file or directory")
    write(path, 2)
    first = read(file, 2)
    assert (first.generation, first.grows, first.trouble) == (1, True, "")
    write(path, 4)
    assert (read(file, 4).generation, file.now().grows) == (1, True)
    write(path, 6)
    assert (read(file, 6).generation, file.now().grows) == (1, False)
    assert len(tried) == 1  # what only adds frames is not


@pytest.mark.parametrize("other", [{"arms": 2}, {"seed": 3}])
def test_what_does_not_continue_it_is_tried_and_begins_anew(tmp_path, tried, other):
    path = tmp_path / "run.npz"
    file = FollowedFile(path)
    write(path, 4)
    read(file, 4)
    write(path, 3, **other)
    assert read(file, 3).generation == 2
    assert len(tried) == 2


def test_a_file_that_is_half_written_or_gone_leaves_what_it_held(tmp_path):
    path = tmp_path / "run.npz"
    file = FollowedFile(path)
    write(path, 3)
    held = read(file, 3).run
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    until(lambda: file.now().trouble)
    assert file.now().trouble == "the file cannot be read as a recording"
    path.unlink()
    until(lambda: file.now().trouble == "no such file or directory")
    assert file.now().run == held
    write(path, 5)
    assert (read(file, 5).trouble, file.now().generation) == ("", 1)


def test_nothing_that_goes_wrong_while_it_is_read_ends_the_following(tmp_path, monkeypatch):
    path = tmp_path / "run.npz"
    file = FollowedFile(path)
    with monkeypatch.context() as patch:
        patch.setattr(Recording, "load", lambda _: 1 / 0)
        patch.setattr(followed_file.threading, "excepthook", lambda _: None)
        write(path, 3)
        until(lambda: file.now().trouble == "it could not be read")
    write(path, 4)
    assert read(file, 4).trouble == ""


def test_a_file_that_could_not_be_read_is_tried_again_after_a_while(tmp_path, monkeypatch):
    times, path = [0.0], tmp_path / "run.npz"
    file = FollowedFile(path, clock=lambda: times[0])

    def fail(*_, **__):
        raise OSError(24, "Too many open files")

    with monkeypatch.context() as patch:
        patch.setattr(followed_file, "read_limited", fail)
        write(path, 3)
        until(lambda: file.now().trouble == "too many open files" and not file._reading)
        assert file.now().run is None
    times[0] = followed_file.RETRY
    assert read(file, 3).trouble == ""


def test_it_is_not_looked_at_more_often_than_it_need_be(tmp_path, monkeypatch):
    monkeypatch.setattr(followed_file, "INTERVAL", 10.0)
    times = [0.0]
    file = FollowedFile(tmp_path / "run.npz", clock=lambda: times[0])
    file.now()
    write(file.path, 3)
    times[0] = 9.0
    file.now()
    assert not file._reading
    times[0] = 70.0
    read(file, 3)
    times[0] = 200.0
    assert file.now().quiet == 130.0


class TestPage:
    """The page that `bnviz show --follow` starts."""

    @pytest.fixture
    def path(self, tmp_path, monkeypatch):
        monkeypatch.setattr(brought, "_brought", [])
        path = tmp_path / "run.npz"
        brought.bring(FollowedFile(path))
        return path

    def shown(self, page):
        header, _ = player_message(page.run())
        return header["state"], header["available"], header["capacity"], header["poll"] > 0

    def test_it_waits_for_the_file_and_shows_what_is_added_and_its_end(self, path):
        page = new_page().run()
        header, _ = player_message(page)
        said = "run.npz cannot be read yet (no such file or directory). It is shown once it can be;"
        assert header["other"] == header["message"] == f"{said} until then, a recorded run is."
        assert header["poll"] > 0
        write(path, 3)
        until(lambda: self.shown(page) == ("running", 3, 4, True))
        header, _ = player_message(page)
        assert header["other"] == ""
        assert header["message"] == "run.npz: being trained by another program, step 2 of 5."
        assert [each.label for each in page.button if each.key == "visit_0"] == ["` run.npz `"]
        write(path, 5)
        until(lambda: self.shown(page) == ("running", 5, 6, True))
        write(path, 6)
        until(lambda: self.shown(page) == ("finished", 6, 6, True))
        again, _ = player_message(page)
        assert again["run"] == header["run"]
        assert again["message"] == "run.npz: trained to the last step, 12."
        path.unlink()
        until(lambda: "this is what it held before" in player_message(page.run())[0]["message"])
        assert not page.exception

    def test_of_a_run_of_the_laboratory_it_takes_the_settings_into_the_form(self, path):
        page = new_page().run()
        settings = Settings(hidden_layers=2, units=4, steps=5)
        random_recording(settings, 6).save(path)
        until(lambda: self.shown(page) == ("finished", 6, 6, True))
        header, _ = player_message(page)
        assert header["other"] == ""
        (field,) = [each for each in page.number_input if each.key.startswith("setting_units")]
        assert field.value == 4
