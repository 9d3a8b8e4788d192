"""Whole runs: complete, reproducible, certified, and robust to divergence."""

import numpy as np
import pytest
import tensorflow as tf

from bnviz.lab.experiment import ExperimentError, run
from bnviz.lab.initial_kernels import initial_kernels
from bnviz.lab.networks import build, reset
from bnviz.recording import Recording
from bnviz.recording.frames import ARMS, PROBE_SIZE, frame_steps
from bnviz.settings import Settings
from bnviz.settings.choices import ACTIVATIONS, INITIALIZERS, OPTIMIZERS, SECOND_ARMS
from tests.support.everyday import everyday

SMALL = Settings(
    dataset="wine",
    hidden_layers=2,
    units=4,
    activation="sigmoid",
    learning_rate=1.0,
    steps=20,
    batch_size=16,
)


def recorded(settings):
    recording = Recording(settings)
    for frame in run(settings):
        recording.append(frame)
    return recording


@pytest.fixture(scope="module")
def small():
    return recorded(SMALL)


def test_a_run_is_complete(small):
    assert small.complete
    assert small.frames["step"].tolist() == frame_steps(SMALL.steps).tolist()


def test_the_same_settings_give_the_same_frames(small):
    assert recorded(SMALL).frames.tobytes() == small.frames.tobytes()


def test_another_seed_gives_other_frames(small):
    other = recorded(SMALL.replace(seed=1))
    assert other.frames.tobytes() != small.frames.tobytes()
    assert other.certificate.data == small.certificate.data
    assert other.certificate.kernels != small.certificate.kernels
    assert other.certificate.batches != small.certificate.batches


def test_the_pair_certificate_holds_in_every_frame(small):
    for kind in ("data", "kernels", "batches"):
        digests = [small.frames[arm][f"{kind}_digest"] for arm in ARMS]
        np.testing.assert_array_equal(*digests)
    assert small.certificate.holds


def test_histograms_count_every_value_of_the_probe(small):
    probe = min(PROBE_SIZE, 142)
    for arm in ARMS:
        for quantity in ("pre_activation", "activation"):
            counts = small.frames[arm][f"{quantity}_counts"].sum(axis=2)
            np.testing.assert_array_equal(counts, probe * SMALL.units)


def test_a_run_continues_when_an_arm_diverges():
    settings = SMALL.replace(
        activation="relu",
        learning_rate=10.0,
        init_scale=100.0,
        hidden_layers=4,
        steps=40,
        deep=True,
    )
    recording = recorded(settings)
    frames = recording.frames
    assert recording.complete
    assert frames["none"]["diverged_at"][-1] >= 0
    assert np.isfinite(frames["bn"]["train_loss"]).all()
    assert frames["bn"]["diverged_at"][-1] == -1
    where = frames["none"]["diverged_at"]
    assert (np.diff(np.flatnonzero(where >= 0)) == 1).all()
    assert len(set(where[where >= 0].tolist())) == 1
    bad = ~(frames["none"]["train_loss"] <= 1000 * frames["none"]["train_loss"][0])
    assert (where[bad] >= 0).all()
    probe = min(PROBE_SIZE, 142)
    for quantity in ("pre_activation", "activation"):
        total = frames["none"][f"{quantity}_counts"].sum(axis=2, dtype=np.int64)
        total += frames["none"][f"{quantity}_nan"]
        np.testing.assert_array_equal(total, probe * settings.units)


@pytest.fixture(scope="module", params=everyday(SECOND_ARMS[1:], (0,)))
def deep(request):
    return recorded(SMALL.replace(third_arm=request.param, deep=True))


