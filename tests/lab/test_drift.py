"""Drift, and its split by who moved the values, equal references written in NumPy."""

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import wasserstein_distance

from bnviz.lab.drift import DriftReference, SortedValues, distance, drift
from bnviz.lab.experiment import run
from bnviz.lab.layer_maps import LayerCrossing
from bnviz.lab.measures import describe
from bnviz.lab.networks import build, reset
from bnviz.lab.observer import Observer
from bnviz.recording import Recording
from bnviz.recording.frame_schema import DRIFT_PARTS
from bnviz.recording.frames import VALUE_EDGES
from bnviz.settings import Settings
from tests.support.everyday import everyday

PARTS = [name for name, *_ in DRIFT_PARTS]
FEATURES, UNITS, LAYERS, EXAMPLES = 4, 8, 3, 50


def sorted_values(values: np.ndarray) -> SortedValues:
    ordered = np.sort(values.reshape(len(values), -1), axis=1)
    std = describe(ordered, VALUE_EDGES)["std"]
    return SortedValues(ordered, std, np.sort(values.transpose(0, 2, 1), axis=2))


def pairs(*shape: int):
    return st.tuples(*[arrays(np.float32, shape, elements=st.floats(-1e4, 1e4, width=32))] * 2)


@given(pair=st.integers(1, 40).flatmap(lambda size: pairs(2, size, 1)))
def test_pooled_drift_is_the_wasserstein_distance_in_standard_deviations(pair):
    found_drift = drift(*map(sorted_values, pair))
    for found, one, other in zip(found_drift, *pair, strict=True):
        spread = one.astype(np.float64).std()
        if spread == 0:
            assert np.isnan(found)
        else:
            expected = wasserstein_distance(one[:, 0], other[:, 0]) / spread
            assert found == pytest.approx(expected, rel=1e-4, abs=1e-6)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_drift_of_values_that_are_not_finite_is_nan(bad):
    values = np.arange(6, dtype=np.float32).reshape(2, 3, 1)
    broken = values.copy()
    broken[0, -1] = bad
    one, other = sorted_values(values), sorted_values(broken)
    for found in (drift(one, other), distance(one.by_neuron, other.by_neuron)):
        assert np.isnan(found[0])
        assert found[1] == 0


@given(pair=pairs(2, 7, 3))
def test_distance_is_the_mean_of_the_wasserstein_distances_of_the_neurons(pair):
    one, other = map(sorted_values, pair)
    for layer, found in enumerate(distance(one.by_neuron, other.by_neuron)):
        of_neurons = [wasserstein_distance(*(each[layer, :, n] for each in pair)) for n in range(3)]
        assert found == pytest.approx(np.mean(of_neurons), rel=1e-4, abs=1e-6)


def test_neurons_that_change_places_drift_though_their_layer_does_not():
    values = np.random.default_rng(0).normal(size=(1, 20, 4)).astype(np.float32) + np.arange(4)
    one, other = sorted_values(values), sorted_values(values[..., ::-1].copy())
    assert drift(one, other) == 0
    assert distance(one.by_neuron, other.by_neuron) > 1


