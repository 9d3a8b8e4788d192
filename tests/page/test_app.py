"""The flow of the page, run by Streamlit's own tester: form, link, training, messages."""

import time

import numpy as np
import pytest

from bnviz.engine import Engine
from bnviz.lesson.claims import evidence
from bnviz.page.lesson import about_default
from bnviz.page.shell import brought, session
from bnviz.page.shell.visit_run import VisitRun
from bnviz.player.content import recorded_default
from bnviz.recording.frame_layout import FrameLayout
from bnviz.recording.frames import frame_steps
from bnviz.settings import Settings
from bnviz.settings.kinds import Key
from bnviz.settings.settings import KINDS, is_relevant
from tests.support.engine import until
from tests.support.everyday import everyday
from tests.support.recordings import random_recording
from tests.support.streamlit_page import new_page, open_page, player_message

SHORT = {"dataset": "moons", "hidden_layers": "1", "units": "4", "steps": "30"}
#: Says by which defaults a link is read.
NOW = {"v": "2"}


@pytest.fixture(scope="module", autouse=True)
def _engine():
    """One real engine for all pages: each page of the tester has caches of its own."""
    with pytest.MonkeyPatch.context() as patch, Engine() as engine:
        patch.setattr(session, "engine", lambda: engine)
        yield


@pytest.fixture(autouse=True)
def _default_limits():
    """Limits that a test has set do not outlast it."""
    yield
    session.limits.cache_clear()


def run_until(page, state, seconds=60):
    """Runs the page again and again until the player is sent a state."""
    deadline = time.monotonic() + seconds
    while player_message(page)[0]["state"] != state:
        assert time.monotonic() < deadline, player_message(page)[0]["state"]
        time.sleep(0.1)
        page.run()
        assert not page.exception


def test_the_page_opens_with_the_recorded_run():
    header, frames = player_message(open_page())
    assert header["state"] == "recorded"
    assert "recorded" in header["message"]
    shown = np.frombuffer(frames, recorded_default().layout.overview.dtype)
    assert shown["step"].tolist() == frame_steps(Settings().steps)[: len(shown)].tolist()
    assert len(shown) > 10


def test_the_form_has_a_field_with_help_for_every_relevant_setting():
    page = open_page()
    sidebar = page.sidebar
    widgets = [*sidebar.selectbox, *sidebar.number_input, *sidebar.toggle, *sidebar.text_input]
    by_label = {widget.label: widget for widget in widgets}
    settings = Settings()
    for name, kind in KINDS.items():
        shown = is_relevant(name, vars(settings)) and not isinstance(kind, Key)
        assert (kind.label in by_label) == shown, name
        if shown:
            assert by_label[kind.label].value == getattr(settings, name)
            assert by_label[kind.label].help == kind.help


def test_a_click_right_after_typing_trains_the_typed_value():
    page = open_page({**SHORT, **NOW})
    page.sidebar.number_input(key="setting_units").set_value(7)
    page.button(key="train_wide").click().run()
    assert page.query_params["units"] == "7"
    assert page.query_params["train"] == "1"  # the run on the stage has the settings of the form


@pytest.mark.widest
def test_seeds_of_a_run_are_opened_also_after_a_recording_of_own_data(monkeypatch):
    own_data = Settings(hidden_layers=1, units=4, steps=20, dataset="upload", upload="0" * 32)
    run = VisitRun.opened("run.npz", b"", random_recording(own_data, 21))
    monkeypatch.setattr(brought, "_brought", [run])
    page = open_page()
    assert not player_message(page)[0]["opens_seeds"]
    for name, value in (("hidden_layers", 1), ("units", 4), ("steps", 30)):
        page.sidebar.number_input(key=f"setting_{name}").set_value(value)
    page.button(key="train_wide").click().run()
    until(lambda: player_message(page.run())[0]["run"] != run.token)
    assert player_message(page)[0]["opens_seeds"]


def test_a_field_appears_with_the_choice_that_makes_it_relevant():
    page = open_page()
    page.sidebar.selectbox(key="setting_dataset").set_value("moons").run()
    assert not page.exception
    assert page.sidebar.number_input(key="setting_noise").value == Settings().noise


def test_an_irrelevant_field_keeps_its_value():
    page = open_page({"dataset": "moons"})
    page.sidebar.number_input(key="setting_noise").set_value(0.4).run()
    page.sidebar.selectbox(key="setting_dataset").set_value("digits").run()
    for units in (7, 8):
        page.sidebar.number_input(key="setting_units").set_value(units).run()
        assert not page.exception
    page.sidebar.selectbox(key="setting_dataset").set_value("circles").run()
    assert page.sidebar.number_input(key="setting_noise").value == 0.4


def test_the_link_holds_the_chosen_settings():
    page = open_page()
    page.sidebar.number_input(key="setting_units").set_value(7).run()
    assert page.query_params == {"units": "7", "v": "2"}


def test_settings_that_are_folded_away_are_named_if_they_are_not_at_their_default():
    page = open_page({"units": "7", "bn_scale": "false", "batch_size": "8"})
    (said,) = [each.value for each in page.sidebar.caption if "not at the default" in each.value]
    assert "2 not at the default" in said
    assert "units 7, learn gamma off" in said
    page.sidebar.number_input(key="setting_units").set_value(Settings().units).run()
    assert "1 not at the default" in page.sidebar.caption[0].value


def test_malformed_interventions_are_reported_and_left_out():
    page = open_page()
    page.sidebar.text_input(key="setting_interventions").set_value("5:melt").run()
    assert not page.exception
    assert "allowed are" in page.sidebar.error[0].value
    assert page.query_params == {}


