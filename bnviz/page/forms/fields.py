"""Fields: what stands in the forms, kept while a field is not drawn.

Streamlit forgets a field that a run of the script does not draw, as those of another mode. And with
each message, a player's question too, the browser sends what stands in all its fields. One that was
on its way while a field was set here would set it back; so a field that is set takes another key,
under which the browser has not said anything yet. It is drawn with `value` as what it begins with.
"""

from collections.abc import Callable
from typing import Any

import streamlit as st

_KEPT = "kept_fields"
_TIMES = "times_put"


def key(name: str) -> str:
    """The key under which a field is to be drawn."""
    times = _times().get(name, 0)
    return f"{name} {times}" if times else name


def put(name: str, value: Any) -> None:
    """Sets a field; only before it is drawn."""
    if key(name) in st.session_state and st.session_state[key(name)] != value:
        _times()[name] = _times().get(name, 0) + 1
    keep(name, value)


def value(name: str, default: Any) -> Any:
    """What stands in a field, drawn or not; the default in one that was never set."""
    return st.session_state.get(key(name), _kept().get(name, default))


def when_changed(name: str, then: Callable[[Any], None]) -> Callable[[], None]:
    """The callback of a field: what is done with what the viewer puts into it.

    Streamlit calls it for a field, too, that has been set meanwhile; then it does nothing.
    """
    drawn = key(name)

    def changed() -> None:
        if key(name) == drawn:
            then(st.session_state[drawn])

    return changed


def keep(name: str, value: Any) -> None:
    """Notes what a field that is drawn says."""
    _kept()[name] = value


def _kept() -> dict[str, Any]:
    kept: dict[str, Any] = st.session_state.setdefault(_KEPT, {})
    return kept


def _times() -> dict[str, int]:
    """How often a field was set to something else."""
    times: dict[str, int] = st.session_state.setdefault(_TIMES, {})
    return times
