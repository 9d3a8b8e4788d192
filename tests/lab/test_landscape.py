"""The landscape equals finite differences of a loss written in NumPy."""

import numpy as np
import pytest
import tensorflow as tf

from bnviz.lab.initial_kernels import initial_kernels
from bnviz.lab.landscape import STEPS, Landscape
from bnviz.lab.networks import build, reset
from bnviz.settings import Settings
from bnviz.settings.choices import SECOND_ARMS
from tests.support.everyday import everyday

FEATURES, CLASSES, EXAMPLES, UNITS = 4, 3, 40, 8
SETTINGS = Settings(hidden_layers=2, units=UNITS, activation="tanh", bn_epsilon=0.02)
#: All but instance normalization, with which no gradient reaches a kernel of a Dense layer.
ARMS = ("none", *(arm for arm in SECOND_ARMS if arm != "instance_norm"))
RATE = 0.3


def network_and_landscape(arm, settings=SETTINGS):
    """A network with random weights, and its landscape."""
    network = build(settings, arm, FEATURES, CLASSES)
    reset(network, settings, initial_kernels(settings, FEATURES, CLASSES))
    generator = np.random.default_rng(5)
    for variable in network.model.trainable_variables:
        variable.assign_add(generator.normal(0, 0.5, variable.shape))
    for hidden in network.hidden_layers if arm == "renorm" else ():
        # Some neurons are corrected as far as is allowed, and some less.
        hidden.normalization.renorm_mean.assign(generator.normal(0, 1, UNITS))
        hidden.normalization.renorm_stddev.assign(generator.uniform(0.2, 2, UNITS))
    return network, Landscape(network)


@pytest.fixture(scope="module")
def networks():
    return {arm: network_and_landscape(arm) for arm in ARMS}


@pytest.fixture(scope="module")
def data():
    generator = np.random.default_rng(0)
    x = generator.normal(size=(EXAMPLES, FEATURES)).astype(np.float32)
    return x, generator.integers(0, CLASSES, EXAMPLES).astype(np.int32)


def standardized(v, axis):
    return (v - v.mean(axis, keepdims=True)) / np.sqrt(v.var(axis, keepdims=True) + 0.02)


