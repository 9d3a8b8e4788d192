"""Networks that are trained together equal those that are trained alone."""

import numpy as np
import pytest

from bnviz.frames import ARMS
from bnviz.lab import stack
from bnviz.lab.experiment import ExperimentError, run
from bnviz.lab.stack import STACK_SIZE, StoppedError, train
from bnviz.settings import ACTIVATIONS, INITIALIZERS, Settings
from bnviz.study import CURVES, Block

SMALL = Settings(
    dataset="wine", hidden_layers=2, units=5, steps=8, batch_size=16, learning_rate=0.1
)
WATCH = (0, 1, 5, 8)
#: Between them all optimizers, both positions of BN, each of its parts left out, L2.
CASES = {
    "sgd": SMALL.replace(activation="tanh"),
    "momentum": SMALL.replace(optimizer="momentum", bn_position="after", l2=0.05),
    "adam": SMALL.replace(optimizer="adam", activation="gelu", bn_center=False, l2=0.01),
    "rmsprop": SMALL.replace(optimizer="rmsprop", activation="elu", bn_scale=False),
    "plane": SMALL.replace(dataset="moons", activation="leaky_relu"),
}


def varied(settings):
    """Runs of one program that differ in all that they may."""
    noise = 0.1 if settings.dataset == "moons" else settings.noise
    return (
        settings,
        settings.replace(seed=3, learning_rate=0.01, noise=noise),
        settings.replace(seed=3, init_scale=2.5, bn_momentum=0.5, bn_epsilon=0.1),
    )


def assert_equals_single_runs(block, runs):
    outcomes = train(block)
    for number in runs:
        frames = list(run(block.settings[number]))
        for arm in ARMS:
            outcome = outcomes[arm]
            for name in CURVES:
                single = [frames[step][arm][name] for step in block.watch]
                np.testing.assert_allclose(
                    getattr(outcome, name)[number], single, rtol=2e-3, atol=2e-5, err_msg=name
                )
            assert outcome.diverged_at[number] == frames[-1][arm]["diverged_at"]


@pytest.mark.parametrize("case", CASES)
def test_networks_trained_together_equal_single_runs(case):
    block = Block(varied(CASES[case]), WATCH)
    assert_equals_single_runs(block, runs=range(3))
