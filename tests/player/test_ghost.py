"""The frames of a second run on their way to the player."""

from dataclasses import replace

import numpy as np
import pytest

from bnviz.figures.ghosts import LETTERS
from bnviz.player import ghost
from bnviz.player.content import StageContent
from bnviz.player.ghost import Ghost
from bnviz.player.request import PlayerRequest
from bnviz.settings import Settings
from tests.support.messages import unpack
from tests.support.recordings import random_recording

SETTINGS = Settings(hidden_layers=1, units=4, steps=20)
RECORDING, OTHER = (random_recording(SETTINGS.replace(seed=seed), 21, seed=seed) for seed in (1, 2))
STAGE = StageContent("run", RECORDING, "recorded", "", ghosts=(Ghost("other", OTHER),))


def asked(**given):
    """The part of the header and the bytes of the second run, and the frames of the first."""
    header, data = unpack(STAGE.respond(PlayerRequest.read({"run": "run", "from": 21, **given})))
    (part,) = header["ghosts"]
    return part, data[len(data) - part["bytes"] :], data[: len(data) - part["bytes"]]


def test_a_player_collects_all_of_its_frames(monkeypatch):
    layout = OTHER.layout.overview
    monkeypatch.setattr(ghost, "frame_bytes", lambda *_: 8 * layout.dtype.itemsize)
    held = b""
    part, data, own = asked()
    assert own == b""
    assert part["schema"] == layout.schema()
    while len(held) < 21 * layout.dtype.itemsize:
        assert data
        held += data
        first = len(held) // layout.dtype.itemsize
        part, data, _ = asked(ghosts=[{"run": "other", "from": first}])
    assert held == OTHER.slice(0, 21, layout)
    assert (part["available"], data) == (21, b"")


def test_its_figure_is_another_than_without_it():
    view = PlayerRequest().view
    alone = StageContent("run", RECORDING, "recorded", "")
    assert STAGE.figure(view)["id"] != alone.figure(view)["id"]
    assert STAGE.figure(view)["ghosts"]
    assert not alone.figure(view)["ghosts"]


def test_its_figure_is_another_once_its_steps_are_timed():
    other = random_recording(SETTINGS.replace(seed=3), 21, seed=3)
    stage = StageContent("run", RECORDING, "recorded", "", ghosts=(Ghost("other", other),))
    view = PlayerRequest().view
    before = stage.figure(view)["id"]
    other.seconds_per_step = dict.fromkeys(other.layout.arms, 0.001)
    assert stage.figure(view)["id"] != before


def test_at_the_accuracies_of_the_run_it_has_a_frame_for_each_of_the_runs():
    other = random_recording(SETTINGS.replace(seed=3, steps=9), 10, seed=3)
    aligned = Ghost("other", other).at_accuracies("run", RECORDING)
    stage = StageContent("run", RECORDING, "recorded", "", ghosts=(aligned,))
    header, _ = unpack(stage.respond(PlayerRequest()))
    (part,) = header["ghosts"]
    assert (part["aligned"], part["available"]) == (True, len(RECORDING))
    assert STAGE.figure(PlayerRequest().view)["id"] != header["figure"]["id"]
    assert unpack(STAGE.respond(PlayerRequest()))[0]["ghosts"][0]["aligned"] is False


def test_without_it_the_message_says_so():
    header, _ = unpack(StageContent("run", RECORDING, "recorded", "").respond(PlayerRequest()))
    assert header["ghosts"] == []


def test_frames_of_both_runs_arrive_together():
    part, data, own = asked(**{"from": 0})
    steps = np.frombuffer(own[:4], np.uint32)
    assert steps[0] == 0
    assert part["first"] == 0
    assert data


@pytest.mark.parametrize(
    "given", [None, 3, "x", {}, [3], [{"run": 4, "from": "x"}], [{"run": "other", "from": -7}]]
)
def test_a_malformed_request_gets_it_from_the_beginning(given):
    part, _, _ = asked(ghosts=given)
    assert part["first"] == 0


def test_the_player_is_told_the_letters_and_dashes_that_are_drawn():
    stage = replace(STAGE, ghosts=tuple(Ghost(letter, OTHER) for letter in LETTERS))
    header, _ = unpack(stage.respond(PlayerRequest()))
    figure = header["figure"]
    words = {"dash": "dashed", "longdash": "long dashes", "dashdot": "dashes and dots"}
    for part, numbers in zip(header["ghosts"], figure["ghosts"], strict=True):
        lines = [figure["data"][number].get("line") for number in numbers]
        assert {words[line["dash"]] for line in filter(None, lines)} == {part["line"]}
        bindings = [figure["bindings"][str(number)] for number in numbers]
        ends = [binding["names"] for binding in bindings if binding["kind"] == "ends"]
        assert ends
        assert all(names == [part["letter"]] for names in ends)


def test_of_several_each_is_sent_what_the_player_lacks_of_it():
    third = random_recording(SETTINGS.replace(seed=3, units=5), 15, seed=3)
    stage = replace(STAGE, ghosts=(Ghost("other", OTHER), Ghost("third", third)))
    held = {"run": "run", "from": 21, "ghosts": [{"run": "third", "from": 9}]}
    header, data = unpack(stage.respond(PlayerRequest.read(held)))
    parts = header["ghosts"]
    assert [(part["run"], part["first"], part["available"]) for part in parts] == [
        ("other", 0, 21),
        ("third", 9, 15),
    ]
    assert len(data) == sum(part["bytes"] for part in parts)
    assert data.endswith(third.slice(9, 15, third.layout.overview))
