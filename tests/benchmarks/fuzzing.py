"""What becomes of bad input: ten thousand cases and more, made from one seed.

    python tests/benchmarks/fuzzing.py [--cases 10000] [--runs 30] [--seed 0]
    python tests/benchmarks/fuzzing.py --kind NAME [--number N] [--seed 0]

Each kind is a way in: a link, a file, a message from a browser. A case may be taken, brought to
the nearest that is allowed, refused with one sentence, or passed over. Anything else is a fault:
another exception, no end, a file written, a pickle loaded, a process or a connection started, a
message that is more than text. Faults are listed with the number under which the case can be tried
again.

Some runs are trained too, of settings at the ends of what is allowed and of files that are just
taken: none may hang its worker or end with an error of the program.
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
    """Tries cases of one kind.

    Args:
        name: Of the kind.
        attempt: Tries the case of a number and says how it ended.
        numbers: Those of the cases.
        faults: Takes what went wrong, each as one line.

    Returns:
        The kind's row of the table.
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
            said = f"{type(error).__name__} at {where}: {error!s:.200}"
            faults.append(f"{name}, number {number}: {said}")
        slowest = max(slowest, time.monotonic() - began)
    said = ", ".join(f"{count:,} {end}" for end, count in ends.most_common() if end != FAULT)
    return [name, ends.total(), said, ends[FAULT], f"{slowest:.1f}"]


def main() -> int:
    """Tries all and prints the table; 1 if there was a fault."""
    parser = argparse.ArgumentParser(description="Bad input of every kind.")
    parser.add_argument("--cases", type=int, default=10_000, help="how many, over all kinds")
    parser.add_argument("--runs", type=int, default=30, help="how many are trained besides")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--kind", choices=list(KINDS), help="this kind alone")
    parser.add_argument("--number", type=int, help="this case of it alone")
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
        ["way in", "cases", "how they ended", "faults", "slowest, s"],
        [*rows, ["all", sum(row[1] for row in rows), "", len(faults), ""]],
    )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    print(f"\nPeak memory of this process: {peak:.0f} MB.")
    print("\n".join(faults))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
