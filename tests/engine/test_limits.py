"""Limits of a host, and the nearest settings that fit."""

import ast
import re

import numpy as np
import pytest
from distributed.system import MEMORY_LIMIT
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bnviz.engine import Engine
from bnviz.engine import limits as module
from bnviz.engine.admission import Holding, shortage
from bnviz.engine.data_shapes import stacked_bytes
from bnviz.engine.duration import in_words, training_seconds
from bnviz.engine.limits import (
    LIMITS,
    LimitError,
    Limits,
    recording_bytes,
)
from bnviz.engine.origin import Origin
from bnviz.engine.run_registry import RunRegistry
from bnviz.page.shell.session import Viewer
from bnviz.recording import Recording
from bnviz.settings import Settings
from bnviz.settings.choices import DATASETS
from bnviz.studies.phase_map import PhaseMap
from bnviz.studies.seeds import SeedBands
from bnviz.studies.stable_rates import StableRates
from bnviz.studies.study import Block
from bnviz.studies.sweep import Sweep
from tests.support import ROOT

fuzzed = settings(database=None)

FIGURE_1 = Settings(dataset="mnist", hidden_layers=3, units=100, batch_size=60, steps=50_000)
LONG = Settings(units=128, steps=20_000)
LARGEST = Settings(
    dataset="mnist",
    hidden_layers=50,
    units=256,
    batch_size=1024,
    steps=50_000,
    third_arm="noisy_bn",
    deep=True,
)
any_settings = st.builds(
    Settings,
    dataset=st.sampled_from([name for name in DATASETS if name != "upload"]),
    hidden_layers=st.integers(1, 50),
    units=st.integers(2, 256),
    batch_size=st.integers(1, 1024),
    steps=st.integers(1, 50_000),
    third_arm=st.sampled_from(["no", "layer_norm"]),
    deep=st.booleans(),
)
allowances = st.floats(0.4, 6).map(lambda power: 10**power)


class TestRecordingBytes:
    def test_match_a_complete_recording(self):
        recording = Recording(FIGURE_1)
        size = len(recording.steps) * recording.layout.dtype.itemsize
        assert recording_bytes(FIGURE_1) == size


class TestDefaults:
    @pytest.mark.parametrize(
        "typical",
        [
            Settings(),
            FIGURE_1,
            FIGURE_1.replace(third_arm="bn_other"),
            Settings(steps=50_000),
            Settings(hidden_layers=50, units=256),
            Settings(batch_size=1024, deep=True),
        ],
    )
    def test_allow_typical_experiments(self, typical):
        assert Limits().excess(typical) == ""
        assert Limits().fitting(typical) == typical

    def test_refuse_the_largest_experiment(self):
        assert "this host allows 5 min." in Limits().excess(LARGEST)


