"""What memory, threads and open files the page and its worker take after many runs.

    python tests/benchmarks/memory.py [--runs 300] [--quick]

Visitors open the page one after the other, a few at a time, each with a run of its own: of several
architectures and data sets, each third stopped at a random moment by the button on the page. Page
is the Streamlit process; its cache of finished recordings is bounded, and fills until then. Worker
is the process that trains; another takes its place when it has compiled many networks.
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
from serving import Server
from viewers import Viewer

from bnviz.settings import Settings

#: Visitors at a time.
AT_ONCE = 3
#: Runs between two looks.
BETWEEN = 50


def mixed(number: int) -> Settings:
    """The settings of a run: a few architectures are common, each 20th is like no other."""
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
    """One visitor, from opening the page to the end of the run; its last state."""
    draw = random.Random(-number)
    query = urlencode(mixed(number).to_query() | {"train": "1"})
    address = server.url.split("//")[1].rstrip("/")
    async with places:
        stop_at = draw.random() if number % 3 == 0 else 2.0
        viewer = await Viewer(address, query, stop_at=stop_at).watch()
    if viewer.gaps or viewer.states[-1] not in ("finished", "diverged", "stopped"):
        raise RuntimeError(f"{mixed(number)} ended {viewer.states[-1]}: {viewer.message}")
    return viewer.states[-1]


async def visits(server: Server, numbers: Sequence[int]) -> list[str]:
    """The last state of one visitor a number."""
    places = asyncio.Semaphore(AT_ONCE)
    return await asyncio.gather(*(visit(server, number, places) for number in numbers))


def figures(process: psutil.Process) -> list[str]:
    """Resident memory and that part of it which is no other's, threads, open files."""
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
    """Goes through so many runs; a row after every few of them."""
    rows: list[Sequence[str]] = []
    states: Counter[str] = Counter()
    seen: set[int] = set()
    begun = time.monotonic()
    for first in range(0, runs, between):
        numbers = range(first, min(first + between, runs))
        states.update(asyncio.run(visits(server, numbers)))
        # Sessions that have just ended are let go of.
        time.sleep(2)
        workers = server.workers()
        seen.update(each.pid for each in workers)
        counts = ", ".join(f"{count} {state}" for state, count in sorted(states.items()))
        row = [f"{numbers[-1] + 1} ({counts})", f"{time.monotonic() - begun:.0f}"]
        row += figures(server.process)
        # One that has just left has no figures, and its successor none worth the name.
        row += figures(workers[0]) if workers else ["-"] * 4
        rows.append([*row, str(len(seen))])
        print(" | ".join(rows[-1]), flush=True)
    return rows


def main() -> None:
    """Measures and prints the table."""
    parser = argparse.ArgumentParser(description="Memory of both processes over many runs.")
    parser.add_argument("--runs", type=int, default=300, help="how many runs")
    parser.add_argument("--quick", action="store_true", help="twenty runs, as a trial")
    given = parser.parse_args()
    server = Server(machine.ROOT / "app.py")
    try:
        runs, between = (20, 10) if given.quick else (given.runs, BETWEEN)
        rows = measure(server, runs, between)
    finally:
        server.close()
    what = ("MB", "MB of its own", "threads", "open files")
    columns = ["after run", "after, s"]
    columns += [f"{who}: {name}" for who in ("page", "worker") for name in what]
    machine.print_table("Memory: resident", [*columns, "workers seen"], rows)


if __name__ == "__main__":
    main()
