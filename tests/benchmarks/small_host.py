"""What a small host does: the page and its worker under a real memory limit, on one core.

    sudo python tests/benchmarks/small_host.py [--memory 1024 768 512]

For each limit a server is started in a control group of Linux that gives it, the worker included,
so much memory, no swap, and one processor. A session opens the link of the default run and follows
it to its end, or to what the page says instead. Needs the right to make control groups.
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


class Group:
    """A control group with a memory limit.

    Args:
        memory: The limit in bytes.

    Raises:
        OSError: If this user may not make one.
    """

    def __init__(self, memory: int):
        self._second = (_ROOT / "cgroup.controllers").exists()
        self._path = (_ROOT if self._second else _ROOT / "memory") / f"bnviz-{os.getpid()}"
        self._path.mkdir()
        limit, swap = (
            ("memory.max", "memory.swap.max")
            if self._second
            else ("memory.limit_in_bytes", "memory.memsw.limit_in_bytes")
        )
        (self._path / limit).write_text(str(memory))
        with suppress(OSError):  # a kernel without accounts of swap
            (self._path / swap).write_text("0" if self._second else str(memory))

    def take(self, process: int) -> None:
        """Puts a process, and all that it will start, under the limit."""
        (self._path / "cgroup.procs").write_text(str(process))

    def let_go(self, process: int) -> None:
        """Takes the limit from a process again, not from what it has started."""
        (self._path.parent / "cgroup.procs").write_text(str(process))

    @property
    def peak(self) -> int:
        """Bytes taken at most, what the system could have dropped included."""
        name = "memory.peak" if self._second else "memory.max_usage_in_bytes"
        return int((self._path / name).read_text())

    @property
    def own(self) -> int:
        """Bytes in use now that cannot be dropped."""
        stat = dict(line.split() for line in (self._path / "memory.stat").read_text().splitlines())
        return int(stat["anon" if self._second else "total_rss"])

    def end(self) -> None:
        """Ends what is left in the group, and the group."""
        for _ in range(50):
            left = (self._path / "cgroup.procs").read_text().split()
            for process in left:
                with suppress(OSError):
                    os.kill(int(process), signal.SIGKILL)
            if not left:
                break
            time.sleep(0.1)
        self._path.rmdir()


@contextmanager
def one_core() -> Iterator[None]:
    """This process and what it starts on one processor, as long as it lasts."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def measure(memory: int) -> list[str]:
    """A row: what came of the default run under so much memory, in MB."""
    group = Group(memory * MB)
    try:
        group.take(os.getpid())
        with one_core():
            server = Server(machine.ROOT / "app.py")
    finally:
        group.let_go(os.getpid())
    viewer = Viewer(server.url.split("//")[1].rstrip("/"), "train=1")
    came = time.monotonic()
    try:
        asyncio.run(asyncio.wait_for(viewer.watch(), 240))
        outcome = viewer.states[-1]
    except (TimeoutError, ConnectionError) as error:
        outcome = f"{(viewer.states or ['nothing'])[-1]}, then {type(error).__name__}"
    row = [
        f"{memory}",
        outcome,
        f"{viewer.loaded:.1f}",
        f"{time.monotonic() - came:.1f}",
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
    parser = argparse.ArgumentParser(description="The page on a small host.")
    parser.add_argument("--memory", type=int, nargs="+", default=[1024, 768, 512], help="MB")
    given = parser.parse_args()
    times = ("opened after, s", "ended after, s")
    columns = ["MB", "the run", *times, "MB held", "MB at most, with what can be dropped", "said"]
    rows = [measure(memory) for memory in given.memory]
    title = f"Small host: {Settings().steps} steps of the default run, one core"
    machine.print_table(title, columns, rows)


if __name__ == "__main__":
    main()
