"""The presets on the page: a card fills the form and shows its recording."""

import base64
import re

import pytest

from bnviz.figures.style import CLASS_COLOURS
from bnviz.lesson.presets import FIRST, PRESETS
from bnviz.recording.arm_colours import ARM_COLOURS
from bnviz.recording.frames import ARMS
from tests.support.streamlit_page import open_page, player_message

OTHERS = list(PRESETS)[1:]


def card(page, name):
    return page.button(key=f"preset_{name}")


def sentences(page):
    return [each.value for each in page.caption if each.value.startswith("**")]


def test_cards_play_their_recordings_and_are_in_the_link():
    page = open_page()
    for name in (*OTHERS, FIRST):
        settings = PRESETS[name].settings
        card(page, name).click().run()
        assert not page.exception
        header, frames = player_message(page)
        assert (header["state"], header["other"]) == ("recorded", "")
        assert header["available"] == header["capacity"]
        assert header["steps"] == settings.steps
        assert len(frames) > 0
        link = settings.to_query()
        assert page.query_params == ({**link, "v": "2"} if link else {})
        (sentence,) = sentences(page)
        assert PRESETS[name].sentence in sentence
        assert page.button(key="train_wide").label == "Train both"


@pytest.mark.parametrize("name", OTHERS)
def test_a_link_of_a_preset_plays_its_recording(name):
    page = open_page({**PRESETS[name].settings.to_query(), "v": "2"})
    header, _ = player_message(page)
    assert (header["state"], header["other"]) == ("recorded", "")
    assert header["run"].endswith(name)


def test_a_changed_setting_is_said_of_a_preset_as_of_the_default():
    name = OTHERS[0]
    page = open_page({**PRESETS[name].settings.to_query(), "v": "2"})
    page.sidebar.number_input(key="setting_seed").set_value(1).run()
    assert player_message(page)[0]["other"].startswith("Shown: seed 0.")
    assert sentences(page) == []


def test_every_card_has_a_name_of_its_own():
    page = open_page()
    assert len({card(page, name).label for name in PRESETS}) == len(PRESETS)


def test_a_card_shows_curves_or_where_examples_lie_in_a_plane_these_and_both_boundaries():
    page = open_page()
    (sheet,) = [each.proto.body for each in page.get("html") if "base64" in each.proto.body]
    for name, preset in PRESETS.items():
        (coded,) = re.findall(rf"preset_{name} button [^}}]+base64,([^\"]+)", sheet)
        picture = base64.b64decode(coded).decode()
        assert all(ARM_COLOURS[arm] in picture for arm in ARMS)
        in_plane = preset.settings.dataset == "moons"
        assert all((colour in picture) == in_plane for colour in CLASS_COLOURS)
