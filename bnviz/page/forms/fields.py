"""Fields: values of the forms, kept while a field is not drawn.

Streamlit forgets a field that a run of the script does not draw, such as those of another mode. And
with every message, a player's request included, the browser sends the values of all its fields: a
message that was under way while the page set a field would set it back. So a field that the page
sets gets a new key, under which the browser has not reported anything yet; it is drawn with `value`
as its initial value.
"""

from collections.abc import Callable
from typing import Any

import streamlit as st

from bnviz.page.shell.state import state


def key(name: str) -> str:
    """The key of the widget that draws a field."""
    changes = state.field_changes.get(name, 0)
    return f"{name} {changes}" if changes else name


def set_value(name: str, value: Any) -> None:
    """Sets a field; only before it is drawn."""
    if key(name) in st.session_state and st.session_state[key(name)] != value:
        state.field_changes[name] = state.field_changes.get(name, 0) + 1
    remember(name, value)


def remember(name: str, value: Any) -> None:
    """Keeps the value of a field that has just been drawn."""
    state.field_values[name] = value


def value(name: str, default: Any) -> Any:
    """The value of a field, drawn or not; the default if it was never set."""
    return st.session_state.get(key(name), state.field_values.get(name, default))


def when_changed(name: str, handle: Callable[[Any], None]) -> Callable[[], None]:
    """A widget's callback, which hands the viewer's new value to a function.

    Streamlit also calls it for a field that the page has set meanwhile; then it does nothing.
    """
    drawn = key(name)

    def changed() -> None:
        if key(name) == drawn:
            handle(st.session_state[drawn])

    return changed
