"""The engine with real workers: sharing, queue, stopping, killed workers, and cleaning up."""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bnviz.engine import Configuration, Engine, Run, runs
from bnviz.engine.run_registry import RunRegistry
from bnviz.recording.frame_layout import FrameLayout
from bnviz.recording.frames import frame_steps
from bnviz.settings import Settings
from tests.support import ROOT
from tests.support.engine import DaskCluster, free_port, until, watched, workers_of

#: Small enough to end soon; `seed` tells one run from another.
SHORT = Settings(hidden_layers=1, units=4, batch_size=512, steps=40)
#: Long enough to interfere with, with the same networks, which are compiled once.
LONG = SHORT.replace(steps=50_000)
GRACE = 1.0
#: Seconds that anything may take on a busy machine.
PATIENCE = 60


def received(registry: RunRegistry, settings: Settings, *, watch: bool = False) -> Run:
    """A run that has received all its frames, which are empty except for their steps."""
    run = registry.start(settings)
    if watch:
        run.join("viewer")
    frames = np.zeros(len(frame_steps(settings.steps)), FrameLayout.of(settings).dtype)
    frames["step"] = frame_steps(settings.steps)
    for arm in FrameLayout.of(settings).arms:
        frames[arm]["diverged_at"] = -1
    run.receive(0, frames.tobytes())
    return run


class TestRunRegistry:
    SIZE = len(frame_steps(SHORT.steps)) * FrameLayout.of(SHORT).dtype.itemsize

    @given(st.lists(st.tuples(st.integers(0, 6), st.booleans()), max_size=30), st.integers(0, 4))
    def test_cache_is_bounded_and_keeps_what_is_watched(
        self, starts: list[tuple[int, bool]], capacity: int
    ):
        registry = RunRegistry(grace=9, cache_bytes=capacity * self.SIZE, changed=lambda: None)
        watched_runs: dict[int, Run] = {}
        for seed, watch in starts:
            run = received(registry, SHORT.replace(seed=seed), watch=watch)
            if watch:
                watched_runs[seed] = run
        assert registry.kept <= max(capacity, len(watched_runs)) * self.SIZE
        for run in watched_runs.values():
            assert registry.find(run.settings.digest) is run
            run.leave("viewer")
        registry.tidy()
        assert registry.kept <= capacity * self.SIZE

    def test_least_recently_used_is_dropped_first(self):
        registry = RunRegistry(grace=9, cache_bytes=2 * self.SIZE, changed=lambda: None)
        one, two, three = (SHORT.replace(seed=seed) for seed in (1, 2, 3))
        received(registry, one)
        received(registry, two)
        registry.find(one.digest)
        received(registry, three)
        assert registry.find(two.digest) is None
        assert registry.find(one.digest)

    def test_the_costs_of_a_step_are_awaited_for_a_while_after_a_run(self, monkeypatch):
        registry = RunRegistry(grace=9, cache_bytes=10**9, changed=lambda: None, checks_seeds=False)
        run, other = registry.start(SHORT), received(registry, SHORT.replace(seed=1))
        assert not run.awaits_more
        run = received(registry, SHORT)
        assert run.awaits_more
        assert other.awaits_more
        registry.idle_work.price(SHORT, {"none": 1e-4, "bn": 2e-4})
        assert not run.awaits_more
        assert received(registry, SHORT.replace(units=5)).awaits_more
        monkeypatch.setattr(runs, "COSTS_AWAITED", 0.0)
        assert not received(registry, SHORT.replace(units=6)).awaits_more
        stopped = registry.start(SHORT.replace(units=7))
        stopped.stop()
        assert not stopped.awaits_more

    def test_a_free_worker_means_no_wait(self):
        registry = RunRegistry(grace=9, cache_bytes=0, changed=lambda: None)
        registry.queue.workers = 2
        registry.queue.note_compiled(SHORT)
        queued = [registry.start(SHORT.replace(seed=seed)) for seed in range(4)]
        waits = [run.position().seconds for run in queued]
        assert waits[:2] == [0, 0]
        assert 0 < waits[2] <= waits[3]
        assert [run.position().number for run in queued] == [1, 2, 3, 4]

    def test_frames_after_a_gap_or_an_end_and_repeated_frames_are_ignored(self):
        run = RunRegistry(grace=9, cache_bytes=0, changed=lambda: None).start(SHORT)
        frames = np.zeros(3, FrameLayout.of(SHORT).dtype)
        frames["step"] = frame_steps(SHORT.steps)[:3]
        run.receive(0, frames[:2].tobytes())
        run.receive(3, frames[:1].tobytes())
        assert len(run.recording) == 2
        run.receive(0, frames.tobytes())
        assert len(run.recording) == 3
        run.stop()
        run.receive(3, frames.tobytes())
        assert len(run.recording) == 3

    def test_frames_of_another_version_fail_the_run(self):
        run = RunRegistry(grace=9, cache_bytes=0, changed=lambda: None).start(SHORT)
        run.receive(0, b"0" * 100)
        assert run.state == "failed"
        assert "different version" in run.error


