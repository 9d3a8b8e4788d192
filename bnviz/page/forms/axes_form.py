"""Axes form: the two axes of a map, the seeds of each cell, and what the cells show."""

from collections.abc import Mapping
from itertools import permutations
from typing import Any

import streamlit as st

from bnviz.findings.speed import TARGET_SHARE
from bnviz.findings.wording import percent
from bnviz.page.forms import fields
from bnviz.page.shell import rerun
from bnviz.page.shell.markup import plain
from bnviz.settings import Settings, SettingsError
from bnviz.settings.kinds import Integer
from bnviz.settings.settings import KINDS, bounds
from bnviz.settings.written_numbers import written
from bnviz.studies.axis import DEFAULT_AXES, MAX_VALUES, SCALES, Axis, axes_of, setting_label
from bnviz.studies.sweep import MAX_SEEDS, Sweep, measures_of

#: The sides of a map, and what its form calls them.
HEADINGS = {"x": "Horizontal axis", "y": "Vertical axis"}
#: Arguments of `Sweep` beside its base and its axes.
_OF_CELLS = ("seeds", "measure", "target")


def fill(sweep: Sweep) -> None:
    """Sets every field of the form."""
    for side in HEADINGS:
        axis: Axis = getattr(sweep, side)
        fields.set_value(_name(side, "name"), axis.name)
        for part, value in _parts(axis).items():
            fields.set_value(_name(side, part, axis.name), value)
    for name in _OF_CELLS:
        fields.set_value(f"sweep_{name}", getattr(sweep, name))


def axis_names() -> tuple[str, str]:
    """The settings chosen for the two axes."""
    default = Sweep()
    x = fields.value(_name("x", "name"), default.x.name)
    return x, fields.value(_name("y", "name"), default.y.name)


def form(second_arm: str) -> dict[str, Any] | None:
    """Draws the form.

    Args:
        second_arm: The second network of the map, which decides what axes and cells can show.

    Returns:
        The arguments of `Sweep` beside its base; None, with a message, if an axis is not allowed.
    """
    _leave_out(second_arm)
    axes = {side: _axis(side, second_arm) for side in HEADINGS}
    of_cells = _form_of_cells(measures_of(second_arm))
    if None in axes.values():
        return None
    return axes | of_cells


def sweep(base: Settings, arguments: dict[str, Any]) -> Sweep | None:
    """Makes the sweep that the forms describe; returns None, with a message, if not allowed.

    Args:
        base: The settings that all cells share.
        arguments: From `form`.
    """
    try:
        return Sweep(base, **arguments)
    except SettingsError as error:
        sentences = [
            f"The {problem.name} axis is {problem.given!r}; choose {problem.allowed}."
            if problem.name in HEADINGS
            else f"{problem}."
            for problem in error.problems
        ]
        st.error(plain(" ".join(sentences)))
        return None


def _leave_out(second_arm: str) -> None:
    """Sets what the second network does not have to a default, before it is drawn."""
    names, default = axes_of(second_arm), Sweep()
    for side, other in permutations(HEADINGS):
        if fields.value(_name(side, "name"), getattr(default, side).name) not in names:
            taken = fields.value(_name(other, "name"), getattr(default, other).name)
            free = next(name for name in names if name != taken)
            fields.set_value(_name(side, "name"), free)
    if fields.value("sweep_measure", default.measure) not in measures_of(second_arm):
        fields.set_value("sweep_measure", default.measure)


def in_words(axis: Axis, second_arm: str) -> str:
    """An axis as text, such as "learning rate 0.01 to 10 (16 values)"."""
    label = f"{setting_label(axis.name, second_arm)} {written(axis.low)} to {written(axis.high)}"
    return f"{label} ({axis.count} values, {axis.scale})"


