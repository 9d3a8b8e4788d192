"""The nearest run: same networks, then fewest differences, then smallest ones."""

import time

import pytest

from bnviz.lesson import presets
from bnviz.settings import Settings
from bnviz.settings.nearest import nearest

BASE = Settings()
FILE = {"dataset": "upload", "upload": "a" * 32}


@pytest.mark.parametrize(
    ("chosen", "near", "far"),
    [
        ({"learning_rate": 0.1}, {"learning_rate": 0.2}, {"learning_rate": 0.02}),
        ({"bn_momentum": 0.99}, {"bn_momentum": 0.999}, {"bn_momentum": 0.8}),
        ({"units": 64}, {"units": 64, "seed": 1}, {}),
        ({"units": 64}, {"units": 16, "seed": 1}, {"units": 64, "third_arm": "layer_norm"}),
        ({"activation": "tanh"}, {"noise": 0.5}, {"activation": "elu", "seed": 1}),
        ({}, {}, {"learning_rate": 0.21}),
    ],
)
def test_of_two_runs_the_nearer_is_found_in_either_order(chosen, near, far):
    runs = {"near": BASE.replace(**near), "far": BASE.replace(**far)}
    assert nearest(BASE.replace(**chosen), runs) == "near"
    assert nearest(BASE.replace(**chosen), dict(reversed(runs.items()))) == "near"


def test_of_equals_the_first_is_found():
    run = BASE.replace(activation="elu")
    assert nearest(BASE, {"b": run, "a": run}) == "b"


@pytest.mark.parametrize("chosen", [{"dataset": "wine"}, FILE])
def test_nothing_is_near_on_other_data_nor_on_a_file(chosen):
    runs = {"digits": BASE, "file": BASE.replace(**FILE)}
    assert nearest(BASE.replace(**chosen), runs) is None


def test_every_bundled_recording_is_the_nearest_to_its_own_settings():
    bundled = presets.BUNDLED_RUNS
    for settings in bundled.values():
        assert bundled[nearest(settings, bundled)] == settings


def test_many_runs_are_compared_within_a_few_milliseconds():
    runs = {seed: BASE.replace(seed=seed, units=64, l2=0.1) for seed in range(300)}
    took = []
    for _ in range(5):
        begun = time.perf_counter()
        nearest(BASE, runs)
        took.append(time.perf_counter() - begun)
    assert min(took) < 0.005