class TestConfiguration:
    def test_environment_unset_means_the_default(self):
        assert Configuration.from_environment({}) == Configuration(scheduler=None, workers=1)

    def test_environment_is_read(self):
        environment = {"BNVIZ_SCHEDULER": "tls://10.0.0.1:8786", "BNVIZ_WORKERS": "3"}
        environment["BNVIZ_CHECK_SEEDS"] = "0"
        assert Configuration.from_environment(environment) == Configuration(
            "tls://10.0.0.1:8786", 3, checks_seeds=False
        )

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("BNVIZ_WORKERS", "0"),
            ("BNVIZ_WORKERS", "65"),
            ("BNVIZ_WORKERS", "two"),
            ("BNVIZ_WORKERS", "-1"),
            ("BNVIZ_SCHEDULER", "http://10.0.0.1"),
            ("BNVIZ_CHECK_SEEDS", "2"),
            ("BNVIZ_CHECK_SEEDS", "no"),
        ],
    )
    def test_bad_values_are_reported_with_what_is_allowed(self, name: str, value: str):
        with pytest.raises(ValueError, match=f"{value}.*it must be"):
            Configuration.from_environment({name: value})


def test_closing_leaves_no_process_and_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    before = {worker.pid for worker in workers_of()}
    engine = Engine(workers=2)
    run = engine.start(LONG)
    run.join("test")
    until(lambda: engine.status.message.startswith("The workers are loading"))
    started = [worker for worker in workers_of() if worker.pid not in before]
    assert len(started) == 2
    [folder] = tmp_path.glob("bnviz-*")
    assert os.name != "posix" or folder.stat().st_mode & 0o777 == 0o700
    engine.close()
    assert not any(worker.is_running() for worker in started)
    assert not list(tmp_path.iterdir())
    assert run.state == "stopped"
    assert engine.status.state == "unreachable"
    engine.close()
    late = engine.start(SHORT)
    assert (late.state, late.error) == ("failed", engine.status.message)


PAGE = """
import json, sys, time
sys.path.insert(0, {root!r})
from bnviz.engine import Engine
from bnviz.settings import Settings
from tests.support import ROOT
from tests.support.engine import DaskCluster, free_port, until, watched, workers_of

def report(**facts):
    heavy = [name for name in ("tensorflow", "keras", "bnviz.lab") if name in sys.modules]
    print(json.dumps(facts | {{"heavy": heavy}}), flush=True)

report(dask="distributed" in sys.modules, streamlit="streamlit" in sys.modules)
engine = Engine.from_environment()
while engine.status.state == "starting" and "loading" not in engine.status.message:
    time.sleep(0.01)
report(state=engine.status.state, message=engine.status.message)
run = engine.start(Settings.from_json({settings!r}))
run.wait({patience})
while engine.status.state != "ready":
    time.sleep(0.01)
report(state=run.state, error=run.error, frames=len(run.recording))
time.sleep(600)
"""