class Reference:
    """A network in NumPy, with its weights as one vector."""

    def __init__(self, network, arm, x, y):
        blocks = [[block.linear, block.normalization] for block in network.hidden_layers]
        self.weights = [
            (number, variable.path.split("/")[-1], variable.numpy().astype(np.float64))
            for number, layers in enumerate([*blocks, [network.output]])
            for layer in layers
            if layer is not None
            for variable in layer.trainable_variables
        ]
        self.start = np.concatenate([values.ravel() for *_, values in self.weights])
        self.layer = np.concatenate([np.full(w.size, number) for number, _, w in self.weights])
        self.kernel = np.concatenate(
            [np.full(w.size, n in ("kernel", "g")) for _, n, w in self.weights]
        )
        self.position = {"bn_other": "after"}.get(arm, "before")
        self.arm = arm
        self.x, self.y = x.astype(np.float64), y
        moving = ("renorm_mean", "renorm_stddev") if arm == "renorm" else ()
        self.moving = [
            [getattr(block.normalization, name).numpy() for name in moving]
            for block in network.hidden_layers
        ]

    def correction(self, number, mean, std):
        moving_mean, moving_std = self.moving[number]
        r, d = std / moving_std, (mean - moving_mean) / moving_std
        return np.clip(r, 1 / 3, 3), np.clip(d, -5, 5)

    def loss(self, vector, correction=None):
        correction = correction or self.correction
        parts, place = [{} for _ in range(3)], 0
        for number, name, values in self.weights:
            parts[number][name] = vector[place : place + values.size].reshape(values.shape)
            place += values.size

        def normalize(v, part, number):
            match self.arm:
                case "renorm":
                    r, d = correction(number, v.mean(0), np.sqrt(v.var(0) + 0.02))
                    v = standardized(v, axis=0) * r + d
                case "none" | "weight_norm":
                    return v
                case "rms_norm":
                    square = np.square(v).mean(axis=1, keepdims=True)
                    return part["scale"] * v / np.sqrt(square + 0.02)
                case "group_norm":
                    halves = np.split(v, 2, axis=1)
                    v = np.concatenate([standardized(half, axis=1) for half in halves], axis=1)
                case "dyt":
                    v = np.tanh(part["alpha"] * v)
                case "ghost_bn":
                    virtual = np.split(v, len(v) // 8)
                    v = np.concatenate([standardized(each, axis=0) for each in virtual])
                case _:
                    v = standardized(v, axis=1 if self.arm == "layer_norm" else 0)
            return part["gamma"] * v + part["beta"]

        h = self.x
        for number, part in enumerate(parts[:-1]):
            kernel = part["kernel"]
            if "g" in part:
                kernel = part["g"] * kernel / np.linalg.norm(kernel, axis=0)
            h = h @ kernel + part.get("bias", 0)
            h = normalize(h, part, number) if self.position == "before" else h
            h = np.tanh(h)
            h = normalize(h, part, number) if self.position == "after" else h
        logits = h @ parts[-1]["kernel"] + parts[-1]["bias"]
        chosen = logits[np.arange(len(self.y)), self.y]
        return np.mean(np.log(np.exp(logits).sum(axis=1)) - chosen)

    def gradient(self, vector):
        width = 1e-5
        kept = {}

        def correction(number, *statistics):
            # The gradient does not pass through r and d.
            return kept.setdefault(number, self.correction(number, *statistics))

        self.loss(vector, correction)
        changes = [
            self.loss(vector + step, correction) - self.loss(vector - step, correction)
            for step in width * np.eye(len(vector))
        ]
        return np.array(changes) / (2 * width)

    def measures(self):
        g, norm = self.gradient(self.start), np.linalg.norm
        shifts, relative, cosines = [], [], []
        for number in range(2):
            own = (self.layer == number) & self.kernel
            other = self.gradient(self.start - RATE * g * (self.layer < number))
            shifts.append(norm(g[own] - other[own]))
            relative.append(shifts[-1] / norm(g[own]))
            cosines.append(g[own] @ other[own] / norm(g[own]) / norm(other[own]))
        points = [self.start - RATE * step * g for step in STEPS]
        losses = [self.loss(point) for point in points]
        distances = np.array([norm(g - self.gradient(point)) for point in points])
        return {
            "gradient_shift": shifts,
            "relative_gradient_shift": relative,
            "gradient_cosine": cosines,
            "landscape_loss": [min(losses), max(losses)],
            "landscape_gradient": [distances.min(), distances.max()],
            "effective_beta": (distances / (RATE * STEPS * norm(g))).max(),
        }


@pytest.mark.parametrize("arm", everyday(ARMS[:-1], (0, 2, 4, 5, 6)))
def test_the_landscape_equals_finite_differences(arm, networks, data):
    network, landscape = networks[arm]
    found = landscape.measure(*map(tf.constant, data), RATE)
    expected = Reference(network, arm, *data).measures()
    assert found.keys() == expected.keys()
    for name, values in expected.items():
        np.testing.assert_allclose(found[name], values, rtol=2e-3, atol=2e-5, err_msg=name)
    assert expected["gradient_shift"][1] > 0.01


@pytest.mark.parametrize("arm", everyday(ARMS, (1, 10)))
def test_without_a_step_nothing_shifts(arm, networks, data):
    _, landscape = networks[arm]
    found = landscape.measure(*map(tf.constant, data), 1e-7)
    np.testing.assert_allclose(found["gradient_cosine"], 1, atol=1e-5)
    np.testing.assert_allclose(found["gradient_shift"], 0, atol=1e-5)
    np.testing.assert_allclose(found["landscape_gradient"], 0, atol=1e-5)
    assert np.ptp(found["landscape_loss"]) < 1e-5


def test_the_steps_are_those_of_the_paper():
    assert STEPS[[0, -1]].tolist() == [0.5, 4.0]


@pytest.mark.parametrize("arm", everyday(ARMS, (1, 10)))
def test_measuring_changes_nothing(arm, networks, data):
    network, landscape = networks[arm]
    before = [variable.numpy() for variable in network.model.variables]
    landscape.measure(*map(tf.constant, data), RATE)
    for variable, value in zip(network.model.variables, before, strict=True):
        np.testing.assert_array_equal(variable, value)


def test_the_gradient_of_a_single_layer_does_not_shift(data):
    settings = SETTINGS.replace(hidden_layers=1)
    found = network_and_landscape("none", settings)[1].measure(*map(tf.constant, data), RATE)
    assert found["gradient_shift"].tolist() == [0]
    assert found["gradient_cosine"].tolist() == [1]


def test_the_landscape_of_a_diverged_network_is_nan(data):
    network, landscape = network_and_landscape("none")
    for layer in network.linear_layers:
        layer.kernel.assign(layer.kernel * np.float32(np.nan))
    found = landscape.measure(*map(tf.constant, data), RATE)
    assert np.isnan(found["landscape_loss"]).all()
    assert np.isnan(found["gradient_shift"][1])
    assert np.isnan(found["effective_beta"])


def test_a_vanishing_gradient_keeps_its_direction(data):
    network, landscape = network_and_landscape("none")
    network.output.kernel.assign(network.output.kernel * np.float32(1e-30))
    found = landscape.measure(*map(tf.constant, data), RATE)
    assert found["gradient_cosine"][1] == pytest.approx(1, abs=1e-3)
