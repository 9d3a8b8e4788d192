"""Turns: whose run is next, how long others wait, and runs that are set aside by real workers."""

import time
from dataclasses import replace

import numpy as np
import pytest

from bnviz.engine import Engine
from bnviz.engine.forecast import Expected, expected_starts
from bnviz.engine.origin import Origin
from bnviz.engine.pace import MAX_TURNS, Pace
from bnviz.engine.run_queue import MAX_BEGUN, MAX_BEGUN_OF_BROWSER
from bnviz.engine.run_registry import RunRegistry
from bnviz.engine.set_aside import KEPT_SECONDS, SetAside
from bnviz.engine.turn_rules import COMPILING_SHARE, LONG_PAUSE, RUN_SHARE, SHARED, SHORT, share
from bnviz.engine.turns import CREDIT, HALF_LIFE, Turns
from bnviz.recording.frames import frame_steps
from bnviz.settings import Settings
from bnviz.studies.phase_map import PhaseMap
from bnviz.studies.seeds import SeedBands
from bnviz.studies.sweep import Sweep
from tests.support.engine import PATIENCE, until, watched

#: Two browsers at one address, and one elsewhere.
ANN, BOB, EVE = Origin("ann", "here"), Origin("bob", "here"), Origin("eve", "there")
#: Of the default architecture, which a worker compiles at its start.
SHORT_RUN = Settings(steps=40)
LONG_RUN = Settings(steps=50_000)
WORKER = "tcp://worker"


class Clock:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


class TestTurns:
    def test_who_has_used_least_has_the_lowest_rank(self):
        turns = Turns(Clock())
        turns.charge([ANN], 2.0)
        turns.charge([EVE], 1.0)
        assert turns.rank([EVE]) < turns.rank([ANN])

    def test_an_address_counts_before_a_browser(self):
        turns = Turns(Clock())
        turns.charge([ANN], 2.0)
        turns.charge([EVE], 1.0)
        assert turns.rank([EVE]) < turns.rank([BOB]) < turns.rank([ANN])

    def test_a_job_of_several_ranks_as_the_lowest_and_is_shared_by_all(self):
        turns = Turns(Clock())
        turns.charge([ANN, EVE], 2.0)
        turns.charge([ANN], 1.0)
        assert turns.rank([ANN]) == (2.0, 2.0)
        assert turns.rank([EVE]) == turns.rank([ANN, EVE]) == (1.0, 1.0)

    def test_half_is_forgotten_after_the_half_life_and_little_at_once(self):
        clock = Clock()
        turns = Turns(clock)
        turns.charge([ANN], 2.0)
        clock.now = HALF_LIFE
        turns.charge([], 0.0)
        assert turns.rank([ANN]) == pytest.approx((1.0, 1.0))
        clock.now = 20 * HALF_LIFE
        turns.charge([], 0.0)
        assert turns.rank([ANN]) == (0.0, 0.0)

    def test_what_is_given_back_never_becomes_credit(self):
        turns = Turns(Clock())
        turns.charge([ANN], 1.0)
        turns.charge([ANN], -3.0)
        assert turns.rank([ANN]) == (0.0, 0.0)

    def test_a_newcomer_is_ahead_of_the_last_one_by_little(self):
        turns = Turns(Clock())
        for origin, seconds in ((ANN, 9.0), (EVE, 0.5), (BOB, 7.0)):
            turns.begin([origin], seconds)
        # At the last turn the address of Ann and Bob had used 9 s, and so had Ann.
        assert turns.rank([ANN]) == (16.0, 9.0)
        assert turns.rank([EVE]) == (9.0 - CREDIT, 0.5)
        turns.begin([ANN], 1.0)
        assert turns.rank([EVE])[0] == 16.0 - CREDIT
        assert turns.rank([Origin("new", "new")]) == (16.0 - CREDIT, 0.0)
        assert turns.rank([Origin("new", "here")]) == (17.0, 9.0 - CREDIT)

    def test_a_copy_is_charged_alone(self):
        turns = Turns(Clock())
        turns.charge([ANN], 1.0)
        copied = turns.copy()
        copied.charge([ANN], 1.0)
        assert (copied.rank([ANN]), turns.rank([ANN])) == ((2.0, 2.0), (1.0, 1.0))


