"""The same seed has the same speed-up in a run, among seeds, and in a map up to its bracket."""

import numpy as np
import pytest

from bnviz.findings import speed
from bnviz.lab.block_training import train
from bnviz.lab.experiment import run
from bnviz.recording import Recording
from bnviz.recording.frames import ARMS
from bnviz.settings import Settings
from bnviz.studies.axis import Axis
from bnviz.studies.map_speeds import EARLIER
from bnviz.studies.phase_map import PhaseMap
from bnviz.studies.seeds import SeedBands
from bnviz.studies.sweep import Cell, Sweep

pytestmark = pytest.mark.widest

#: Both arms of each reach the target after more than ten steps.
EXPERIMENTS = {
    "relu": Settings(
        hidden_layers=4, units=16, activation="relu", learning_rate=0.2, steps=400, seed=1
    ),
    "sigmoid": Settings(
        hidden_layers=2, units=16, activation="sigmoid", learning_rate=1.0, steps=400, seed=1
    ),
}


def completed(study):
    while blocks := study.blocks():
        for block in blocks:
            study.put(block, train(block))
    return study


@pytest.fixture(scope="module", params=["relu", "sigmoid"])
def trained(request):
    """The same experiment as a run of its first seed, among five seeds, and in a map."""
    settings = EXPERIMENTS[request.param]
    recording = Recording(settings)
    for frame in run(settings):
        recording.append(frame)
    rate = settings.learning_rate
    axes = Axis("learning_rate", rate, 2 * rate, "linear", 2), Axis("init_scale", 1, 2, "linear", 2)
    sweep = Sweep(settings, *axes, 1, "speed_up")
    return recording, completed(SeedBands(settings, 5)), completed(PhaseMap(sweep))


def test_a_run_and_its_seed_have_the_same_accuracies_and_speed_up(trained):
    recording, bands, _ = trained
    for arm in ARMS:
        frames = recording.frames[arm]["validation_accuracy"]
        np.testing.assert_array_equal(bands.curves[arm]["validation_accuracy"][0], frames)
    found = speed.of_recording(recording)["bn"]
    assert found.speed_up is not None
    assert bands.speeds()[recording.settings.seed] == found


def test_the_speed_up_of_a_run_lies_within_that_of_its_cell(trained):
    recording, _, phase_map = trained
    found = speed.of_recording(recording)["bn"]
    assert phase_map.sweep.settings(Cell(0, 0)) == recording.settings
    cells = phase_map.speeds()
    low, high = cells.low[0, 0], cells.high[0, 0]
    assert low <= found.speed_up.ratio <= high
    assert high / low < 2.5
    for arm, arrival in zip(ARMS, (found.first, found.this), strict=True):
        # The map evaluates at some of the run's steps, so it never sees a target earlier.
        step = phase_map.values(arm)[0, 0]
        assert step / EARLIER <= arrival.step <= step


def test_all_know_the_same_share_of_the_largest_class(trained):
    recording, bands, _ = trained
    assert set(bands.majority_share) == {np.float32(speed.chance_of(recording))}
    assert 0.1 < speed.chance_of(recording) < 0.15
