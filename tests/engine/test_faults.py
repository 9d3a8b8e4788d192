"""Faults: the engine and the page without memory, disk or scheduler, and when the clock jumps."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import numpy as np
import psutil
import pytest

from bnviz.engine import Engine, Run, cluster, failures, supervisor
from bnviz.page.shell.shown_run import content
from bnviz.settings import Settings
from bnviz.studies.seeds import SeedBands
from tests.support import ROOT
from tests.support.engine import PATIENCE, DaskCluster, free_port, until, workers_of

#: Small, and compiled once for all tests.
pytestmark = pytest.mark.slow

SHORT = Settings(dataset="wine", hidden_layers=1, units=4, batch_size=8, steps=40)
#: Long enough to interfere with.
LONG = SHORT.replace(steps=5_000)
#: No limit, in Linux's terms.
UNLIMITED = -1


def limit_memory(size: int) -> None:
    """Sets the bytes of address space that each worker process may use."""
    for worker in workers_of():
        with suppress(psutil.NoSuchProcess):
            worker.rlimit(psutil.RLIMIT_AS, (size, UNLIMITED))


def assert_finishes(run: Run) -> None:
    assert run.wait(PATIENCE), run.state
    assert run.state == "finished", run.error
    np.testing.assert_array_equal(run.recording.frames["step"], run.recording.steps)


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    """An engine that does not repeat failed runs, which would take minutes here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cluster, "ALLOWED_FAILURES", 0)
        with Engine(grace=PATIENCE) as engine:
            yield engine
    assert not workers_of()


class TestClock:
    def test_the_package_reads_no_wall_clock(self):
        for file in [ROOT / "app.py", *(ROOT / "bnviz").rglob("*.py")]:
            text = file.read_text()
            assert "time.time(" not in text, file
            assert "datetime" not in text, file

    @pytest.mark.widest
    def test_a_run_continues_when_the_clock_jumps(
        self, engine: Engine, monkeypatch: pytest.MonkeyPatch
    ):
        run = engine.start(LONG.replace(seed=1))
        until(lambda: len(run.recording) > 5)
        [worker] = workers_of()
        clock = time.time
        # Dask binds the clock to a name of its own in each module.
        holders = [m for m in list(sys.modules.values()) if getattr(m, "time", None) is clock]
        assert any(holder.__name__ == "distributed.scheduler" for holder in holders)
        for hours in (9_000, -9_000):
            for holder in (time, *holders):
                monkeypatch.setattr(holder, "time", lambda hours=hours: clock() + 3_600 * hours)
            count = len(run.recording)
            until(lambda count=count: not run.active or len(run.recording) > count + 20)
        assert run.state == "running", run.error
        assert workers_of() == [worker]
        run.stop()


class TestMemory:
    @pytest.mark.widest
    @pytest.mark.skipif(not psutil.LINUX, reason="needs Linux's process limits")
    def test_a_run_without_memory_fails_with_an_explanation_and_the_next_one_works(
        self, engine: Engine
    ):
        assert_finishes(engine.start(SHORT.replace(seed=9)))
        [worker] = workers_of()
        # Enough for everything except the run, which would take half a gigabyte.
        limit = worker.memory_info().vms + 150_000_000
        run = engine.start(Settings(hidden_layers=50, units=256, batch_size=1024, steps=20))
        limit_memory(limit)
        # TensorFlow's libraries may end the process where Python would raise an exception.
        assert run.wait(PATIENCE)
        assert (run.state, "memory" in run.error) == ("failed", True), run.error
        limit_memory(UNLIMITED)
        assert_finishes(engine.start(SHORT.replace(seed=2)))
        assert not worker.is_running()
        assert len(workers_of()) == 1

    @pytest.mark.widest
    @pytest.mark.skipif(not psutil.LINUX, reason="needs Linux's process limits")
    def test_a_block_without_memory_fails_with_an_explanation_and_the_next_one_works(
        self, engine: Engine
    ):
        small, large = (
            SeedBands(settings, 5)
            for settings in (
                SHORT,
                Settings(hidden_layers=50, units=256, batch_size=1024, steps=20),
            )
        )
        first = engine.study(small)
        assert first.wait(PATIENCE)
        assert first.state == "finished", first.error
        [worker] = workers_of()
        # Enough for everything except the block, whose networks take gigabytes.
        limit = worker.memory_info().vms + 150_000_000
        study = engine.study(large)
        limit_memory(limit)
        assert study.wait(PATIENCE)
        assert (study.state, "memory" in study.error) == ("failed", True), study.error
        limit_memory(UNLIMITED)
        # Nothing else is begun on the worker, although it is still there for a moment.
        again = engine.study(SeedBands(SHORT.replace(seed=3), 5))
        assert again.wait(PATIENCE)
        assert again.state == "finished", again.error
        assert not worker.is_running()
        assert len(workers_of()) == 1

    @pytest.mark.parametrize(
        "error",
        [MemoryError(), RuntimeError("can't start new thread"), np.exceptions.TooHardError()],
    )
    def test_errors_that_mean_out_of_memory(self, error: Exception):
        assert failures.is_out_of_memory(error) == (type(error) in (MemoryError, RuntimeError))