def expected(name, origins, seconds, queued, turn=None):
    """A run whose networks are compiled."""
    begun = None if queued and turn is None else 0.0
    return Expected(name, origins, seconds, queued, seconds > SHORT, turn, begun)


class TestForecast:
    def starts(self, *jobs, workers=1, between=0.0, used=(), since_long=0.0):
        turns = Turns(Clock())
        for origin, seconds in used:
            turns.charge([origin], seconds)
        return expected_starts(
            jobs,
            turns,
            workers=workers,
            between=between,
            since_long=since_long,
            max_short=3,
        )

    def test_runs_wait_for_a_turn_of_those_before(self):
        jobs = [expected(name, [ANN], 1.0, queued=True) for name in "abc"]
        assert self.starts(*jobs) == {"a": 0.0, "b": SHARED, "c": 2 * SHARED}
        assert self.starts(*jobs, workers=2) == {"a": 0.0, "b": 0.0, "c": SHARED}

    def test_a_run_about_to_end_is_waited_for(self):
        jobs = [expected(name, [ANN], 0.7, queued=True) for name in "ab"]
        assert self.starts(*jobs) == {"a": 0.0, "b": 0.7}

    def test_few_short_runs_are_begun_at_a_time(self):
        jobs = [expected(name, [ANN], 1.0, queued=True) for name in "abcde"]
        found = self.starts(*jobs)
        assert found["c"] == 2 * SHARED
        # The first one has its second turn, and ends.
        assert found["d"] == pytest.approx(4 * SHARED)

    def test_the_turn_of_now_is_waited_for_and_what_lies_between_turns(self):
        now = expected("now", [EVE], 100.0, queued=False, turn=0.4)
        next_ones = [expected(name, [ANN], 0.7, queued=True) for name in "ab"]
        found = self.starts(now, *next_ones, between=0.5, used=[(EVE, 5.0)])
        assert found["a"] == pytest.approx(0.4)
        assert found["b"] == pytest.approx(0.4 + 0.7 + 0.5)

    def test_a_long_run_does_not_hold_up_short_ones_of_others(self):
        long = expected("long", [EVE], 200.0, queued=False)
        short = expected("short", [ANN], 1.0, queued=True)
        assert self.starts(long, short, used=[(EVE, 5.0)]) == {"short": 0.0}
        assert self.starts(long, short, used=[(ANN, 1.0)]) == {"short": 0.0}
        # It has a turn now and then, whatever others have used.
        late = self.starts(long, short, since_long=LONG_PAUSE)["short"]
        assert 0 < late <= 200 / 20

    def test_long_runs_have_turns_while_short_ones_keep_coming(self):
        long = expected("long", [EVE], 10.0, queued=True)
        shorts = [expected(number, [Origin(f"{number}", "x")], 1.0, True) for number in range(30)]
        assert self.starts(*shorts, long)["long"] == pytest.approx(LONG_PAUSE)

    def test_a_run_that_has_nothing_to_show_yet_goes_first(self):
        begun = expected("begun", [ANN], 50.0, queued=False)
        first = expected("first", [ANN], 5.0, queued=True)
        assert self.starts(begun, first) == {"first": 0.0}

    def test_an_address_has_one_architecture_compiled_after_the_other(self):
        jobs = [
            replace(expected(name, [origin], 9.0, queued=True), compiling=4.0)
            for name, origin in (("a", ANN), ("b", BOB), ("c", EVE))
        ]
        starts = self.starts(*jobs)
        # C begins while A's networks are compiled, and B after that.
        for name, seconds in (("a", 4.0), ("c", 8.0), ("b", 12.0)):
            assert starts[name] == pytest.approx(seconds, abs=2 * SHARED)
        assert self.starts(*jobs, workers=2)["b"] == pytest.approx(8.0, abs=2 * SHARED)

    def test_those_of_other_addresses_begin_while_networks_are_compiled(self):
        jobs = [
            replace(expected(n, [Origin("", f"{n}")], 9.0, queued=True), compiling=20.0)
            for n in range(8)
        ]
        compiled = expected("compiled", [EVE], 9.0, queued=True)
        assert self.starts(*jobs, compiled)["compiled"] <= 8 * COMPILING_SHARE

    def test_the_same_networks_are_compiled_once_for_all(self):
        jobs = [
            replace(expected(n, [ANN], 1.0, True), compiling=4.0, architecture="the same")
            for n in range(3)
        ]
        assert max(self.starts(*jobs).values()) == pytest.approx(4.0, abs=4 * SHARED)

    def test_what_is_being_compiled_is_waited_for_as_long_as_it_still_takes(self):
        begun = replace(expected("begun", [ANN], 1.0, True), begun=3.0, compiling=4.0)
        assert self.starts(begun)["begun"] == pytest.approx(1.0)

    def test_a_run_that_has_its_turn_and_was_not_heard_of_yet_begins_now(self):
        first = expected("first", [ANN], 9.0, queued=True, turn=0.3)
        others = [expected(name, [EVE], 9.0, queued=True) for name in "ab"]
        assert self.starts(first, *others)["first"] == 0.0

    def test_a_run_shared_by_two_addresses_waits_for_no_longer_than_either_of_them(self):
        begun = replace(expected("begun", [ANN], 9.0, queued=False), compiling=4.0)
        own, shared = (
            replace(expected("queued", origins, 9.0, queued=True), compiling=4.0)
            for origins in ([BOB], [BOB, EVE])
        )
        assert self.starts(begun, shared)["queued"] < self.starts(begun, own)["queued"]

    def test_every_queued_run_is_in_it_however_many_there_are(self):
        jobs = [
            replace(expected(n, [Origin(f"{n}", f"{n % 50}")], 1000.0, queued=True), compiling=4.0)
            for n in range(700)
        ]
        found = self.starts(*jobs)
        assert len(found) == 700
        assert list(found.values()) == sorted(found.values())

    @pytest.mark.parametrize(("others_wait", "turn"), [(False, RUN_SHARE), (True, SHARED)])
    def test_a_run_that_is_about_to_end_does_though_the_prediction_is_doubtful(
        self, others_wait, turn
    ):
        assert share(turn, others_wait=others_wait) > 1.5 * turn
        assert share(2 * turn, others_wait=others_wait) == turn


