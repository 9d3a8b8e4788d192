"""Memory, threads and open files of the page and its worker over many runs.

    python tests/benchmarks/memory.py [--runs 300] [--quick]

Visitors open the page a few at a time, each with its own run, over several architectures and
datasets; every third run is stopped at a random moment by the button on the page. "Page" is the
Streamlit process; its cache of finished recordings grows up to a bound. "Worker" is the process
that trains; it is replaced once it has compiled many networks.
"""

import argparse
import asyncio
import random
import time
from collections import Counter
from collections.abc import Sequence
from urllib.parse import urlencode

import machine
import psutil
from serving import Server, in_link
from viewers import Viewer

from bnviz.settings import Settings

#: Concurrent visitors.
AT_ONCE = 3
#: Runs between two measurements.
BETWEEN = 50


def mixed(number: int) -> Settings:
    """The settings of a run: mostly a few common architectures, every 20th is unusual."""
    draw = random.Random(number)
    common = number % 20
    return Settings(
        dataset=draw.choice(("digits", "moons", "circles", "spiral")),
        hidden_layers=draw.choice((2, 5)) if common else draw.randint(3, 8),
        units=16 if common else draw.randint(17, 128),
        learning_rate=draw.choice((0.03, 0.1, 3.0)),
        steps=draw.choice((30, 120, 300, 1_000)),
        seed=number,
    )


async def visit(server: Server, number: int, places: asyncio.Semaphore) -> str:
    """Opens the page as one visitor and follows the run; returns its last state."""
    draw = random.Random(-number)
    query = urlencode(in_link(mixed(number), train="1"))
    address = server.address
    async with places:
        stop_at = draw.random() if number % 3 == 0 else 2.0
        viewer = await Viewer(address, query, stop_at=stop_at).watch()
    if viewer.gaps or viewer.states[-1] not in ("finished", "diverged", "stopped"):
        raise RuntimeError(f"{mixed(number)} ended {viewer.states[-1]}: {viewer.message}")
    return viewer.states[-1]


async def visits(server: Server, numbers: Sequence[int]) -> list[str]:
    """Simulates one visitor per number; returns their last states."""
    places = asyncio.Semaphore(AT_ONCE)
    return await asyncio.gather(*(visit(server, number, places) for number in numbers))


def figures(process: psutil.Process) -> list[str]:
    """Resident and unshared memory in MB, threads, open files."""
    with process.oneshot():
        memory = process.memory_full_info()
        files = process.num_fds() if hasattr(process, "num_fds") else process.num_handles()
        return [
            f"{memory.rss / 1e6:.0f}",
            f"{memory.uss / 1e6:.0f}",
            str(process.num_threads()),
            str(files),
        ]


def measure(server: Server, runs: int, between: int) -> list[Sequence[str]]:
    """Goes through the runs; returns a table row for every `between` of them."""
    rows: list[Sequence[str]] = []
    states: Counter[str] = Counter()
    seen: set[int] = set()
    started = time.monotonic()
    for first in range(0, runs, between):
        numbers = range(first, min(first + between, runs))
        states.update(asyncio.run(visits(server, numbers)))
        # Leaves time to release the sessions that have just ended.
        time.sleep(2)
        workers = server.workers()
        seen.update(each.pid for each in workers)
        counts = ", ".join(f"{count} {state}" for state, count in sorted(states.items()))
        row = [f"{numbers[-1] + 1} ({counts})", f"{time.monotonic() - started:.0f}"]
        row += figures(server.process)
        # A worker that has just retired has no figures, and its successor no meaningful ones yet.
        row += figures(workers[0]) if workers else ["-"] * 4
        rows.append([*row, str(len(seen))])
        print(" | ".join(rows[-1]), flush=True)
    return rows


def main() -> None:
    """Measures and prints the table."""
    parser = argparse.ArgumentParser(
        description="Measure the memory of both processes over many runs."
    )
    parser.add_argument("--runs", type=int, default=300, help="number of runs")
    parser.add_argument("--quick", action="store_true", help="trial: twenty runs")
    given = parser.parse_args()
    server = Server(machine.ROOT / "app.py")
    try:
        runs, between = (20, 10) if given.quick else (given.runs, BETWEEN)
        rows = measure(server, runs, between)
    finally:
        server.close()
    quantities = ("MB", "MB unshared", "threads", "open files")
    columns = ["after run", "after, s"]
    columns += [f"{who}: {name}" for who in ("page", "worker") for name in quantities]
    machine.print_table("Memory: resident", [*columns, "workers seen"], rows)


if __name__ == "__main__":
    main()