@contextmanager
def page(folder: Path, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process with an engine, started in a folder that bnviz cannot be imported from."""
    folder.mkdir()
    # It would shadow the library if the working directory were on the path.
    (folder / "numpy.py").write_text("raise SystemExit(1)")
    code = PAGE.format(root=str(ROOT), settings=SHORT.to_json(), patience=PATIENCE)
    surroundings = os.environ | {"PYTHONSAFEPATH": "1"} | environment
    surroundings.pop("PYTHONPATH", None)
    with subprocess.Popen(
        [sys.executable, "-c", code], cwd=folder, stdout=subprocess.PIPE, env=surroundings
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def report(process: subprocess.Popen[bytes]) -> dict[str, Any]:
    """The next report of a page's process about itself."""
    return json.loads(process.stdout.readline())


@pytest.mark.slow
def test_a_killed_page_leaves_no_worker_and_no_file(tmp_path: Path):
    files = tmp_path / "temporary"
    files.mkdir()
    with page(tmp_path / "elsewhere", TMPDIR=str(files), BNVIZ_WORKERS="2") as process:
        assert report(process) == {"dask": False, "streamlit": False, "heavy": []}
        assert "loading" in report(process)["message"]
        workers = workers_of(process.pid)
        assert len(workers) == 2
        assert list(files.glob("bnviz-*"))
        process.kill()
        process.wait()
        until(lambda: not any(worker.is_running() for worker in workers))
    assert not list(files.iterdir())


@pytest.mark.widest
def test_connects_once_the_scheduler_answers_and_loads_no_tensorflow_in_the_page(
    tmp_path: Path,
):
    port = free_port()
    address = f"tcp://127.0.0.1:{port}"
    with page(tmp_path / "elsewhere", BNVIZ_SCHEDULER=address) as process:
        report(process)
        refused = report(process)
        assert refused["state"] == "unreachable"
        assert address in refused["message"]
        assert refused["message"].endswith("the engine keeps trying.")
        with DaskCluster(ROOT, port) as cluster:
            cluster.add_worker()
            assert report(process) == {
                "state": "finished",
                "error": "",
                "frames": len(frame_steps(SHORT.steps)),
                "heavy": [],
            }
        assert not workers_of(process.pid)


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with Engine(grace=GRACE) as engine:
        yield engine


class TestRuns:
    def test_recording_is_complete(self, engine: Engine):
        run = engine.start(SHORT)
        assert run.wait(PATIENCE)
        assert run.state == "finished", run.error
        assert np.array_equal(run.recording.frames["step"], frame_steps(SHORT.steps))
        assert run.recording.certificate.holds
        assert run.recording.shown is not None
        assert run.recording.shown.labels == tuple(range(10))
        changed = engine.start(SHORT.replace(interventions="20:insert_bn"))
        changed.adopt(run.recording)
        assert changed.recording.shown == run.recording.shown
        changed.stop()

    def test_frames_arrive_while_the_run_is_active(self, engine: Engine):
        with watched(engine.start(LONG.replace(seed=1))) as run:
            until(lambda: len(run.recording) > 2)
            before = len(run.recording)
            until(lambda: len(run.recording) > before + 2)
            assert run.state == "running"
            steps = run.recording.frames["step"]
            assert np.array_equal(steps, run.recording.steps[: len(steps)])

    def test_same_settings_are_one_run(self, engine: Engine):
        settings = SHORT.replace(seed=2)
        runs = [engine.start(settings) for _ in range(5)]
        assert len({id(run) for run in runs}) == 1
        assert runs[0].wait(PATIENCE)
        assert engine.start(Settings.from_json(settings.to_json())) is runs[0]
        assert engine.find(settings.digest) is runs[0]

    def test_simultaneous_starts_are_one_run(self, engine: Engine):
        settings, runs = SHORT.replace(seed=3), []
        barrier = threading.Barrier(8)

        def start() -> None:
            barrier.wait()
            runs.append(engine.start(settings))

        threads = [threading.Thread(target=start) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len({id(run) for run in runs}) == 1
        runs[0].stop()

    def test_a_run_that_diverges_is_marked(self, engine: Engine):
        run = engine.start(
            SHORT.replace(activation="linear", init_scale=100.0, learning_rate=10.0, units=16)
        )
        assert run.wait(PATIENCE)
        assert run.state == "diverged"
        assert run.recording.complete

    def test_a_failed_run_explains_itself_in_one_sentence(self, engine: Engine):
        settings = Settings(dataset="upload", upload="0" * 32)
        run = engine.start(settings)
        assert run.wait(PATIENCE)
        assert run.state == "failed"
        assert len(run.error) > 20
        assert "\n" not in run.error
        assert engine.start(settings) is not run


class TestQueue:
    def test_positions_count_up_from_one(self, engine: Engine):
        with (
            watched(engine.start(LONG.replace(seed=10))) as first,
            watched(engine.start(LONG.replace(seed=11))) as second,
            watched(engine.start(LONG.replace(seed=12))) as third,
        ):
            until(lambda: first.state == "running")
            assert first.position() is None
            positions = [second.position(), third.position()]
            assert [position.number for position in positions if position] == [1, 2]
            assert positions[0].seconds < positions[1].seconds
            second.stop()
            assert third.position().number == 1
            first.stop()
            until(lambda: third.state == "running")

    def test_stopping_takes_at_most_half_a_second(self, engine: Engine):
        with watched(engine.start(LONG.replace(seed=13))) as run:
            until(lambda: len(run.recording) > 2)
            start = time.monotonic()
            run.stop()
            assert run.wait(0.5)
            assert time.monotonic() - start < 0.5
            assert run.state == "stopped"
            frames = len(run.recording)
            # The worker follows: it takes the next run.
            assert engine.start(SHORT.replace(seed=13)).wait(5)
            assert len(run.recording) == frames
            assert engine.start(run.settings) is not run

    def test_a_queued_run_can_be_stopped(self, engine: Engine):
        with watched(engine.start(LONG.replace(seed=14))):
            run = engine.start(LONG.replace(seed=15))
            run.stop()
            assert (run.state, run.position()) == ("stopped", None)


class TestViewers:
    def test_a_run_without_viewers_is_stopped_after_the_grace_period(self, engine: Engine):
        run = engine.start(LONG.replace(seed=20))
        run.join("one")
        run.join("two")
        run.leave("one")
        time.sleep(GRACE + 0.5)
        assert run.active
        run.leave("two")
        left = time.monotonic()
        until(lambda: not run.active)
        assert run.state == "stopped"
        assert GRACE <= time.monotonic() - left < GRACE + 1

    def test_a_viewer_who_returns_in_time_keeps_the_run(self, engine: Engine):
        with watched(engine.start(LONG.replace(seed=21))) as run:
            run.leave("test")
            time.sleep(GRACE / 2)
            assert engine.start(run.settings) is run
            run.join("test")
            time.sleep(GRACE + 0.5)
            assert run.active

    def test_a_run_that_nobody_joins_is_stopped(self, engine: Engine):
        run = engine.start(LONG.replace(seed=22))
        until(lambda: run.state == "stopped", GRACE + 2)


class TestKilledWorkers:
    @pytest.mark.slow
    def test_a_run_survives_a_killed_worker_without_a_gap(self, engine: Engine):
        settings = SHORT.replace(seed=30, steps=400)
        until(lambda: engine.status.state == "ready", PATIENCE)
        [worker] = workers_of()
        with watched(engine.start(settings)) as run:
            until(lambda: len(run.recording) > 20)
            worker.kill()
            assert not run.recording.complete
            assert run.wait(PATIENCE)
            assert run.state == "finished", run.error
        # These settings mean the same run, because digits have no noise, but have another digest.
        # The second process alone trains it, whereas both processes trained `run`.
        undisturbed = engine.start(settings.replace(noise=0.3))
        assert undisturbed.wait(PATIENCE)
        assert run.recording.frames.tobytes() == undisturbed.recording.frames.tobytes()

    @pytest.mark.widest
    def test_a_run_that_kills_its_workers_fails_with_an_explanation(
        self, engine: Engine, monkeypatch: pytest.MonkeyPatch
    ):
        begun = threading.Event()
        receive = Run.receive

        def receive_and_note(run: Run, first: int, data: bytes) -> None:
            receive(run, first, data)
            if not data:  # reports that a worker has begun
                begun.set()

        monkeypatch.setattr(Run, "receive", receive_and_note)
        with watched(engine.start(LONG.replace(seed=31))) as run:
            deadline = time.monotonic() + 2 * PATIENCE
            while run.active and time.monotonic() < deadline:
                if begun.wait(0.1):
                    begun.clear()
                    for worker in workers_of():
                        worker.kill()
            assert run.state == "failed"
            assert "memory" in run.error
