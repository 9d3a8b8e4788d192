"""Seed strip: where a run lies among the same run with other seeds, for a player."""

import math
from collections.abc import Mapping
from typing import Any

from bnviz.findings import over_seeds
from bnviz.findings.speed import Speed, SpeedUp
from bnviz.recording import Recording
from bnviz.recording.header import arm_name
from bnviz.recording.other_seeds import OTHER_SEEDS
from bnviz.settings import Settings
from bnviz.studies.seed_check import unchecked

#: Speed-ups that the axis may name.
_TICKS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500)
#: Dots closer than this share of the axis stand on each other, on so many levels at most.
APART, _LEVELS = 0.03, 3
#: How far the axis reaches beyond the speed-ups on either side, as a ratio.
_MARGIN = 1.2


def seed_strip(recording: Recording, check: str, refusal: str = "") -> dict[str, Any] | None:
    """What a player shows of other seeds, in JSON types; None if there is nothing to say.

    Args:
        recording: A run, complete or growing.
        check: As `bnviz.engine.runs.Run.check`.
        refusal: As `bnviz.engine.runs.Run.check_refusal`.
    """
    if recording.other_seeds is not None:
        return _known(recording)
    if check == "awaited":
        return {"text": f"Checking on {OTHER_SEEDS} other seeds while nobody waits …"}
    if check == "planned":
        return {"text": f"Checked on {OTHER_SEEDS} other seeds once it has ended."}
    if check == "offered":
        return {"text": "", "offer": f"Check on {OTHER_SEEDS} other seeds"}
    if refusal:
        return {"text": f"Not checked on {OTHER_SEEDS} other seeds. {refusal}"}
    settings = recording.header.settings
    why = unchecked(settings) if settings is not None else ""
    return {"text": why} if why else None


def _known(recording: Recording) -> dict[str, Any]:
    found = over_seeds.speeds(recording)
    ratios = [each.speed_up.ratio for each in found.values() if each.speed_up is not None]
    low, high = min([1.0, *ratios]) / _MARGIN, max([1.0, *ratios]) * _MARGIN

    def position(ratio: float) -> float:
        return round(math.log(ratio / low) / math.log(high / low), 4)

    ticks = [tick for tick in _TICKS if low <= tick <= high]
    return {
        "text": f"speed-up in {len(found)} seeds",
        "title": over_seeds.scope(recording.header),
        "ticks": [{"at": position(tick), "text": f"{tick:g}×"} for tick in ticks],
        "dots": _dots(found, position, recording.settings),
    }


def _dots(found: Mapping[int, Speed], position: Any, settings: Settings) -> list[dict[str, Any]]:
    who, own = arm_name(settings, settings.second_arm), settings.seed
    dots = []
    for seed, each in found.items():
        speed_up: SpeedUp | None = each.speed_up
        said = f"{who} {speed_up} as fast in steps" if speed_up else f"no speed-up: {each.reason}"
        dots.append(
            {
                "seed": seed,
                "at": position(speed_up.ratio) if speed_up else None,
                "level": 0,
                "bound": speed_up.bound if speed_up else "",
                "here": seed == own,
                "words": f"Seed {seed:,}{' (this run)' if seed == own else ''}: {said}.",
            }
        )
    _stack(dots)
    return dots


def _stack(dots: list[dict[str, Any]]) -> None:
    """Raises dots that would cover each other; those without a place share the left end."""
    ends = [-1.0] * _LEVELS
    for dot in sorted(dots, key=lambda dot: dot["at"] or 0.0):
        at = dot["at"] or 0.0
        level = next((level for level, end in enumerate(ends) if at - end >= APART), 0)
        dot["level"], ends[level] = level, at
