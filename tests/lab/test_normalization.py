"""Normalization equals that of Keras's layers."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from bnviz.lab.normalization import (
    FrozenBatchNormalization,
    GhostBatchNormalization,
    ghost_moments,
    moving_average,
    normalize,
    renormalized,
    training_moments,
)
from bnviz.recording.header import normalization_position
from bnviz.recording.networks import num_groups
from bnviz.settings import Settings

X = np.random.default_rng(0).normal(2, 3, size=(40, 5)).astype(np.float32)


@pytest.mark.parametrize("momentum", [0.0, 0.9, 1.0])
def test_the_moving_average_equals_that_of_keras(momentum):
    layer = keras.layers.BatchNormalization(momentum=momentum)
    layer(X, training=True)
    mean = moving_average(np.zeros(5), X.mean(axis=0), momentum)
    variance = moving_average(np.ones(5), X.var(axis=0), momentum)
    np.testing.assert_allclose(layer.moving_mean, mean, rtol=1e-4)
    np.testing.assert_allclose(layer.moving_variance, variance, rtol=1e-4)


@pytest.mark.parametrize("parameters", [{}, {"center": False}, {"scale": False}])
def test_normalizing_by_the_batch_equals_keras_in_training_and_updates_nothing(parameters):
    layer = keras.layers.BatchNormalization(**parameters)
    layer.build(X.shape)
    for variable in layer.trainable_variables:
        variable.assign(np.arange(5) - 1.5)
    found = normalize(layer, X, X.mean(axis=0), X.var(axis=0))
    assert not np.any(layer.moving_mean)
    np.testing.assert_allclose(found, layer(X, training=True), rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("spread", [0.01, 1.0, 100.0])
def test_renormalizing_equals_keras_in_training(spread):
    clipping = {"rmin": 1 / 3, "rmax": 3.0, "dmax": 5.0}
    layer = keras.layers.BatchNormalization(renorm=True, renorm_clipping=clipping)
    layer.build(X.shape)
    layer.renorm_mean.assign(np.arange(-4, 6, 2))
    layer.renorm_stddev.assign(spread * np.arange(1, 6))
    moving = layer.renorm_mean.numpy(), layer.renorm_stddev.numpy()
    outputs, gradients = [], []
    for by_keras in (False, True):
        with tf.GradientTape() as tape:
            tape.watch(x := tf.constant(X))
            if by_keras:
                outputs.append(layer(x, training=True))
            else:
                moments = renormalized(*tf.nn.moments(x, axes=[0]), *moving, layer.epsilon)
                outputs.append(normalize(layer, x, *moments))
            loss = tf.reduce_sum(outputs[-1] ** 3)
        gradients.append(tape.gradient(loss, x))
    np.testing.assert_allclose(*outputs, rtol=1e-4, atol=1e-4)
    scale = np.abs(gradients[1]).max()
    np.testing.assert_allclose(*gradients, rtol=1e-3, atol=1e-4 * scale)


@pytest.mark.parametrize(
    ("examples", "sizes"), [(1, [1]), (7, [7]), (15, [15]), (16, [8, 8]), (30, [8, 8, 14])]
)
def test_virtual_batches_have_eight_examples_and_the_last_one_what_is_left_over(examples, sizes):
    x = np.random.default_rng(0).normal(2, 3, size=(examples, 2, 5)).astype(np.float32)
    mean, variance = ghost_moments(tf.constant(x))
    parts = np.split(x, np.cumsum(sizes)[:-1])
    for found, of_part in ((mean, np.mean), (variance, np.var)):
        expected = [np.tile(of_part(part, axis=(0, 1)), (len(part), 1, 1)) for part in parts]
        np.testing.assert_allclose(found, np.concatenate(expected), rtol=1e-4, atol=1e-5)


def test_ghost_batch_normalization_normalizes_virtual_batches_and_keeps_their_mean():
    layer = GhostBatchNormalization(momentum=0.75)
    found = layer(X, training=True)
    parts = np.split(X, 5)
    expected = [(part - part.mean(0)) / np.sqrt(part.var(0) + 1e-3) for part in parts]
    np.testing.assert_allclose(found, np.concatenate(expected), rtol=1e-3, atol=1e-4)
    np.testing.assert_allclose(layer.moving_mean, X.mean(axis=0) / 4, rtol=1e-4)
    variance = np.mean([part.var(axis=0) for part in parts], axis=0)
    np.testing.assert_allclose(layer.moving_variance, 0.75 + variance / 4, rtol=1e-4)
    by_moving = (X - layer.moving_mean) / np.sqrt(layer.moving_variance + 1e-3)
    np.testing.assert_allclose(layer(X), by_moving, rtol=1e-3, atol=1e-4)


#: Layers of Keras that normalize each example by itself, and what they compute, in NumPy.
BY_EXAMPLE = {
    "layer": (
        keras.layers.LayerNormalization(),
        lambda x: (x - x.mean(1, keepdims=True)) / np.sqrt(x.var(1, keepdims=True) + 1e-3),
    ),
    "group": (
        keras.layers.GroupNormalization(2),
        lambda x: np.concatenate([BY_EXAMPLE["layer"][1](half) for half in np.split(x, 2, 1)], 1),
    ),
    "rms": (
        keras.layers.RMSNormalization(epsilon=1e-3),
        lambda x: x / np.sqrt(np.square(x).mean(1, keepdims=True) + 1e-3),
    ),
}
WIDE = np.random.default_rng(0).normal(2, 3, size=(40, 8)).astype(np.float32)


@pytest.mark.parametrize("kind", BY_EXAMPLE)
def test_by_example_no_given_statistics_are_used(kind):
    layer, by_hand = BY_EXAMPLE[kind]
    found = normalize(layer, WIDE, WIDE.mean(axis=0), WIDE.var(axis=0))
    np.testing.assert_allclose(found, by_hand(WIDE), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("kind", BY_EXAMPLE)
def test_training_moments_are_those_that_the_layer_normalizes_by(kind):
    layer, by_hand = BY_EXAMPLE[kind]
    several = np.stack([WIDE, WIDE**2])
    mean, variance = training_moments(layer, tf.constant(several))
    found = (several - mean) / np.sqrt(variance + np.float32(1e-3))
    expected = [by_hand(values) for values in several]
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    ("units", "groups"), [(2, 1), (5, 1), (8, 2), (12, 3), (32, 8), (100, 25), (256, 32)]
)
def test_groups_are_of_one_size_and_of_at_least_four_neurons(units, groups):
    assert num_groups(units) == groups


def test_frozen_batch_normalization_trains_by_its_moving_statistics():
    layer = FrozenBatchNormalization(epsilon=1e-6)
    np.testing.assert_allclose(layer(X, training=True), X, rtol=1e-5)
    assert not np.any(layer.moving_mean)
    assert len(layer.trainable_variables) == 2


@pytest.mark.parametrize(
    ("arm", "sides"),
    [("none", ["", ""]), ("bn", ["before", "after"]), ("bn_other", ["after", "before"])],
)
def test_arms_normalize_on_their_side_of_the_activation(arm, sides):
    found = [
        normalization_position(Settings(bn_position=side), arm) for side in ("before", "after")
    ]
    assert found == sides
