"""Views of residual networks say where the input of a block is added."""

import pytest

from bnviz.figures.view import View
from bnviz.figures.views.catalogue import VIEWS
from bnviz.findings.gradient_growth import growing_arm
from bnviz.lesson.claims.scope import scope
from bnviz.recording.described import described
from bnviz.settings import Settings
from tests.support.recordings import random_recording


def recorded(**settings):
    return random_recording(Settings(hidden_layers=4, units=3, **settings), 2)


def inside(layer, **settings):
    """The names of the stages of a neuron, and all words of the figure."""
    figure = VIEWS["inside"].figure(recorded(**settings), View("inside", layer=layer)).to_json()
    return figure["layout"]["xaxis"]["ticktext"], str(figure)


@pytest.mark.parametrize(
    ("layer", "position", "last", "said"),
    [
        (2, "before", "relu", ""),
        (3, "before", "× γ + β", "then relu(γ x̂ + β + skip)"),
        (3, "after", "× γ + β", "then γ x̂ + β + skip"),
        (4, "before", "relu", ""),
    ],
)
def test_a_sum_stands_between_gamma_and_beta_and_the_activation(layer, position, last, said):
    stages, words = inside(layer, architecture="residual_dense", bn_position=position)
    assert stages[-1] == last
    assert said in words
    assert ("then relu(" in words) == (position == "before" and layer == 3)
    assert "+ skip" not in inside(layer, bn_position=position)[1]


def test_readings_tell_of_skips_where_there_are_any():
    for architecture, position, layers, drift in (
        ("residual_dense", "before", True, True),
        ("residual_conv", "after", True, False),
        ("dense", "before", False, False),
    ):
        recording = recorded(architecture=architecture, bn_position=position)
        assert ("leads around" in VIEWS["layers"].reading_of(recording)) == layers
        assert ("a skip adds" in VIEWS["drift"].reading_of(recording)) == drift


def test_theory_of_plain_networks_is_not_drawn():
    assert growing_arm(recorded().header) == "bn"
    assert growing_arm(recorded(architecture="residual_dense").header) is None


@pytest.mark.parametrize(
    ("architecture", "layers", "words"),
    [
        ("residual_dense", 4, "4 residual layers × 3 relu"),
        ("residual_conv", 4, "4 residual convolutions × 3 channels relu"),
        ("residual_dense", 2, "2 × 3 relu"),
    ],
)
def test_networks_are_called_residual_where_they_have_a_block(architecture, layers, words):
    settings = Settings(architecture=architecture, hidden_layers=layers, units=3)
    assert words in described(settings)


def gamma_begins_at_the_line(recording):
    drawn = VIEWS["scale_and_shift"].figure(recording, View("scale_and_shift")).to_json()
    return "starts at the line" in str(drawn)


def test_gamma_begins_at_the_line_where_it_does_not_begin_at_1():
    recording = recorded(architecture="residual_dense")
    assert "switch off" in VIEWS["scale_and_shift"].note(recording)
    assert not gamma_begins_at_the_line(recording)
    assert gamma_begins_at_the_line(recorded(architecture="residual_dense", zero_last_gamma=True))
    assert VIEWS["scale_and_shift"].note(recorded()) == ""


@pytest.mark.parametrize(("layers", "said"), [(3, True), (2, False)])
def test_claims_speak_of_blocks_where_there_are_any(layers, said):
    settings = Settings(architecture="residual_dense", hidden_layers=layers)
    assert ("in residual blocks" in scope([settings])) == said
