"""The flow of the page, run by Streamlit's own tester: form, link, training, messages."""

import json
import struct
import time
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from bnviz.engine import Engine
from bnviz.frame_layout import FrameLayout
from bnviz.frames import frame_steps
from bnviz.kinds import Key
from bnviz.page.shell import session
from bnviz.settings import KINDS, Settings, is_relevant

APP = str(Path(__file__).parents[2] / "app.py")
SHORT = {"dataset": "moons", "hidden_layers": "1", "units": "4", "steps": "30"}


@pytest.fixture(scope="module", autouse=True)
def engine():
    """One real engine for all pages: each of the tester's runs has caches of its own."""
    with pytest.MonkeyPatch.context() as patch, Engine() as engine:
        patch.setattr(session, "engine", lambda: engine)
        yield engine


@pytest.fixture(autouse=True)
def _limits_as_they_are():
    yield
    session.limits.cache_clear()


def opened(query=None):
    app = AppTest.from_file(APP, default_timeout=60)
    for name, value in (query or {}).items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    return app


def message(app):
    """The header and the frames of the message that the player got last."""
    (component,) = app.get("bidi_component")
    data = component.proto.bytes
    (size,) = struct.unpack_from("<I", data)
    return json.loads(data[4 : 4 + size]), data[4 + size :]


def until(app, condition, seconds=60):
    deadline = time.monotonic() + seconds
    while not condition(message(app)[0]):
        assert time.monotonic() < deadline, message(app)[0]["state"]
        time.sleep(0.1)
        app.run()
        assert not app.exception


def test_the_page_opens_with_the_recorded_run():
    header, frames = message(opened())
    assert header["state"] == "recorded"
    assert "recorded" in header["message"]
    shown = np.frombuffer(frames, FrameLayout.of(Settings()).overview.dtype)
    assert shown["step"].tolist() == frame_steps(Settings().steps)[: len(shown)].tolist()
    assert len(shown) > 10


def test_the_form_has_a_field_with_help_for_every_setting_that_matters():
    app = opened()
    sidebar = app.sidebar
    widgets = [*sidebar.selectbox, *sidebar.number_input, *sidebar.toggle, *sidebar.text_input]
    by_label = {widget.label: widget for widget in widgets}
    settings = Settings()
    for name, kind in KINDS.items():
        shown = is_relevant(name, vars(settings)) and not isinstance(kind, Key)
        assert (kind.label in by_label) == shown, name
        if shown:
            assert by_label[kind.label].value == getattr(settings, name)
            assert by_label[kind.label].help == kind.help


def test_a_click_right_after_a_change_trains_what_is_typed():
    app = opened(SHORT)
    app.sidebar.number_input(key="setting_units").set_value(7)
    app.button(key="train_wide").click().run()
    assert app.query_params["units"] == "7"
    assert app.query_params["train"] == "1"  # the run on the stage is that of the form


def test_a_field_appears_with_the_choice_it_belongs_to():
    app = opened()
    app.sidebar.selectbox(key="setting_dataset").set_value("moons").run()
    assert not app.exception
    assert app.sidebar.number_input(key="setting_noise").value == Settings().noise


def test_a_field_that_no_longer_matters_keeps_its_value_and_breaks_nothing():
    app = opened({"dataset": "moons"})
    app.sidebar.number_input(key="setting_noise").set_value(0.4).run()
    app.sidebar.selectbox(key="setting_dataset").set_value("digits").run()
    for units in (7, 8):
        app.sidebar.number_input(key="setting_units").set_value(units).run()
        assert not app.exception
    app.sidebar.selectbox(key="setting_dataset").set_value("circles").run()
    assert app.sidebar.number_input(key="setting_noise").value == 0.4


def test_what_is_chosen_stands_in_the_link():
    app = opened()
    app.sidebar.number_input(key="setting_units").set_value(7).run()
    assert app.query_params == {"units": "7"}


def test_changes_in_mid_run_that_are_none_get_a_sentence_and_are_left_out():
    app = opened()
    app.sidebar.text_input(key="setting_interventions").set_value("5:melt").run()
    assert not app.exception
    assert "allowed are" in app.sidebar.error[0].value
    assert app.query_params == {}


def test_a_link_fills_the_form():
    app = opened({"units": "7", "dataset": "spiral", "noise": "0.05"})
    assert app.sidebar.number_input(key="setting_units").value == 7
    assert app.sidebar.selectbox(key="setting_dataset").value == "spiral"
    assert app.sidebar.number_input(key="setting_noise").value == 0.05


@pytest.mark.parametrize(
    "query",
    [
        {"units": "9999"},
        {"units": "-1e400"},
        {"learning_rate": "nan"},
        {"upload": "x", "dataset": "digits"},
        {"dataset": "upload", "upload": "0" * 32},
        {"nothing": "x" * 5000},
        {"seed": "9" * 5000},
        {"units": ["3", "4"]},
        {"dataset": "<script>alert(1)</script>", "units": "\u202e"},
        {"": "", "train": "1", "steps": "0", "hidden_layers": "x"},
    ],
)
def test_a_bad_link_is_named_once_and_the_page_stands(query):
    app = opened(query)
    (warning,) = app.warning
    for name in query:
        if name not in ("train", "dataset"):
            assert name in warning.value
    assert message(app)[0]["capacity"] > 0


def test_a_run_too_large_for_the_host_is_not_trained_and_the_nearest_is_one_click_away(monkeypatch):
    monkeypatch.setenv("BNVIZ_MAX_COST", "1e6")
    session.limits.cache_clear()
    app = opened({**SHORT, "steps": "40000", "train": "1"})
    assert message(app)[0]["state"] == "recorded"
    assert "times what this host allows" in app.warning[0].value
    assert app.button(key="train_wide").disabled
    app.button(key="take").click().run()
    near = session.limits().fitting(Settings.read(SHORT).replace(steps=40_000))
    assert not app.warning
    assert app.query_params["steps"] == str(near.steps)
    app.button(key="train_wide").click().run()
    assert message(app)[0]["state"] in ("queued", "running")
    app.button(key="stop_wide").click().run()


def test_train_runs_to_the_end_and_the_player_gets_every_frame():
    app = opened(SHORT)
    app.button(key="train_wide").click().run()
    assert not app.exception
    until(app, lambda header: header["state"] == "finished")
    _, frames = message(app)
    settings = Settings.read(SHORT)
    shown = np.frombuffer(frames, FrameLayout.of(settings).overview.dtype)
    assert shown["step"].tolist() == frame_steps(settings.steps).tolist()
    assert app.query_params["train"] == "1"


def test_a_trained_link_joins_the_run():
    app = opened({**SHORT, "train": "1"})
    until(app, lambda header: header["state"] == "finished")


def test_stop_stops_the_run():
    app = opened({"dataset": "spiral", "steps": "50000", "units": "64", "train": "1"})
    until(app, lambda header: header["state"] == "running")
    app.button(key="stop_wide").click().run()
    assert message(app)[0]["state"] == "stopped"
    assert app.button(key="train_wide").label == "Train both"
