"""A network of the laboratory, watched as any Keras model."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from bnviz.data.sampling import MeasuredExamples
from bnviz.lab.arms import new_arm
from bnviz.lab.datasets import load
from bnviz.lab.drift import DriftReference
from bnviz.lab.measures import measure
from bnviz.recording.frame_layout import FrameLayout
from bnviz.settings import Settings
from bnviz.watch.watch import Watch


@pytest.mark.parametrize(
    "name",
    [pytest.param("none", marks=pytest.mark.widest), pytest.param("bn", marks=pytest.mark.slow)],
)
def test_a_network_of_the_laboratory_has_the_histograms_that_the_laboratory_measures(name):
    settings = Settings(hidden_layers=3, units=8)
    data = load(settings)
    arm, measured = new_arm(settings, name, data), MeasuredExamples.of(data)
    indices = np.random.default_rng(0).integers(0, len(data.x_train), (20, settings.batch_size))
    arm.compiled.trainer.train(
        tf.constant(data.x_train), tf.constant(data.y_train), indices.astype(np.int32)
    )
    probe, validation = (
        tuple(map(tf.constant, pair)) for pair in (measured.probe, measured.validation)
    )
    observed = arm.compiled.observer.observe(probe, validation, ())
    (expected,) = measure([observed], FrameLayout.of(settings), DriftReference())

    model = arm.compiled.network.model
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.SGD(0.1), loss, metrics=["accuracy"])
    watch = Watch(*measured.probe, validation=measured.validation, budget=1e9)
    model.fit(*measured.probe, verbose=0, callbacks=[watch.arm("mine")])
    found = watch.recording.frames[0]["arm_1"]
    for quantity in ("pre_activation", "activation"):
        of = f"{quantity}_counts"
        np.testing.assert_array_equal(found[of], expected[of])
    np.testing.assert_allclose(found["gradient_norm"], expected["gradient_norm"], rtol=1e-3)
    for outcome in ("train_loss", "validation_loss", "validation_accuracy"):
        assert found[outcome] == pytest.approx(expected[outcome], rel=1e-4)
