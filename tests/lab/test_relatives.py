"""Relatives of BN in whole runs: with tiny batches, through changes in mid-run, and saved."""

import numpy as np
import pytest
import tensorflow as tf

from bnviz.lab.experiment import run
from bnviz.lab.networks import build
from bnviz.lab.observer import Observer
from bnviz.lab.weight_norm import kernel_of
from bnviz.recording import Recording
from bnviz.recording.frames import ARM_LABELS
from bnviz.settings import Settings
from tests.support.everyday import everyday

RELATIVES = ("renorm", "ghost_bn", "dyt", "weight_norm")
SMALL = Settings(dataset="moons", hidden_layers=2, units=4, steps=8, learning_rate=0.05)


def recorded(settings: Settings) -> Recording:
    recording = Recording(settings)
    for frame in run(settings):
        recording.append(frame)
    return recording


@pytest.mark.parametrize("batch_size", [1, 2])
@pytest.mark.parametrize("arm", everyday(RELATIVES, ()))
def test_tiny_batches_and_changes_of_bn_leave_all_finite(arm, batch_size, tmp_path):
    changes = "2:insert_bn,4:freeze_bn,6:remove_bn"
    settings = SMALL.replace(third_arm=arm, batch_size=batch_size, interventions=changes, deep=True)
    recording = recorded(settings)
    assert recording.certificate.holds
    frames = recording.frames[arm]
    for name in ("train_loss", "validation_loss", "drift_whole", "gradient_norm", "kernel_norm"):
        assert np.isfinite(frames[name]).all(), name
    starts = {"dyt": ("alpha", 0.5), "weight_norm": ("g", None)}
    if arm in starts:
        name, start = starts[arm]
        assert np.isfinite(frames[name]).all()
        assert (frames[name][0] == start).all() == (start is not None)
        assert (frames[name][-1] != frames[name][0]).any()
    frozen = arm in ("renorm", "ghost_bn")
    assert np.isfinite(frames["change_losses"][4:6]).all(axis=1).any() == frozen
    recording.save(path := tmp_path / "run.npz")
    loaded = Recording.load(path)
    assert loaded.header == recording.header
    assert loaded.frames.tobytes() == recording.frames.tobytes()
    assert loaded.header.arm(arm).label == ARM_LABELS[arm]


def test_with_weight_norm_kernels_and_gradients_are_those_of_what_g_and_v_make():
    networks = [build(SMALL, arm, 2, 2) for arm in ("weight_norm", "none")]
    generator = np.random.default_rng(0)
    for variable in networks[0].model.trainable_variables:
        variable.assign(generator.normal(size=variable.shape))
    kernels = [kernel_of(layer).numpy() for layer in networks[0].linear_layers]
    layers = (each.linear_layers for each in networks)
    for layer, same, kernel in zip(*layers, kernels, strict=True):
        same.kernel.assign(kernel)
        same.bias.assign(layer.bias)
    for hidden, kernel in zip(networks[0].hidden_layers, kernels, strict=False):
        lengths = np.linalg.norm(kernel, axis=0)
        np.testing.assert_allclose(lengths, np.abs(hidden.linear.g), rtol=1e-5)
    before = [tf.Variable(kernel + np.float32(0.1)) for kernel in kernels]
    x = tf.constant(generator.normal(size=(30, 2)).astype(np.float32))
    pair = x, tf.constant(generator.integers(0, 2, 30).astype(np.int32))
    found, expected = (Observer(each, before).observe(pair, pair, ()) for each in networks)
    np.testing.assert_allclose(found.kernel_measures, expected.kernel_measures, rtol=1e-4)
    np.testing.assert_allclose(found.losses, expected.losses, rtol=1e-5)
