"""Evidence: the claims' runs made, and what came out kept for the page."""

import json
import math
from collections.abc import Callable, Iterator, Sequence
from functools import cache

from bnviz.lesson.claims.catalogue import CLAIMS
from bnviz.lesson.claims.claim import Claim, ClaimResult
from bnviz.recording import BUNDLED, Recording
from bnviz.settings import Settings

#: What came out of all claims.
FILE = BUNDLED / "claims.json"
#: Seeds that a claim is checked on, at least.
MIN_SEEDS = 5


class EvidenceError(ValueError):
    """A table of claims that is not one of these claims, with the reason."""


def gather(
    claims: Sequence[Claim], seeds: Sequence[int], run: Callable[[Settings], Recording]
) -> Iterator[ClaimResult]:
    """Checks claims, each run made once.

    Args:
        claims: What to check.
        seeds: Of each run.
        run: Runs the experiment of some settings to its end.

    Yields:
        The outcome of each claim, in their order.
    """
    done: dict[Settings, Recording] = {}
    for at, claim in enumerate(claims):
        # All seeds of one architecture in a row, since it is compiled once.
        runs = [[settings.replace(seed=seed) for seed in seeds] for settings in claim.runs]
        for settings in (each for row in runs for each in row):
            if settings not in done:
                done[settings] = run(settings)
        read = [
            claim.read([done[settings] for settings in of_seed])
            for of_seed in zip(*runs, strict=True)
        ]
        values = {
            each.name: tuple(numbers[each.name] for numbers in read) for each in claim.quantities
        }
        yield ClaimResult(claim, tuple(seeds), values)
        wanted = {settings for later in claims[at + 1 :] for settings in later.runs}
        done = {
            settings: recording
            for settings, recording in done.items()
            if settings.replace(seed=Settings().seed) in wanted
        }


def as_json(outcomes: Sequence[ClaimResult]) -> str:
    """Outcomes as JSON, numbers that are infinite (not reached) as null; `read` is the inverse."""
    table = {
        outcome.claim.name: {
            "sentence": outcome.sentence,
            "runs": [settings.digest for settings in outcome.claim.runs],
            "seeds": list(outcome.seeds),
            "shown": sum(outcome.shown),
            "values": {
                name: [float(f"{value:.6g}") if math.isfinite(value) else None for value in values]
                for name, values in outcome.values.items()
            },
        }
        for outcome in outcomes
    }
    return json.dumps(table, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def as_text(outcome: ClaimResult) -> str:
    """One outcome for a terminal."""
    mark = "holds" if outcome.holds else "DOES NOT HOLD"
    return f"{outcome.claim.name}: {mark}\n    {outcome.sentence}"


def read(text: str) -> dict[str, ClaimResult]:
    """Outcomes from JSON, by the names of their claims.

    Raises:
        EvidenceError: If a claim is not known, or is of other runs or numbers than now.
    """
    return {name: _outcome(name, entry) for name, entry in json.loads(text).items()}


@cache
def recorded() -> dict[str, ClaimResult]:
    """The outcomes that come with the page, by the names of their claims."""
    return read(FILE.read_text(encoding="utf-8"))


def _outcome(name: str, entry: dict) -> ClaimResult:
    claim = CLAIMS.get(name)
    if claim is None:
        raise EvidenceError(f"there is no claim {name}; make the table anew")
    if entry["runs"] != [settings.digest for settings in claim.runs]:
        raise EvidenceError(f"{name} is of other runs now; make the table anew")
    if list(entry["values"]) != [each.name for each in claim.quantities]:
        raise EvidenceError(f"{name} measures other numbers now; make the table anew")
    values = {
        quantity: tuple(math.inf if value is None else float(value) for value in each)
        for quantity, each in entry["values"].items()
    }
    return ClaimResult(claim, tuple(entry["seeds"]), values)
