"""Inside after BN was frozen or removed in mid-run: what it draws by, and what it says."""

import numpy as np
import pytest

from bnviz.figures.bindings.passage import NO_NUMBERS, Lack, Moments, Passage, ScaleAndShift
from bnviz.figures.bindings.series import Note
from bnviz.figures.view import View
from bnviz.figures.views.catalogue import VIEWS
from bnviz.recording import Recording
from bnviz.settings import Settings
from tests.support.recordings import random_recording

SETTINGS = Settings(dataset="moons", hidden_layers=2, units=4, steps=20)
VIEW = View("inside", layer=1, neuron=2)


def of(interventions, **settings):
    made = random_recording(SETTINGS.replace(interventions=interventions, **settings), 21)
    frames = made.frames.copy()
    for kind in ("batch", "moving"):
        frames["bn"][f"{kind}_variance"] = np.abs(frames["bn"][f"{kind}_variance"]) + 0.1
    recording = Recording(made.settings)
    recording.extend(0, frames.tobytes())
    figure = VIEWS["inside"].figure(recording, VIEW)
    return recording, figure.bindings.values()


def texts(frames, bindings, step, *kinds):
    """What is written at a step, without what is empty."""
    written = [each.points(frames, step)["text"][0] for each in bindings if isinstance(each, kinds)]
    return [text for text in written if text]


def ways(recording, bindings, step):
    """The lines of all examples, shape (examples, stages)."""
    lines = next(each for each in bindings if isinstance(each, Passage))
    points = np.array(lines.points(recording.frames, step)["y"])
    return points.reshape(len(lines.examples), -1)[:, :-1]


def test_a_frozen_bn_subtracts_the_moving_mean_and_divides_by_the_moving_variance():
    recording, bindings = of("8:freeze_bn")
    arm = recording.frames["bn"]
    epsilon = recording.settings.bn_epsilon
    for step, (mean, variance) in ((8, ("batch",) * 2), (9, ("moving",) * 2)):
        x, centred, normalized, *_ = ways(recording, bindings, step).T
        mean = arm[f"{mean}_mean"][step, 0, 2]
        variance = arm[f"{variance}_variance"][step, 0, 2]
        np.testing.assert_allclose(centred, x - mean, rtol=1e-5)
        np.testing.assert_allclose(normalized, centred / np.sqrt(variance + epsilon), rtol=1e-5)


def test_statistics_of_the_stages_are_those_of_the_examples_once_bn_is_frozen():
    recording, bindings = of("8:freeze_bn")
    arm, epsilon = recording.frames["bn"], recording.settings.bn_epsilon
    before = texts(recording.frames, bindings, 8, Moments)
    assert before[1].startswith("mean 0<br>")
    assert before[2] == "mean 0<br>var ≈ 1"
    own, moving = (
        [float(arm[f"{kind}_{name}"][9, 0, 2]) for name in ("mean", "variance")]
        for kind in ("batch", "moving")
    )
    after = texts(recording.frames, bindings, 9, Moments)
    numbers = [
        [float(part.split()[1].replace("−", "-")) for part in text.split("<br>")] for text in after
    ]
    std = np.sqrt(moving[1] + epsilon)
    np.testing.assert_allclose(
        numbers,
        [own, [own[0] - moving[0], own[1]], [(own[0] - moving[0]) / std, own[1] / std**2]],
        atol=0.0051,
    )


def test_it_is_written_from_when_on_statistics_are_the_moving_ones():
    recording, bindings = of("8:freeze_bn,14:remove_bn")
    assert [texts(recording.frames, bindings, step, Note) for step in (8, 9, 14)] == [
        [],
        ["from step 8 on by the moving mean and variance"],
        ["from step 8 on by the moving mean and variance"],
    ]


@pytest.mark.parametrize("interventions", ["14:remove_bn", "8:freeze_bn,14:remove_bn"])
def test_where_bn_was_removed_one_sentence_says_so_in_place_of_numbers(interventions):
    recording, bindings = of(interventions)
    everything = Moments, ScaleAndShift, Note, Lack
    assert len(texts(recording.frames, bindings, 14, Moments, ScaleAndShift)) == 4
    assert texts(recording.frames, bindings, 15, *everything) == ["BN was removed at step 14."]


def test_one_sentence_says_that_a_network_has_no_numbers():
    recording, bindings = of("")
    frames = recording.frames.copy()
    frames["bn"]["batch_mean"][7] = np.nan
    everything = Moments, ScaleAndShift, Note, Lack
    assert len(texts(frames, bindings, 6, *everything)) == 4
    assert texts(frames, bindings, 7, *everything) == [NO_NUMBERS]


def test_a_change_is_made_at_the_first_recorded_step_that_is_not_before_it():
    recording, bindings = of("301:remove_bn", steps=800)
    made = next(step for step in recording.header.steps if step >= 301)
    assert made > 301
    assert recording.header.changed_after("bn", "remove_bn") == made
    assert texts(recording.frames, bindings, 20, Lack) == []
    (lack,) = (each for each in bindings if isinstance(each, Lack))
    assert lack.removed_after == made


@pytest.mark.parametrize(
    ("interventions", "arm", "frozen", "removed"),
    [
        ("", "bn", None, None),
        ("8:freeze_bn", "none", None, None),
        ("8:remove_bn,9:freeze_bn", "bn", None, 8),
        ("4:insert_bn,8:freeze_bn,9:remove_bn", "none", 8, 9),
    ],
)
def test_changes_concern_the_networks_that_have_bn_then(interventions, arm, frozen, removed):
    header = of(interventions)[0].header
    assert header.changed_after(arm, "freeze_bn") == frozen
    assert header.changed_after(arm, "remove_bn") == removed


def test_how_to_read_it_tells_what_changes_in_mid_run():
    reading = VIEWS["inside"].reading_of
    assert "moving" not in reading(of("")[0])
    assert "After step 8 they are the moving ones" in reading(of("8:freeze_bn")[0])
    assert "BN was removed at step 14" in reading(of("14:remove_bn")[0])