def _form_of_cells(measures: Mapping[str, str]) -> dict[str, Any]:
    """Draws the fields of `_OF_CELLS`; returns their values.

    Args:
        measures: What the cells can show, with labels.
    """
    default = Sweep()
    now = {name: fields.value(f"sweep_{name}", getattr(default, name)) for name in _OF_CELLS}
    st.markdown("## Cells show")
    values: dict[str, Any] = {}
    values["measure"] = st.selectbox(
        "cells show",
        list(measures),
        list(measures).index(now["measure"]),
        format_func=lambda name: measures[name],
        key=fields.key("sweep_measure"),
        label_visibility="collapsed",
    )
    values["target"] = st.number_input(
        "target",
        0.01,
        1.0,
        now["target"],
        step=0.05,
        format="%.4g",
        key=fields.key("sweep_target"),
        help="A fixed validation accuracy, the same in all cells: where the line is drawn, and to "
        "which the steps are counted. The speed-up has a target of its own, "
        f"{percent(TARGET_SHARE)} of the better network's final accuracy in each run.",
    )
    values["seeds"] = st.number_input(
        "seeds per cell",
        1,
        MAX_SEEDS,
        now["seeds"],
        step=1,
        key=fields.key("sweep_seeds"),
        help="Runs per cell, with consecutive seeds; the cell shows their median.",
    )
    for name, value in values.items():
        fields.remember(f"sweep_{name}", value)
    return values


def _axis(side: str, second_arm: str) -> Axis | None:
    """Draws the fields of one axis; returns None, with a message, if its range is not allowed."""
    st.markdown(f"## {HEADINGS[side]}")
    default: Axis = getattr(Sweep(), side)
    names = axes_of(second_arm)
    name = st.selectbox(
        "setting",
        names,
        names.index(fields.value(_name(side, "name"), default.name)),
        format_func=lambda name: setting_label(name, second_arm),
        key=fields.key(_name(side, "name")),
        help="The setting that changes from cell to cell in this direction.",
    )
    fields.remember(_name(side, "name"), name)
    values = _range(side, name)
    for part, value in values.items():
        fields.remember(_name(side, part, name), value)
    low, high = float(values["low"]), float(values["high"])
    try:
        return Axis(name, low, high, SCALES[values["log"]], values["places"])
    except SettingsError as error:
        allowed = error.problems[0].allowed
        st.error(
            plain(f"The axis cannot run from {written(low)} to {written(high)}; choose {allowed}.")
        )
        return None


def _range(side: str, name: str) -> dict[str, Any]:
    """Draws the fields that each setting keeps for itself; returns their values by part."""
    low, high = bounds(name)
    options: dict[str, Any] = {"min_value": low, "max_value": high, "step": 1}
    if not isinstance(KINDS[name], Integer):
        ends = {"min_value": float(low), "max_value": float(high)}
        options = ends | {"step": 0.1, "format": "%.6g"}
    default = _parts(DEFAULT_AXES[name])
    names = {part: _name(side, part, name) for part in default}
    now = {part: fields.value(names[part], value) for part, value in default.items()}
    values: dict[str, Any] = {}
    first, second = st.columns(2)
    for column, part, text in ((first, "low", "from"), (second, "high", "to")):
        values[part] = column.number_input(
            text, value=now[part], **options, key=fields.key(names[part])
        )
    first, second = st.columns(2)
    values["places"] = first.number_input(
        "values", 2, MAX_VALUES, now["places"], step=1, key=fields.key(names["places"])
    )
    values["log"] = second.toggle(
        "log",
        now["log"],
        key=fields.key(names["log"]),
        on_change=rerun.request,
        help="On: the ratio of neighbouring values is constant. Off: their difference is.",
    )
    return values


def _parts(axis: Axis) -> dict[str, Any]:
    """The values of an axis's fields, by part."""
    whole = isinstance(KINDS[axis.name], Integer)
    low, high = (round(end) if whole else float(end) for end in (axis.low, axis.high))
    return {"low": low, "high": high, "places": axis.count, "log": SCALES[1] == axis.scale}


def _name(side: str, part: str, name: str = "") -> str:
    """Name of a field; the fields of a range belong to one setting on one side."""
    return f"axis_{side}_{part}_{name}" if name else f"axis_{side}_{part}"