class Probed:
    """A network with random weights on random features, and its drift by the laboratory."""

    def __init__(self, arm: str, position: str = "before"):
        self.settings = Settings(hidden_layers=LAYERS, units=UNITS, bn_position=position)
        self.arm = arm
        self.network = build(self.settings, arm, FEATURES, 3)
        self.position = self.network.hidden_layers[0].position
        reset(self.network, self.settings)
        self.generator = np.random.default_rng(3)
        x = self.generator.normal(size=(EXAMPLES, FEATURES)).astype(np.float32)
        y = self.generator.integers(0, 3, EXAMPLES).astype(np.int32)
        self.x, self.pair = x, (tf.constant(x), tf.constant(y))
        kernels = [tf.Variable(layer.kernel) for layer in self.network.linear_layers]
        self.observer = Observer(self.network, kernels)
        self.drift = DriftReference()
        self.reference = self.observer.reference(self.pair[0])
        self.observe()

    def observe(self) -> dict[str, np.ndarray]:
        seen = self.observer.observe(self.pair, self.pair, (self.reference,))
        crossings = [LayerCrossing(*(part.numpy() for part in each)) for each in seen.crossed]
        return self.drift.measure(sorted_values(seen.pre_activations.numpy()), crossings)

    def change(self, layers=range(LAYERS)) -> None:
        """Changes every weight of some layers."""
        for number in layers:
            hidden = self.network.hidden_layers[number]
            for layer in (hidden.linear, hidden.normalization):
                for variable in [] if layer is None else layer.trainable_variables:
                    step = self.generator.normal(scale=0.4, size=variable.shape)
                    variable.assign_add(step.astype(np.float32))
            if self.arm == "renorm":
                hidden.normalization.renorm_mean.assign(self.generator.normal(size=UNITS))
                hidden.normalization.renorm_stddev.assign(self.generator.uniform(0.1, 2, UNITS))

    def maps(self):
        """The map of each layer, as a function of the weights of now."""
        found = []
        for hidden in self.network.hidden_layers:
            kernel, norm = hidden.linear.kernel.numpy(), hidden.normalization
            if self.arm == "weight_norm":
                kernel = hidden.linear.g.numpy() * kernel / np.linalg.norm(kernel, axis=0)
            bias = hidden.linear.bias.numpy() if hidden.linear.use_bias else 0
            learnt = {each.name: each.numpy() for each in getattr(norm, "variables", ())}
            found.append((kernel, bias, learnt, float(getattr(norm, "epsilon", 0))))
        return found

    def apply(self, layer_map, h):
        kernel, bias, learnt, epsilon = layer_map
        z = h.astype(np.float64) @ kernel + bias
        return self.normalize(z, learnt, epsilon) if self.position == "before" else z

    def normalize(self, z, learnt, epsilon):
        def standardized(z, axis):
            centred = z - z.mean(axis=axis, keepdims=True)
            return centred / np.sqrt(z.var(axis=axis, keepdims=True) + epsilon)

        match self.arm:
            case "rms_norm":
                square = np.square(z).mean(axis=1, keepdims=True)
                return learnt["scale"] * z / np.sqrt(square + epsilon)
            case "renorm":
                mean, std = z.mean(axis=0), np.sqrt(z.var(axis=0) + epsilon)
                moving_mean, moving_std = learnt["renorm_mean"], learnt["renorm_stddev"]
                r = np.clip(std / moving_std, 1 / 3, 3)
                z = (z - mean) / std * r + np.clip((mean - moving_mean) / moving_std, -5, 5)
            case "dyt":
                z = np.tanh(learnt["alpha"] * z)
            case "ghost_bn":
                # The two that are left over belong to the last virtual batch.
                z = np.vstack([standardized(each, axis=0) for each in np.split(z, range(8, 48, 8))])
            case "group_norm":
                z = np.hstack([standardized(half, axis=1) for half in np.hsplit(z, 2)])
            case _:
                z = standardized(z, axis=1 if self.arm == "layer_norm" else 0)
        return learnt["gamma"] * z + learnt["beta"]

    def reaching(self, maps):
        """What reaches each layer."""
        h, found = self.x, []
        for layer_map in maps:
            found.append(h)
            h = np.maximum(self.apply(layer_map, h), 0)
            if self.position == "after":
                h = self.normalize(h, *layer_map[2:])
        return found


ARMS = [
    ("none", ""),
    ("bn", "before"),
    ("bn", "after"),
    ("layer_norm", "before"),
    ("group_norm", "before"),
    ("rms_norm", "before"),
    ("renorm", "before"),
    ("renorm", "after"),
    ("ghost_bn", "before"),
    ("dyt", "before"),
    ("dyt", "after"),
    ("weight_norm", ""),
]


