"""Noise has the distribution of Santurkar et al. and is determined by its seed."""

import numpy as np
import pytest
import tensorflow as tf

from bnviz.lab.noise import Noise, perturbed


@tf.function(autograph=False)
def element_noise(seed):
    """Shift and scale of every element, shape (2, 400, 50)."""
    shift = perturbed(tf.zeros((400, 50)), seed)
    return tf.stack([shift, perturbed(tf.ones((400, 50)), seed) - shift])


def test_each_element_is_shifted_and_scaled_independently():
    shift, scale = element_noise(tf.constant([3, 4], tf.int64)).numpy()
    # A uniform distribution of width 0.2, and a normal one with standard deviation 0.1.
    assert 0.19 < np.ptp(shift) <= 0.2
    assert shift.std() == pytest.approx(0.2 / np.sqrt(12), rel=0.02)
    assert scale.std() == pytest.approx(0.1, rel=0.02)
    assert abs(np.corrcoef(shift.ravel(), scale.ravel())[0, 1]) < 0.03


def test_the_distribution_changes_at_each_step_within_its_bounds():
    seeds = tf.constant([[0, step] for step in range(200)], tf.int64)
    means = np.array([element_noise(seed).numpy().mean(axis=(1, 2)) for seed in seeds])
    assert (np.abs(means[:, 0]) < 0.51).all()
    assert ((means[:, 1] > 0.99) & (means[:, 1] < 1.26)).all()
    assert means.mean(axis=0).tolist() == pytest.approx([0, 1.125], abs=0.06)
    np.testing.assert_allclose(means.std(axis=0), np.array([1, 0.25]) / np.sqrt(12), rtol=0.2)


def test_seed_layer_and_step_determine_the_noise():
    x, noise = tf.ones((3, 2)), Noise("noise")

    def drawn(seed, number, steps):
        noise.reset(seed=seed, number=number)
        return [noise(x, training=True).numpy().tolist() for _ in range(steps)]

    first = drawn(1, 0, 3)
    assert drawn(1, 0, 3) == first
    others = [*first, *drawn(1, 1, 3), *drawn(2, 0, 3)]
    assert all(one != another for i, one in enumerate(others) for another in others[:i])


def test_noise_continues_from_the_state_of_another_layer():
    x, noise, other = tf.ones((3, 2)), Noise("noise"), Noise("other")
    noise.reset(seed=1, number=0)
    noise(x, training=True)
    other.follow(noise)
    np.testing.assert_array_equal(noise(x, training=True), other(x, training=True))


def test_inference_has_no_noise():
    x = tf.ones((3, 2))
    np.testing.assert_array_equal(Noise("noise")(x, training=False), x)


def test_drawing_does_not_advance_the_generator():
    x, noise = tf.ones((3, 2)), Noise("noise")
    noise.reset(seed=1, number=0)
    before = noise.draw(x).numpy()
    np.testing.assert_array_equal(noise.draw(x), before)
    undisturbed = noise(x, training=True).numpy()
    assert (noise.draw(x).numpy() != before).all()
    noise.reset(seed=1, number=0)
    np.testing.assert_array_equal(noise(x, training=True), undisturbed)
