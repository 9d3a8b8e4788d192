"""StudyReport: a phase map and the stable learning rates as text and as JSON."""

import json
import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bnviz.findings.speed import TARGET_SHARE
from bnviz.findings.wording import percent
from bnviz.recording.header import arm_label
from bnviz.studies.axis import setting_label
from bnviz.studies.map_speeds import NOT_KEPT, SPEED_DEFINITION
from bnviz.studies.phase_map import PhaseMap
from bnviz.studies.report_parts import finite, network
from bnviz.studies.stable_rates import DEFINITION, Limit, StableRates
from bnviz.studies.sweep import ACCURACIES, ARM_MEASURES, MEASURES, Sweep, arm_measure


def map_text(phase_map: PhaseMap, seconds: float) -> str:
    """Returns a map as text: a table for each arm, with a row for each value of y, highest first.

    Args:
        phase_map: Complete or growing.
        seconds: Wall time of the training.
    """
    sweep = phase_map.sweep
    measure = arm_measure(sweep.measure)
    of_seeds = f", median of {sweep.seeds} seeds" if sweep.seeds > 1 else ""
    tables = {arm_label(sweep.base, arm): phase_map.values(arm) for arm in sweep.arms}
    names = dict.fromkeys(tables, measure)
    notes = [phase_map.sentence()]
    if not phase_map.keeps(sweep.measure):
        notes.append(f"No number: {NOT_KEPT}.")
    if sweep.measure == "speed_up":
        speeds = phase_map.speeds()
        for end, values in (("at least", speeds.low), ("at most", speeds.high)):
            title = f"{MEASURES['speed_up']}, {end}"
            tables[title], names[title] = values, "speed_up"
        reasons = dict.fromkeys(str(reason) for reason in speeds.reason.flat if reason)
        notes += [f"{SPEED_DEFINITION}."] + [f"'-' in it: {', '.join(reasons)}."] * bool(reasons)
    x, y = (setting_label(axis.name, sweep.base.second_arm) for axis in (sweep.x, sweep.y))
    lines = [
        f"{network(sweep.base)}, {sweep.base.steps:,} steps, digest {sweep.digest}",
        f"{_title(sweep)}{of_seeds}; {x} to the right, {y} upwards; '.': not trained yet, '-': "
        "infinite",
    ]
    for title, values in tables.items():
        lines += ["", title]
        lines += _grid(values, phase_map, names[title])
    networks = 2 * int(phase_map.known.sum())
    return "\n".join([*lines, "", *notes, f"{networks:,} networks in {seconds:.1f} s"])


def _title(sweep: Sweep) -> str:
    """Returns what the tables of the arms show."""
    target = f", {percent(sweep.target)}" if sweep.measure == "steps_to_target" else ""
    return f"{ARM_MEASURES[arm_measure(sweep.measure)]}{target}"


def _grid(values: NDArray[np.float64], phase_map: PhaseMap, measure: str) -> list[str]:
    filled = phase_map.filled()

    def cell(row: int, column: int) -> str:
        if not filled[row, column]:
            return "."
        return _shown(float(values[row, column]), measure)

    x, y = phase_map.sweep.x, phase_map.sweep.y
    columns = range(len(x.values))
    lines = [
        f"{y.label(row):>8} " + "".join(f"{cell(row, column):>7}" for column in columns)
        for row in reversed(range(len(y.values)))
    ]
    return [*lines, " " * 9 + "".join(f"{x.label(column):>7}" for column in columns)]


def _shown(value: float, measure: str) -> str:
    if not math.isfinite(value):
        return "-"
    match measure:
        case _ if measure in (*ACCURACIES, "diverged"):
            return f"{100 * value:.0f}%"
        case "steps_to_target" | "steps_to_share":
            return f"{value:.0f}"
        case _:
            return f"{value:.2g}"


