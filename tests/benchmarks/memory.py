"""What memory, threads and open files both processes take after many runs.

    python tests/benchmarks/memory.py [--runs 50] [--quick]

Runs of mixed settings go through one engine: short ones of many architectures, each third stopped
half-way. Client is this process, which stands for the page's: it holds the engine and imports no
TensorFlow. Its cache of finished recordings is bounded, and the frames made so far are given, since
until the bound they stay. Worker is the process that trains; it keeps the last compiled networks.
"""

import argparse
import time
from collections.abc import Sequence

import machine
import psutil
from serving import is_worker

from bnviz.engine import Engine, Run
from bnviz.settings import Settings

#: After which runs to look.
LOOKS = (1, 10, 25, 50)
#: Seconds that a run may take at the longest.
PATIENCE = 300.0


def mixed(number: int) -> Settings:
    """The settings of a run: 12 architectures, four data sets, 30 to 300 steps."""
    depth, units = divmod(number % 12, 4)
    return Settings(
        dataset=("digits", "moons", "wine", "spiral")[number % 4],
        hidden_layers=2 + 2 * depth,
        units=(16, 32, 64, 128)[units],
        activation=("sigmoid", "relu", "tanh")[depth],
        optimizer=("sgd", "adam")[number % 2],
        learning_rate=0.01,
        steps=30 + 90 * (number % 4),
        seed=number,
    )


def complete(run: Run, *, half: bool) -> str:
    """Waits for a run to end, or stops it half-way; returns its state.

    Raises:
        RuntimeError: If it failed or took too long.
    """
    run.join("benchmark")
    end = time.monotonic() + PATIENCE
    while run.active and time.monotonic() < end:
        if half and run.progress >= 0.5:
            run.stop()
        time.sleep(0.01)
    run.leave("benchmark")
    if run.active or run.state == "failed":
        raise RuntimeError(f"the run {run.settings} is {run.state}: {run.error}")
    return run.state


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


def workers() -> list[psutil.Process]:
    """The worker processes that the engine has started."""
    return [each for each in psutil.Process().children(recursive=True) if is_worker(each)]


def measure(runs: int) -> list[Sequence[str]]:
    """Goes through so many runs; a row at each look."""
    rows = []
    made, states = 0, dict.fromkeys(("finished", "diverged", "stopped"), 0)
    with Engine() as engine:
        for number in range(1, runs + 1):
            run = engine.start(mixed(number))
            states[complete(run, half=number % 3 == 0)] += 1
            made += run.recording.frames.nbytes
            if number in LOOKS or number == runs:
                # The worker follows a stop within half a second.
                time.sleep(1)
                (worker,) = workers()
                counts = ", ".join(f"{count} {state}" for state, count in states.items())
                client = figures(psutil.Process())
                rows.append(
                    [f"{number} ({counts})", f"{made / 1e6:.0f}", *client, *figures(worker)]
                )
    if left := workers():
        raise RuntimeError(f"workers were left over: {left}")
    return rows


def main() -> None:
    """Measures and prints the table."""
    parser = argparse.ArgumentParser(description="Memory of both processes over many runs.")
    parser.add_argument("--runs", type=int, default=LOOKS[-1], help="how many runs")
    parser.add_argument("--quick", action="store_true", help="ten runs, as a trial")
    given = parser.parse_args()
    rows = measure(LOOKS[1] if given.quick else given.runs)
    what = ("MB", "MB of its own", "threads", "open files")
    columns = ["after run", "frames made, MB"]
    columns += [f"{who}: {name}" for who in ("client", "worker") for name in what]
    machine.print_table("Memory: resident", columns, rows)


if __name__ == "__main__":
    main()
