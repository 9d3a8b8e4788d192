"""Inference by each of the statistics equals a forward pass written in NumPy."""

import numpy as np
import pytest
import tensorflow as tf

from bnviz.lab.inference import Inference
from bnviz.lab.initial_kernels import initial_kernels
from bnviz.lab.networks import build, reset
from bnviz.lab.observer import loss_and_accuracy
from bnviz.recording.frames import INFERENCE_STATISTICS
from bnviz.settings import Settings
from bnviz.settings.choices import SECOND_ARMS

FEATURES, CLASSES, UNITS = 4, 3, 8
SETTINGS = Settings(hidden_layers=2, units=UNITS, activation="tanh", bn_epsilon=0.02)
ARMS = ("none", *SECOND_ARMS)
BN_ARMS = ("bn", "bn_other", "noisy_bn", "renorm", "ghost_bn")


@pytest.fixture(scope="module")
def networks():
    """For each arm, a network with random weights and statistics, and its inference."""
    by_arm = {}
    for arm in ARMS:
        network = build(SETTINGS, arm, FEATURES, CLASSES)
        reset(network, SETTINGS, initial_kernels(SETTINGS, FEATURES, CLASSES))
        generator = np.random.default_rng(5)
        for variable in network.model.trainable_variables:
            variable.assign_add(generator.normal(0, 0.5, variable.shape))
        for block in network.hidden_layers if arm in BN_ARMS else ():
            block.normalization.moving_mean.assign(generator.normal(size=UNITS))
            block.normalization.moving_variance.assign(generator.uniform(0.5, 2, UNITS))
        by_arm[arm] = network, Inference(network)
    return by_arm


@pytest.fixture(scope="module")
def data():
    """Training features, then features and classes of the validation examples."""
    generator = np.random.default_rng(0)
    x_train = generator.normal(1, 2, size=(90, FEATURES)).astype(np.float32)
    x = generator.normal(size=(30, FEATURES)).astype(np.float32)
    return x_train, x, generator.integers(0, CLASSES, 30).astype(np.int32)


def evaluated(networks, arm, data):
    x_train, x, y = map(tf.constant, data)
    return networks[arm][1].evaluate(x_train, (x, y))


def forward(network, arm, x, statistics):
    """Logits and the inputs of each BN, with mean and variance given by `statistics`."""
    norm_inputs = []

    def normalize(v, layer):
        norm_inputs.append(v)
        mean, variance = statistics(v, len(norm_inputs) - 1)
        gamma, beta = layer.gamma.numpy(), layer.beta.numpy()
        return gamma * (v - mean) / np.sqrt(variance + 0.02) + beta

    h = x.astype(np.float64)
    for block in network.hidden_layers:
        h = h @ block.linear.kernel.numpy()
        h = h + block.linear.bias.numpy() if block.linear.use_bias else h
        h = normalize(h, block.normalization) if arm != "bn_other" else h
        h = np.tanh(h)
        h = normalize(h, block.normalization) if arm == "bn_other" else h
    return h @ network.output.kernel.numpy() + network.output.bias.numpy(), norm_inputs


def outcome(logits, y):
    chosen = logits[np.arange(len(y)), y]
    loss = np.mean(np.log(np.exp(logits).sum(axis=1)) - chosen)
    return loss, np.mean(logits.argmax(axis=1) == y)


def by_batch(v, _):
    return v.mean(axis=0), v.var(axis=0)


@pytest.mark.parametrize("arm", BN_ARMS)
def test_each_of_the_statistics_equals_numpy(arm, networks, data):
    network, _ = networks[arm]
    x_train, x, y = data
    _, train_inputs = forward(network, arm, x_train, by_batch)
    moving = [
        (block.normalization.moving_mean.numpy(), block.normalization.moving_variance.numpy())
        for block in network.hidden_layers
    ]
    statistics = {
        "batch": by_batch,
        "moving": lambda _, number: moving[number],
        "precise": lambda _, number: by_batch(train_inputs[number], number),
        "alone": lambda v, _: (v, np.zeros_like(v)),
    }
    found = evaluated(networks, arm, data)
    for index, name in enumerate(INFERENCE_STATISTICS):
        loss, accuracy = outcome(forward(network, arm, x, statistics[name])[0], y)
        assert found["inference_loss"][index] == pytest.approx(loss, rel=1e-4), name
        assert found["inference_accuracy"][index] == pytest.approx(accuracy, abs=1e-6), name
    assert len(set(found["inference_loss"].tolist())) == len(INFERENCE_STATISTICS)


@pytest.mark.parametrize("arm", ARMS)
def test_moving_statistics_give_what_keras_evaluates(arm, networks, data):
    _, x, y = data
    logits = networks[arm][0].model(x, training=False)
    loss, accuracy = loss_and_accuracy(logits, tf.constant(y))
    found, index = evaluated(networks, arm, data), INFERENCE_STATISTICS.index("moving")
    assert found["inference_loss"][index] == pytest.approx(float(loss), rel=1e-5)
    assert found["inference_accuracy"][index] == pytest.approx(float(accuracy))


@pytest.mark.parametrize("arm", ["bn", "bn_other"])
def test_alone_takes_each_example_as_a_batch_of_one(arm, networks, data):
    _, x, y = data
    logits = np.concatenate([networks[arm][0].probe(x[i : i + 1]).logits for i in range(len(x))])
    loss, _ = outcome(logits, y)
    found = evaluated(networks, arm, data)["inference_loss"][INFERENCE_STATISTICS.index("alone")]
    assert found == pytest.approx(loss, rel=1e-4)


@pytest.mark.parametrize(
    "arm", ["none", "layer_norm", "group_norm", "rms_norm", "dyt", "weight_norm"]
)
def test_without_bn_all_statistics_give_the_same(arm, networks, data):
    _, x, y = data
    loss, accuracy = outcome(networks[arm][0].model(x, training=False).numpy(), y)
    found = evaluated(networks, arm, data)
    np.testing.assert_allclose(found["inference_loss"], loss, rtol=1e-4)
    np.testing.assert_allclose(found["inference_accuracy"], accuracy, rtol=1e-6)
