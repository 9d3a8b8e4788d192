"""Fields: what stands in the forms, kept while a field is not drawn.

Streamlit forgets a field that a run of the script does not draw, as those of another mode.
"""

from typing import Any

import streamlit as st

_KEPT = "kept_fields"


def put(key: str, value: Any) -> None:
    """Sets a field; only before it is drawn."""
    st.session_state[key] = value
    keep(key, value)


def value(key: str, default: Any) -> Any:
    """What stands in a field, drawn or not; the default in one that was never set."""
    if key not in st.session_state:
        st.session_state[key] = _kept().get(key, default)
    return st.session_state[key]


def keep(key: str, value: Any) -> None:
    """Notes what a field that is drawn says."""
    _kept()[key] = value


def _kept() -> dict[str, Any]:
    kept: dict[str, Any] = st.session_state.setdefault(_KEPT, {})
    return kept