def test_a_link_fills_the_form():
    page = open_page({"units": "7", "dataset": "spiral", "noise": "0.05"})
    assert page.sidebar.number_input(key="setting_units").value == 7
    assert page.sidebar.selectbox(key="setting_dataset").value == "spiral"
    assert page.sidebar.number_input(key="setting_noise").value == 0.05


@pytest.mark.parametrize(
    "query",
    everyday(
        [
            {"units": "9999"},
            {"units": "-1e400"},
            {"learning_rate": "nan"},
            {"upload": "x", "dataset": "digits"},
            {"nothing": "x" * 5000},
            {"seed": "9" * 5000},
            {"units": ["3", "4"]},
            {"dataset": "<script>alert(1)</script>", "units": "\u202e"},
            {"": "", "train": "1", "steps": "0", "hidden_layers": "x"},
        ],
        (0, 5, 8),
    ),
)
def test_a_bad_link_is_reported_once_and_the_page_works(query):
    page = open_page(query)
    (warning,) = page.warning
    for name in query:
        if name not in ("train", "dataset"):
            assert name in warning.value
    assert player_message(page)[0]["capacity"] > 0


@pytest.mark.slow
def test_a_run_beyond_the_limit_is_not_trained_and_the_nearest_one_is_offered(monkeypatch):
    monkeypatch.setenv("BNVIZ_MAX_SECONDS", "2")
    session.limits.cache_clear()
    wide = {**SHORT, "units": "128"}
    page = open_page({**wide, **NOW, "steps": "40000", "train": "1"})
    assert player_message(page)[0]["state"] == "recorded"
    assert "this host allows 2 s" in page.warning[0].value
    assert page.button(key="train_wide").disabled
    page.button(key="take").click().run()
    near = session.limits().fitting(Settings.read(wide).replace(steps=40_000))
    assert not page.warning
    assert page.query_params["steps"] == str(near.steps)
    page.button(key="train_wide").click().run()
    assert player_message(page)[0]["state"] in ("queued", "running")
    page.button(key="stop_wide").click().run()


@pytest.mark.parametrize(("memory", "offered"), [("1999", False), ("2000", True)])
def test_a_data_set_is_offered_where_the_host_has_the_memory_for_it(monkeypatch, memory, offered):
    monkeypatch.setenv("BNVIZ_HOST_MEMORY_MB", memory)
    session.limits.cache_clear()
    (field,) = [each for each in open_page().selectbox if each.label == "data set"]
    assert ("CIFAR-10" in field.options) == offered
    assert "MNIST" in field.options


@pytest.mark.slow
def test_training_reaches_the_end_and_the_player_gets_every_frame():
    page = open_page({**SHORT, **NOW})
    page.button(key="train_wide").click().run()
    assert not page.exception
    run_until(page, "finished")
    _, frames = player_message(page)
    settings = Settings.read(SHORT)
    shown = np.frombuffer(frames, FrameLayout.of(settings).overview.dtype)
    assert shown["step"].tolist() == frame_steps(settings.steps).tolist()
    assert page.query_params["train"] == "1"


def test_a_link_of_a_trained_run_joins_the_run():
    page = open_page({**SHORT, **NOW, "train": "1"})
    run_until(page, "finished")


def test_stop_stops_the_run():
    page = open_page({"dataset": "spiral", "steps": "50000", "units": "64", "train": "1"})
    run_until(page, "running")
    page.button(key="stop_wide").click().run()
    assert player_message(page)[0]["state"] == "stopped"
    assert page.button(key="train_wide").label == "Train both"


@pytest.mark.widest
def test_the_end_of_a_run_redraws_a_projected_lesson_once():
    """Projected, the lesson has no Stop button; one of another mode made it redraw forever."""
    page = new_page({"chapter": "speed", "present": "1", "train": "1"})
    page.session_state["bnviz_drew_stop"] = True
    page.run()
    run_until(page, "finished")
    page.run()
    assert not page.exception


#: What the form of the first version put into the link of a run of chapter 1.
OF_CHAPTER_1 = {"hidden_layers": "4", "activation": "sigmoid", "learning_rate": "0.7"}


@pytest.mark.parametrize(
    ("link", "chapter"),
    [
        ({}, "problem"),
        (OF_CHAPTER_1, "vanishing-gradients"),
        (OF_CHAPTER_1 | {"v": "2"}, "problem"),
    ],
    ids=["chapter", "run of the first version", "run of now"],
)
def test_a_link_to_a_run_of_a_chapter_opens_the_chapter_that_has_its_experiment(link, chapter):
    page = open_page({"chapter": "1"} | link)
    assert page.query_params["chapter"] == chapter


def test_beside_the_default_run_stands_what_is_left_of_it_elsewhere():
    page = open_page()
    said = [caption.value for caption in page.caption]
    assert about_default.text() in said
    for claim in ("fewer_steps_from_better_weights", "fewer_steps_at_its_best_rate"):
        assert evidence.recorded()[claim].holds
    page.button(key="add_noisy_bn").click().run()
    assert not page.exception
    assert page.query_params == {"third_arm": "noisy_bn", "v": "2", "train": "1"}
    assert about_default.text() in [caption.value for caption in page.caption]
    assert not any(button.key == "add_noisy_bn" for button in page.button)


def test_nothing_is_said_of_other_runs_by_the_seeds_of_the_default():
    page = open_page({**SHORT, **NOW, "train": "1"})
    assert about_default.text() not in [caption.value for caption in page.caption]
