"""Sidebar: the form of all settings."""

from collections.abc import Collection
from typing import Any

import streamlit as st

from bnviz.frames import ARM_LABELS
from bnviz.kinds import Changes, Choice, Flag, Float, Integer, Key
from bnviz.page.forms import fields, own_data
from bnviz.page.shell import rerun
from bnviz.page.shell.markup import plain as as_it_is
from bnviz.settings import KINDS, UPLOAD, Settings, groups, is_relevant

#: Settings of which each mode has its own: many runs are best short.
OWN = ("steps",)
#: Modes that share no setting with others.
APART = ("lesson",)


def fill_in(settings: Settings, *, mode: str = "") -> None:
    """Sets every field of a mode's form."""
    for name in KINDS:
        fields.put(_name(name, mode), getattr(settings, name))


def form(
    *, mode: str = "", default: Settings | None = None, without: Collection[str] = ()
) -> Settings | None:
    """Draws the form and returns the settings as they stand in it.

    A field shows only while it makes a difference beside the others; its value is kept meanwhile.

    Args:
        mode: Whose form it is; all have the same fields but those in `OWN`.
        default: What stands in a field that was never set; the default settings if None.
        without: Settings that are not asked for; they are those of `default`.

    Returns:
        The settings, or None as long as they lack the viewer's own data.
    """
    default = default or Settings()
    asked = [name for name in KINDS if name not in without]
    values = {name: getattr(default, name) for name in KINDS}
    values |= {name: fields.value(_name(name, mode), values[name]) for name in asked}
    folded = []
    for heading, names in groups().items():
        shown = [name for name in names if name in asked and not isinstance(KINDS[name], Key)]
        folded += [name for name in shown if KINDS[name].advanced]
        plain = [name for name in shown if not KINDS[name].advanced]
        if plain:
            st.markdown(f"## {heading}")
        for name in plain:
            if is_relevant(name, values):
                values[name] = _field(name, values[name], mode)
        if heading == KINDS["upload"].group:
            values["upload"] = own_data.choose() if values["dataset"] == UPLOAD else ""
    if folded:
        with st.expander("More settings"):
            for name in folded:
                values[name] = _field(name, values[name], mode)
    for name in asked:
        fields.keep(_name(name, mode), values[name])
    if values["dataset"] == UPLOAD and not values["upload"]:
        return None
    return Settings(**values)


def few(names: Collection[str], *, mode: str, default: Settings) -> Settings:
    """Draws the fields of a few settings; all others stay as they are in `default`."""
    values: dict[str, Any] = {}
    for name in names:
        value = fields.value(_name(name, mode), getattr(default, name))
        values[name] = _field(name, value, mode)
        fields.keep(_name(name, mode), values[name])
    return default.replace(**values)


def _name(name: str, mode: str) -> str:
    own = mode in APART or (mode and name in OWN)
    return f"setting_{name}_{mode}" if own else f"setting_{name}"


def _field(name: str, value: Any, mode: str) -> Any:
    kind = KINDS[name]
    common: dict[str, Any] = {"key": fields.key(_name(name, mode)), "help": kind.help}
    match kind:
        case Choice():
            at = kind.options.index(value)
            return st.selectbox(kind.label, kind.options, at, format_func=_readable, **common)
        case Integer():
            return st.number_input(kind.label, kind.low, kind.high, value, step=1, **common)
        case Float():
            step = 0.05 if kind.high <= 1 else 0.1
            low, high = float(kind.low), float(kind.high)
            return st.number_input(kind.label, low, high, value, step=step, format="%.6g", **common)
        case Flag():
            return st.toggle(kind.label, value, on_change=rerun.soon, **common)
        case Changes():
            text = st.text_input(kind.label, value, **common)
            if kind.nearest(text) is None:
                st.error(as_it_is(f"These are not taken: allowed are {kind.allowed()}."))
            return kind.nearest(text) or ""
        case _:
            raise TypeError(f"no field for {kind}")


def _readable(option: str) -> str:
    names = {"digits": "digits 8×8", "sgd": "SGD", UPLOAD: "your own file", "no": "none"}
    return names.get(option) or ARM_LABELS.get(option) or option.replace("_", " ")
