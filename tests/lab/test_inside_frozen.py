"""What Inside draws of frozen BN is what the network makes of the examples."""

import numpy as np
import pytest
import tensorflow as tf

from bnviz.data.sampling import probe
from bnviz.figures.bindings.passage import Passage
from bnviz.figures.view import View
from bnviz.figures.views.inside import inside
from bnviz.lab.datasets import load
from bnviz.lab.drift import DriftReference
from bnviz.lab.measures import measure
from bnviz.lab.networks import build, reset
from bnviz.lab.observer import Observer
from bnviz.lab.training import Trainer
from bnviz.recording import Recording
from bnviz.settings import Settings

SETTINGS = Settings(
    dataset="moons", hidden_layers=2, units=4, steps=20, interventions="8:freeze_bn"
)


@pytest.mark.parametrize("frozen", [False, True])
def test_the_way_of_an_example_ends_with_what_the_network_makes_of_it(frozen):
    recording, generator = Recording(SETTINGS), np.random.default_rng(1)
    pair = tuple(map(tf.constant, probe(load(SETTINGS))))
    networks = [build(SETTINGS, arm, 2, 2, frozen=frozen) for arm in recording.layout.arms]
    observations = []
    for network in networks:
        reset(network, SETTINGS)
        for variable in network.model.weights:
            low, high = (0.2, 0.9) if "moving" in variable.name else (-0.6, 0.8)
            variable.assign(generator.uniform(low, high, variable.shape))
        observer = Observer(network, Trainer(network, SETTINGS).kernels_before)
        observations.append(observer.observe(pair, pair, ()))
    _, measures = measure(observations, recording.layout, DriftReference())
    frame = np.zeros(1, recording.layout.dtype)
    frame["step"] = 9 if frozen else 8
    for name in {*measures} & {*frame["bn"].dtype.names}:
        frame["bn"][name][0] = measures[name]
    expected = networks[1].probe(pair[0]).pre_activations.numpy()
    for layer in range(2):
        bindings = inside(recording, View("inside", layer=layer + 1, neuron=3)).bindings
        lines = next(each for each in bindings.values() if isinstance(each, Passage))
        ways = np.array(lines.points(frame, 0)["y"]).reshape(len(lines.examples), -1)
        made = expected[layer, : len(ways), 3]
        # Scores are kept in codes, whose steps are a twentieth of a score at most.
        np.testing.assert_allclose(ways[:, 3], made, atol=0.08)
