"""The page with a recording that was opened from a file."""

import pytest

from bnviz.page.shell import brought, visit
from bnviz.page.shell.visit_run import VisitRun
from bnviz.settings import Settings
from tests.support.recordings import random_recording
from tests.support.streamlit_page import new_page, open_page, player_message

SETTINGS = Settings(hidden_layers=1, units=4, steps=20)
OWN_DATA = SETTINGS.replace(dataset="upload", upload="0" * 32)


@pytest.fixture
def bring(monkeypatch):
    """Has the page begin with a run of some settings."""
    monkeypatch.setattr(brought, "_brought", [])

    def begin(settings: Settings) -> VisitRun:
        run = VisitRun.opened("run.npz", b"", random_recording(settings, 21))
        brought.bring(run)
        return run

    return begin


def shown(page):
    header, _ = player_message(page)
    return header["run"], header["state"], header["available"], header["other"]


def test_the_page_begins_with_it_and_its_settings(bring):
    run = bring(SETTINGS)
    page = open_page()
    assert shown(page) == (run.token, "recorded", 21, "")
    assert page.query_params["units"] == "4"


def test_its_link_shows_it_and_another_does_not(bring):
    run = bring(SETTINGS)
    assert shown(open_page(SETTINGS.to_query() | {"v": "2"}))[0] == run.token
    assert shown(open_page({"units": "7", "v": "2"}))[0] != run.token


def test_a_preset_takes_its_place(bring):
    run = bring(SETTINGS)
    page = open_page()
    page.button(key="preset_default").click().run()
    assert shown(page)[0] != run.token


def test_one_of_own_data_is_shown_although_its_data_are_not_here(bring):
    run = bring(OWN_DATA)
    page = open_page()
    assert shown(page) == (run.token, "recorded", 21, "")
    assert not player_message(page)[0]["opens_seeds"]


@pytest.fixture
def page():
    """The page of a visit with two opened recordings."""
    recordings = [random_recording(SETTINGS.replace(seed=seed), 21) for seed in (1, 2)]
    runs = tuple(
        VisitRun.opened(f"{number}.npz", str(number).encode(), recording)
        for number, recording in enumerate(recordings)
    )
    name = b"a visit with two"
    visit._SHELF.put(name.hex(), runs)
    page = new_page()
    page.session_state["bnviz_session_name"] = name
    page.run()
    assert not page.exception
    return page


def cards(page):
    return [each.label for each in page.button if (each.key or "").startswith("visit_")]


def test_a_click_on_its_card_shows_a_run_of_this_visit_again(page):
    assert cards(page) == ["` 1.npz `", "` 0.npz `"]
    page.button(key="visit_0").click().run()
    assert shown(page)[1:] == ("recorded", 21, "")
    assert page.query_params["seed"] == "2"
    page.button(key="visit_1").click().run()
    assert page.query_params["seed"] == "1"


def test_the_run_on_the_stage_is_given_a_name(page):
    page.button(key="visit_0").click().run()
    (field,) = [each for each in page.text_input if each.label == "Name of this run"]
    assert field.value == "1.npz"
    field.set_value("the *best*").run()
    assert cards(page) == ["` the *best* `", "` 0.npz `"]
