"""The flow of the phase map and the seeds, run by Streamlit's own tester."""

import pytest

from bnviz.page.modes import seeds_mode
from bnviz.player.map_content import RECORDED
from bnviz.studies.phase_map import PhaseMap
from bnviz.studies.sweep import Sweep
from tests.support.everyday import everyday
from tests.support.streamlit_page import map_message, open_page


def switch(page, mode):
    page.button_group(key="mode_wide").set_value(mode).run()
    assert not page.exception


def test_the_page_opens_with_the_recorded_map():
    found = map_message(open_page({"mode": "map"}))
    assert found["state"] == "recorded"
    assert "recorded" in found["message"]
    assert found["filled"] == 256
    assert {"figure", "lines", "cells", "reading"} <= found["picture"].keys()


def test_the_recorded_map_is_that_of_the_default_sweep_and_complete():
    recorded = PhaseMap.load(RECORDED)
    assert recorded.complete
    assert recorded.digest == Sweep().digest


@pytest.mark.slow
def test_the_link_follows_the_switch_between_modes():
    page = open_page({"units": "16", "v": "2"})
    switch(page, "map")
    assert page.query_params == {"mode": "map", "units": "16", "steps": "300", "v": "2"}
    assert map_message(page)["state"] == "recorded"
    page.sidebar.selectbox(key="sweep_measure").set_value("speed_up").run()
    assert page.query_params["measure"] == "speed_up"
    switch(page, "")
    assert page.query_params == {"units": "16", "v": "2"}
    switch(page, "map")
    assert page.query_params["measure"] == "speed_up"


def test_a_click_that_coincides_with_leaving_the_mode_trains_nothing_later():
    page = open_page({"steps": "10", "units": "2", "v": "2"})
    page.button(key="train_wide").click()  # sent to the page in one message with the switch
    switch(page, "map")
    switch(page, "")
    assert page.button(key="train_wide").label == "Train both"
    assert page.query_params == {"steps": "10", "units": "2", "v": "2"}


def test_the_form_has_only_the_settings_that_all_cells_share():
    page = open_page({"mode": "map", "x": "units=2:8:log:3"})
    keys = {widget.key for widget in page.sidebar.number_input}
    assert "setting_learning_rate" in keys
    assert not {"setting_units", "setting_init_scale", "setting_dropout"} & keys
    assert page.sidebar.number_input(key="axis_x_high_units").value == 8
    assert page.sidebar.number_input(key="axis_x_low_units").min == 2


@pytest.mark.parametrize(
    ("field", "value", "word"),
    everyday(
        [
            ("axis_x_low_learning_rate", 10.0, "low end is below"),
            ("axis_x_name", "init_scale", "another setting"),
        ],
        (0,),
    ),
)
def test_a_wrong_axis_is_reported_and_disables_training(field, value, word):
    page = open_page({"mode": "map"})
    find = page.sidebar.selectbox if field.endswith("name") else page.sidebar.number_input
    find(key=field).set_value(value).run()
    assert not page.exception
    (error,) = page.sidebar.error
    assert word in error.value
    assert page.button(key="fill_wide").disabled
    assert page.button(key="fill_narrow").disabled
    assert map_message(page)["state"] == "recorded"


@pytest.mark.parametrize(
    "query",
    everyday(
        [
            {"x": "learning_rate=10:1:log:4"},
            {"x": "activation=0:1:linear:4", "seeds": "99"},
            {"y": "x" * 5000, "target": "nan"},
            {"measure": "<script>alert(1)</script>"},
            {"seeds": "1e3", "steps": "-1"},
            {"x": "learning_rate=0.1:1:log:999999999", "nothing": "1"},
            {"x": "init_scale=0.1:1:log:3", "y": "init_scale=0.2:1:log:3"},
        ],
        (2, 3, 5),
    ),
)
def test_a_bad_link_is_reported_once_and_the_map_is_drawn(query):
    page = open_page({"mode": "map", **query})
    (warning,) = page.warning
    for name in query:
        # If both axes are equal, the second one is reported.
        reported = name if name != "x" or "y" not in query else "y"
        assert f"{reported} is" in warning.value.replace("\\", "")
    assert map_message(page)["picture"]


def test_an_unknown_mode_opens_the_laboratory():
    page = open_page({"mode": "<b>", "x": "1"})
    (warning,) = page.warning
    assert "mode is" in warning.value
    assert page.query_params == {}


def test_the_link_holds_the_seeds_with_the_settings():
    page = open_page({"mode": "seeds", "units": "16", "v": "2"})
    assert map_message(page)["state"] == "recorded"
    assert page.button(key="seeds_wide").label == "Train 10 seeds"
    page.sidebar.number_input(key="seeds_count").set_value(7).run()
    assert not page.exception
    assert page.button(key="seeds_narrow").label == "Train 7 seeds"
    assert page.query_params == {"mode": "seeds", "units": "16", "seeds": "7", "v": "2"}


@pytest.mark.parametrize("seeds", ["4", "21", "nan", "<b>", "9" * 500])
def test_a_bad_number_of_seeds_is_reported(seeds):
    page = open_page({"mode": "seeds", "seeds": seeds, "train": "1"})
    (warning,) = page.warning
    assert "seeds is" in warning.value
    assert map_message(page)["state"] == "recorded"


@pytest.mark.parametrize("mode", ["seeds", "map"])
def test_studies_take_the_second_network_of_a_link(mode):
    page = open_page({"mode": mode, "second_arm": "layer_norm"})
    assert not page.warning
    assert page.query_params["second_arm"] == "layer_norm"
    assert page.sidebar.selectbox(key="setting_second_arm").value == "layer_norm"


def test_the_form_leaves_out_what_the_second_network_does_not_read():
    page = open_page(
        {"mode": "map", "x": "bn_momentum=0:0.9:linear:3", "measure": "accuracy_by_batch"}
    )
    page.sidebar.selectbox(key="setting_second_arm").set_value("weight_norm").run()
    assert not page.exception
    assert not page.error
    fields = [field for field in page.sidebar.selectbox if field.label == "setting"]
    assert [field.value for field in fields] == ["learning_rate", "init_scale"]
    assert not any("momentum" in option for field in fields for option in field.options)
    (shown,) = [field for field in page.sidebar.selectbox if field.label == "cells show"]
    assert shown.value == "validation_accuracy"
    assert not any("statistics" in option for option in shown.options)


@pytest.mark.parametrize("mode", ["seeds", "map"])
def test_studies_say_that_they_train_bn_where_the_laboratory_has_noise(mode):
    (warning,) = open_page({"mode": mode, "second_arm": "noisy_bn"}).warning
    assert "second_arm is 'noisy_bn'" in warning.value
    page = open_page({"second_arm": "noisy_bn"})
    switch(page, mode)
    assert "second network" not in [field.label for field in page.sidebar.selectbox]
    said = [caption.value for caption in page.sidebar.caption]
    assert any(each.startswith("Trained without and with BN: noisy BN") for each in said)
    switch(page, "")
    assert page.sidebar.selectbox(key="setting_second_arm").value == "noisy_bn"


def test_a_link_to_seeds_with_noise_is_trained_with_bn(monkeypatch):
    trained = []
    monkeypatch.setattr(seeds_mode, "train", trained.append)
    open_page({"mode": "seeds", "second_arm": "noisy_bn", "train": "1"})
    (bands,) = trained
    assert bands.arms == ("none", "bn")
