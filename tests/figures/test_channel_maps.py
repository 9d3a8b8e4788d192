"""Which maps the player draws in Inside, and what it says where there are none."""

import dataclasses

import pytest

from bnviz.figures.view import View
from bnviz.figures.views.inside import examples, inside
from bnviz.recording import Recording
from bnviz.recording.header import RecordingHeader
from bnviz.recording.networks import LayerSpec
from bnviz.settings import Settings

CONV = Settings(dataset="digits", architecture="conv", hidden_layers=3, units=8)
WIDE = View("inside", layer=2, neuron=3, example=4)


def arms(settings, view=WIDE):
    found = inside(Recording(settings), view).to_json()["maps"]["arms"]
    return {arm["name"]: arm for arm in found}


def test_the_maps_are_of_the_chosen_layer_channel_and_example():
    maps = inside(Recording(CONV), WIDE).to_json()["maps"]
    chosen = {name: maps[name] for name in ("layer", "channel", "example", "start", "size")}
    assert chosen == {"layer": 1, "channel": 3, "example": 4, "start": 64, "size": [4, 4]}


def test_stages_are_those_that_are_known():
    found = arms(CONV.replace(third_arm="layer_norm"))
    assert [each["stages"] for each in found.values()] == [
        ["values x", "relu"],
        ["values x", "γ x̂ + β", "relu"],
        ["values x"],
    ]
    assert arms(CONV.replace(bn_position="after"))["bn"]["stages"] == ["values x", "γ x̂ + β"]


def test_no_activation_is_drawn_of_a_sum_that_is_not_recorded():
    residual = CONV.replace(architecture="residual_conv")
    assert arms(residual, View("inside", layer=3))["bn"]["stages"] == ["values x", "γ x̂ + β"]
    assert arms(residual, View("inside", layer=2))["bn"]["stages"][-1] == "relu"


@pytest.mark.parametrize(
    ("layer", "position", "given"),
    [
        (3, "before", "values x + skip"),
        (3, "after", "values x"),
        (2, "before", "values x"),
    ],
)
def test_what_an_activation_is_given_without_normalization_holds_the_skip(layer, position, given):
    residual = CONV.replace(architecture="residual_conv", bn_position=position)
    assert arms(residual, View("inside", layer=layer))["none"]["stages"] == [given, "relu"]


def test_examples_can_be_chosen_that_have_maps():
    assert list(examples(Recording(CONV))) == [str(number) for number in range(10)]
    last = inside(Recording(CONV), dataclasses.replace(WIDE, example=99)).to_json()
    assert last["maps"]["example"] == 9
    assert last["bindings"]["1"]["examples"] == [9]


@pytest.mark.parametrize(
    ("recording", "said"),
    [
        (Recording(CONV, version=6), "an earlier version"),
        (Recording(CONV.replace(dataset="upload", upload="0" * 32)), "your own file"),
        (
            Recording(
                dataclasses.replace(
                    RecordingHeader.of(Settings(hidden_layers=1)),
                    settings=None,
                    layers=(LayerSpec("conv", 3, "relu", "convolution", 16),),
                )
            ),
            "watches",
        ),
    ],
    ids=["earlier", "own file", "watched"],
)
def test_it_is_said_why_there_are_no_maps(recording, said):
    (reason,) = inside(recording, View("inside")).to_json()["maps"].values()
    assert said in reason


def test_dense_layers_have_none_and_say_nothing():
    assert inside(Recording(Settings()), View("inside")).to_json()["maps"] == {}


@pytest.mark.parametrize(
    ("changes", "stages"),
    [
        ({"interventions": "5:insert_bn"}, (["values x"], ["values x", "γ x̂ + β", "relu"])),
        (
            {"interventions": "5:freeze_bn"},
            (["values x", "relu"], ["values x", "γ x̂ + β", "relu"]),
        ),
        (
            {"second_arm": "noisy_bn"},
            (["values x", "relu"], ["values x", "γ x̂ + β"]),
        ),
    ],
)
def test_what_would_not_be_what_the_network_makes_is_not_drawn(changes, stages):
    found = arms(CONV.replace(activation="relu", **changes))
    assert [each["stages"] for each in found.values()] == list(stages)
