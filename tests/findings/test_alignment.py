"""The frames of another run at the accuracies of a run."""

from dataclasses import replace

import numpy as np
import pytest

from bnviz.findings.alignment import by_accuracy
from bnviz.recording import Recording
from bnviz.settings import Settings
from tests.support.networks import header_of
from tests.support.recordings import random_recording, with_accuracies

SETTINGS = Settings(hidden_layers=1, units=4, steps=4)
OTHER = random_recording(SETTINGS.replace(steps=6, batch_size=7), 7, seed=1)


def run(*accuracies, settings=SETTINGS):
    """A run of these accuracies, which goes on."""
    return with_accuracies(random_recording(settings, len(accuracies)), accuracies)


def test_each_frame_is_the_first_with_at_least_the_accuracy():
    other = with_accuracies(OTHER, (0.1, 0.3, 0.2, 0.5, 0.4, 0.7, 0.7))
    aligned = by_accuracy(run(0.0, 0.3, 0.31, 0.2, 0.7), other)
    assert aligned.frames["step"].tolist() == [0, 1, 2, 3, 4]
    wanted = other.frames["bn"][[0, 1, 3, 1, 5]]
    for name in ("validation_loss", "pre_activation_counts"):
        np.testing.assert_array_equal(aligned.frames["bn"][name], wanted[name])


@pytest.mark.parametrize("accuracy", [0.8, np.nan])
def test_nothing_is_known_where_it_never_had_the_accuracy(accuracy):
    aligned = by_accuracy(run(0.5, accuracy), with_accuracies(OTHER, [0.5] * 7))
    assert np.isfinite(aligned.frames["bn"]["validation_loss"]).tolist() == [True, False]
    assert aligned.frames["bn"]["pre_activation_counts"][0].any()
    assert not aligned.frames["bn"]["pre_activation_counts"][1].any()


def test_an_accuracy_that_is_no_number_is_not_reached():
    other = with_accuracies(OTHER, (np.nan, 0.2, np.nan, 0.6, 0.6, 0.6, 0.6))
    aligned = by_accuracy(run(0.1, 0.5), other)
    losses = other.frames["bn"]["validation_loss"]
    np.testing.assert_array_equal(aligned.frames["bn"]["validation_loss"], losses[[1, 3]])


def test_a_network_that_the_run_lacks_is_unknown():
    other = random_recording(SETTINGS.replace(third_arm="layer_norm"), 5)
    frames = by_accuracy(run(-1.0), other).frames
    assert np.isnan(frames["layer_norm"]["validation_loss"]).all()
    assert np.isfinite(frames["bn"]["validation_loss"]).all()


def test_a_network_trained_elsewhere_is_compared_with_the_one_of_its_colour():
    plain, with_bn = header_of(2, [4]).arms
    swapped = tuple(replace(arm, name=name) for arm, name in ((with_bn, "one"), (plain, "two")))
    other = random_recording(replace(header_of(2, [4]), arms=swapped), 5)
    frames = by_accuracy(run(-1000.0), other).frames
    for name in ("one", "two"):
        assert np.isfinite(frames[name]["validation_loss"]).all()
    frames = by_accuracy(random_recording(header_of(1, [4]), 2), other).frames
    assert np.isnan(frames["one"]["validation_loss"]).all()


def test_its_frames_stay_the_same_while_the_run_goes_on():
    whole = run(0.1, 0.4, 0.2, 0.9, 0.3)
    begun = Recording(SETTINGS)
    begun.extend(0, whole.slice(0, 3))
    before, after = (by_accuracy(each, OTHER) for each in (begun, whole))
    assert after.slice(0, 3) == before.slice(0, 3)
    assert len(before) == 3


def test_changes_of_the_other_run_beyond_the_end_of_the_run_do_not_matter():
    settings = SETTINGS.replace(steps=6, interventions="5:learning_rate=0.5")
    other = with_accuracies(random_recording(settings, 7), [0.5] * 7)
    assert len(by_accuracy(run(0.4, 0.5), other)) == 2
