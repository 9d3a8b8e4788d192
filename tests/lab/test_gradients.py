"""Gradients, updates and normalization equal a backward pass written in NumPy."""

import numpy as np
import pytest
import tensorflow as tf

from bnviz.lab.initial_kernels import initial_kernels
from bnviz.lab.networks import build, reset
from bnviz.lab.observer import NORMALIZATION, Observer
from bnviz.lab.training import BatchOrder, Trainer
from bnviz.recording.frames import PLANE_GRID, PLANE_RANGE
from bnviz.settings import Settings
from tests.support.everyday import everyday

FEATURES, CLASSES, EXAMPLES = 2, 2, 40
BASE = Settings(hidden_layers=2, units=4, activation="tanh", batch_size=8, learning_rate=0.2)


@pytest.fixture(scope="module")
def data():
    generator = np.random.default_rng(3)
    x = generator.normal(size=(EXAMPLES, FEATURES)).astype(np.float32)
    return x, generator.integers(0, CLASSES, EXAMPLES).astype(np.int32)


def observed(settings, arm, data, steps):
    """A network after `steps` steps, its trainer, and an observation of it."""
    network = build(settings, arm, FEATURES, CLASSES)
    trainer = Trainer(network, settings)
    reset(network, settings, initial_kernels(settings, FEATURES, CLASSES))
    trainer.reset(settings)
    observer = Observer(network, trainer.kernels_before)
    x, y = map(tf.constant, data)
    trainer.train(x, y, BatchOrder(EXAMPLES, settings.batch_size, seed=0).take(steps))
    return network, trainer, observer.observe((x, y), (x, y), ())


def gradients(network, x, y, epsilon):
    """Gradients of the kernels by the chain rule; BN, if there is any, comes before tanh."""
    kept, h = [], x.astype(np.float64)
    for block in network.hidden_layers:
        bias = 0 if block.normalization else block.linear.bias.numpy()
        z = h @ block.linear.kernel.numpy().astype(np.float64) + bias
        if block.normalization:
            gamma, beta = block.normalization.gamma.numpy(), block.normalization.beta.numpy()
            root = np.sqrt(z.var(axis=0) + epsilon)
            normalized = (z - z.mean(axis=0)) / root
            a = np.tanh(gamma * normalized + beta)
            kept.append((h, a, normalized, gamma / root))
        else:
            a = np.tanh(z)
            kept.append((h, a, None, 1.0))
        h = a
    logits = h @ network.output.kernel.numpy() + network.output.bias.numpy()
    softmax = np.exp(logits - logits.max(axis=1, keepdims=True))
    softmax /= softmax.sum(axis=1, keepdims=True)
    back = (softmax - np.eye(CLASSES)[y]) / len(y)
    found = [h.T @ back]
    back = back @ network.output.kernel.numpy().T
    for block, (before, a, normalized, scale) in zip(
        network.hidden_layers[::-1], kept[::-1], strict=True
    ):
        back = back * (1 - a**2)
        if normalized is not None:
            centred = back - back.mean(axis=0)
            back = scale * (centred - normalized * (back * normalized).mean(axis=0))
        found.append(before.T @ back)
        back = back @ block.linear.kernel.numpy().T
    return found[::-1]


@pytest.mark.parametrize("arm", ["none", "bn"])
def test_gradient_norms_equal_the_chain_rule(arm, data):
    settings = BASE.replace(bn_epsilon=0.01)
    network, _, observation = observed(settings, arm, data, steps=3)
    expected = [np.linalg.norm(g) for g in gradients(network, *data, settings.bn_epsilon)]
    np.testing.assert_allclose(observation.kernel_measures[0], expected, rtol=1e-3)
    norms = [np.linalg.norm(layer.kernel.numpy()) for layer in network.linear_layers]
    np.testing.assert_allclose(observation.kernel_measures[2], norms, rtol=1e-5)


def test_an_update_of_sgd_is_the_gradient_times_the_learning_rate(data):
    # A batch of all examples has the gradient of the probe.
    settings = BASE.replace(batch_size=EXAMPLES)
    before, _, observed_before = observed(settings, "none", data, steps=0)
    _, _, observation = observed(settings, "none", data, steps=1)
    kernels = [layer.kernel.numpy() for layer in before.linear_layers]
    expected = [
        0.2 * g.std() / kernel.std()
        for g, kernel in zip(gradients(before, *data, settings.bn_epsilon), kernels, strict=True)
    ]
    np.testing.assert_allclose(observation.kernel_measures[1], expected, rtol=1e-3)
    np.testing.assert_array_equal(observed_before.kernel_measures[1], 0)


@pytest.mark.parametrize("optimizer", everyday(["momentum", "adam", "rmsprop"], (1,)))
def test_the_update_is_the_one_that_was_applied(optimizer, data):
    settings = BASE.replace(optimizer=optimizer, learning_rate=0.01)
    before, _, _ = observed(settings, "none", data, steps=6)
    after, trainer, observation = observed(settings, "none", data, steps=7)
    layers = zip(before.linear_layers, after.linear_layers, strict=True)
    for number, (old, new) in enumerate(layers):
        np.testing.assert_allclose(trainer.kernels_before[number], old.kernel, rtol=1e-6)
        change = (new.kernel.numpy() - old.kernel.numpy()).std() / old.kernel.numpy().std()
        assert observation.kernel_measures[1][number].numpy() == pytest.approx(change, rel=1e-4)


@pytest.mark.parametrize("position", ["before", "after"])
def test_normalization_holds_parameters_and_statistics_of_the_layers(position, data):
    network, _, observation = observed(BASE.replace(bn_position=position), "bn", data, steps=4)
    seen = dict(
        zip(observation.normalization_names, observation.normalization.numpy(), strict=True)
    )
    assert tuple(seen) == NORMALIZATION
    for number, block in enumerate(network.hidden_layers):
        for name in ("gamma", "beta", "moving_mean", "moving_variance"):
            held = getattr(block.normalization, name).numpy()
            np.testing.assert_array_equal(seen[name][number], held)
    first = network.hidden_layers[0].linear(data[0]).numpy()
    norm_inputs = first if position == "before" else np.tanh(first)
    np.testing.assert_allclose(seen["batch_mean"][0], norm_inputs.mean(axis=0), atol=1e-5)
    np.testing.assert_allclose(seen["batch_variance"][0], norm_inputs.var(axis=0), atol=1e-5)


def test_the_boundary_is_the_prediction_of_the_network(data):
    network, _, observation = observed(BASE, "bn", data, steps=5)
    side = np.linspace(-PLANE_RANGE, PLANE_RANGE, PLANE_GRID)
    for row, column in ((0, 0), (3, 30), (PLANE_GRID - 1, 7)):
        logits = network.model.predict(np.array([[side[column], side[row]]]), verbose=0)[0]
        expected = 1 / (1 + np.exp(logits[0] - logits[1]))
        assert observation.boundary[row, column].numpy() == pytest.approx(expected, abs=1e-5)
