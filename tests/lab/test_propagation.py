"""How examples, spread and gradient propagate, and how far a step turns the weights."""

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from bnviz.findings.gradient_growth import RELU_GROWTH
from bnviz.lab.experiment import run
from bnviz.lab.initial_kernels import initial_kernels
from bnviz.lab.networks import build, reset
from bnviz.lab.observer import loss_and_accuracy
from bnviz.lab.propagation import (
    effective_rates,
    example_similarity,
    gradient_growth,
    neuron_spread,
)
from bnviz.recording import Recording
from bnviz.settings import Settings


def similarity(activations):
    with np.errstate(invalid="ignore"):
        return example_similarity(activations, np.abs(activations).max(axis=(1, 2)))


class TestSimilarity:
    @given(
        values=arrays(
            np.float32,
            st.tuples(st.just(2), st.integers(2, 9), st.integers(1, 5)),
            elements=st.floats(-50, 50, width=16),
        )
    )
    def test_is_the_mean_cosine_of_all_pairs(self, values):
        for layer, found in zip(values.astype(float), similarity(values), strict=True):
            known = layer[np.linalg.norm(layer, axis=1) > 0]
            cosines = [
                a @ b / np.linalg.norm(a) / np.linalg.norm(b)
                for i, a in enumerate(known)
                for b in known[:i]
            ]
            expected = np.mean(cosines) if cosines else np.nan
            np.testing.assert_allclose(found, expected, atol=1e-5)

    @pytest.mark.parametrize("scale", [1e-30, 1.0, 1e30])
    def test_is_exact_for_equal_opposite_and_orthogonal_examples(self, scale):
        equal = np.tile([3.0, 4.0], (4, 1))
        opposite = equal * [[1], [-1], [1], [-1]]
        orthogonal = np.array([[1, 0], [0, 2], [1, 0], [0, 2]])
        values = scale * np.stack([equal, opposite, orthogonal])
        # Of six pairs: all alike; four opposite and two alike; four orthogonal and two alike.
        np.testing.assert_allclose(similarity(np.float32(values)), [1, -1 / 3, 1 / 3], atol=1e-6)

    def test_leaves_out_examples_without_direction(self):
        values = np.zeros((3, 5, 2), np.float32)
        values[0, :2], values[1, 0] = [[1, 0], [1, 1]], 1
        np.testing.assert_allclose(similarity(values), [0.5**0.5, np.nan, np.nan], atol=1e-6)

    @pytest.mark.parametrize("bad", [np.nan, np.inf])
    def test_is_unknown_where_a_value_is_not_finite(self, bad):
        values = np.ones((2, 4, 3), np.float32)
        values[1, 2, 0] = bad
        np.testing.assert_allclose(similarity(values), [1, np.nan], atol=1e-6)

    def test_of_unrelated_normal_values_after_relu_is_one_over_pi(self):
        values = np.random.default_rng(0).normal(size=(1, 256, 4_000))
        found = similarity(np.maximum(values, 0).astype(np.float32))
        assert found[0] == pytest.approx(1 / np.pi, abs=0.003)


class TestSpread:
    @given(values=arrays(np.float64, (2, 9, 4), elements=st.floats(-1e3, 1e3)))
    def test_and_the_means_of_the_neurons_make_up_the_pooled_variance(self, values):
        found = neuron_spread(values.std(axis=1).astype(np.float32))
        pooled, means = values.var(axis=(1, 2)), values.mean(axis=1).var(axis=1)
        np.testing.assert_allclose(found**2 + means, pooled, rtol=1e-5, atol=1e-9)

    def test_is_0_for_constant_neurons_that_differ(self):
        assert neuron_spread(np.zeros((1, 5), np.float32)).tolist() == [0]
        assert np.isnan(neuron_spread(np.array([[1, np.inf], [1, np.nan]], np.float32))).all()


