"""Normalization equals that of Keras's layers."""

import keras
import numpy as np
import pytest

from bnviz.lab.normalization import FrozenBatchNormalization, moving_average, normalize
from bnviz.recording.header import normalization_position
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


def test_layer_normalization_ignores_the_given_statistics():
    layer = keras.layers.LayerNormalization()
    np.testing.assert_array_equal(normalize(layer, X, X.mean(axis=0), X.var(axis=0)), layer(X))


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
