"""Axes form: the two axes of a map, its seeds, and what its cells show."""

from typing import Any

import streamlit as st

from bnviz.kinds import Integer
from bnviz.page.forms import fields
from bnviz.page.shell import rerun
from bnviz.page.shell.markup import plain
from bnviz.settings import KINDS, Settings, SettingsError, bounds
from bnviz.studies.map_words import setting_label
from bnviz.studies.sweep import (
    AXES,
    DEFAULT_AXES,
    MAX_SEEDS,
    MAX_VALUES,
    MEASURES,
    SCALES,
    Axis,
    Sweep,
)

_SIDES = {"x": "Across", "y": "Upwards"}
_OF_CELLS = ("seeds", "measure", "target")


def fill_in(sweep: Sweep) -> None:
    """Sets every field of the form."""
    for side in _SIDES:
        axis: Axis = getattr(sweep, side)
        fields.put(_name(side, "name"), axis.name)
        for part, value in _fields_of(axis).items():
            fields.put(_name(side, part, axis.name), value)
    for name in _OF_CELLS:
        fields.put(f"sweep_{name}", getattr(sweep, name))


def axes() -> tuple[str, str]:
    """Names of the two axes as they are chosen."""
    default = Sweep()
    x = fields.value(_name("x", "name"), default.x.name)
    return x, fields.value(_name("y", "name"), default.y.name)


def form() -> dict[str, Any] | None:
    """Draws the form.

    Returns:
        What `Sweep` takes beside its base; None while an axis is not as allowed, which is said.
    """
    asked: dict[str, Any] = {}
    for side in _SIDES:
        axis = _axis(side)
        if axis is not None:
            asked[side] = axis
    default = Sweep()
    now = {name: fields.value(f"sweep_{name}", getattr(default, name)) for name in _OF_CELLS}
    st.markdown("## Cells show")
    asked["measure"] = st.selectbox(
        "cells show",
        list(MEASURES),
        list(MEASURES).index(now["measure"]),
        format_func=lambda name: MEASURES[name],
        key=fields.key("sweep_measure"),
        label_visibility="collapsed",
    )
    asked["target"] = st.number_input(
        "target",
        0.01,
        1.0,
        now["target"],
        step=0.05,
        format="%.4g",
        key=fields.key("sweep_target"),
        help="Validation accuracy around which the line is drawn, and whose steps are counted.",
    )
    asked["seeds"] = st.number_input(
        "seeds a cell",
        1,
        MAX_SEEDS,
        now["seeds"],
        step=1,
        key=fields.key("sweep_seeds"),
        help="Runs of each cell with following seeds; a cell shows their median.",
    )
    for name in _OF_CELLS:
        fields.keep(f"sweep_{name}", asked[name])
    if not set(_SIDES) <= set(asked):
        return None
    return asked


def sweep(base: Settings, asked: dict[str, Any]) -> Sweep | None:
    """The sweep of what the forms ask for; None if it is not as allowed, which is said."""
    try:
        return Sweep(base, **asked)
    except SettingsError as error:
        sentences = [
            f"The {problem.name} axis is {problem.given!r}; choose {problem.allowed}."
            if problem.name in _SIDES
            else f"{problem}."
            for problem in error.problems
        ]
        st.error(plain(" ".join(sentences)))
        return None


def _axis(side: str) -> Axis | None:
    """The fields of one axis; None if its range is none, which is said."""
    st.markdown(f"## {_SIDES[side]}")
    default: Axis = getattr(Sweep(), side)
    name = st.selectbox(
        "setting",
        AXES,
        AXES.index(fields.value(_name(side, "name"), default.name)),
        format_func=setting_label,
        key=fields.key(_name(side, "name")),
        help="Changes from cell to cell in this direction: so many places from one value to "
        "another.",
    )
    fields.keep(_name(side, "name"), name)
    values = _range(side, name)
    for part, value in values.items():
        fields.keep(_name(side, part, name), value)
    low, high = float(values["low"]), float(values["high"])
    try:
        return Axis(name, low, high, SCALES[values["log"]], values["places"])
    except SettingsError as error:
        allowed = error.problems[0].allowed
        st.error(plain(f"From {low:g} to {high:g} is no range here; choose {allowed}."))
        return None


def _range(side: str, name: str) -> dict[str, Any]:
    """The fields of an axis that are another's with another setting."""
    usual = DEFAULT_AXES[name]
    low, high = bounds(name)
    options: dict[str, Any] = {"min_value": low, "max_value": high, "step": 1}
    if not isinstance(KINDS[name], Integer):
        ends = {"min_value": float(low), "max_value": float(high)}
        options = ends | {"step": 0.1, "format": "%.6g"}
    starts = _fields_of(usual)
    names = {part: _name(side, part, name) for part in starts}
    now = {part: fields.value(names[part], start) for part, start in starts.items()}
    values: dict[str, Any] = {}
    first, second = st.columns(2)
    for column, part, text in ((first, "low", "from"), (second, "high", "to")):
        values[part] = column.number_input(
            text, value=now[part], **options, key=fields.key(names[part])
        )
    first, second = st.columns(2)
    values["places"] = first.number_input(
        "places", 2, MAX_VALUES, now["places"], step=1, key=fields.key(names["places"])
    )
    values["log"] = second.toggle(
        "log",
        now["log"],
        key=fields.key(names["log"]),
        on_change=rerun.soon,
        help="On: each value is so many times the one before. Off: so much more.",
    )
    return values


def _fields_of(axis: Axis) -> dict[str, Any]:
    """An axis as its fields have it."""
    whole = isinstance(KINDS[axis.name], Integer)
    low, high = (round(end) if whole else float(end) for end in (axis.low, axis.high))
    return {"low": low, "high": high, "places": axis.count, "log": SCALES[1] == axis.scale}


def _name(side: str, part: str, name: str = "") -> str:
    """Each setting keeps a range of its own."""
    return f"axis_{side}_{part}_{name}" if name else f"axis_{side}_{part}"
