"""How bnviz runs on a small host: page and worker on a core or less under a real memory limit.

    sudo python tests/benchmarks/small_host.py [--memory 1024 768 512] [--cores 1 0.1]

For each limit, starts a server in a Linux control group that grants it and its worker that much
memory and no swap, on one core or a share of it. A session opens the link of the default run and
follows it to the end, or to the message that the page shows instead. Requires permission to create
control groups.
"""

import argparse
import asyncio
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import machine
from serving import Server
from viewers import Viewer

from bnviz.settings import Settings

MB = 1 << 20
_ROOT = Path("/sys/fs/cgroup")
#: Microseconds in which a group may use its share of a core.
_PERIOD = 100_000
#: Seconds that a viewer waits for the end of a run on a whole core; on less as much longer.
_PATIENCE = 240


class Group:
    """A control group with a limit of memory and of processor time.

    Args:
        memory: The limit in bytes.
        cores: Seconds of a processor that it gets in a second.

    Raises:
        OSError: If this user may not create one.
    """

    def __init__(self, memory: int, cores: float):
        self._second = (_ROOT / "cgroup.controllers").exists()
        name, quota = f"bnviz-{os.getpid()}", str(int(cores * _PERIOD))
        self._path = (_ROOT if self._second else _ROOT / "memory") / name
        # The first version of control groups has a tree for each resource.
        self._paths = (self._path,) if self._second else (self._path, _ROOT / "cpu" / name)
        for path in self._paths:
            path.mkdir()
        if self._second:
            (self._path / "cpu.max").write_text(f"{quota} {_PERIOD}")
        else:
            (self._paths[-1] / "cpu.cfs_period_us").write_text(str(_PERIOD))
            (self._paths[-1] / "cpu.cfs_quota_us").write_text(quota)
        limit, swap = (
            ("memory.max", "memory.swap.max")
            if self._second
            else ("memory.limit_in_bytes", "memory.memsw.limit_in_bytes")
        )
        (self._path / limit).write_text(str(memory))
        with suppress(OSError):  # a kernel without swap accounting
            (self._path / swap).write_text("0" if self._second else str(memory))

    def add(self, process: int) -> None:
        """Puts a process and its future children under the limits."""
        for path in self._paths:
            (path / "cgroup.procs").write_text(str(process))

    def release(self, process: int) -> None:
        """Removes the limits from a process, but not from its children."""
        for path in self._paths:
            (path.parent / "cgroup.procs").write_text(str(process))

    @property
    def peak(self) -> int:
        """Peak memory in bytes, including what the system could reclaim."""
        name = "memory.peak" if self._second else "memory.max_usage_in_bytes"
        return int((self._path / name).read_text())

    @property
    def own(self) -> int:
        """Bytes in use now that cannot be reclaimed."""
        stat = dict(line.split() for line in (self._path / "memory.stat").read_text().splitlines())
        return int(stat["anon" if self._second else "total_rss"])

    def end(self) -> None:
        """Kills the remaining processes of the group and removes it."""
        for _ in range(50):
            left = (self._path / "cgroup.procs").read_text().split()
            for process in left:
                with suppress(OSError):
                    os.kill(int(process), signal.SIGKILL)
            if not left:
                break
            time.sleep(0.1)
        for path in self._paths:
            path.rmdir()


@contextmanager
def one_core() -> Iterator[None]:
    """Restricts this process and its children to one core within the context."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def measure(memory: int, cores: float) -> list[str]:
    """Tries the default run with `memory` MB and this many cores; returns the table row."""
    group = Group(memory * MB, cores)
    try:
        group.add(os.getpid())
        with one_core():
            server = Server(machine.ROOT / "app.py")
    finally:
        group.release(os.getpid())
    viewer = Viewer(server.address, "train=1")
    opened = time.monotonic()
    try:
        asyncio.run(asyncio.wait_for(viewer.watch(), _PATIENCE / cores))
        outcome = viewer.states[-1]
    except (TimeoutError, ConnectionError) as error:
        outcome = f"{(viewer.states or ['nothing'])[-1]}, then {type(error).__name__}"
    row = [
        f"{memory}",
        f"{cores:g}",
        outcome,
        f"{viewer.loaded:.1f}",
        f"{time.monotonic() - opened:.1f}",
        f"{group.own / MB:.0f}",
        f"{group.peak / MB:.0f}",
        viewer.message,
    ]
    with suppress(RuntimeError):
        server.close()
    group.end()
    return row


def main() -> None:
    """Measures and prints the table."""
    parser = argparse.ArgumentParser(description="Run the page as on a small host.")
    parser.add_argument(
        "--memory", type=int, nargs="+", default=[1024, 768, 512], help="memory limits in MB"
    )
    parser.add_argument(
        "--cores", type=float, nargs="+", default=[1.0], help="how much of a core, at most 1"
    )
    given = parser.parse_args()
    times = ("opened after, s", "ended after, s")
    columns = [
        "MB",
        "cores",
        "last state",
        *times,
        "MB held",
        "MB at most, with what can be reclaimed",
        "message",
    ]
    rows = [measure(memory, cores) for cores in given.cores for memory in given.memory]
    title = f"Small host: {Settings().steps} steps of the default run"
    machine.print_table(title, columns, rows)


if __name__ == "__main__":
    main()
