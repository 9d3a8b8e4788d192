"""What a host allows, and the nearest settings that fit."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bnviz.data.dataset import Dataset
from bnviz.engine import Engine
from bnviz.engine.admission import shortage
from bnviz.engine.limits import (
    LIMITS,
    PLANE_SHAPE,
    SHAPES,
    LimitError,
    Limits,
    cost,
    parameters,
    recording_bytes,
)
from bnviz.engine.run_registry import RunRegistry
from bnviz.lab.datasets import load
from bnviz.page.shell.session import Viewer
from bnviz.recording import Recording
from bnviz.settings import DATASETS, PLANE_DATASETS, Settings

fuzzed = settings(database=None)

FIGURE_1 = Settings(dataset="mnist", hidden_layers=3, units=100, batch_size=60, steps=50_000)
LARGEST = Settings(
    dataset="mnist",
    hidden_layers=50,
    units=256,
    batch_size=1024,
    steps=50_000,
    third_arm="noisy_bn",
    deep=True,
)
wanted = st.builds(
    Settings,
    dataset=st.sampled_from([name for name in DATASETS if name != "upload"]),
    hidden_layers=st.integers(1, 50),
    units=st.integers(2, 256),
    batch_size=st.integers(1, 1024),
    steps=st.integers(1, 50_000),
    third_arm=st.sampled_from(["no", "layer_norm"]),
    deep=st.booleans(),
)
costs = st.floats(6, 16).map(lambda power: 10**power)


class TestCost:
    @pytest.mark.parametrize("name", ["digits", "breast_cancer", "wine", "moons", "spiral"])
    def test_is_of_the_data_as_they_are(self, name):
        data = load(Settings(dataset=name))
        assert SHAPES.get(name, PLANE_SHAPE) == (data.num_features, len(data.classes))

    def test_every_data_set_has_a_shape(self):
        assert {*SHAPES, *PLANE_DATASETS, "upload"} == {*DATASETS}

    def test_counts_weights_and_biases(self):
        assert parameters(FIGURE_1) == 784 * 100 + 100 + 2 * (100 * 100 + 100) + 100 * 10 + 10
        assert cost(FIGURE_1) == 50_000 * parameters(FIGURE_1) * 60 * 2

    def test_of_a_viewers_own_file_is_of_its_features(self):
        x, y = np.zeros((2, 7), np.float32), np.zeros(2, np.int32)
        data = Dataset(x, y, x, y, ("a", "b", "c"))
        mine = Settings(dataset="upload", upload="0" * 32, hidden_layers=1, units=5)
        assert parameters(mine, data) == 8 * 5 + 6 * 3

    def test_bytes_are_those_of_a_whole_recording(self):
        recording = Recording(FIGURE_1)
        whole = len(recording.steps) * recording.layout.dtype.itemsize
        assert recording_bytes(FIGURE_1) == whole


class TestDefaults:
    @pytest.mark.parametrize(
        "each",
        [
            Settings(),
            FIGURE_1,
            FIGURE_1.replace(third_arm="bn_other"),
            Settings(steps=50_000),
            Settings(hidden_layers=50, units=256),
            Settings(batch_size=1024, deep=True),
        ],
    )
    def test_allow_what_the_laboratory_is_made_for(self, each):
        assert Limits().excess(each) == ""
        assert Limits().fitting(each) == each

    def test_protect_a_public_host_from_the_largest_of_all(self):
        assert "times what this host allows" in Limits().excess(LARGEST)


class TestFitting:
    @fuzzed
    @given(wanted, costs, st.floats(1, 100))
    def test_gives_settings_that_fit(self, asked, most, megabytes):
        limits = Limits(cost=most, recording_mb=megabytes)
        near = limits.fitting(asked)
        assert limits.excess(near) == ""
        assert limits.fitting(near) == near
        assert (near == asked) == (limits.excess(asked) == "")

    @fuzzed
    @given(wanted, costs)
    def test_takes_steps_first_and_as_few_as_need_be(self, asked, most):
        limits = Limits(cost=most, recording_mb=1_000)
        near = limits.fitting(asked)
        assume(near.steps > 300)
        assert near == asked.replace(steps=near.steps)
        assert near == asked or cost(asked.replace(steps=near.steps + 1)) > most

    @fuzzed
    @given(wanted, costs)
    def test_makes_nothing_larger_and_leaves_all_else(self, asked, most):
        near = Limits(cost=most).fitting(asked)
        smaller = ("steps", "batch_size", "units", "hidden_layers")
        assert all(getattr(near, name) <= getattr(asked, name) for name in smaller)
        assert near.replace(**{name: getattr(asked, name) for name in smaller}) == asked


class TestEnvironment:
    def test_unset_or_empty_means_the_defaults(self):
        assert Limits.from_environment({"BNVIZ_MAX_COST": ""}) == Limits()

    def test_every_limit_is_read_from_its_variable(self):
        for name, bounds in LIMITS.items():
            limits = Limits.from_environment({bounds["variable"]: f"{bounds['low']:g}"})
            assert getattr(limits, name) == bounds["low"]

    @pytest.mark.parametrize("text", ["x", "nan", "-1", "1e99", "1,5", "9" * 500])
    @pytest.mark.parametrize("name", LIMITS)
    def test_anything_else_is_named_with_what_is_allowed(self, name, text):
        with pytest.raises(LimitError, match=r"BNVIZ_\w+ is .*; allowed is a number from"):
            Limits.from_environment({LIMITS[name]["variable"]: text})


class TestRoom:
    def test_there_is_none_for_more_runs_than_allowed(self):
        others = [Settings(seed=seed) for seed in range(2)]
        assert shortage(Settings(), others, others, Limits(runs=3)) == ""
        assert "as many as this host" in shortage(Settings(), others, others, Limits(runs=2))

    def test_there_is_none_for_more_frames_than_allowed(self):
        megabytes = 2 * recording_bytes(Settings()) / 1e6
        limits = Limits(memory_mb=megabytes)
        assert shortage(Settings(), [], [Settings()], limits) == ""
        assert "as much memory" in shortage(Settings(), [], [Settings()] * 2, limits)

    def test_a_run_is_held_while_it_goes_on_or_is_looked_at(self):
        roster = RunRegistry(grace=9, cache_bytes=10**9, changed=lambda: None)
        run = roster.start(Settings())
        run.join("viewer")
        assert roster.held() == [run]
        run.stop()
        assert roster.held() == [run]
        run.leave("viewer")
        assert roster.held() == []

    def test_the_engine_says_so_and_lets_others_be_joined(self):
        with Engine(limits=Limits(runs=1)) as engine:
            first, second = engine.start(Settings()), engine.start(Settings(seed=1))
            assert (first.state, second.state) == ("queued", "failed")
            assert "as many as this host allows" in second.error
            assert engine.start(Settings()) is first


class TestViewer:
    def started(self, count: int):
        roster = RunRegistry(grace=9, cache_bytes=0, changed=lambda: None)
        return [roster.start(Settings(seed=seed)) for seed in range(count)]

    def test_runs_left_behind_beyond_the_limit_are_stopped_the_oldest_first(self):
        runs, viewer = self.started(5), Viewer()
        for run in runs:
            viewer.watch(run)
        assert [run.state for run in runs] == ["stopped"] * 2 + ["queued"] * 3

    def test_a_run_that_others_look_at_goes_on(self):
        runs, viewer = self.started(5), Viewer()
        runs[0].join("another")
        for run in runs:
            viewer.watch(run)
        assert [run.active for run in runs] == [True, False, True, True, True]

    def test_a_run_come_back_to_is_not_left_behind(self):
        runs, viewer = self.started(3), Viewer()
        for run in [*runs, runs[0], runs[1], runs[0]]:
            viewer.watch(run)
        assert all(run.active for run in runs)
