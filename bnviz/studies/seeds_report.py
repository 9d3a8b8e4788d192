"""SeedsReport: the results over many seeds as text and as JSON."""

import json
from typing import Any

import numpy as np

from bnviz.findings.seed_speeds import SpeedRange, speed_range
from bnviz.findings.wording import percent
from bnviz.recording.header import arm_label
from bnviz.studies.report_parts import finite, network
from bnviz.studies.seeds import SeedBands
from bnviz.studies.study import CURVES

#: Approximate number of steps at which the curves over the seeds are printed.
_PRINTED = 10


def seeds_text(bands: SeedBands, seconds: float) -> str:
    """Returns the results over many seeds as text.

    Args:
        bands: Complete or growing.
        seconds: Wall time of the training.
    """
    lines = [network(bands.settings), bands.sentence()]
    if bands.known.any():
        lines += ["", "validation accuracy: median (lowest to highest)"]
        lines.append(
            f"{'step':>8}" + "".join(f"{arm_label(bands.settings, arm):>24}" for arm in bands.arms)
        )
        found = {arm: bands.band(arm, "validation_accuracy") for arm in bands.arms}
        places = np.unique(np.linspace(0, len(bands.evaluation_steps) - 1, _PRINTED).astype(int))
        for place in places.tolist():
            cells = [
                f"{band.median[place]:.1%} ({band.low[place]:.1%} to {band.high[place]:.1%})"
                for band in found.values()
            ]
            lines.append(
                f"{bands.evaluation_steps[place]:>8,}" + "".join(f"{cell:>24}" for cell in cells)
            )
        lines += ["", *_by_target(bands), ""]
        speeds = ", ".join(
            str(each.speed_up or f"none ({each.reason})") for each in bands.speeds().values()
        )
        lines.append(f"speed-up of each seed: {speeds}")
    count = int(bands.known.sum())
    return "\n".join([*lines, f"{2 * count} networks in {seconds:.1f} s"])


def _by_target(bands: SeedBands) -> list[str]:
    """Returns a table of the speed-ups by target, with how many seeds reach it."""
    lines = ["speed-up in steps by target, a share of the better network's final accuracy"]
    heads = [
        "median (lowest to highest)",
        *(f"reached {arm_label(bands.settings, arm)}" for arm in bands.arms),
    ]
    rows = [("target", heads)]
    for each in bands.by_target():
        ratios = f"{each.range.median} ({each.range})" if each.range else "none"
        counts = [f"{count} of {each.seeds} seeds" for count in (each.first, each.this)]
        rows.append((percent(each.share), [ratios, *counts]))
    lines += [
        f"{share:>8} {ratios:>60}" + "".join(f"{count:>22}" for count in counts)
        for share, (ratios, *counts) in rows
    ]
    return lines


def seeds_json(bands: SeedBands, seconds: float) -> str:
    """Returns the results over many seeds as one JSON object; a missing or infinite value is null.

    `seeds` has the speed-up of each known seed in the form that `train` prints for a run of it.

    Args:
        bands: Complete or growing.
        seconds: Wall time of the training.
    """
    known, speeds = bool(bands.known.any()), bands.speeds()
    range_ = speed_range([*speeds.values()])
    ends = ("low", "median", "high")
    result: dict[str, Any] = {
        "num_seeds": bands.seeds,
        "known": int(bands.known.sum()),
        "steps": bands.settings.steps,
        "seconds": seconds,
        "step": list(bands.evaluation_steps),
    }
    for arm in bands.arms:
        found = {name: bands.band(arm, name) for name in CURVES} if known else {}
        result[arm] = {
            name: {end: finite(getattr(found[name], end)) for end in ends} if known else None
            for name in CURVES
        }
    result["diverged"] = {
        arm: int((bands.diverged_at[arm][bands.known] >= 0).sum()) for arm in bands.arms
    }
    result["seeds"] = [
        {"seed": seed, "speed_up": {bands.arms[1]: each.to_json()}} for seed, each in speeds.items()
    ]
    result["speed_up"] = _range_json(range_)
    result["speed_up_by_target"] = [
        {
            "share": each.share,
            "speed_up": _range_json(each.range),
            "compared": each.compared,
            "reached": dict(zip(bands.arms, (each.first, each.this), strict=True)),
        }
        for each in bands.by_target()
    ]
    return json.dumps(result | {"sentence": bands.sentence()}, allow_nan=False)


def _range_json(range_: SpeedRange | None) -> dict[str, Any] | None:
    if range_ is None:
        return None
    ends = {end: getattr(range_, end) for end in ("low", "median", "high")}
    return {end: {"ratio": each.ratio, "bound": each.bound} for end, each in ends.items()}
