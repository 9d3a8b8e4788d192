"""The scores of single examples in a frame are those of what BN normalizes."""

import numpy as np
import pytest
import tensorflow as tf

from bnviz.data.sampling import MeasuredExamples
from bnviz.lab.arms import new_arm
from bnviz.lab.datasets import load
from bnviz.lab.drift import DriftReference
from bnviz.lab.experiment import run
from bnviz.lab.measures import example_scores, measure
from bnviz.recording.frame_layout import FrameLayout
from bnviz.recording.frames import NUM_SINGLE
from bnviz.recording.scores import MAX_SCORE, NO_SCORE, decode
from bnviz.settings import Settings

SMALL = Settings(hidden_layers=2, units=9, steps=12, batch_size=16, learning_rate=0.3)


@pytest.mark.parametrize("position", ["before", "after"])
def test_equal_a_forward_pass_in_numpy(position):
    settings = SMALL.replace(bn_position=position, third_arm="bn_other")
    data = load(settings)
    measured = MeasuredExamples.of(data)
    arm = new_arm(settings, "bn", data)
    pairs = [tuple(map(tf.constant, pair)) for pair in (measured.probe, measured.validation)]
    observer, network = arm.compiled.observer, arm.compiled.network
    observation = observer.observe(*pairs, (observer.reference(pairs[0][0]),))
    (measures,) = measure([observation], FrameLayout.of(settings), DriftReference())
    found = measures["example_scores"]
    x = measured.probe[0]
    for layer, (hidden, dense) in enumerate(
        zip(network.hidden_layers, network.linear_layers, strict=False)
    ):
        x = x @ dense.kernel.numpy()
        bn = hidden.normalization
        if position == "after":
            x = np.maximum(x + (0 if dense.bias is None else dense.bias.numpy()), 0)
        scores = (x - x.mean(0)) / np.where(x.std(0) == 0, 1, x.std(0))
        expected = scores[:NUM_SINGLE].T
        np.testing.assert_allclose(decode(found[layer]), expected, rtol=0.026, atol=0.026)
        x = (x - x.mean(0)) / np.sqrt(x.var(0) + 1e-3) * bn.gamma.numpy() + bn.beta.numpy()
        if position == "before":
            x = np.maximum(x, 0)


def test_of_a_neuron_with_one_value_are_zero_and_of_a_small_probe_not_known():
    inputs = np.full((1, 5, 2), 0.25, np.float32)
    inputs[0, :, 1] = np.arange(5)
    codes = example_scores(inputs, inputs.mean(axis=1), inputs.var(axis=1))
    assert codes.shape == (1, 2, NUM_SINGLE)
    assert (codes[0, 0, :5] == 0).all()
    assert len(set(codes[0, 1, :5].tolist())) == 5
    assert (codes[..., 5:] == NO_SCORE).all()


def test_every_run_keeps_them_while_an_arm_has_bn():
    *_, last = run(SMALL.replace(interventions="6:remove_bn"))
    first, *_ = run(SMALL)
    assert (first["bn"]["example_scores"] != NO_SCORE).all()
    assert np.abs(decode(first["bn"]["example_scores"])).max() < MAX_SCORE
    assert (last["bn"]["example_scores"] == NO_SCORE).all()
