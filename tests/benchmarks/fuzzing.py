"""How bnviz handles bad input: 10,000 cases or more, generated from one seed.

    python tests/benchmarks/fuzzing.py [--cases 10000] [--runs 30] [--seed 0]
    python tests/benchmarks/fuzzing.py --kind NAME [--number N] [--seed 0]

Each kind is an entry point: a link, a file, a message from a browser. A case may be accepted,
clamped to the nearest allowed value, refused with one sentence, or ignored. Anything else is a
fault: another exception, a hang, a file written, a pickle loaded, a process or connection started,
a message that is more than text. Each fault is listed with its case number, so that it can be
reproduced.

Some runs are trained as well, from settings at the limits of their ranges and from files that are
barely acceptable: none may hang its worker or end with an internal error.
"""

import argparse
import resource
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

import machine

from bnviz.engine import Engine

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.hostile import runs
from tests.hostile.entry_points import ENTRY_POINTS, EntryPoint
from tests.hostile.pages import check_visit, visit

KINDS = ENTRY_POINTS | {"page, with a file": EntryPoint(visit, check_visit, 30)}
FAULT = "fault"


def try_all(
    name: str, attempt: Callable[[int], str], numbers: Iterable[int], faults: list[str]
) -> list[object]:
    """Tries the cases of one kind.

    Args:
        name: Name of the kind.
        attempt: Tries the case with a given number and returns how it ended.
        numbers: Case numbers.
        faults: Collects the faults, one line each; extended in place.

    Returns:
        The table row of this kind.
    """
    ends: Counter[str] = Counter()
    slowest = 0.0
    for number in numbers:
        began = time.monotonic()
        try:
            ends[attempt(number)] += 1
        except Exception as error:
            ends[FAULT] += 1
            place = traceback.extract_tb(error.__traceback__)[-1]
            where = f"{Path(place.filename).name}:{place.lineno}"
            problem = f"{type(error).__name__} at {where}: {error!s:.200}"
            faults.append(f"{name}, number {number}: {problem}")
        slowest = max(slowest, time.monotonic() - began)
    outcomes = ", ".join(f"{count:,} {end}" for end, count in ends.most_common() if end != FAULT)
    return [name, ends.total(), outcomes, ends[FAULT], f"{slowest:.1f}"]


def main() -> int:
    """Tries all cases and prints the table; returns 1 if there was a fault."""
    parser = argparse.ArgumentParser(description="Try bad input of every kind.")
    parser.add_argument("--cases", type=int, default=10_000, help="number of cases over all kinds")
    parser.add_argument("--runs", type=int, default=30, help="number of runs to train as well")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--kind", choices=list(KINDS), help="try only this kind")
    parser.add_argument("--number", type=int, help="try only this case of each kind")
    given = parser.parse_args()
    faults: list[str] = []
    rows = []
    for name in [given.kind] if given.kind else list(KINDS):
        count = given.cases if given.kind else -(-given.cases * KINDS[name].share // 1_000)
        numbers = range(count) if given.number is None else [given.number]
        kind = KINDS[name]
        rows.append(try_all(name, partial(kind.attempt, name, given.seed), numbers, faults))
    if not given.kind and given.runs:
        with Engine() as engine:
            numbers = range(given.runs)
            train = partial(runs.attempt, engine, given.seed)
            rows.append(try_all("run of extreme settings", train, numbers, faults))
    machine.print_table(
        f"Bad input, seed {given.seed}",
        ["entry point", "cases", "outcomes", "faults", "slowest, s"],
        [*rows, ["all", sum(row[1] for row in rows), "", len(faults), ""]],
    )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    print(f"\nPeak memory of this process: {peak:.0f} MB.")
    print("\n".join(faults))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
