"""Ghosts of another run in a figure: what they draw, and what they leave alone."""

import dataclasses

import numpy as np
import pytest

from bnviz.figures.bindings.series import Series
from bnviz.figures.ghosts import LETTERS, with_ghosts
from bnviz.figures.view import TITLES, View
from bnviz.figures.views.catalogue import VIEWS, available_view
from bnviz.findings.alignment import by_accuracy
from bnviz.recording import Recording
from bnviz.recording.arm_colours import FURTHER_COLOURS, WITHOUT_BN
from bnviz.recording.networks import ArmSpec
from bnviz.settings import Settings
from tests.support import ROOT
from tests.support.networks import header_of
from tests.support.recordings import random_recording, with_accuracies

SETTINGS = Settings(hidden_layers=3, units=4, steps=40)
RECORDING = random_recording(SETTINGS, 41)


def ghosts(other, view=None, recording=RECORDING):
    """The figure with the ghosts of another recording, and their traces at step 10 by binding."""
    view = view or View()
    plain = VIEWS[view.name].figure(recording, view)
    figure = with_ghosts(plain, recording, view, [other])
    drawn = figure.at(recording, 10, ghosts=[other])
    assert figure.layout == plain.layout
    assert figure.traces[: len(plain.traces)] == plain.traces
    bindings = {at: figure.bindings[at] for at in figure.ghosts[0]}
    return {
        binding.y if isinstance(binding, Series) else binding.counts: drawn.data[at]
        for at, binding in bindings.items()
    }


def test_a_curve_is_that_of_the_whole_other_run():
    other = random_recording(SETTINGS.replace(seed=2, steps=60), 50, seed=1)
    curve = ghosts(other, View(run_scale="linear"))["bn/validation_loss"]
    np.testing.assert_array_equal(curve.x, other.frames["step"])
    np.testing.assert_array_equal(curve.y, other.frames["bn"]["validation_loss"])


def test_a_thin_curve_beside_the_measure_of_a_panel_has_none():
    drawn = ghosts(random_recording(SETTINGS.replace(seed=2), 41, seed=1))
    assert [path for path in drawn if path.startswith("bn/") and "loss" in path] == [
        "bn/validation_loss"
    ]


def test_over_examples_a_step_counts_with_the_batches_of_its_own_run():
    other = random_recording(SETTINGS.replace(batch_size=7), 20, seed=1)
    view = View(run_scale="linear", x_axis="examples")
    curve = ghosts(other, view)["none/validation_accuracy"]
    np.testing.assert_array_equal(curve.x, 7.0 * other.frames["step"])


def test_histograms_are_those_of_the_same_step():
    other = random_recording(SETTINGS.replace(steps=200), 100, seed=1)
    drawn = ghosts(other)["bn/pre_activation_counts"]
    figure = VIEWS["layers"].figure(other, View())
    here = figure.at(other, other.index_at_step(10))
    (same,) = [
        here.data[number]
        for number, binding in figure.bindings.items()
        if getattr(binding, "counts", "") == "bn/pre_activation_counts"
        and getattr(binding, "start", None) is False
    ]
    np.testing.assert_array_equal(drawn.y, same.y)


@pytest.mark.parametrize(("last", "drawn"), [(9, False), (10, True)])
@pytest.mark.parametrize("view", ["layers", "neurons"])
def test_histograms_end_with_the_other_run_and_curves_stay(view, last, drawn):
    other = random_recording(SETTINGS.replace(steps=last), last + 1, seed=1)
    found = ghosts(other, View(view))
    histograms = [trace for path, trace in found.items() if path.endswith("_counts")]
    assert histograms
    assert {len(trace.y) > 0 for trace in histograms} == {drawn}
    curves = [trace for path, trace in found.items() if not path.endswith("_counts")]
    assert all(len(trace.y) == last + 1 for trace in curves)


@pytest.mark.parametrize("x_axis", ["steps", "examples"])
def test_at_the_same_accuracy_it_runs_over_what_the_run_does_and_has_nothing_where_it_never_was(
    x_axis,
):
    other = random_recording(SETTINGS.replace(batch_size=7), 41, seed=1)
    other = with_accuracies(other, np.linspace(0, 0.5, 41))
    recording = with_accuracies(RECORDING, np.linspace(0, 1, 41))
    aligned = by_accuracy(recording, other)
    view = View(run_scale="linear", x_axis=x_axis)
    plain = VIEWS["layers"].figure(recording, view)
    figure = with_ghosts(plain, recording, view, [aligned], aligned=True)
    for at, drawn in ((20, True), (21, False)):
        still = figure.at(recording, at, ghosts=[aligned])
        for number in figure.ghosts[0]:
            binding, trace = figure.bindings[number], still.data[number]
            if isinstance(binding, Series):
                unit = 1 if x_axis == "steps" else recording.settings.batch_size
                np.testing.assert_array_equal(trace.x, unit * recording.frames["step"])
                assert np.isnan(np.asarray(trace.y, float)[21:]).all()
            else:
                assert (trace.y is not None and len(trace.y) > 0) is drawn


@pytest.mark.parametrize("layers", [1, 5])
def test_histograms_are_those_of_the_layers_that_both_have(layers):
    other = random_recording(SETTINGS.replace(hidden_layers=layers), 20, seed=1)
    drawn = ghosts(other)["bn/pre_activation_counts"]
    outlines = np.isnan(np.asarray(drawn.y, float)).sum()
    assert outlines == min(layers, 3)


