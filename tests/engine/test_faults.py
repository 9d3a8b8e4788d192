"""Faults: what the engine and the page do when something vanishes, fills up or jumps."""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest

from bnviz.engine import Engine, Run, cluster, watchdog
from bnviz.page.shell.run_content import of_run
from bnviz.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
#: Small, and compiled once for all.
SHORT = Settings(dataset="wine", hidden_layers=1, units=4, batch_size=8, steps=40)
#: Long enough to be interfered with.
LONG = SHORT.replace(steps=5_000)
#: Memory without a limit, for Linux.
ALL_THERE_IS = -1
#: Seconds that anything may take on a busy machine.
PATIENCE = 180


def until(condition: Callable[[], Any]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.01)


def workers() -> list[psutil.Process]:
    """The worker processes that this process has started."""
    found = []
    for child in psutil.Process().children():
        with suppress(psutil.NoSuchProcess):
            if "bnviz.engine.worker" in child.cmdline():
                found.append(child)
    return found


def allow(memory: int) -> None:
    """Sets the bytes of address space that each worker process may have."""
    for worker in workers():
        with suppress(psutil.NoSuchProcess):
            worker.rlimit(psutil.RLIMIT_AS, (memory, -1))


def finished(run: Run) -> None:
    assert run.wait(PATIENCE), run.state
    assert run.state == "finished", run.error
    np.testing.assert_array_equal(run.recording.frames["step"], run.recording.steps)


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    """An engine that tries nothing twice, which would take minutes here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cluster, "ALLOWED_FAILURES", 0)
        with Engine(grace=PATIENCE) as engine:
            yield engine
    assert not workers()


class TestClock:
    def test_the_laboratory_looks_at_no_clock_on_the_wall(self):
        for file in [ROOT / "app.py", *(ROOT / "bnviz").rglob("*.py")]:
            text = file.read_text()
            assert "time.time(" not in text, file
            assert "datetime" not in text, file

    def test_a_run_goes_on_when_the_clock_jumps(
        self, engine: Engine, monkeypatch: pytest.MonkeyPatch
    ):
        run = engine.start(LONG.replace(seed=1))
        until(lambda: len(run.recording) > 5)
        [worker] = workers()
        clock = time.time
        # Dask holds on to the clock by a name of its own in each module.
        holders = [m for m in list(sys.modules.values()) if getattr(m, "time", None) is clock]
        assert any(holder.__name__ == "distributed.scheduler" for holder in holders)
        for hours in (9_000, -9_000):
            for holder in (time, *holders):
                monkeypatch.setattr(holder, "time", lambda hours=hours: clock() + 3_600 * hours)
            count = len(run.recording)
            until(lambda count=count: not run.active or len(run.recording) > count + 20)
        assert run.state == "running", run.error
        assert workers() == [worker]
        run.stop()


class TestMemory:
    @pytest.mark.skipif(not psutil.LINUX, reason="needs Linux's limits of a process")
    def test_a_run_without_memory_fails_with_a_sentence_and_the_next_one_works(
        self, engine: Engine
    ):
        finished(engine.start(SHORT.replace(seed=9)))
        [worker] = workers()
        # Enough for all but the run, which would take half a gigabyte.
        limit = worker.memory_info().vms + 150_000_000
        run = engine.start(Settings(hidden_layers=50, units=256, batch_size=1024, steps=20))
        allow(limit)
        # TensorFlow's libraries may end the process where Python would raise an error.
        assert run.wait(PATIENCE)
        assert (run.state, "memory" in run.error) == ("failed", True), run.error
        allow(ALL_THERE_IS)
        finished(engine.start(SHORT.replace(seed=2)))
        assert not worker.is_running()
        assert len(workers()) == 1

    @pytest.mark.parametrize(
        "error",
        [MemoryError(), RuntimeError("can't start new thread"), np.exceptions.TooHardError()],
    )
    def test_what_is_a_want_of_memory(self, error: Exception):
        assert watchdog.out_of_memory(error) == (type(error) in (MemoryError, RuntimeError))


#: A worker with something that does not end, first wanted and then not.
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
        print("goes on while it is wanted", flush=True)
        await client.cancel([hanging])
        await asyncio.sleep(30)
        print("goes on for ever", flush=True)

asyncio.run(main())
"""


def test_a_worker_that_hangs_in_what_was_stopped_ends():
    done = subprocess.run(
        [sys.executable, "-c", HANGING], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (1, "goes on while it is wanted\n")


class TestDisk:
    @pytest.mark.skipif(not psutil.LINUX, reason="needs Linux's limits of a process")
    def test_a_run_needs_no_disk(self, engine: Engine):
        run = engine.start(LONG.replace(seed=3))
        until(lambda: len(run.recording) > 5)
        [worker] = workers()
        worker.rlimit(psutil.RLIMIT_FSIZE, (0, -1))
        finished(run)
        finished(engine.start(SHORT.replace(seed=3)))
        assert workers() == [worker]
        worker.rlimit(psutil.RLIMIT_FSIZE, (-1, -1))

    def test_without_a_folder_for_files_the_page_says_so_and_goes_on_when_there_is_one(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ):
        gone = tmp_path / "gone"
        monkeypatch.setattr(tempfile, "tempdir", str(gone))
        with Engine() as engine:
            run = engine.start(SHORT.replace(seed=4))
            run.join("test")
            until(lambda: engine.status.state == "unreachable")
            message = of_run(run, engine).message
            assert "workers cannot be started" in message
            assert str(tmp_path) not in message
            gone.mkdir()
            until(lambda: "loading" in engine.status.message)
            assert list(gone.iterdir())
        assert not list(gone.iterdir())

    @pytest.mark.skipif(not os.access("/dev/shm", os.W_OK), reason="needs files in memory")
    def test_without_a_disk_files_are_kept_in_memory(self, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(tempfile, "tempdir", None)
        monkeypatch.setattr(tempfile, "_candidate_tempdir_list", lambda: ["/dev/full"])
        before = set(Path("/dev/shm").glob("bnviz-*"))
        with Engine() as engine:
            until(lambda: "loading" in engine.status.message)
            assert set(Path("/dev/shm").glob("bnviz-*")) > before
        assert set(Path("/dev/shm").glob("bnviz-*")) == before


@contextmanager
def scheduler(port: int) -> Iterator[list[subprocess.Popen[bytes]]]:
    """A scheduler at this port with one worker, as somebody else would run them."""
    address = f"tcp://127.0.0.1:{port}"
    commands = (
        ["dask_scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard"],
        ["dask_worker", address, "--nthreads", "1", "--no-dashboard", "--no-nanny"],
    )
    started = [
        subprocess.Popen(
            [sys.executable, "-m", f"distributed.cli.{name}", *options],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=ROOT,
        )
        for name, *options in commands
    ]
    try:
        yield started
    finally:
        for process in started:
            process.kill()
            process.wait()


class TestScheduler:
    def test_one_that_vanishes_and_comes_back_takes_the_run_up_where_it_was(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        with Engine(scheduler=f"tcp://127.0.0.1:{port}") as engine:
            run = engine.start(LONG.replace(seed=5))
            run.join("test")
            with scheduler(port):
                until(lambda: len(run.recording) > 5)
            until(lambda: engine.status.state == "unreachable")
            count = len(run.recording)
            assert run.state == "running"
            message = of_run(run, engine).message
            assert "% done" in message
            assert message.endswith("the engine tries again.")
            with scheduler(port):
                until(lambda: not run.active or len(run.recording) > count)
                assert engine.status.state != "unreachable"
                finished(run)