def test_a_deep_run_of_three_arms_is_complete_and_certified(deep):
    assert deep.complete
    assert deep.layout.arms == (*ARMS, deep.settings.third_arm)
    assert deep.certificate.holds
    for arm in deep.layout.arms:
        part = deep.frames[arm]
        for name in ("gradient_cosine", "landscape_loss", "inference_loss"):
            assert np.isfinite(part[name]).all(), (arm, name)
        assert (part["landscape_loss"][:, 0] <= part["landscape_loss"][:, 1]).all()
        assert (part["effective_beta"] > 0).all()


def test_the_same_deep_settings_give_the_same_frames(deep):
    assert recorded(deep.settings).frames.tobytes() == deep.frames.tobytes()


def test_costly_measures_and_a_third_arm_change_nothing(deep, small):
    for arm in ARMS:
        for name in small.frames[arm].dtype.names:
            np.testing.assert_array_equal(deep.frames[arm][name], small.frames[arm][name])


def test_a_relative_of_bn_is_the_same_network_in_either_place():
    third = recorded(SMALL.replace(third_arm="layer_norm"))
    second = recorded(SMALL.replace(second_arm="layer_norm", third_arm="bn"))
    assert second.layout.arms == ("none", "layer_norm", "bn")
    assert second.certificate.holds
    for arm in third.layout.arms:
        assert second.frames[arm].tobytes() == third.frames[arm].tobytes()


def test_noise_moves_distributions_and_hardly_hurts_training():
    frames = recorded(SMALL.replace(third_arm="noisy_bn", steps=200, learning_rate=0.3)).frames
    drift = {arm: np.median(frames[arm]["drift_step"][1:], axis=0) for arm in (*ARMS, "noisy_bn")}
    assert (drift["noisy_bn"] > 5 * drift["bn"]).all()
    assert (drift["noisy_bn"] > 5 * drift["none"]).all()
    for step in (50, 200):
        losses = {arm: frames[arm]["train_loss"][step] for arm in drift}
        assert losses["noisy_bn"] == pytest.approx(losses["bn"], rel=0.2)
        assert losses["noisy_bn"] < 0.7 * losses["none"]


NUM_CHOICES = max(len(ACTIVATIONS), len(INITIALIZERS), len(OPTIMIZERS))


@pytest.mark.parametrize("number", range(NUM_CHOICES))
def test_every_choice_runs(number):
    settings = SMALL.replace(
        activation=ACTIVATIONS[number % len(ACTIVATIONS)],
        initializer=INITIALIZERS[number % len(INITIALIZERS)],
        optimizer=OPTIMIZERS[number % len(OPTIMIZERS)],
        learning_rate=0.01,
        hidden_layers=1,
        steps=2,
    )
    # Training compiles for every optimizer; doing so for every activation would take long.
    frames = recorded(settings).frames if number < len(OPTIMIZERS) else [next(run(settings))]
    for frame in frames:
        for arm in ARMS:
            assert np.isfinite(frame[arm]["train_loss"])


def test_an_upload_without_its_data_is_refused():
    with pytest.raises(ExperimentError, match="upload"):
        next(run(SMALL.replace(dataset="upload", upload="0" * 32)))


def test_single_neurons_show_a_collapse_that_pooling_hides():
    # 50 Dense layers with ReLU and He initialization (D. Page): pooled values look alike with and
    # without BN, but without BN each neuron is nearly constant over the examples.
    settings = Settings(hidden_layers=50, units=64, activation="relu", initializer="he_normal")
    x = tf.constant(np.random.default_rng(0).normal(size=(PROBE_SIZE, 64)).astype(np.float32))
    kernels = initial_kernels(settings, 64, 10)
    pooled, single = {}, {}
    for arm in ARMS:
        network = build(settings, arm, 64, 10)
        reset(network, settings, kernels)
        values = network.probe(x).pre_activations[-1].numpy()
        pooled[arm], single[arm] = values.std(), values.std(axis=0).mean()
    assert 0.5 < pooled["none"] / pooled["bn"] < 2
    assert single["bn"] > 0.95 * pooled["bn"]
    assert single["none"] < 0.3 * pooled["none"]