class TestPace:
    def test_it_is_the_median_of_recent_turns(self):
        pace = Pace()
        assert pace.factor == 1
        for taken in (1.0, 3.0, 100.0):
            pace.note(taken=taken, predicted=1.0)
        assert pace.factor == 3
        for _ in range(MAX_TURNS):
            pace.note(taken=2.0, predicted=1.0)
        assert pace.factor == 2

    def test_limits_count_with_powers_of_two_and_no_faster_than_the_reference(self):
        for taken, coarse in ((0.3, 1), (1.3, 1), (1.6, 2), (2.7, 2), (3.0, 4)):
            pace = Pace()
            pace.note(taken=taken, predicted=1.0)
            assert pace.coarse == coarse

    def test_a_turn_of_which_little_was_expected_says_nothing(self):
        pace = Pace()
        pace.note(taken=5.0, predicted=0.01)
        assert pace.factor == 1


class TestNextRun:
    def registry(self):
        registry = RunRegistry(grace=9, cache_bytes=0, changed=lambda: None, turns=Turns(Clock()))
        registry.queue.workers = 1
        registry.queue.note_compiled(SHORT_RUN)
        return registry

    def next_run(self, registry):
        return registry.queue.next_run(WORKER, {WORKER})

    def begin(self, registry, settings, origin):
        """A run that has had a turn and was set aside."""
        run = registry.start(settings, origin=origin)
        _, charged = registry.queue.begin_turn(run)
        registry.queue.end_turn(run, seconds=charged, charged=charged)
        run.begin()
        run.worker = WORKER
        return run

    def test_those_who_have_used_least_come_first(self):
        registry = self.registry()
        self.begin(registry, LONG_RUN, EVE)
        registry.start(LONG_RUN.replace(seed=1), origin=EVE)
        short = registry.start(SHORT_RUN, origin=ANN)
        assert self.next_run(registry) is short

    def test_a_run_that_has_nothing_to_show_yet_goes_first(self):
        registry = self.registry()
        self.begin(registry, LONG_RUN, ANN)
        new = registry.start(LONG_RUN.replace(seed=1), origin=ANN)
        assert self.next_run(registry) is new

    def test_short_runs_pass_long_ones_whatever_their_viewers_have_used(self):
        registry = self.registry()
        begun = self.begin(registry, LONG_RUN, EVE)
        registry.queue.turns.charge([ANN], 50.0)
        short = registry.start(SHORT_RUN, origin=ANN)
        assert self.next_run(registry) is short
        registry.queue._long_at -= LONG_PAUSE + 1
        assert self.next_run(registry) is begun

    def test_a_run_has_one_turn_at_a_time(self):
        registry = self.registry()
        run = registry.start(SHORT_RUN, origin=ANN)
        registry.queue.begin_turn(run)
        assert self.next_run(registry) is None

    def test_what_a_worker_has_set_aside_goes_on_there(self):
        registry = self.registry()
        run = self.begin(registry, LONG_RUN, ANN)
        assert registry.queue.next_run("another", {WORKER, "another"}) is None
        # Its worker has vanished.
        assert registry.queue.next_run("another", {"another"}) is run
        assert run.worker is None

    def test_few_long_runs_are_begun_at_a_time_and_short_ones_pass(self):
        registry = self.registry()
        for number in range(MAX_BEGUN):
            origin = Origin(f"{number}", f"{number}")
            begun = self.begin(registry, LONG_RUN.replace(seed=number), origin)
            registry.queue.turns.charge([origin], 10.0)
        long = registry.start(LONG_RUN.replace(seed=99), origin=ANN)
        assert self.next_run(registry) is not long
        short = registry.start(SHORT_RUN, origin=EVE)
        assert self.next_run(registry) is short
        short.stop()
        begun.stop()
        assert self.next_run(registry) is long

    def test_few_short_runs_are_begun_at_a_time(self):
        registry = self.registry()
        begun = [
            self.begin(registry, SHORT_RUN.replace(seed=n), Origin(f"{n}", f"{n}"))
            for n in range(MAX_BEGUN)
        ]
        registry.queue.turns.charge([EVE], 50.0)
        new = registry.start(SHORT_RUN.replace(seed=99), origin=EVE)
        assert self.next_run(registry) in begun
        begun[3].stop()
        assert self.next_run(registry) is new

    def test_large_files_are_trained_on_one_at_a_time_and_small_ones_beside(self):
        registry = self.registry()
        large, small = (SHORT_RUN.replace(dataset=name) for name in ("mnist", "wine"))
        begun = self.begin(registry, large, ANN)
        waits = registry.start(large.replace(seed=1), origin=EVE)
        assert self.next_run(registry) is begun
        beside = registry.start(small, origin=EVE)
        assert self.next_run(registry) is beside
        beside.stop()
        begun.stop()
        assert self.next_run(registry) is waits

    def test_an_address_has_one_architecture_compiled_after_the_other(self):
        registry = self.registry()
        begun = self.begin(registry, LONG_RUN.replace(hidden_layers=9), ANN)
        registry.queue.turns.charge([EVE], 50.0)
        more = registry.start(LONG_RUN.replace(hidden_layers=8), origin=BOB)
        assert self.next_run(registry) is begun
        elsewhere = registry.start(LONG_RUN.replace(hidden_layers=7), origin=EVE)
        assert self.next_run(registry) is elsewhere
        registry.queue.note_compiled(begun.settings)
        assert self.next_run(registry) is more

    def test_a_run_whose_networks_are_compiled_says_so(self):
        registry = self.registry()
        begun, waiting = (registry.start(SHORT_RUN.replace(units=n), origin=ANN) for n in (7, 8))
        registry.queue.begin_turn(begun)
        assert begun.position().compiling
        assert 0 < begun.position().seconds < waiting.position().seconds
        assert not waiting.position().compiling

    def test_a_place_in_the_queue_does_not_rise_when_another_one_passes(self):
        registry = self.registry()
        self.begin(registry, LONG_RUN.replace(hidden_layers=9), ANN)
        waiting = registry.start(LONG_RUN.replace(hidden_layers=8), origin=BOB)
        assert waiting.position().number == 1
        passing = registry.start(SHORT_RUN, origin=EVE)
        registry.queue.changed()
        assert passing.position().seconds < waiting.position().seconds
        assert (waiting.position().number, passing.position().number) == (1, 2)

    def test_a_run_begins_if_nothing_is_compiled_for_one_of_those_who_wait_for_it(self):
        registry = self.registry()
        self.begin(registry, LONG_RUN.replace(hidden_layers=9), ANN)
        shared = registry.start(LONG_RUN.replace(hidden_layers=8), origin=BOB)
        shared.origins.add(EVE)
        assert self.next_run(registry) is shared

    def test_a_browser_has_few_of_them(self):
        registry = self.registry()
        for number in range(MAX_BEGUN_OF_BROWSER):
            self.begin(registry, LONG_RUN.replace(seed=number), ANN).worker = "another"
        more = registry.start(LONG_RUN.replace(seed=99), origin=ANN)
        assert registry.queue.next_run(WORKER, {WORKER, "another"}) is None
        more.origins.add(EVE)
        assert registry.queue.next_run(WORKER, {WORKER, "another"}) is more


