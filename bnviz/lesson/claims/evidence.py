"""Evidence: makes the runs of the claims, and keeps the results for the page."""

import json
import math
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any

from bnviz.lesson.claims.catalogue import CLAIMS
from bnviz.lesson.claims.claim import Claim, ClaimResult
from bnviz.recording import BUNDLED, Recording
from bnviz.settings import Settings

#: The results of all claims.
FILE = BUNDLED / "claims.json"
#: Minimum number of seeds on which a claim is checked.
MIN_SEEDS = 9


class EvidenceError(ValueError):
    """A table of results does not match the claims; the message says why."""


def gather(
    claims: Sequence[Claim],
    seeds: Sequence[int],
    run: Callable[[Settings], Recording],
    measure_costs: Callable[[Recording], object],
) -> Iterator[ClaimResult]:
    """Checks claims, making each run only once.

    Args:
        claims: The claims to check.
        seeds: The seeds of each run.
        run: Runs the experiment of some settings to its end.
        measure_costs: Measures what a step of a run costs, for claims that need it.

    Yields:
        The result of each claim, in the order given.
    """
    done: dict[Settings, Recording] = {}
    for at, claim in enumerate(claims):
        # All seeds of one architecture in a row, so that it is compiled once.
        runs = [[settings.replace(seed=seed) for seed in seeds] for settings in claim.runs]
        for settings in (each for row in runs for each in row):
            if settings not in done:
                done[settings] = run(settings)
            if claim.needs_costs:
                measure_costs(done[settings])
        read = [
            claim.read([done[settings] for settings in of_seed])
            for of_seed in zip(*runs, strict=True)
        ]
        values = {
            each.name: tuple(numbers[each.name] for numbers in read) for each in claim.quantities
        }
        yield ClaimResult(claim, tuple(seeds), values)
        needed = {settings for later in claims[at + 1 :] for settings in later.runs}
        done = {
            settings: recording
            for settings, recording in done.items()
            if settings.replace(seed=Settings().seed) in needed
        }


def as_json(results: Sequence[ClaimResult]) -> str:
    """Returns results as JSON, with infinite numbers (not reached) as null; inverse of `read`."""
    table = {
        result.claim.name: {
            "sentence": result.sentence,
            "runs": [settings.digest for settings in result.claim.runs],
            "seeds": list(result.seeds),
            "shown": sum(result.shown),
            "values": {
                name: [float(f"{value:.6g}") if math.isfinite(value) else None for value in values]
                for name, values in result.values.items()
            },
        }
        for result in results
    }
    return json.dumps(table, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def as_text(result: ClaimResult) -> str:
    """Returns one result as text for a terminal."""
    mark = "holds" if result.holds else "DOES NOT HOLD"
    return f"{result.claim.name}: {mark}\n    {result.sentence}"


def read(text: str) -> dict[str, ClaimResult]:
    """Returns results from JSON, by the names of their claims; inverse of `as_json`.

    Raises:
        EvidenceError: If a claim is unknown, or if it has other runs or quantities by now.
    """
    return {name: _result(name, entry) for name, entry in json.loads(text).items()}


@cache
def recorded() -> dict[str, ClaimResult]:
    """Returns the results that come with the package, by the names of their claims."""
    return read(FILE.read_text(encoding="utf-8"))


def _result(name: str, entry: dict[str, Any]) -> ClaimResult:
    claim = CLAIMS.get(name)
    if claim is None:
        raise EvidenceError(f"there is no claim {name}; run the claims again")
    if entry["runs"] != [settings.digest for settings in claim.runs]:
        raise EvidenceError(f"{name} has other runs now; run the claims again")
    if list(entry["values"]) != [each.name for each in claim.quantities]:
        raise EvidenceError(f"{name} has other quantities now; run the claims again")
    values = {
        quantity: tuple(math.inf if value is None else float(value) for value in each)
        for quantity, each in entry["values"].items()
    }
    return ClaimResult(claim, tuple(entry["seeds"]), values)