class TestSentences:
    def test_say_how_long_it_would_take_and_how_long_it_may(self):
        limits = Limits(seconds=training_seconds(FIGURE_1) / 10)
        assert limits.excess(FIGURE_1) == (
            f"This run would take about {in_words(10 * limits.seconds)}; this host allows "
            f"{in_words(limits.seconds)}."
        )

    def test_do_not_name_the_same_duration_twice(self):
        limits = Limits(seconds=0.9999 * training_seconds(FIGURE_1))
        allowed = in_words(limits.seconds)
        assert limits.excess(FIGURE_1) == (
            f"This run would take a little longer than the {allowed} that this host allows."
        )

    def test_advise_on_a_study(self):
        excess = Limits(seconds=2).excess_of_many(Sweep().architectures, 256)
        assert excess.startswith("These 256 runs would take about ")
        assert "; this host allows 2 s: choose fewer cells" in excess

    def test_withhold_a_data_set_for_which_the_host_has_too_little_memory(self):
        small, large = Limits(host_mb=1_999.6), Limits(host_mb=2_000)
        images = Settings(dataset="cifar10", steps=1)
        assert [name for name in DATASETS if not small.offers(name)] == ["cifar10"]
        assert all(map(large.offers, DATASETS))
        refusal = "cifar10 needs 2,000 MB of memory, and this host has 1,999 MB: choose another"
        assert refusal in small.excess(images)
        assert refusal in small.excess_of_many([Block((images,), (0, 1))], 1)
        assert large.excess(images) == ""

    def test_name_the_memory_that_images_in_layers_take(self):
        wide = Settings(architecture="conv", dataset="mnist", units=256, steps=1)
        excess = Limits(seconds=1e6).excess(wide)
        assert "layers of this run would take about 1,002 MB" in excess
        assert excess.endswith("or the architecture 'dense'.")
        residual = wide.replace(architecture="residual_conv")
        assert Limits(seconds=1e6).excess(residual).endswith("'residual_dense'.")
        near = Limits(seconds=1e6).fitting(wide)
        assert Limits(seconds=1e6).excess(near) == ""
        assert near.units < wide.units
        roomy = Limits(seconds=1e6)
        block, wider = (Block((wide.replace(units=units),), (0, 1)) for units in (16, 128))
        assert roomy.excess_of_many([block], 16) == ""
        excess = roomy.excess_of_many([wider], 16)
        assert "runs that are trained together would take about 2,172 MB" in excess

    def test_count_what_seeds_keep_of_step_0(self):
        wide = {"hidden_layers": 2, "batch_size": 1, "units": 24, "steps": 1}
        convolved = Settings(architecture="conv", dataset="cifar10", **wide)
        deeper = convolved.replace(architecture="residual_conv", hidden_layers=3)
        single = convolved.replace(hidden_layers=1)
        kept = {}
        for each in (convolved, deeper, single):
            alone, compared = (Block((each,), (0, 1), compares) for compares in (False, True))
            kept[each] = stacked_bytes(compared) - stacked_bytes(alone)
        # Four times 16 networks' 24 channels of 16 × 16 pixels of 256 examples, and a skip's.
        values = 4 * 16 * 256 * 24 * 16 * 16
        floor = stacked_bytes(Block((single,), (0, 1)))
        assert kept == {
            convolved: 4 * values - floor,
            deeper: 8 * values - floor,
            single: 0,
        }
        roomy = Limits(seconds=1e6, host_mb=1e4)
        block = Block((convolved,), (0, 1), compares=True)
        assert "would take about 403 MB" in roomy.excess_of_many([block], 16)

    @pytest.mark.parametrize("pace", [0.5, 4.0])
    def test_count_the_seconds_of_this_host(self, pace):
        predicted = training_seconds(FIGURE_1)
        tight, wide = (Limits(seconds=pace * predicted * share) for share in (0.9, 1.1))
        assert tight.excess(FIGURE_1, pace=pace) != ""
        assert wide.excess(FIGURE_1, pace=pace) == ""
        assert tight.fitting(FIGURE_1, pace=pace) != FIGURE_1
        assert wide.fitting(FIGURE_1, pace=pace) == FIGURE_1


class TestFitting:
    @fuzzed
    @given(any_settings, allowances, st.floats(1, 100))
    def test_returns_settings_that_fit(self, chosen, seconds, megabytes):
        limits = Limits(seconds=seconds, recording_mb=megabytes)
        near = limits.fitting(chosen)
        assert limits.excess(near) == ""
        assert limits.fitting(near) == near
        assert (near == chosen) == (limits.excess(chosen) == "")

    @fuzzed
    @given(any_settings, allowances)
    def test_reduces_steps_alone_if_that_suffices_and_no_further(self, chosen, seconds):
        limits = Limits(seconds=seconds, recording_mb=1_000)
        assume(limits.excess(chosen.replace(steps=min(300, chosen.steps))) == "")
        near = limits.fitting(chosen)
        assert near == chosen.replace(steps=near.steps)
        more = chosen.replace(steps=min(near.steps + 1, chosen.steps))
        assert near == chosen or limits.excess(more) != ""

    def test_keeps_the_steps_if_the_frames_take_the_time(self):
        chosen = Settings(hidden_layers=50, units=64, steps=1_000, deep=True)
        limits = Limits(seconds=training_seconds(chosen) / 3)
        near = limits.fitting(chosen)
        assert near.steps == chosen.steps
        assert near.units < chosen.units or near.hidden_layers < chosen.hidden_layers

    @fuzzed
    @given(any_settings, allowances)
    def test_increases_nothing_and_keeps_other_settings(self, chosen, seconds):
        near = Limits(seconds=seconds).fitting(chosen)
        smaller = ("steps", "batch_size", "units", "hidden_layers")
        assert all(getattr(near, name) <= getattr(chosen, name) for name in smaller)
        assert near.replace(**{name: getattr(chosen, name) for name in smaller}) == chosen


class TestEnvironment:
    def test_unset_or_empty_means_the_defaults(self):
        assert Limits.from_environment({"BNVIZ_MAX_SECONDS": "", "BNVIZ_MAX_COST": ""}) == Limits()

    def test_every_limit_is_read_from_its_variable(self):
        for name, bounds in LIMITS.items():
            limits = Limits.from_environment({bounds["variable"]: f"{bounds['low']:g}"})
            assert getattr(limits, name) == bounds["low"]

    def test_the_former_limit_names_its_successor(self):
        with pytest.raises(LimitError, match=r"^BNVIZ_MAX_COST is .* set BNVIZ_MAX_SECONDS"):
            Limits.from_environment({"BNVIZ_MAX_COST": "1e12", "BNVIZ_MAX_SECONDS": "60"})

    @pytest.mark.parametrize("text", ["x", "nan", "-1", "1e99", "1,5", "9" * 500])
    @pytest.mark.parametrize("name", LIMITS)
    def test_bad_values_are_reported_with_what_is_allowed(self, name, text):
        with pytest.raises(LimitError, match=r"BNVIZ_\w+ is .*; it must be a number from"):
            Limits.from_environment({LIMITS[name]["variable"]: text})