class TestPrices:
    """What a step costs, by architecture."""

    def complete(self, registry, settings):
        run = registry.start(settings)
        frames = np.zeros(len(frame_steps(settings.steps)), run.recording.layout.dtype)
        frames["step"] = frame_steps(settings.steps)
        run.receive(0, frames.tobytes())
        assert not run.active
        return run

    def registry(self):
        return RunRegistry(grace=9, cache_bytes=10**9, changed=lambda: None)

    def test_it_is_measured_once_for_runs_that_differ_in_what_is_not_compiled(self):
        registry = self.registry()
        assert registry.idle_work.unpriced() is None
        first = self.complete(registry, SHORT_RUN)
        assert registry.idle_work.unpriced() == (SHORT_RUN, None)
        registry.idle_work.price(SHORT_RUN, {"none": 1e-4, "bn": 2e-4})
        later = self.complete(registry, SHORT_RUN.replace(seed=1, learning_rate=0.5, steps=60))
        assert registry.idle_work.unpriced() is None
        for run in (first, later):
            assert run.recording.seconds_per_step == {"none": 1e-4, "bn": 2e-4}

    def test_the_last_run_comes_first_and_what_cannot_be_measured_is_not_tried_again(self):
        registry = self.registry()
        larger = SHORT_RUN.replace(units=33)
        for settings in (SHORT_RUN, larger):
            self.complete(registry, settings)
        assert registry.idle_work.unpriced() == (larger, None)
        registry.idle_work.price(larger, {})
        assert registry.idle_work.unpriced() == (SHORT_RUN, None)
        run = self.complete(registry, larger.replace(seed=1))
        assert registry.idle_work.unpriced() == (SHORT_RUN, None)
        assert run.recording.seconds_per_step == {}

    def test_a_run_that_was_stopped_is_not_measured(self):
        registry = self.registry()
        registry.start(SHORT_RUN).stop()
        assert registry.idle_work.unpriced() is None