def test_histograms_in_other_bins_are_left_out():
    other = random_recording(SETTINGS.replace(activation="sigmoid"), 20, seed=1)
    recording = random_recording(SETTINGS.replace(activation="tanh"), 20)
    view = View(quantity="activation")
    assert "bn/activation_counts" not in ghosts(other, view, recording)
    assert "bn/validation_loss" in ghosts(other, view, recording)


@pytest.mark.parametrize("name", ["recording", "recording_2", "recording_5"])
@pytest.mark.parametrize("view", TITLES)
def test_what_the_other_run_has_not_measured_is_left_out(name, view):
    other = Recording.load(ROOT / "tests" / "data_files" / f"{name}.npz")
    recording = random_recording(SETTINGS.replace(third_arm="layer_norm", deep=True), 20)
    drawn = ghosts(other, available_view(recording.layout, View(view)), recording)
    fields = other.layout.overview.schema()["fields"]
    for path in drawn:
        for measure in path.removeprefix("sqrt ").split(" - "):
            named = "/".join(p for p in measure.partition("@")[0].split("/") if not p.isdigit())
            assert named in fields


def test_what_another_run_without_a_third_network_has_is_drawn():
    recording = random_recording(SETTINGS.replace(third_arm="layer_norm"), 20)
    names = {name.partition("/")[0] for name in ghosts(RECORDING, recording=recording)}
    assert names == {"none", "bn"}


def test_networks_of_the_same_names_are_compared_whatever_their_colours():
    def header(*labels):
        arms = (
            ArmSpec(f"arm_{number}", label, colour=colour)
            for number, (label, colour) in enumerate(
                zip(labels, (WITHOUT_BN, FURTHER_COLOURS[0]), strict=True), 1
            )
        )
        return dataclasses.replace(header_of(1, [4]), arms=tuple(arms))

    one, other = header("adam", "sgd"), header("sgd", "adam")
    assert [one.counterpart(f"arm_{number}", other) for number in (1, 2)] == ["arm_2", "arm_1"]
    third = header("sgd", "momentum")
    assert [one.counterpart(f"arm_{number}", third) for number in (1, 2)] == [None, "arm_1"]


def test_a_network_trained_elsewhere_is_drawn_as_the_one_of_its_colour_and_not_its_layers():
    header = header_of(2, [4, 8], steps=tuple(range(12)))
    with_bn = dataclasses.replace(header.arms[1], name="arm_1")
    other = random_recording(dataclasses.replace(header, arms=(with_bn,)), 12, seed=1)
    for recording, ours in ((RECORDING, "bn"), (random_recording(header, 12), "arm_2")):
        curves = ghosts(other, View(run_scale="linear"), recording)
        (colour,) = {arm.colour for arm in recording.header.arms if arm.name == ours}
        same = recording.header.layers == header.layers
        assert ("arm_1/pre_activation_counts" in curves) == same
        assert {path.partition("/")[0] for path in curves} == {"arm_1"}
        assert curves["arm_1/validation_loss"].line.color == colour


def test_layers_of_other_names_are_not_compared_though_they_have_the_same_numbers():
    header = header_of(2, [4, 8], steps=tuple(range(12)))
    renamed = tuple(dataclasses.replace(each, name=f"my_{each.name}") for each in header.layers)
    there = random_recording(dataclasses.replace(header, layers=renamed), 12, seed=1)
    drawn = ghosts(there, View("layers"), random_recording(header, 12))
    assert drawn
    assert not any(part[:1].isdigit() for path in drawn for part in path.split("/"))


@pytest.mark.parametrize("run_scale", ["linear", "root"])
def test_several_differ_by_their_dashes_end_with_a_letter_and_the_first_alone_has_histograms(
    run_scale,
):
    others = [
        random_recording(SETTINGS.replace(seed=seed), 20 + seed, seed=seed) for seed in (2, 3, 4)
    ]
    view = View(run_scale=run_scale)
    plain = VIEWS["layers"].figure(RECORDING, view)
    figure = with_ghosts(plain, RECORDING, view, others)
    still = figure.at(RECORDING, 10, ghosts=others)
    dashes = []
    for other, letter, traces in zip(others, LETTERS, figure.ghosts, strict=True):
        kinds = {type(figure.bindings[number]).__name__ for number in traces}
        assert ("Ridges" in kinds) is (letter == LETTERS[0])
        lines = [still.data[number] for number in traces if still.data[number].mode != "text"]
        dashes += {line.line.dash for line in lines}
        letters = [still.data[number] for number in traces if still.data[number].mode == "text"]
        assert letters
        last = float(other.frames["step"][-1])
        for each in letters:
            assert list(each.text) == [letter]
            assert each.x[0] == pytest.approx(last if run_scale == "linear" else last**0.5)
    assert len(set(dashes)) == len(dashes) == len(others)


@pytest.mark.parametrize("view", TITLES)
def test_every_view_can_be_drawn_with_several(view):
    recording = random_recording(SETTINGS.replace(third_arm="layer_norm", deep=True), 20)
    shown = available_view(recording.layout, View(view))
    plain = VIEWS[shown.name].figure(recording, shown)
    figure = with_ghosts(plain, recording, shown, [RECORDING] * len(LETTERS))
    figure.at(recording, 10, ghosts=[RECORDING] * len(LETTERS))
