"""The flow of the phase map, run by Streamlit's own tester: modes, link, axes, filling."""

import json
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from bnviz.player.map_content import RECORDED
from bnviz.player.request import MapRequest, read_cell
from bnviz.studies.axis import MAX_VALUES
from bnviz.studies.phase_map import PhaseMap
from bnviz.studies.sweep import Cell, Sweep

APP = str(Path(__file__).parents[2] / "app.py")


def opened(query=None):
    app = AppTest.from_file(APP, default_timeout=60)
    for name, value in (query or {}).items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    return app


def message(app):
    (component,) = app.get("bidi_component")
    return json.loads(component.proto.bytes)


def switch(app, mode):
    app.button_group(key="mode_wide").set_value(mode).run()
    assert not app.exception


def test_the_map_opens_with_a_recorded_one():
    found = message(opened({"mode": "map"}))
    assert found["state"] == "recorded"
    assert "recorded" in found["message"]
    assert found["filled"] == 256
    assert {"figure", "lines", "cells", "reading"} <= found["picture"].keys()


def test_the_recorded_map_is_complete_and_of_the_default_sweep():
    recorded = PhaseMap.load(RECORDED)
    assert recorded.complete
    assert recorded.digest == Sweep().digest


def test_the_modes_are_switched_and_stand_in_the_link():
    app = opened({"units": "16"})
    switch(app, "map")
    assert app.query_params == {"mode": "map", "units": "16", "steps": "300"}
    assert message(app)["state"] == "recorded"
    app.sidebar.selectbox(key="sweep_measure").set_value("speed_up").run()
    assert app.query_params["measure"] == "speed_up"
    switch(app, "")
    assert app.query_params == {"units": "16"}
    switch(app, "map")
    assert app.query_params["measure"] == "speed_up"


def test_a_click_in_the_moment_in_which_the_mode_is_left_trains_nothing_later():
    app = opened({"steps": "10", "units": "2"})
    app.button(key="train_wide").click()  # which reaches the page in one message with the switch
    switch(app, "map")
    switch(app, "")
    assert app.button(key="train_wide").label == "Train both"
    assert app.query_params == {"steps": "10", "units": "2"}


def test_the_form_has_the_settings_that_all_cells_share_and_no_others():
    app = opened({"mode": "map", "x": "units=2:8:log:3"})
    keys = {widget.key for widget in app.sidebar.number_input}
    assert "setting_learning_rate" in keys
    assert not {"setting_units", "setting_init_scale", "setting_dropout"} & keys
    assert app.sidebar.number_input(key="axis_x_high_units").value == 8
    assert app.sidebar.number_input(key="axis_x_low_units").min == 2


@pytest.mark.parametrize(
    ("field", "value", "word"),
    [
        ("axis_x_low_learning_rate", 10.0, "low end is below"),
        ("axis_x_name", "init_scale", "another setting"),
    ],
)
def test_a_wrong_axis_is_said_and_nothing_can_be_trained(field, value, word):
    app = opened({"mode": "map"})
    find = app.sidebar.selectbox if field.endswith("name") else app.sidebar.number_input
    find(key=field).set_value(value).run()
    assert not app.exception
    (error,) = app.sidebar.error
    assert word in error.value
    assert app.button(key="fill_wide").disabled
    assert app.button(key="fill_narrow").disabled
    assert message(app)["state"] == "recorded"


@pytest.mark.parametrize(
    "query",
    [
        {"x": "learning_rate=10:1:log:4"},
        {"x": "activation=0:1:linear:4", "seeds": "99"},
        {"y": "x" * 5000, "target": "nan"},
        {"measure": "<script>alert(1)</script>"},
        {"seeds": "1e3", "steps": "-1"},
        {"x": "learning_rate=0.1:1:log:999999999", "nothing": "1"},
        {"x": "init_scale=0.1:1:log:3", "y": "init_scale=0.2:1:log:3"},
    ],
)
def test_a_bad_link_is_named_once_and_the_map_stands(query):
    app = opened({"mode": "map", **query})
    (warning,) = app.warning
    for name in query:
        # Of two equal axes the second one is the wrong one.
        said = name if name != "x" or "y" not in query else "y"
        assert f"{said} is" in warning.value.replace("\\", "")
    assert message(app)["picture"]


def test_an_unknown_mode_opens_the_laboratory():
    app = opened({"mode": "<b>", "x": "1"})
    (warning,) = app.warning
    assert "mode is" in warning.value
    assert app.query_params == {}


@pytest.mark.parametrize(
    "sent",
    [
        None,
        3,
        {},
        {"row": 1},
        {"row": -1, "column": 0},
        {"row": True, "column": 0},
        {"row": 0, "column": MAX_VALUES},
        {"row": "0", "column": 0},
    ],
)
def test_what_is_no_cell_is_none(sent):
    assert read_cell(sent) is None


def test_what_a_browser_asks_for_is_read_with_care():
    assert read_cell({"row": 2, "column": 3}) == Cell(2, 3)
    assert MapRequest.read({"held": "a" * 500, "ask": 2**99}) == MapRequest("a" * 200, 2**31)
    assert MapRequest.read([1]) == MapRequest.read({"held": 3, "ask": True}) == MapRequest()


def test_the_seeds_stand_in_the_link_with_the_settings():
    app = opened({"mode": "seeds", "units": "16"})
    assert message(app)["state"] == "ready"
    assert app.button(key="seeds_wide").label == "Train 10 seeds"
    app.sidebar.number_input(key="seeds_count").set_value(7).run()
    assert not app.exception
    assert app.button(key="seeds_narrow").label == "Train 7 seeds"
    assert app.query_params == {"mode": "seeds", "units": "16", "seeds": "7"}


@pytest.mark.parametrize("seeds", ["4", "21", "nan", "<b>", "9" * 500])
def test_a_bad_number_of_seeds_is_named(seeds):
    app = opened({"mode": "seeds", "seeds": seeds, "train": "1"})
    (warning,) = app.warning
    assert "seeds is" in warning.value
    assert message(app)["state"] == "ready"
