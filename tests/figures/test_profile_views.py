"""The views that draw a measure of every layer: signal and effective rate."""

import math

import numpy as np
import pytest

from bnviz.figures.bindings.profiles import Growth, Profile
from bnviz.figures.view import View
from bnviz.figures.views import effective_rate, signal
from bnviz.findings.gradient_growth import RELU_GROWTH, growing_arm
from bnviz.recording.header import RecordingHeader
from bnviz.settings import Settings
from tests.support.recordings import random_recording

DEEP = Settings(hidden_layers=6, units=4, steps=20)


def test_a_profile_draws_the_layers_asked_for_at_the_cursor_or_at_the_start():
    frames = random_recording(DEEP, 4).frames
    norms = frames["bn"]["kernel_norm"]
    points = Profile(row="bn/kernel_norm", count=7).points(frames, 2)
    assert points["x"] == [1, 2, 3, 4, 5, 6, 7]
    np.testing.assert_array_equal(points["y"], norms[2])
    points = Profile(row="bn/kernel_norm", first=3, count=1, at_start=True).points(frames, 2)
    assert (points["x"], points["y"].tolist()) == ([4], [norms[0, 3]])


def test_the_line_of_the_theory_starts_from_the_first_frame_and_grows_towards_the_input():
    frames = random_recording(DEEP, 3).frames
    line = Growth(row="bn/gradient_norm", first=1, last=5, factor=2.0, text="theory")
    points = line.points(frames, 2)
    start = float(frames["bn"]["gradient_norm"][0, 5])
    assert points["x"] == [2, 3, 4, 5, 6]
    assert points["y"] == [16 * start, 8 * start, 4 * start, 2 * start, start]
    assert points["text"] == ["theory", "", "", "", ""]


@pytest.mark.parametrize(
    ("changes", "arm"),
    [({}, "bn"), ({"third_arm": "bn_other"}, "bn"), ({"activation": "tanh"}, None)],
)
def test_theory_has_a_number_for_bn_and_relu(changes, arm):
    assert growing_arm(RecordingHeader.of(DEEP.replace(**changes))) == arm
    assert math.isclose(RELU_GROWTH, 1.211, abs_tol=5e-4)


@pytest.mark.parametrize(
    ("changes", "lines", "guides"),
    [({}, 1, 1), ({"hidden_layers": 2}, 0, 1), ({"activation": "sigmoid"}, 0, 0)],
)
def test_the_theory_is_drawn_where_it_holds(changes, lines, guides):
    recording = random_recording(DEEP.replace(**changes), 2)
    figure = signal.signal(recording, View("signal"))
    drawn = [binding for binding in figure.bindings.values() if isinstance(binding, Growth)]
    assert len(drawn) == lines
    assert len(figure.layout["shapes"]) == guides


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, ""),
        ({"l2": 0.001}, "penalty is 0.001"),
        ({"bn_position": "after"}, "with BN the normalization follows the activation"),
        ({"second_arm": "bn_other"}, "the normalization follows the activation"),
        ({"second_arm": "bn_other", "bn_position": "after"}, ""),
        ({"second_arm": "weight_norm", "bn_position": "after"}, "no effective rate is drawn"),
        ({"optimizer": "adam"}, "Adam divides"),
    ],
)
def test_the_note_on_effective_rates_says_what_this_run_changes(changes, words):
    note = effective_rate.note(random_recording(DEEP.replace(**changes), 1))
    assert words in note
    assert bool(note) == bool(words)
    assert note.count("follows the") == words.count("follows the")


def test_no_rate_is_drawn_of_weights_composed_of_length_and_direction():
    recording = random_recording(DEEP.replace(second_arm="weight_norm"), 3)
    bindings = effective_rate.effective_rate(recording).bindings.values()
    drawn = [str(each) for each in bindings if "effective_rate" in str(each)]
    assert drawn
    assert not any("weight_norm/effective_rate" in each for each in drawn)
    assert any("weight_norm/kernel_norm" in str(each) for each in bindings)


def test_norms_are_drawn_on_a_linear_axis_unless_they_explode():
    recording = random_recording(DEEP, 3)
    figure = effective_rate.effective_rate(recording).figure
    assert figure.layout.yaxis.type != "log"
    assert figure.layout.yaxis2.type == "log"
    frames = recording.frames
    frames.flags.writeable = True
    frames["none"]["kernel_norm"][-1, 2] = 3e5
    figure = effective_rate.effective_rate(recording).figure
    assert figure.layout.yaxis.type == "log"
    assert figure.layout.yaxis.range[1] >= 6