def found(limits, *, everybody=Holding(), address=Holding(), browser=Holding()):  # noqa: B008
    return shortage(
        recording_bytes(Settings()),
        everybody=everybody,
        address=address,
        browser=browser,
        limits=limits,
    )


class TestAdmission:
    def test_refuses_more_runs_than_allowed(self):
        assert found(Limits(runs=3), everybody=Holding(2)) == ""
        assert "as many as this host allows;" in found(Limits(runs=2), everybody=Holding(2))

    def test_refuses_more_runs_of_a_browser_or_an_address_than_of_all(self):
        limits = Limits(runs=20, viewer_runs=3)
        assert found(limits, browser=Holding(2), address=Holding(14)) == ""
        assert "3 runs of yours" in found(limits, browser=Holding(3))
        assert "as many as this host allows;" in found(limits, address=Holding(15))

    def test_refuses_more_frames_than_allowed(self):
        size = recording_bytes(Settings())
        limits = Limits(memory_mb=4 * size / 1e6)
        assert found(limits, everybody=Holding(0, 3 * size)) == ""
        assert "as much memory" in found(limits, everybody=Holding(0, 3 * size + 1))
        assert found(limits, browser=Holding(0, size), address=Holding(0, 2 * size)) == ""
        assert "Your runs, in all tabs" in found(limits, browser=Holding(0, size + 1))
        assert "Your runs, in all tabs" in found(limits, address=Holding(0, 2 * size + 1))

    def test_a_first_run_fits_even_where_the_share_is_smaller(self):
        limits = Limits(memory_mb=recording_bytes(Settings()) / 1e6)
        assert found(limits) == ""

    def test_an_active_run_counts_with_its_plan_and_an_ended_one_with_what_it_holds(self):
        registry = RunRegistry(grace=9, cache_bytes=10**9, changed=lambda: None)
        run = registry.start(Settings())
        run.join("viewer")
        assert registry.held_bytes() == recording_bytes(Settings())
        frames = np.zeros(3, run.recording.layout.dtype)
        frames["step"] = run.recording.steps[:3]
        run.receive(0, frames.tobytes())
        run.stop()
        assert registry.held_bytes() == frames.nbytes
        run.leave("viewer")
        assert registry.held_bytes() == 0

    @pytest.mark.parametrize("end", ["stop", "fail"])
    def test_a_run_that_ended_before_its_first_frame_holds_nothing(self, end):
        registry = RunRegistry(grace=9, cache_bytes=10**9, changed=lambda: None)
        run = registry.start(Settings())
        run.join("viewer")
        getattr(run, end)(*["why"] * (end == "fail"))
        assert registry.held_bytes() == 0

    def test_the_engine_explains_a_refusal_and_active_runs_can_be_joined(self):
        with Engine(limits=Limits(runs=1)) as engine:
            first, second = engine.start(Settings()), engine.start(Settings(seed=1))
            networks = engine.networks(Settings(), 3)
            assert [run.state for run in (first, second, networks)] == ["queued", *2 * ["failed"]]
            assert "as many as this host allows" in second.error
            assert networks.error == second.error
            assert engine.start(Settings()) is first


@pytest.fixture(scope="module")
def strict_engine():
    with Engine(limits=Limits(seconds=10)) as engine:
        yield engine


