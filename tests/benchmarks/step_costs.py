"""How far what a step costs differs when it is measured again, on an idle and on a busy machine.

    python tests/benchmarks/step_costs.py [--times 10] [--quick]

Each network is measured `--times` times with `bnviz.lab.step_cost.StepCost`, as a worker does:
first with nothing else to do, then beside two processes that never rest. The networks take turns,
so that a disturbance hits all of them. The first measurement of each, which compiles, does not
count.
"""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import machine

from bnviz.lab.step_cost import StepCost
from bnviz.settings import Settings

#: The networks, by how they are named in the table.
NETWORKS = {
    "64-32×5-10 relu, batch 32": Settings(),
    "64-32×3-10 sigmoid, batch 32": Settings(hidden_layers=3, activation="sigmoid"),
    "2-16×5-2 tanh, batch 32": Settings(dataset="moons", units=16, activation="tanh"),
    "64-128×10-10 relu, batch 64": Settings(hidden_layers=10, units=128, batch_size=64),
}
#: Processes that keep the processors busy.
BUSY = 2


@contextmanager
def busy() -> Iterator[None]:
    """While this context lasts, other processes compute without a rest."""
    loop = [sys.executable, "-c", "while True: sum(range(10_000))"]
    others = [subprocess.Popen(loop) for _ in range(BUSY)]
    try:
        yield
    finally:
        for other in others:
            other.kill()
            other.wait()


def measure(settings: Settings) -> tuple[dict[str, float], float]:
    """Returns the seconds of a step by arm, and how long it took to measure them."""
    start = time.perf_counter()
    cost = StepCost(settings)
    cost.advance(lambda: True)
    return cost.seconds, time.perf_counter() - start


def rows(times: int, when: str) -> list[list[str]]:
    """Table rows of all networks."""
    found: dict[str, list[tuple[dict[str, float], float]]] = {name: [] for name in NETWORKS}
    for _ in range(times):
        for name, settings in NETWORKS.items():
            found[name].append(measure(settings))
    return [
        [
            f"{name}, {when}",
            *(
                f"{machine.spread([1e6 * costs[arm] for costs, _ in of_network], 0)} µs"
                for arm in ("none", "bn")
            ),
            machine.spread([costs["bn"] / costs["none"] for costs, _ in of_network]),
            f"{machine.spread([taken for _, taken in of_network], 1)} s",
        ]
        for name, of_network in found.items()
    ]


def main() -> None:
    """Measures and prints the table."""
    parser = argparse.ArgumentParser(description="Measure what a step costs again and again.")
    parser.add_argument("--times", type=int, default=10, help="how often each network is measured")
    parser.add_argument("--quick", action="store_true", help="trial: twice")
    given = parser.parse_args()
    times = 2 if given.quick else given.times
    for settings in NETWORKS.values():
        measure(settings)
    table = rows(times, "idle")
    with busy():
        table += rows(times, "busy")
    title = f"What a step costs: median (lowest-highest) of {times} measurements"
    machine.print_table(title, ["", "without BN", "with BN", "ratio", "measured in"], table)


if __name__ == "__main__":
    main()
