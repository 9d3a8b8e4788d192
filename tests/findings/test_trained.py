"""What findings say of trained runs whose ills are known."""

import numpy as np
import pytest

from bnviz.findings.events import GRADIENT_RATIO, events
from bnviz.findings.lasting import MIN_FRAMES
from bnviz.findings.standstill import standstill
from bnviz.findings.statistics import of_probe
from bnviz.findings.verdict import verdict
from bnviz.lab.experiment import run
from bnviz.recording import Recording
from bnviz.recording.header import RecordingHeader
from bnviz.settings import Settings

pytestmark = pytest.mark.slow

WINE = Settings(dataset="wine", hidden_layers=2, units=4, steps=20, seed=0)


def recorded(settings: Settings) -> Recording:
    recording = Recording(settings)
    for frame in run(settings):
        recording.append(frame)
    return recording


@pytest.mark.parametrize("activation", ["relu", "sigmoid"])
def test_kernels_behind_bn_do_not_move_with_batches_of_one_example(activation):
    recording = recorded(WINE.replace(batch_size=1, activation=activation, learning_rate=0.2))
    hidden = recording.frames["bn"]["update_ratio"][1:, :-1]
    assert np.isnan(hidden).all()
    assert (recording.frames["bn"]["gradient_norm"] > 0).all()
    text = verdict(recording)[-1]
    assert "ith BN the kernels of layers 1 and 2 do not move" in text
    assert "142 examples that BN normalizes as one batch, unlike a training step" in text
    assert "no problems" not in text
    assert "were moved" not in " ".join(verdict(recording))
    still = [event for event in events(recording) if event.kind == "motionless"]
    assert {(event.arm, event.layer, event.step) for event in still} >= {("bn", 1, 1), ("bn", 2, 1)}
    assert "142 examples that BN normalizes as one batch" in of_probe(recording)


def test_the_caution_on_small_batches_says_how_each_relative_normalizes_the_probe():
    settings = WINE.replace(batch_size=1, second_arm="ghost_bn", third_arm="renorm")
    recording = recorded(settings)
    ways = "batch renorm normalizes as one batch and ghost BN normalizes 8 or more at a time"
    assert f"142 examples that {ways}." in of_probe(recording)
    assert "ghost BN normalizes 8 or more at a time, unlike" in verdict(recording)[-1]


def test_kernels_move_with_batches_of_two_examples():
    recording = recorded(WINE.replace(batch_size=2, activation="tanh", learning_rate=0.2))
    assert np.isfinite(recording.frames["bn"]["update_ratio"][1:]).all()
    assert "not move" not in verdict(recording)[-1]
    assert "were moved" in " ".join(verdict(recording))
    assert not any(event.kind == "motionless" for event in events(recording))


@pytest.mark.widest
def test_the_gradient_of_a_deep_plain_network_explodes_with_bn_at_step_0():
    recording = recorded(
        WINE.replace(hidden_layers=32, units=16, activation="relu", learning_rate=0.01, steps=8)
    )
    norm = recording.frames["bn"]["gradient_norm"]
    ratio = norm[:, :-1].max(axis=1) / norm[:, -1]
    assert ratio[0] > GRADIENT_RATIO > ratio[1:MIN_FRAMES].min()
    layer = int(norm[0, :-1].argmax()) + 1
    first = next(event for event in events(recording) if event.kind == "exploding")
    assert (first.step, first.arm, first.layer) == (0, "bn", layer)
    assert f"{ratio[0]:,.0f} times the output layer's" in first.sentence


def test_a_network_that_stands_at_chance_is_not_free_of_problems():
    recording = recorded(
        WINE.replace(hidden_layers=4, activation="sigmoid", learning_rate=1.0, steps=600)
    )
    stood = standstill(recording, "none")
    assert stood is not None
    accuracy = recording.frames["none"]["validation_accuracy"]
    assert stood.last >= 100
    assert accuracy[recording.steps <= stood.last].mean() < 0.5
    assert stood.other_left_at < 60
    text = verdict(recording)[-1]
    assert f"at chance from step 0 to {stood.last}" in text
    assert "no problems" not in text
    assert standstill(recording, "bn") is None


def test_the_caution_on_small_batches_follows_bn_that_is_inserted_and_removed():
    changes = "10:insert_bn,20:remove_bn"
    header = RecordingHeader.of(
        WINE.replace(batch_size=4, second_arm="layer_norm", interventions=changes)
    )
    has = {step: header.moving_arms_between(step, step) for step in (0, 10, 11, 20, 21)}
    assert has == {0: (), 10: (), 11: ("none",), 20: ("none",), 21: ()}
    assert header.moving_arms_between(0, 10) == ()
    assert header.moving_arms_between(0, 400) == header.moving_arms == ("none",)
    kept = RecordingHeader.of(WINE.replace(interventions="20:remove_bn"))
    assert kept.moving_arms_between(20, 20) == ("bn",)
    assert kept.moving_arms_between(21, 400) == ()