@pytest.mark.parametrize(("arm", "position"), everyday(ARMS, (0, 2, 4, 5, 6)))
def test_split_equals_maps_applied_by_hand(arm, position):
    probed = Probed(arm, position or "before")
    then = probed.maps()
    probed.change()
    found, now = probed.observe(), probed.maps()
    for layer in range(LAYERS):
        before, after = then[layer], now[layer]
        reached, reaches = (probed.reaching(maps)[layer] for maps in (then, now))
        start = probed.apply(before, reached)
        expected = {
            "whole": probed.apply(after, reaches),
            "previous_layers": probed.apply(before, reaches),
            "own_weights": probed.apply(after, reached),
        }
        for part, values in expected.items():
            of_neurons = map(wasserstein_distance, start.T, values.T)
            assert found[f"drift_{part}"][layer] == pytest.approx(
                np.mean(list(of_neurons)), rel=1e-3, abs=1e-5
            ), (part, layer)


def nothing(arm: str) -> float:
    """The largest drift that is none: TensorFlow rounds the same noise in two ways."""
    return 1e-6 if arm == "noisy_bn" else 0.0


@pytest.mark.parametrize("arm", everyday(["none", "bn", "layer_norm", "noisy_bn"], (0, 2)))
def test_nothing_is_moved_by_layers_that_are_frozen(arm):
    probed = Probed(arm)
    probed.change([2])
    found = probed.observe()
    assert (found["drift_previous_layers"] <= nothing(arm)).all()
    assert (found["drift_own_weights"][:2] <= nothing(arm)).all()
    assert found["drift_own_weights"][2] > 0.01
    assert found["drift_whole"][2] == pytest.approx(found["drift_own_weights"][2], rel=1e-4)


def test_noise_of_other_steps_is_not_the_work_of_a_layers_own_weights():
    probed = Probed("noisy_bn")
    for hidden in probed.network.hidden_layers:
        hidden.noise.seed_generator.next()
    found = probed.observe()
    assert (found["drift_own_weights"] <= nothing("noisy_bn")).all()
    assert (found["drift_whole"] > 0.01).all()
    assert found["drift_previous_layers"][0] <= nothing("noisy_bn")
    assert (found["drift_previous_layers"][1:] > 0.01).all()


@pytest.mark.parametrize("arm", everyday(["none", "bn", "layer_norm", "noisy_bn"], (0, 2)))
def test_a_layer_that_is_frozen_moves_nothing_itself(arm):
    probed = Probed(arm)
    probed.change([0, 1])
    found = probed.observe()
    assert found["drift_own_weights"][2] <= nothing(arm)
    assert found["drift_previous_layers"][0] <= nothing(arm)
    assert found["drift_previous_layers"][2] > 0.01
    assert found["drift_whole"][2] == pytest.approx(found["drift_previous_layers"][2], rel=1e-4)


def recorded(settings: Settings) -> Recording:
    recording = Recording(settings)
    for frame in run(settings):
        recording.append(frame)
    return recording


@pytest.mark.slow
@pytest.mark.parametrize("action", ["insert_bn", "remove_bn", "freeze_bn"])
def test_is_measured_across_a_change_of_bn(action):
    settings = Settings(
        dataset="moons", hidden_layers=2, units=4, steps=12, interventions=f"6:{action}", deep=True
    )
    changed, same = recorded(settings), recorded(settings.replace(interventions=""))
    for arm in changed.layout.arms:
        for part in PARTS:
            for prefix in ("drift", "move"):
                values = changed.frames[arm][f"{prefix}_{part}"]
                assert np.isfinite(values).all()
                unchanged = same.frames[arm][f"{prefix}_{part}"]
                np.testing.assert_array_equal(values[:7], unchanged[:7])
        assert (changed.frames[arm]["drift_whole"][0] == 0).all()
        if action == "insert_bn":
            # BN as the identity moves nothing, so one step does not move more than it did before.
            moved = np.abs(np.diff(changed.frames[arm]["drift_own_weights"][6:8], axis=0))
            assert (moved < 0.1).all()


def test_from_frame_to_frame_the_first_frame_after_step_0_is_both():
    frames = recorded(
        Settings(dataset="moons", hidden_layers=2, units=4, steps=4, deep=True)
    ).frames
    for part in PARTS:
        since_start, last = frames["bn"][f"drift_{part}"], frames["bn"][f"move_{part}"]
        np.testing.assert_array_equal(since_start[:2], last[:2])
        assert (since_start[4] != last[4]).any()
