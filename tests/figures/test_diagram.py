"""The diagram of the layers says what each network consists of, in its order."""

import numpy as np
import pytest

from bnviz.figures.diagram import curve
from bnviz.figures.style import contrast
from bnviz.figures.view import View
from bnviz.figures.views.catalogue import VIEWS
from bnviz.settings import Settings
from bnviz.settings.choices import ACTIVATIONS
from tests.support.recordings import random_recording

BEFORE = ["weights", "normalization", "activation"]
AFTER = ["weights", "activation", "normalization"]


def diagram(view=None, **settings):
    recording = random_recording(Settings(hidden_layers=4, units=3, **settings), 2)
    return VIEWS["layers"].figure(recording, view or View()).to_json()["diagram"]


@pytest.mark.parametrize(
    ("third", "position", "parts", "short"),
    [
        ("no", "before", [BEFORE], ["BN"]),
        ("no", "after", [AFTER], ["BN"]),
        ("bn_other", "before", [BEFORE, AFTER], ["BN", "BN"]),
        ("bn_other", "after", [AFTER, BEFORE], ["BN", "BN"]),
        ("layer_norm", "after", [AFTER, AFTER], ["BN", "LN"]),
        ("group_norm", "before", [BEFORE, BEFORE], ["BN", "GN"]),
        ("rms_norm", "before", [BEFORE, BEFORE], ["BN", "RMS"]),
        ("renorm", "before", [BEFORE, BEFORE], ["BN", "BRN"]),
        ("ghost_bn", "before", [BEFORE, BEFORE], ["BN", "GBN"]),
        ("dyt", "after", [AFTER, AFTER], ["BN", "DyT"]),
        ("weight_norm", "before", [BEFORE, ["normalized_weights", "activation"]], ["BN", "WN"]),
        ("noisy_bn", "before", [BEFORE, BEFORE], ["BN", "BN~"]),
    ],
)
def test_each_arm_has_its_normalization_at_its_place(third, position, parts, short):
    without, *others = diagram(third_arm=third, bn_position=position)["columns"]
    assert without["parts"] == ["weights", "activation"]
    assert without["short"] == without["full"] == ""
    assert [column["parts"] for column in others] == parts
    assert [column["short"] for column in others] == short
    assert [column["panel"] for column in others] == list(range(2, 2 + len(others)))


def test_only_bn_itself_opens_the_view_of_a_neuron():
    columns = diagram(third_arm="weight_norm")["columns"]
    assert [column["opens"] for column in columns[1:]] == ["inside", "scale_and_shift"]
    other = diagram(second_arm="layer_norm", third_arm="bn")["columns"]
    assert [column["opens"] for column in other[1:]] == ["scale_and_shift", "inside"]


@pytest.mark.parametrize("architecture", ["residual_dense", "residual_conv"])
@pytest.mark.parametrize(
    ("position", "places"), [("before", ["before", "before", "after"]), ("after", ["after"] * 2)]
)
def test_each_arm_adds_the_input_of_a_block_at_the_place_of_its_normalization(
    architecture, position, places
):
    third = "bn_other" if len(places) == 3 else "no"
    residual = diagram(architecture=architecture, bn_position=position, third_arm=third)
    assert residual["closing"] == [3]
    assert [column["adds"] for column in residual["columns"]] == places
    assert diagram()["closing"] == []


def test_the_baselines_are_those_of_the_histograms():
    recording = random_recording(Settings(hidden_layers=4, units=3), 2)
    figure = VIEWS["layers"].figure(recording, View()).to_json()
    described = figure["diagram"]
    outlines = [each for each in figure["bindings"].values() if each["kind"] == "ridges"]
    assert len(outlines) == 4
    for outline in outlines:
        assert outline["baselines"] == described["baselines"]
        assert outline["positions"][0] == described["start"]


def test_it_tells_what_the_view_shows():
    assert diagram()["quantity"] == "pre_activation"
    assert diagram()["layer"] == 4
    chosen = diagram(View(quantity="activation", layer=2))
    assert chosen["quantity"] == "activation"
    assert chosen["layer"] == 2


@pytest.mark.parametrize(
    ("interventions", "said"),
    [("", False), ("1:freeze_bn", False), ("1:insert_bn", True), ("1:remove_bn", True)],
)
def test_it_is_said_that_it_does_not_follow_changes_of_bn(interventions, said):
    recording = random_recording(Settings(units=3, interventions=interventions), 2)
    reading = VIEWS["layers"].reading_of(recording)
    assert ("The diagram shows the networks as they begin." in reading) == said


def test_other_views_have_none():
    recording = random_recording(Settings(units=3), 2)
    assert VIEWS["gradients"].figure(recording, View("gradients")).to_json()["diagram"] == {}


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_the_curve_of_an_activation_fills_its_square_from_left_to_right(name):
    points = np.array(curve(name))
    assert (np.diff(points[:, 0]) > 0).all()
    np.testing.assert_allclose(points.min(axis=0), 0)
    np.testing.assert_allclose(points.max(axis=0), 1)


def test_the_curves_of_the_activations_differ():
    assert len({str(curve(name)) for name in ACTIVATIONS}) == len(ACTIVATIONS)


@pytest.mark.parametrize(
    ("colour", "words"), [("#0072B2", "#ffffff"), ("#009E73", "#1f2530"), ("#ffffff", "#1f2530")]
)
def test_words_on_a_colour_are_legible(colour, words):
    assert contrast(colour) == words
