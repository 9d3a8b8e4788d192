"""MapWords: a cell of a phase map in words."""

import math
from functools import partial

from bnviz.findings.wording import capitalized, percent
from bnviz.recording.header import arm_label
from bnviz.settings.written_numbers import written
from bnviz.studies.axis import setting_label
from bnviz.studies.map_numbers import MapNumbers
from bnviz.studies.sweep import ACCURACIES, ARM_MEASURES, Cell, Sweep

#: From which gain in accuracy on the moving statistics a cell names the other ones: smaller gains
#: are within what one seed differs from another.
CLEAR_LAG = 0.05


def _position(sweep: Sweep, cell: Cell) -> str:
    """Returns where a cell lies: "learning rate 0.1, initial scale 1"."""
    sides = ((sweep.x, cell.column), (sweep.y, cell.row))
    second = sweep.base.second_arm
    return ", ".join(
        f"{setting_label(axis.name, second)} {axis.label(index)}" for axis, index in sides
    )


def _amount(numbers: MapNumbers, value: float) -> str:
    """Returns a number of an arm as the map shows it, with its unit."""
    sweep = numbers.sweep
    match numbers.arm_measure:
        case measure if measure in ACCURACIES:
            return "not kept" if math.isnan(value) else percent(value)
        case "validation_loss":
            return "diverged" if math.isinf(value) else written(value, ".3g")
        case "steps_to_target" | "steps_to_share":
            if math.isnan(value):
                return "unknown"
            return f"not in {sweep.base.steps:,} steps" if math.isinf(value) else f"{value:g} steps"
        case _:
            return f"{round(value * sweep.seeds)} of {sweep.seeds}"


def describe_cell(numbers: MapNumbers, cell: Cell) -> str:
    """Returns a cell in one sentence: where it lies, both arms, and which of them diverged."""
    at = (cell.row, cell.column)
    where = capitalized(_position(numbers.sweep, cell))
    if not numbers.filled[at]:
        return f"{where}: not trained yet."
    seeds = numbers.sweep.seeds
    name = ARM_MEASURES[numbers.arm_measure]
    if numbers.arm_measure == "diverged":
        name = "diverged seeds"
    elif numbers.arm_measure == "steps_to_target":
        name = f"steps to the fixed target of {percent(numbers.sweep.target)} accuracy"
    if seeds > 1 and numbers.arm_measure != "diverged":
        name = f"median {name} of {seeds} seeds"
    label = partial(arm_label, numbers.sweep.base)
    each = ", ".join(
        f"{_amount(numbers, float(numbers.values[arm][at]))} {label(arm)}"
        for arm in numbers.sweep.arms
    )
    each += _by_other_statistics(numbers, at)
    speed = f"; {numbers.speeds.words(at)}" if numbers.measure == "speed_up" else ""
    return f"{where}: {name} {each}{speed}{_divergence(numbers, at)}."


def _by_other_statistics(numbers: MapNumbers, at: tuple[int, int]) -> str:
    """Says what the second accuracy is by other statistics if the moving ones lag behind."""
    if numbers.measure != "validation_accuracy":
        return ""
    found = [float(values[at]) for values in numbers.by_other_statistics.values()]
    by_batch, by_exact = found
    lag = max(found) - float(numbers.values[numbers.sweep.arms[1]][at])
    if not all(map(math.isfinite, found)) or lag < CLEAR_LAG:
        return ""
    return (
        f" by moving statistics, {percent(by_batch)} by the batch's, {percent(by_exact)} by exact "
        "ones"
    )


def _divergence(numbers: MapNumbers, at: tuple[int, int]) -> str:
    """Says which arms diverged, unless the number already does."""
    seeds = numbers.sweep.seeds
    if numbers.arm_measure == "diverged" or (
        numbers.arm_measure == "validation_loss" and seeds == 1
    ):
        return ""
    counts = {arm: round(float(numbers.diverged[arm][at]) * seeds) for arm in numbers.sweep.arms}
    label = partial(arm_label, numbers.sweep.base)
    each = [
        f"{count} of {seeds} {label(arm)}" if seeds > 1 else label(arm)
        for arm, count in counts.items()
        if count
    ]
    return f"; diverged {' and '.join(each)}" if each else ""
