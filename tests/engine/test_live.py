"""Live runs: those that follow a viewer's changes by themselves."""

import threading
import time

import numpy as np
import pytest

from bnviz.engine import Engine, idle_work
from bnviz.engine.engine import NOT_COMPILED, NOT_READY, OTHERS_WAIT
from bnviz.engine.idle_work import LIVE_CHECK_DELAY
from bnviz.engine.limits import Limits
from bnviz.engine.origin import Origin
from bnviz.engine.run_registry import RunRegistry
from bnviz.settings import Settings
from bnviz.studies.seeds import SeedBands
from tests.engine.test_engine import received

SHORT = Settings(hidden_layers=1, units=4, batch_size=512, steps=40)
ME, ANOTHER = Origin("192.0.2.1", "me"), Origin("192.0.2.2", "another")


@pytest.fixture
def engine():
    """An engine that knows the architecture of `SHORT`, and whose workers have not come up."""
    with Engine(limits=Limits(runs=2)) as started:
        started._runs.queue.note_compiled(SHORT)
        yield started


def begun(engine, settings, origin=ME):
    """What became of a live run: "" if it was begun, else why not."""
    return engine.start(settings, origin=origin, live=True).error


@pytest.mark.parametrize(
    ("changes", "compiled"),
    [
        ({"learning_rate": 0.5}, True),
        ({"seed": 7, "steps": 90, "initializer": "he_normal"}, True),
        ({"bn_momentum": 0.5, "interventions": "5:learning_rate=0.1"}, True),
        ({"interventions": "5:remove_bn"}, False),
        ({"units": 5}, False),
        ({"dataset": "moons"}, False),
        ({"deep": True}, False),
    ],
)
def test_what_needs_no_compilation_follows_a_change(engine, changes, compiled):
    assert begun(engine, SHORT.replace(**changes)) == ("" if compiled else NOT_COMPILED)


@pytest.mark.parametrize("kind", ["run", "study"])
def test_nothing_follows_while_another_viewer_waits(engine, kind):
    if kind == "run":
        job = engine.start(SHORT.replace(seed=1), origin=ANOTHER)
    else:
        job = engine.study(SeedBands(SHORT), origin=ANOTHER)
    assert begun(engine, SHORT) == OTHERS_WAIT
    job.stop()
    assert begun(engine, SHORT) == ""


def test_what_the_workers_compile_unasked_is_not_said_to_be_compiled_by_a_change(engine):
    assert begun(engine, Settings(seed=1)) == NOT_READY


@pytest.mark.parametrize("how", ["first frame", "end"])
def test_who_waits_for_the_first_frame_goes_on_with_it_or_at_the_end(engine, how):
    run = engine.start(SHORT)
    frame = np.zeros(1, run.recording.layout.dtype).tobytes()
    come = (lambda: run.receive(0, frame)) if how == "first frame" else run.stop
    threading.Timer(0.05, come).start()
    run.await_frame(timeout=600)
    assert len(run.recording) == (how == "first frame")
    assert run.active == (how == "first frame")
    run.await_frame(timeout=600)


def test_only_complete_runs_on_bundled_data_stand_in_for_others(engine):
    file = SHORT.replace(dataset="upload", upload="a" * 32)
    complete = received(engine._runs, SHORT)
    received(engine._runs, file)
    engine.start(SHORT.replace(seed=1))
    assert engine.complete_runs() == {complete.settings.digest: SHORT}


def test_a_run_of_ones_own_is_no_obstacle_and_the_limits_hold(engine):
    assert begun(engine, SHORT) == ""
    assert begun(engine, SHORT.replace(seed=1)) == ""
    assert "as many as this host allows" in begun(engine, SHORT.replace(seed=2))


def test_what_is_known_needs_no_compilation(engine):
    run = engine.start(SHORT.replace(units=9), origin=ANOTHER)
    assert engine.start(SHORT.replace(units=9), origin=ME, live=True) is run
    assert run.error == ""


def test_it_is_checked_on_other_seeds_only_after_a_while(monkeypatch):
    now = time.monotonic()
    monkeypatch.setattr(idle_work.time, "monotonic", lambda: now)
    runs = RunRegistry(grace=9, cache_bytes=10**9, changed=lambda: None, checks_seeds=True)
    run = received(runs, SHORT)
    assert runs.start(SHORT, live=True) is run
    assert runs.idle_work.unchecked() == []
    now += LIVE_CHECK_DELAY
    assert runs.idle_work.unchecked() == [(run, None)]
