"""Seed checks: runs that have ended are trained with other seeds, and nobody waits for it."""

import re

import numpy as np
import pytest

from bnviz.engine import Engine, idle_work
from bnviz.engine.idle_work import MAX_UNCHECKED
from bnviz.engine.limits import Limits
from bnviz.engine.run_registry import RunRegistry
from bnviz.findings import over_seeds
from bnviz.settings import Settings
from tests.engine.test_engine import PATIENCE, received
from tests.support.engine import until, watched

SHORT = Settings(hidden_layers=1, units=4, batch_size=512, steps=40)


@pytest.fixture(scope="module")
def engine():
    with Engine(grace=1.0, checks_seeds=True) as started:
        yield started


def registry(**options):
    return RunRegistry(
        grace=9, cache_bytes=10**9, changed=lambda: None, **{"checks_seeds": True} | options
    )


class TestWhichAreChecked:
    def test_a_short_run_is_checked_without_being_asked_for(self):
        runs = registry()
        run = received(runs, SHORT)
        assert run.check == "awaited"
        assert runs.idle_work.unchecked() == [(run, None)]

    def test_a_long_check_is_offered(self, monkeypatch):
        monkeypatch.setattr(idle_work, "SHORT_CHECK", 0.0)
        monkeypatch.setattr(idle_work, "LONGEST_CHECK", 0.0)
        runs = registry()
        run = received(runs, SHORT)
        assert (run.check, runs.idle_work.unchecked(), run.awaits_more) == ("offered", [], True)
        runs.idle_work.price(SHORT, {"none": 1e-4, "bn": 2e-4})
        assert not run.awaits_more
        runs.idle_work.ask_check(run)
        assert (run.check, runs.idle_work.unchecked(), run.awaits_more) == (
            "awaited",
            [(run, None)],
            True,
        )

    @pytest.mark.parametrize(
        "changed",
        [{"dropout": 0.1}, {"interventions": "5:remove_bn"}, {"second_arm": "noisy_bn"}],
    )
    def test_what_cannot_be_trained_together_is_not_checked(self, changed):
        assert received(registry(), SHORT.replace(**changed)).check == "none"

    @pytest.mark.parametrize(
        "changed", [{"second_arm": "group_norm"}, {"architecture": "conv"}, {"third_arm": "dyt"}]
    )
    def test_all_others_are_checked(self, changed):
        assert received(registry(), SHORT.replace(**changed)).check in ("awaited", "offered")

    def test_what_the_host_does_not_take_is_neither_promised_nor_offered(self):
        limits = Limits(seconds=60)
        run = Settings(architecture="conv", dataset="mnist", units=8, steps=200)
        assert limits.excess(run) == ""
        with Engine(limits=limits, checks_seeds=True) as engine:
            job = engine.start(run)
            assert job.check == "none"
            assert re.fullmatch(
                "These 8 runs would take about .* min; this host allows 60 s: choose fewer steps "
                "or a smaller network.",
                job.check_refusal,
            )
            assert engine.start(SHORT).check == "planned"

    def test_a_check_that_fails_says_why(self):
        runs = registry()
        run = received(runs, SHORT)
        runs.idle_work.take_check(run, None, "The data set is not available.")
        assert (run.check, run.check_refusal) == ("none", "The data set is not available.")

    def test_it_is_planned_until_the_run_has_ended_and_given_up_if_it_is_stopped(self):
        run = registry().start(SHORT)
        assert run.check == "planned"
        run.stop()
        assert run.check == "none"

    def test_nothing_is_checked_if_that_is_turned_off(self):
        assert received(registry(checks_seeds=False), SHORT).check == "none"

    def test_few_runs_wait(self):
        runs = registry()
        ended = [received(runs, SHORT.replace(seed=seed)) for seed in range(MAX_UNCHECKED + 2)]
        assert len(runs.idle_work.unchecked()) == MAX_UNCHECKED
        assert [run.check for run in ended[:3]] == ["none", "none", "awaited"]


class TestEngine:
    @pytest.mark.slow
    def test_a_run_that_is_watched_is_checked(self, engine):
        with watched(engine.start(SHORT.replace(seed=3))) as run:
            until(lambda: run.check == "known", PATIENCE)
        others = run.recording.other_seeds
        assert others["seed"].tolist() == list(range(4, 12))
        # A seed has the same numbers as its own run.
        with watched(engine.start(SHORT.replace(seed=4))) as beside:
            assert beside.wait(PATIENCE)
        last = beside.recording.frames[-1]
        for arm in ("none", "bn"):
            for name in ("validation_loss", "train_loss_in_inference"):
                np.testing.assert_allclose(others[arm][name][0], last[arm][name], rtol=1e-4)
        found = over_seeds.speeds(run.recording)
        assert found[4] == over_seeds.speeds(beside.recording)[4]

    @pytest.mark.slow
    def test_a_run_that_arrives_does_not_wait_for_seeds(self, engine):
        # An architecture of its own, so that its check compiles for seconds.
        with watched(engine.start(SHORT.replace(hidden_layers=6, units=9))) as run:
            assert run.wait(PATIENCE)
            until(lambda: bool(engine._background.active()), PATIENCE)
            with watched(engine.start(SHORT.replace(seed=77))) as arriving:
                assert arriving.wait(PATIENCE)
                assert run.check == "awaited"
            until(lambda: run.check == "known", PATIENCE)

    @pytest.mark.slow
    def test_a_run_that_nobody_watches_is_not_checked(self, engine):
        run = engine.start(SHORT.replace(seed=50))
        assert run.wait(PATIENCE)
        with watched(engine.start(SHORT.replace(seed=60))) as other:
            until(lambda: other.check == "known", PATIENCE)
        assert run.check == "awaited"
        assert run.recording.other_seeds is None