class TestSetAside:
    class Training:
        closed = False

        def close(self):
            self.closed = True

    def test_it_is_taken_once(self):
        aside, training = SetAside(), self.Training()
        aside.put("token", training, 7)
        assert len(aside) == 1
        assert aside.take("token") == (training, 7)
        assert aside.take("token") is None

    def test_what_is_dropped_or_forgotten_for_long_is_closed(self):
        clock = Clock()
        aside, dropped, old, new = SetAside(clock), *(self.Training() for _ in range(3))
        aside.put("dropped", dropped)
        aside.drop("dropped")
        aside.drop("dropped")
        aside.put("old", old)
        clock.now = 0.9 * KEPT_SECONDS
        aside.put("new", new)
        clock.now = 1.1 * KEPT_SECONDS
        assert aside.take("new") == (new, 0)
        assert (dropped.closed, old.closed, new.closed) == (True, True, False)


@pytest.fixture(scope="module")
def engine():
    with Engine(grace=PATIENCE) as engine:
        yield engine


@pytest.mark.slow
class TestWorkers:
    def test_a_long_run_yields_to_a_short_one_of_another_and_goes_on(self, engine):
        with watched(engine.start(LONG_RUN, origin=EVE)) as long:
            until(lambda: len(long.recording) > 5)
            frames = len(long.recording)
            short = engine.start(SHORT_RUN, origin=ANN)
            assert short.wait(PATIENCE)
            assert short.state == "finished", short.error
            assert long.state == "running"
            until(lambda: len(long.recording) > frames)
            assert np.array_equal(
                long.recording.frames["step"][: frames + 1],
                frame_steps(LONG_RUN.steps)[: frames + 1],
            )

    @pytest.mark.widest
    def test_a_run_that_takes_turns_has_the_frames_of_one_alone(self, engine):
        settings = LONG_RUN.replace(steps=20_000)
        with (
            watched(engine.start(settings, origin=EVE)) as long,
            watched(engine.start(settings.replace(seed=4), origin=ANN)) as other,
        ):
            until(lambda: len(long.recording) > 5 and len(other.recording) > 5)
            assert not long.recording.complete
            assert long.wait(PATIENCE)
        # The same run under another digest, which has the worker for itself.
        alone = engine.start(settings.replace(noise=0.3))
        assert alone.wait(PATIENCE)
        assert long.recording.frames.tobytes() == alone.recording.frames.tobytes()

    def test_a_run_that_is_stopped_while_it_is_set_aside_leaves_the_worker_to_others(self, engine):
        with (
            watched(engine.start(LONG_RUN.replace(seed=1), origin=EVE)) as first,
            watched(engine.start(LONG_RUN.replace(seed=2), origin=ANN)) as second,
        ):
            until(lambda: len(first.recording) > 5 and len(second.recording) > 5)
            first.stop()
            frames = len(second.recording)
            until(lambda: len(second.recording) > frames + 20)
        assert engine.start(SHORT_RUN.replace(seed=9)).wait(PATIENCE)

    @pytest.mark.widest
    def test_a_block_that_is_set_aside_has_the_same_outcome(self, engine):
        base = Settings(steps=3_000)
        sweep = Sweep(base, *(replace(axis, count=4) for axis in (Sweep().x, Sweep().y)))
        study = engine.study(PhaseMap(sweep), origin=EVE)
        with watched(study):
            until(lambda: study.state == "running")
            began = time.monotonic()
            run = engine.start(SHORT_RUN.replace(seed=10), origin=ANN)
            until(lambda: len(run.recording) or not run.active)
            assert study.active, f"the block ended within {time.monotonic() - began:.1f} s"
            assert run.wait(PATIENCE)
            assert study.wait(PATIENCE)
            assert study.state == "finished", study.error

    def test_what_a_step_costs_is_known_soon_after_a_run(self, engine):
        run = engine.start(SHORT_RUN.replace(seed=12))
        assert run.wait(PATIENCE)
        until(lambda: run.recording.seconds_per_step)
        assert set(run.recording.seconds_per_step) == {"none", "bn"}
        assert all(0 < seconds < 1 for seconds in run.recording.seconds_per_step.values())

    def test_background_studies_give_way_to_runs(self, engine):
        seeds = SeedBands(Settings(steps=3_000, seed=20), 9)
        with watched(engine.start(LONG_RUN.replace(seed=3), origin=EVE)) as long:
            until(lambda: len(long.recording) > 5)
            background = engine.background_study(seeds)
            background.join("test")
            frames = len(long.recording)
            until(lambda: len(long.recording) > frames + 20)
            assert background.state == "queued"
        until(lambda: background.state == "running")
        run = engine.start(SHORT_RUN.replace(seed=11), origin=ANN)
        assert run.wait(PATIENCE)
        assert run.state == "finished", run.error
        assert background.wait(PATIENCE)
        assert (background.state, background.progress) == ("finished", 1.0)
        assert engine.background_study(SeedBands(Settings(steps=3_000, seed=20), 9)) is background
