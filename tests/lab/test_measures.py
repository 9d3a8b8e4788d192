"""Every measure equals a reference written in NumPy."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from bnviz.lab.drift import DriftReference
from bnviz.lab.initial_kernels import initial_kernels
from bnviz.lab.measures import (
    dead_share,
    describe,
    describe_neurons,
    measure,
    neuron_moments,
    round_mantissa,
    saturated_share,
)
from bnviz.lab.networks import build, reset
from bnviz.lab.observer import Observer
from bnviz.recording.frame_layout import FrameLayout
from bnviz.recording.frames import PERCENTILES, VALUE_EDGES, edges
from bnviz.settings import Settings
from bnviz.settings.bn_changes import MOVING_ARMS
from tests.support.everyday import everyday

anything = arrays(
    np.float32,
    st.tuples(st.integers(1, 3), st.integers(1, 60)),
    elements=st.floats(width=32, allow_nan=True, allow_infinity=True),
)


@given(values=anything)
def test_counts_and_nan_sum_to_all_values(values):
    description = describe(np.sort(values, axis=1), VALUE_EDGES)
    total = description["counts"].sum(axis=1) + description["nan"]
    np.testing.assert_array_equal(total, values.shape[1])


@given(values=anything)
def test_counts_equal_numpy_within_and_beyond_the_edges(values):
    counts = describe(np.sort(values, axis=1), VALUE_EDGES)["counts"]
    for row, found in zip(values, counts, strict=True):
        numbers = row[~np.isnan(row)]
        within = numbers[(numbers >= VALUE_EDGES[0]) & (numbers <= VALUE_EDGES[-1])]
        np.testing.assert_array_equal(found[1:-1], np.histogram(within, VALUE_EDGES)[0])
        assert found[0] == (numbers < VALUE_EDGES[0]).sum()
        assert found[-1] == (numbers > VALUE_EDGES[-1]).sum()


@given(values=anything)
def test_percentiles_and_moments_are_those_of_the_finite_values(values):
    description = describe(np.sort(values, axis=1), VALUE_EDGES)
    for layer, row in enumerate(values.astype(np.float64)):
        finite = row[np.isfinite(row)]
        if len(finite) == 0:
            assert np.isnan(description["mean"][layer])
            assert np.isnan(description["percentiles"][layer]).all()
            continue
        tolerance = 1e-6 * max(np.abs(finite).max(), 1e-30)
        np.testing.assert_allclose(
            description["percentiles"][layer],
            np.percentile(finite, PERCENTILES),
            atol=tolerance,
        )
        assert description["mean"][layer] == pytest.approx(finite.mean(), abs=tolerance)
        assert description["std"][layer] == pytest.approx(finite.std(), abs=tolerance)


@pytest.mark.parametrize(
    ("activation", "flat"),
    [
        ("sigmoid", lambda a: (a < 0.03) | (a > 0.97)),
        ("tanh", lambda a: np.abs(a) > 0.97),
    ],
)
def test_saturated_share_is_the_share_of_flat_activations(activation, flat):
    values = np.random.default_rng(0).uniform(-1, 1, (3, 400)).astype(np.float32)
    values[0, :7] = np.float32(0.97)
    values[1, :9] = np.nan
    expected = flat(values).mean(axis=1)
    found = saturated_share(np.sort(values, axis=1), activation)
    np.testing.assert_allclose(found, expected, atol=1e-9)


@given(values=arrays(np.float32, (2, 9, 3), elements=st.floats(-1e6, 1e6, width=32)))
def test_each_neuron_is_described_separately(values):
    found = describe_neurons(*neuron_moments(values), np.sort(values.transpose(0, 2, 1)))
    exact = values.astype(np.float64)
    # Squares of much smaller values underflow in float32.
    largest = np.abs(exact).max() + 1e-15
    for name, expected in (
        ("mean", exact.mean(axis=1)),
        ("std", exact.std(axis=1)),
        ("percentiles", np.moveaxis(np.percentile(exact, PERCENTILES, axis=1), 0, -1)),
    ):
        tolerance = 2**-8 if name == "percentiles" else 1e-3
        np.testing.assert_allclose(found[name], expected, rtol=tolerance, atol=1e-3 * largest)


def test_a_neuron_with_a_value_that_is_not_finite_is_described_by_nan():
    values = np.ones((1, 5, 2), np.float32)
    values[0, 2, 1] = np.inf
    found = describe_neurons(*neuron_moments(values), np.sort(values.transpose(0, 2, 1)))
    assert found["mean"][0].tolist() == [1, pytest.approx(np.nan, nan_ok=True)]
    assert np.isnan(found["percentiles"][0, 1]).all()


@given(
    values=arrays(np.float32, 20, elements=st.floats(width=32, allow_subnormal=False)),
    bits=st.sampled_from([8, 11]),
)
def test_rounded_values_keep_their_first_bits(values, bits):
    found = round_mantissa(values, bits)
    np.testing.assert_array_equal(np.isnan(found), np.isnan(values))
    few = np.abs(values) < 3e38
    np.testing.assert_allclose(found[few], values[few], rtol=2.0**-bits)
    assert (found[few].view(np.uint32) & (2 ** (24 - bits) - 1) == 0).all()


def test_dead_share_counts_neurons_that_are_always_zero():
    activations = np.ones((2, 10, 4), np.float32)
    activations[0, :, 1] = 0
    activations[0, 3, 2] = 0
    np.testing.assert_array_equal(dead_share(activations, "relu"), [0.25, 0.0])


@pytest.mark.parametrize("activation", ["relu", "linear", "gelu"])
def test_shares_that_do_not_apply_to_an_activation_are_nan(activation):
    values = np.zeros((2, 3, 4), np.float32)
    assert np.isnan(saturated_share(values.reshape(2, -1), activation)).all()
    if activation != "relu":
        assert np.isnan(dead_share(values, activation)).all()


def test_edges_of_bounded_activations_span_their_range():
    assert edges("activation", "sigmoid")[[0, -1]].tolist() == [0, 1]
    assert edges("activation", "tanh")[[0, -1]].tolist() == [-1, 1]


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


@pytest.mark.parametrize("arm", ["none", "bn"])
@pytest.mark.parametrize("position", ["before", "after"])
def test_an_observation_equals_a_forward_pass_by_hand(arm, position):
    settings = Settings(
        hidden_layers=3, units=6, activation="sigmoid", bn_position=position, bn_epsilon=0.02
    )
    network = build(settings, arm, 4, 3)
    kernels = initial_kernels(settings, 4, 3)
    reset(network, settings, kernels)
    generator = np.random.default_rng(1)
    gammas, betas = generator.normal(size=(2, 3, 6)).astype(np.float32)
    moving_means = generator.normal(size=(3, 6)).astype(np.float32)
    moving_variances = generator.uniform(0.5, 2, size=(3, 6)).astype(np.float32)
    if arm == "bn":
        for number, block in enumerate(network.hidden_layers):
            block.normalization.gamma.assign(gammas[number])
            block.normalization.beta.assign(betas[number])
            block.normalization.moving_mean.assign(moving_means[number])
            block.normalization.moving_variance.assign(moving_variances[number])
    x = generator.normal(size=(50, 4)).astype(np.float32)
    y = generator.integers(0, 3, 50).astype(np.int32)

    def forward(h, statistics):
        pre_activations, activations = [], []
        for number in range(3):

            def normalize(v, number=number):
                mean, variance = statistics(v, number)
                return gammas[number] * (v - mean) / np.sqrt(variance + 0.02) + betas[number]

            h = h @ kernels[number]
            h = normalize(h) if arm == "bn" and position == "before" else h
            pre_activations.append(h)
            h = sigmoid(h)
            activations.append(h)
            h = normalize(h) if arm == "bn" and position == "after" else h
        return pre_activations, activations, h @ kernels[3]

    def loss(logits):
        shifted = logits - logits.max(axis=1, keepdims=True)
        log_softmax = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
        return -log_softmax[np.arange(len(y)), y].mean()

    pair = (tf.constant(x), tf.constant(y))
    observer = Observer(network, [tf.Variable(kernel) for kernel in kernels])
    observation = observer.observe(pair, pair, ())
    z, a, logits = forward(x, lambda v, _: (v.mean(axis=0), v.var(axis=0)))
    np.testing.assert_allclose(observation.pre_activations, np.stack(z), rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(observation.activations, np.stack(a), rtol=1e-4, atol=1e-5)
    outcome = observation.outcome()
    assert outcome["train_loss"] == pytest.approx(loss(logits), rel=1e-4)
    assert outcome["train_accuracy"] == pytest.approx((logits.argmax(axis=1) == y).mean())
    _, _, logits = forward(x, lambda _, number: (moving_means[number], moving_variances[number]))
    assert outcome["validation_loss"] == pytest.approx(loss(logits), rel=1e-4)
    assert outcome["train_loss_in_inference"] == pytest.approx(loss(logits), rel=1e-4)
    for name in ("validation_accuracy", "train_accuracy_in_inference"):
        assert outcome[name] == pytest.approx((logits.argmax(axis=1) == y).mean())


@pytest.mark.parametrize(
    "arm",
    everyday(
        [
            "none",
            "bn",
            "bn_other",
            "noisy_bn",
            "renorm",
            "ghost_bn",
            "layer_norm",
            "group_norm",
            "rms_norm",
            "dyt",
            "weight_norm",
        ],
        (3, 8),
    ),
)
def test_both_sides_of_the_gap_are_what_keras_evaluates(arm):
    settings = Settings(hidden_layers=2, units=8, dropout=0.3, seed=3)
    network = build(settings, arm, 4, 3)
    reset(network, settings, initial_kernels(settings, 4, 3))
    generator = np.random.default_rng(7)
    for variable in network.model.variables:
        if "seed" not in variable.path:
            variable.assign(np.abs(variable + generator.normal(0, 0.5, variable.shape)))
    network.model.compile(
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"]
    )
    pairs = [
        (
            generator.normal(1, 2, size=(size, 4)).astype(np.float32),
            generator.integers(0, 3, size).astype(np.int32),
        )
        for size in (50, 30)
    ]
    before = [tf.Variable(layer.kernel) for layer in network.linear_layers]
    probe, validation = [tuple(map(tf.constant, pair)) for pair in pairs]
    outcome = Observer(network, before).observe(probe, validation, ()).outcome()
    names = ("train_{}_in_inference", "validation_{}")
    for name, pair in zip(names, pairs, strict=True):
        loss, accuracy = network.model.evaluate(*pair, verbose=0)
        assert outcome[name.format("loss")] == pytest.approx(loss, rel=1e-4)
        assert outcome[name.format("accuracy")] == pytest.approx(accuracy)
    by_batch = arm in MOVING_ARMS
    alike = outcome["train_loss"] == pytest.approx(outcome["train_loss_in_inference"], rel=1e-4)
    assert alike != by_batch


def test_arms_measured_together_are_measured_as_each_alone():
    settings = Settings(hidden_layers=2, units=6, third_arm="layer_norm")
    layout = FrameLayout.of(settings)
    generator = np.random.default_rng(5)
    probe = (
        tf.constant(generator.normal(size=(50, 4)).astype(np.float32)),
        tf.constant(generator.integers(0, 3, 50).astype(np.int32)),
    )
    frames = []
    networks = [build(settings, arm, 4, 3) for arm in layout.arms]
    for network in networks:
        reset(network, settings, initial_kernels(settings, 4, 3))
    observers = [
        Observer(each, [tf.Variable(k.kernel) for k in each.linear_layers]) for each in networks
    ]
    references = [(observer.reference(probe[0]),) for observer in observers]
    # Step 0, a step at which each has moved by itself, and one at which the first has diverged.
    for scale, lost in ((0.0, ()), (0.5, ()), (0.5, networks[:1])):
        for network in networks:
            for layer in network.linear_layers:
                layer.kernel.assign_add(scale * generator.normal(size=layer.kernel.shape))
        for network in lost:
            network.linear_layers[0].kernel.assign(
                np.full(network.linear_layers[0].kernel.shape, np.nan)
            )
        frames.append(
            [
                observer.observe(probe, probe, reference)
                for observer, reference in zip(observers, references, strict=True)
            ]
        )
    together, alone = DriftReference(), [DriftReference() for _ in networks]
    for observations in frames:
        found = measure(observations, layout, together)
        for arm, observation, reference in zip(found, observations, alone, strict=True):
            (expected,) = measure([observation], layout, reference)
            assert arm.keys() == expected.keys()
            for name, values in expected.items():
                np.testing.assert_array_equal(arm[name], values, err_msg=name)