class TestOneDoor:
    """Everything that trains passes the engine, and the engine checks it."""

    def test_a_long_run_is_refused(self, strict_engine):
        run = strict_engine.start(LONG)
        assert run.state == "failed"
        assert "this host allows 10 s" in run.error

    def test_networks_that_take_long_or_much_are_refused(self, strict_engine):
        run = strict_engine.networks(LONG, 301)
        assert run.state == "failed"
        assert "this host allows 10 s" in run.error
        large = Settings(hidden_layers=50, units=256, steps=1, optimizer="adam")
        assert "The networks may take 83 MB" in Limits().excess_of_networks(large)
        assert Limits().excess(large) == ""

    @pytest.mark.parametrize(
        "study", [PhaseMap(Sweep(LONG)), SeedBands(LONG), StableRates(LONG)], ids=type
    )
    def test_a_long_study_is_refused(self, strict_engine, study):
        run = strict_engine.study(study)
        assert run.state == "failed"
        assert "this host allows 10 s" in run.error
        assert run.open_blocks() == []

    def test_what_is_short_is_not(self, strict_engine):
        short = Settings(dataset="wine", hidden_layers=1, units=2, steps=10)
        assert strict_engine.start(short).state == "queued"
        assert strict_engine.networks(short, 11).state == "queued"
        assert strict_engine.study(SeedBands(short, 5)).active

    def test_every_kind_of_study_is_checked_above(self):
        """A study is what hands out blocks; there are these."""
        found = set()
        for path in (ROOT / "bnviz").rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.ClassDef):
                    names = {item.name for item in node.body if isinstance(item, ast.FunctionDef)}
                    if {"digest", "architectures"} <= names:
                        found.add(node.name)
        assert found - {"Study", "Sweep"} == {"PhaseMap", "SeedBands", "StableRates"}

    def test_only_the_engine_makes_jobs(self):
        """No other module calls a registry, whose `start` checks nothing."""
        users = {
            path.relative_to(ROOT).as_posix()
            for path in (ROOT / "bnviz").rglob("*.py")
            if {"RunRegistry(", "StudyRegistry(", "NetworkRun("}
            & set(re.findall(r"\w+\(", path.read_text()))
        }
        assert users - {
            "bnviz/engine/network_run.py",
            "bnviz/engine/run_registry.py",
            "bnviz/engine/study_runs.py",
        } == {"bnviz/engine/engine.py"}


HERE, THERE = Origin("browser", "address"), Origin("another", "address")


class TestViewer:
    def started(self, count: int):
        registry = RunRegistry(grace=9, cache_bytes=0, changed=lambda: None)
        return [registry.start(Settings(seed=seed)) for seed in range(count)]

    def one_after_another(self, count: int, *, watched_by_another: bool = False):
        """Runs that one tab starts, each in place of the last; a browser may have three."""
        registry = RunRegistry(grace=9, cache_bytes=0, changed=lambda: None)
        viewer, runs = Viewer(), []
        for seed in range(count):
            viewer.let_go(runs[-1] if runs else None)
            registry.make_room(HERE, 3)
            runs.append(registry.start(Settings(seed=seed), origin=HERE))
            viewer.start(runs[-1])
            if watched_by_another and seed == 0:
                runs[0].join("another")
        return runs

    def test_abandoned_runs_beyond_the_limit_are_stopped_oldest_first(self):
        runs = self.one_after_another(5)
        assert [run.state for run in runs] == ["stopped"] * 2 + ["queued"] * 3

    def test_a_run_that_others_watch_continues(self):
        runs = self.one_after_another(5, watched_by_another=True)
        assert [run.active for run in runs] == [True, False, False, True, True]

    def test_runs_of_other_browsers_are_not_stopped_to_make_room(self):
        registry = RunRegistry(grace=9, cache_bytes=0, changed=lambda: None)
        theirs = registry.start(Settings(), origin=THERE)
        shared = registry.start(Settings(seed=1), origin=HERE)
        registry.start(Settings(seed=1), origin=THERE)
        registry.make_room(HERE, 1)
        assert theirs.active
        assert shared.active

    def test_a_run_that_others_watch_goes_on_when_one_stops_it(self):
        [run], viewer, other = self.started(1), Viewer(), Viewer()
        viewer.start(run)
        other.start(run)
        viewer.stop(run)
        viewer.watch(run)
        assert run.viewers == 1
        assert (viewer.state(run), other.state(run)) == ("stopped", "queued")
        viewer.start(run)
        assert (run.viewers, viewer.state(run)) == (2, "queued")
        viewer.stop(run)
        other.stop(run)
        assert run.state == "stopped"
        # Its frames are not held for having been stopped.
        viewer.watch(run)
        assert run.viewers == 1

    def test_a_run_returned_to_is_not_abandoned(self):
        runs, viewer = self.started(3), Viewer()
        for run in [*runs, runs[0], runs[1], runs[0]]:
            viewer.watch(run)
        assert all(run.active for run in runs)


def test_the_memory_of_the_machine_is_what_dask_finds():
    needed = {"memory": MEMORY_LIMIT / 1e6}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "DATASET_MEMORY_MB", needed)
        assert Limits().offers("memory")
        needed["memory"] += 1
        assert not Limits().offers("memory")


def test_a_container_may_have_less_memory_than_its_machine(tmp_path, monkeypatch):
    tight = tmp_path / "memory.max"
    monkeypatch.setattr(module, "_CONTAINER_LIMITS", (tmp_path / "missing", tight))
    for text, offered in (("1999000000\n", False), ("2000000000\n", True), ("max\n", True)):
        tight.write_text(text)
        module._machine_mb.cache_clear()
        assert Limits().offers("cifar10") == offered
    module._machine_mb.cache_clear()