def map_json(phase_map: PhaseMap, seconds: float) -> str:
    """Returns a map as one JSON object: rows by y, columns by x, medians over the seeds.

    A value that is infinite or not known is null. A cell counts as diverged if at least half of
    its seeds diverged. For the speed-up, the arms have the steps to its target, `target_share` of
    the better final accuracy; `speed_up` has the middle and `speed_up_low` and `speed_up_high`
    the ends of where it lies. If only the second network reaches the target, the high end is null,
    and the low end is 0 if only the first one does; the middle is then null. `best_rates` compares
    the arms at their best learning rates if that is an axis.

    Args:
        phase_map: Complete or growing.
        seconds: Wall time of the training.
    """
    sweep, filled = phase_map.sweep, phase_map.filled()
    values = {arm: phase_map.values(arm) for arm in sweep.arms}
    diverged = {arm: phase_map.values(arm, "diverged") >= 0.5 for arm in sweep.arms}
    result: dict[str, Any] = {
        **{
            side: {"name": axis.name, "values": list(axis.values)}
            for side, axis in (("x", sweep.x), ("y", sweep.y))
        },
        "seeds": sweep.seeds,
        "steps": sweep.base.steps,
        "measure": sweep.measure,
        "seconds": seconds,
        **{arm: _or_null(of_arm, np.isfinite(of_arm)) for arm, of_arm in values.items()},
        "diverged": {arm: _or_null(cells, filled) for arm, cells in diverged.items()},
    }
    if sweep.measure == "speed_up":
        speeds = phase_map.speeds()
        middle = np.where(speeds.middle > 0, speeds.middle, np.nan)
        ends = {"": middle, "_low": speeds.low, "_high": speeds.high}
        result |= {f"speed_up{end}": _or_null(of, np.isfinite(of)) for end, of in ends.items()}
        result["target_share"] = TARGET_SHARE
    if sweep.measure == "steps_to_target":
        result["target"] = sweep.target
    best = phase_map.best_rates()
    result["best_rates"] = best.to_json() if best else None
    return json.dumps(result, allow_nan=False)


def _or_null(values: NDArray[Any], known: NDArray[np.bool_]) -> Any:
    """Returns values as nested lists, with None where they are not known."""
    return np.where(known, values.astype(object), np.array(None)).tolist()


def stable_text(rates: StableRates, seconds: float) -> str:
    """Returns the stable learning rates as text.

    Args:
        rates: Complete or growing.
        seconds: Wall time of the training.
    """
    lines = [f"{network(rates.settings)}, {rates.settings.steps:,} steps", rates.sentence()]
    lines += [DEFINITION, "", f"final validation accuracy, lowest of {rates.seeds} seeds"]
    lines.append(
        f"{'learning rate':>14}"
        + "".join(f"{arm_label(rates.settings, arm):>20}" for arm in rates.arms)
    )
    stable = {arm: rates.stable(arm) for arm in rates.arms}
    for rate in rates.rates:
        cells = [
            f"{min(rates.accuracies[arm][rate]):.0%} {'stable' if stable[arm][rate] else '      '}"
            for arm in rates.arms
        ]
        lines.append(f"{rate:>14.4g}" + "".join(f"{cell:>20}" for cell in cells))
    networks = 2 * len(rates.rates) * rates.seeds
    return "\n".join([*lines, "", f"{networks:,} networks in {seconds:.1f} s"])


def stable_json(rates: StableRates, seconds: float) -> str:
    """Returns the stable learning rates as one JSON object; a missing or infinite value is null.

    Args:
        rates: Complete or growing.
        seconds: Wall time of the training.
    """
    limits = {arm: rates.limit(arm) for arm in rates.arms}
    first, second = limits.values()
    ratio = second.stable / first.stable
    result = {
        "seeds": rates.seeds,
        "steps": rates.settings.steps,
        "seconds": seconds,
        "complete": rates.complete,
        "rates": list(rates.rates),
        **{arm: _limit(limit, rates, arm) for arm, limit in limits.items()},
        "ratio": ratio if math.isfinite(ratio) else None,
        "definition": DEFINITION,
        "sentence": rates.sentence(),
    }
    return json.dumps(result, allow_nan=False)


def _limit(limit: Limit, rates: StableRates, arm: str) -> dict[str, Any]:
    stable, unstable = finite(np.array([limit.stable, limit.unstable]))
    return {
        "stable": stable,
        "unstable": unstable,
        "at_bound": limit.at_bound,
        "accuracy": [list(of_seeds) for of_seeds in rates.accuracies[arm].values()],
    }
