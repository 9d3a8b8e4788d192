"""Axes form: the two axes of a map, its seeds, and what its cells show."""

from typing import Any

import streamlit as st

from bnviz.kinds import Whole
from bnviz.map_words import label
from bnviz.page import fields
from bnviz.page.markup import plain
from bnviz.settings import KINDS, Settings, SettingsError
from bnviz.sweep import (
    AXES,
    MEASURES,
    MOST_PLACES,
    MOST_SEEDS,
    SCALES,
    USUAL,
    Axis,
    Sweep,
)

_SIDES = {"x": "Across", "y": "Upwards"}


def fill_in(sweep: Sweep) -> None:
    """Sets every field of the form."""
    for side in _SIDES:
        axis: Axis = getattr(sweep, side)
        fields.put(_key(side, "name"), axis.name)
        for part in ("low", "high", "scale", "places"):
            value = getattr(axis, part)
            if part in ("low", "high"):
                value = _number(axis.name, value)
            fields.put(_key(side, part, axis.name), value)
    for name in ("seeds", "measure", "target"):
        fields.put(f"sweep_{name}", getattr(sweep, name))


def axes() -> tuple[str, str]:
    """Names of the two axes as they are chosen."""
    default = Sweep()
    x = fields.value(_key("x", "name"), default.x.name)
    return x, fields.value(_key("y", "name"), default.y.name)


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
    st.markdown("##### Cells")
    default = Sweep()
    fields.value("sweep_seeds", default.seeds)
    fields.value("sweep_measure", default.measure)
    fields.value("sweep_target", default.target)
    asked["measure"] = st.selectbox(
        "show",
        list(MEASURES),
        format_func=_of_measure,
        key="sweep_measure",
        help="What the colour of a cell shows; changing it trains nothing again.",
    )
    asked["seeds"] = st.number_input(
        "seeds",
        1,
        MOST_SEEDS,
        step=1,
        key="sweep_seeds",
        help="Runs of each cell with following seeds; a cell shows their median.",
    )
    asked["target"] = st.number_input(
        "target accuracy",
        0.01,
        1.0,
        step=0.05,
        format="%.4g",
        key="sweep_target",
        help="Validation accuracy whose steps are counted, and around which the line is drawn.",
    )
    for name in ("measure", "seeds", "target"):
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
            f"The {problem.name} axis is {problem.came!r}; choose {problem.allowed}."
            if problem.name in _SIDES
            else f"{problem}."
            for problem in error.problems
        ]
        st.error(plain(" ".join(sentences)))
        return None


def _axis(side: str) -> Axis | None:
    """The fields of one axis; None if its range is none, which is said."""
    st.markdown(f"##### {_SIDES[side]}")
    default: Axis = getattr(Sweep(), side)
    fields.value(_key(side, "name"), default.name)
    name = st.selectbox(
        "setting",
        AXES,
        format_func=label,
        key=_key(side, "name"),
        help="Changes from cell to cell in this direction.",
    )
    fields.keep(_key(side, "name"), name)
    usual, kind = USUAL[name], KINDS[name]
    values: dict[str, Any] = {}
    for part, text in (("low", "from"), ("high", "to")):
        key = _key(side, part, name)
        fields.value(key, _number(name, getattr(usual, part)))
        bounds: dict[str, Any] = {"min_value": kind.low, "max_value": kind.high, "step": 1}  # type: ignore[attr-defined]
        if not isinstance(kind, Whole):
            ends = {end: float(bounds[end]) for end in ("min_value", "max_value")}
            bounds = ends | {"step": 0.1, "format": "%.6g"}
        values[part] = st.number_input(
            text, **bounds, key=key, help=f"{kind.help} Allowed is {kind.allowed()}."
        )
    scale_key, places_key = _key(side, "scale", name), _key(side, "places", name)
    fields.value(scale_key, usual.scale)
    values["scale"] = st.selectbox(
        "spacing",
        SCALES,
        key=scale_key,
        help="log: each value is so many times the one before; linear: so much more.",
    )
    fields.value(places_key, usual.places)
    values["places"] = st.number_input(
        "places", 2, MOST_PLACES, step=1, key=places_key, help="Cells in this direction."
    )
    for part, value in values.items():
        fields.keep(_key(side, part, name), value)
    try:
        return Axis(name, float(values["low"]), float(values["high"]), *_rest(values))
    except SettingsError as error:
        allowed = error.problems[0].allowed
        low, high = values["low"], values["high"]
        st.error(plain(f"From {low:g} to {high:g} is no range here; choose {allowed}."))
        return None


def _rest(values: dict[str, Any]) -> tuple[str, int]:
    return values["scale"], values["places"]


def _key(side: str, part: str, name: str = "") -> str:
    """Each setting keeps a range of its own."""
    return f"axis_{side}_{part}_{name}" if name else f"axis_{side}_{part}"


def _number(name: str, value: float) -> int | float:
    """A value of a setting as its field has it."""
    return round(value) if isinstance(KINDS[name], Whole) else float(value)


def _of_measure(name: str) -> str:
    return MEASURES[name].removeprefix("final ")
