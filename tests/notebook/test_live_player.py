"""What a notebook is told of a recording that grows, without a front end."""

import dataclasses
import json
import zlib

import pytest

from bnviz.figures.view import TITLES
from bnviz.notebook.framed import still
from bnviz.notebook.live_figures import LiveFigures
from bnviz.notebook.live_player import LivePlayer
from bnviz.player.content import StageContent
from bnviz.recording import Recording
from bnviz.recording.header import RecordingHeader
from bnviz.settings import Settings
from tests.support.recordings import random_recording

SETTINGS = Settings(dataset="moons", hidden_layers=2, units=5, steps=40)


@pytest.fixture(scope="module")
def recorded():
    return random_recording(SETTINGS, len(RecordingHeader.of(SETTINGS).steps))


def begun(recording, count):
    """The first frames of a recording, which goes on."""
    return recording.beginning(int(recording.steps[count - 1]))


class Sent(LivePlayer):
    """A player whose messages are kept."""

    def __init__(self):
        self.messages = []
        super().__init__()

    def send(self, content, buffers=None):
        self.messages.append((content, b"".join(buffers)))


def film(player):
    """The frames that a front end has which has missed nothing."""
    frames = player.film["frames"]
    size = json.loads(player.header)["schema"]["size"]
    for about, more in player.messages:
        if about["run"] == player.film["run"] and about["first"] * size == len(frames):
            frames += more
    return frames


def test_every_frame_arrives_once_in_messages_or_with_all_of_them(recorded):
    player = Sent()
    for count in range(2, len(recorded)):
        player.show(begun(recorded, count), message="")
        assert film(player) == recorded.slice(0, count)


def test_a_front_end_that_missed_messages_has_all_frames_once_there_are_twice_as_many(recorded):
    player = Sent()
    for count in (4, 5, 6, 7):
        player.show(begun(recorded, count), message="")
    assert player.film["frames"] == recorded.slice(0, 4)
    player.show(begun(recorded, 8), message="")
    assert player.film["frames"] == recorded.slice(0, 8)


def test_the_same_run_goes_on_and_another_one_begins(recorded):
    player = Sent()
    assert player.show(begun(recorded, 3), message="")
    assert not player.show(begun(recorded, 5), message="")
    run = json.loads(player.header)["run"]
    assert player.show(random_recording(SETTINGS.replace(units=6), 3), message="")
    assert json.loads(player.header)["run"] != run == player.messages[0][0]["run"]


def test_a_run_that_has_ended_asks_for_no_more_and_has_the_room_of_its_frames(recorded):
    player = Sent()
    player.show(begun(recorded, 3), message="at step 3")
    header = json.loads(player.header)
    assert header["poll"] > 0
    assert header["message"] == "at step 3"
    assert header["capacity"] > len(recorded)
    player.show(recorded, message="", live=False)
    header = json.loads(player.header)
    assert (header["poll"], header["available"]) == (0, len(recorded))
    assert header["capacity"] == len(recorded)


def test_a_player_that_is_withdrawn_leaves_nothing_to_be_saved(recorded):
    player = Sent()
    player.show(begun(recorded, 3), message="")
    player.withdraw()
    assert not any((player.page, player.header, player.figures, player.film["frames"]))
    assert player.comm is None


@pytest.mark.widest
def test_views_are_drawn_one_after_the_other_and_those_that_wait_say_so(recorded):
    content = StageContent("run", recorded, "running", "")
    figures = LiveFigures(content, detail=True)
    packed = json.loads(zlib.decompress(figures.packed("run")))
    waiting = [name for name, reason in packed["missing"].items() if reason]
    assert set(packed["table"]) == set(TITLES)
    assert "layers" not in waiting
    assert "gradients" in waiting
    while name := figures.due(recorded):
        figures.draw(content, name)
    packed = json.loads(zlib.decompress(figures.packed("run")))
    lacking = [name for name, reason in packed["missing"].items() if reason]
    assert 0 < len(lacking) < len(waiting)
    assert all("This view comes" not in packed["missing"][name]["sentence"] for name in lacking)


@pytest.mark.widest
def test_a_figure_is_drawn_again_when_its_axes_change(recorded):
    early = begun(recorded, 2)
    figures = LiveFigures(StageContent("run", early, "running", ""), detail=True)
    while name := figures.due(early):
        figures.draw(StageContent("run", early, "running", ""), name)
    later = Recording(SETTINGS)
    later.seconds_per_step = early.seconds_per_step
    for frame in early.frames:
        later.append(frame)
    frames = recorded.frames[2:3].copy()
    for arm in recorded.layout.arms:
        frames[arm]["gradient_norm"] = 1e6
    later.append(frames[0])
    assert figures.due(later) == "gradients"


def test_frames_too_large_for_a_browser_come_without_detail():
    wide = random_recording(SETTINGS.replace(hidden_layers=20, units=256), 2)
    player = Sent()
    player.show(wide, message="")
    assert player.film["frames"] == wide.slice(0, 2, wide.layout.overview)


@pytest.mark.widest
def test_words_of_a_stranger_are_no_markup_beside_the_page(recorded):
    other = Recording(dataclasses.replace(recorded.header, title='"><script>x</script>'))
    for frame in recorded.frames:
        other.append(frame)
    text = still(other)
    assert text.count("<iframe") == text.count("</iframe>") == 1
    assert "<script" not in text