#: A worker whose task does not end, before and after it is cancelled.
@pytest.mark.widest
@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="needs a signal that stops a process")
def test_a_worker_that_falls_silent_is_replaced_and_its_run_done_again(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(cluster, "ALLOWED_FAILURES", 2)
    monkeypatch.setattr(supervisor, "MAX_SILENCE", 20.0)
    monkeypatch.setattr(cluster, "NOTICEABLE_SILENCE", 3.0)
    others = set(workers_of())
    with Engine(grace=PATIENCE) as engine:
        run = engine.start(LONG.replace(seed=6))
        run.join("test")
        until(lambda: len(run.recording) > 5)
        [worker] = set(workers_of()) - others
        worker.suspend()
        until(lambda: "has not responded" in content(run, engine).message)
        assert content(run, engine).message.startswith("Training")
        until(lambda: not worker.is_running())
        assert_finishes(run)
        until(lambda: engine.status.state == "ready")


HANGING = """
import asyncio, time
from distributed import Client, Scheduler, Worker
from bnviz.engine import watchdog

watchdog.STUCK = 0.5

async def main():
    local = {"host": "127.0.0.1", "dashboard_address": "127.0.0.1:0"}
    async with (
        Scheduler(dashboard=False, **local) as scheduler,
        Worker(scheduler.address, nthreads=1, **local) as worker,
        Client(scheduler.address, asynchronous=True) as client,
    ):
        watch = asyncio.create_task(watchdog.watch(worker))
        hanging = client.submit(time.sleep, 600)
        while not worker.state.executing:
            await asyncio.sleep(0.01)
        await asyncio.sleep(1.5)
        print("runs while it is wanted", flush=True)
        await client.cancel([hanging])
        await asyncio.sleep(30)
        print("runs for ever", flush=True)

asyncio.run(main())
"""


def test_a_worker_whose_cancelled_task_hangs_ends():
    outcome = subprocess.run(
        [sys.executable, "-c", HANGING], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False
    )
    assert (outcome.returncode, outcome.stdout) == (1, "runs while it is wanted\n")


class TestDisk:
    @pytest.mark.skipif(not psutil.LINUX, reason="needs Linux's process limits")
    def test_a_run_needs_no_disk(self, engine: Engine):
        run = engine.start(LONG.replace(seed=3))
        until(lambda: len(run.recording) > 5)
        [worker] = workers_of()
        worker.rlimit(psutil.RLIMIT_FSIZE, (0, -1))
        assert_finishes(run)
        assert_finishes(engine.start(SHORT.replace(seed=3)))
        assert workers_of() == [worker]
        worker.rlimit(psutil.RLIMIT_FSIZE, (-1, -1))

    def test_without_a_temporary_folder_the_page_says_so_and_recovers(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ):
        missing = tmp_path / "missing"
        monkeypatch.setattr(tempfile, "tempdir", str(missing))
        with Engine() as engine:
            run = engine.start(SHORT.replace(seed=4))
            run.join("test")
            until(lambda: engine.status.state == "unreachable")
            message = content(run, engine).message
            assert "workers cannot be started" in message
            assert str(tmp_path) not in message
            missing.mkdir()
            until(lambda: "loading" in engine.status.message)
            assert list(missing.iterdir())
        assert not list(missing.iterdir())

    @pytest.mark.skipif(not os.access("/dev/shm", os.W_OK), reason="needs files in memory")
    def test_without_a_disk_files_are_kept_in_memory(self, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(tempfile, "tempdir", None)
        monkeypatch.setattr(tempfile, "_candidate_tempdir_list", lambda: ["/dev/full"])
        before = set(Path("/dev/shm").glob("bnviz-*"))
        with Engine() as engine:
            until(lambda: "loading" in engine.status.message)
            assert set(Path("/dev/shm").glob("bnviz-*")) > before
        assert set(Path("/dev/shm").glob("bnviz-*")) == before


class TestScheduler:
    @pytest.mark.widest
    def test_a_run_resumes_when_a_lost_scheduler_returns(self):
        port = free_port()
        with Engine(scheduler=f"tcp://127.0.0.1:{port}") as engine:
            run = engine.start(LONG.replace(seed=5))
            run.join("test")
            with DaskCluster(ROOT, port) as scheduler:
                scheduler.add_worker()
                until(lambda: len(run.recording) > 5)
            until(lambda: engine.status.state == "unreachable")
            count = len(run.recording)
            assert run.state == "running"
            message = content(run, engine).message
            assert message.startswith("Training")
            assert message.endswith("the engine keeps trying.")
            with DaskCluster(ROOT, port) as scheduler:
                scheduler.add_worker()
                until(lambda: not run.active or len(run.recording) > count)
                assert engine.status.state != "unreachable"
                assert_finishes(run)
