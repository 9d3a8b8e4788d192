"""Sidebar: the form of all settings."""

from typing import Any

import streamlit as st

from bnviz.frames import ARM_LABELS
from bnviz.kinds import Changes, Choice, Flag, Key, Kind, Real, Whole
from bnviz.page import own_data
from bnviz.page.markup import plain as as_it_is
from bnviz.settings import KINDS, UPLOAD, Settings, groups, matters

_NOT_DRAWN = "settings_not_drawn"


def fill_in(settings: Settings) -> None:
    """Sets every field of the form."""
    for name in KINDS:
        st.session_state[_key(name)] = getattr(settings, name)
    st.session_state[_NOT_DRAWN] = {}


def form() -> Settings | None:
    """Draws the form and returns the settings as they stand in it.

    A field shows only while it makes a difference beside the others; its value is kept meanwhile.

    Returns:
        The settings, or None as long as they lack the viewer's own data.
    """
    # Streamlit forgets a field at the end of a run of the script that did not draw it.
    for name, value in st.session_state[_NOT_DRAWN].items():
        st.session_state[_key(name)] = value
    values = {name: st.session_state[_key(name)] for name in KINDS}
    left = set(KINDS)
    folded = []
    for heading, names in groups().items():
        shown = [name for name in names if not isinstance(KINDS[name], Key)]
        folded += [name for name in shown if KINDS[name].advanced]
        plain = [name for name in shown if not KINDS[name].advanced]
        if plain:
            st.markdown(f"##### {heading}")
        for name in plain:
            if matters(name, values):
                values[name] = _field(name, KINDS[name])
                left.discard(name)
        if heading == KINDS["upload"].group:
            values["upload"] = own_data.choose() if values["dataset"] == UPLOAD else ""
    with st.expander("More settings"):
        for name in folded:
            values[name] = _field(name, KINDS[name])
            left.discard(name)
    st.session_state[_NOT_DRAWN] = {name: values[name] for name in left}
    if values["dataset"] == UPLOAD and not values["upload"]:
        return None
    return Settings(**values)


def _key(name: str) -> str:
    return f"setting_{name}"


def _field(name: str, kind: Kind) -> Any:
    common: dict[str, Any] = {"key": _key(name), "help": kind.help}
    match kind:
        case Choice():
            return st.selectbox(kind.label, kind.options, format_func=_readable, **common)
        case Whole():
            return st.number_input(kind.label, kind.low, kind.high, step=1, **common)
        case Real():
            step = 0.05 if kind.high <= 1 else 0.1
            low, high = float(kind.low), float(kind.high)
            return st.number_input(kind.label, low, high, step=step, format="%.6g", **common)
        case Flag():
            return st.toggle(kind.label, **common)
        case Changes():
            text = st.text_input(kind.label, **common)
            if kind.nearest(text) is None:
                st.error(as_it_is(f"These are not taken: allowed are {kind.allowed()}."))
            return kind.nearest(text) or ""
        case _:
            raise TypeError(f"no field for {kind}")


def _readable(option: str) -> str:
    names = {"digits": "digits 8×8", "sgd": "SGD", UPLOAD: "your own file", "no": "none"}
    return names.get(option) or ARM_LABELS.get(option) or option.replace("_", " ")