class TestGrowth:
    def test_is_the_factor_of_a_geometric_sequence(self):
        norms = 0.3 * 1.5 ** np.arange(6)[::-1]
        # Neither the first kernel nor the output's counts.
        norms[[0, -1]] = 99
        assert gradient_growth(norms.astype(np.float32)) == pytest.approx(1.5, rel=1e-6)

    @pytest.mark.parametrize(
        "norms",
        [[1, 2, 3], [1, 2], [1, 0, 2, 1], [1, 2, 0, 1], [1, np.inf, 2, 1], [1, 2, np.nan, 1]],
    )
    def test_is_unknown_in_shallow_networks_and_without_a_gradient(self, norms):
        assert np.isnan(gradient_growth(np.array(norms, np.float32)))

    def test_of_wide_networks_of_bn_and_relu_is_that_of_the_theory(self):
        settings = Settings(
            hidden_layers=12, units=256, initializer="he_normal", activation="relu", steps=1
        )
        start = next(run(settings))
        assert start["bn"]["gradient_growth"] == pytest.approx(RELU_GROWTH, abs=0.03)
        assert start["none"]["gradient_growth"] < 1.1
        # The collapse that pooled histograms hide, and that BN undoes.
        ratio = {
            arm: start[arm]["neuron_spread"][-1] / start[arm]["pre_activation_std"][-1]
            for arm in ("none", "bn")
        }
        assert ratio["none"] < 0.5
        assert ratio["bn"] == pytest.approx(1, abs=1e-3)
        assert start["none"]["example_similarity"][-1] > 0.9
        assert start["bn"]["example_similarity"][-1] == pytest.approx(1 / np.pi, abs=0.05)


class TestEffectiveRate:
    def test_is_the_rate_over_the_square_of_the_norm(self):
        found = effective_rates(np.array([2, 0.5, 0, np.inf], np.float32), 0.1)
        np.testing.assert_allclose(found, [0.025, 0.4, np.nan, 0])

    def test_follows_changes_of_the_rate_after_the_frame_of_their_step(self):
        settings = Settings(
            dataset="wine", units=4, steps=6, l2=0.01, interventions="3:learning_rate=0.05"
        )
        recording = Recording(settings)
        for frame in run(settings):
            recording.append(frame)
        rates = np.where(recording.frames["step"] <= 3, settings.learning_rate, 0.05)
        for arm in recording.layout.arms:
            of_arm = recording.frames[arm]
            expected = rates[:, None] / of_arm["kernel_norm"].astype(float) ** 2
            np.testing.assert_allclose(of_arm["effective_rate"], expected, rtol=1e-5)
        start = recording.frames[0]
        np.testing.assert_array_equal(start["none"]["kernel_norm"], start["bn"]["kernel_norm"])


@pytest.mark.widest
def test_an_l2_penalty_shrinks_no_values_after_bn_and_raises_its_effective_rate():
    last = {}
    for l2 in (0.0, 0.1):
        settings = Settings(dataset="wine", hidden_layers=3, units=8, steps=60, l2=l2)
        *_, last[l2] = run(settings)
    for arm, (low, high) in {"none": (0.0, 0.6), "bn": (0.9, 1.1)}.items():
        plain, penalized = (last[l2][arm] for l2 in (0.0, 0.1))
        assert (penalized["effective_rate"] > 4 * plain["effective_rate"]).all()
        ratio = penalized["pre_activation_std"] / plain["pre_activation_std"]
        assert ((low < ratio) & (ratio < high)).all(), arm


@pytest.mark.parametrize("arm", ["bn", "none"])
def test_a_step_against_the_gradient_lengthens_exactly_the_weights_that_bn_follows(arm):
    settings = Settings(hidden_layers=2, units=6, bn_epsilon=1e-7)
    network = build(settings, arm, 4, 3)
    reset(network, settings, initial_kernels(settings, 4, 3))
    generator = np.random.default_rng(0)
    x = tf.constant(generator.normal(size=(60, 4)), tf.float32)
    y = tf.constant(generator.integers(0, 3, 60), tf.int32)
    kernels = [layer.kernel.value for layer in network.linear_layers]
    with tf.GradientTape() as tape:
        loss, _ = loss_and_accuracy(network.probe(x).logits, y)
    cosines = [
        abs(float(tf.reduce_sum(kernel * gradient) / tf.norm(kernel) / tf.norm(gradient)))
        for kernel, gradient in zip(kernels, tape.gradient(loss, kernels), strict=True)
    ]
    orthogonal = [cosine < 1e-3 for cosine in cosines]
    assert orthogonal == [arm == "bn", arm == "bn", False]
