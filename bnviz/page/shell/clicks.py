"""Orders: what a button asks for, carried out with the form as it stands when it is read.

A button's callback has what the form said when the button was drawn. Who types a value and clicks
at once would be given the value before.
"""

from typing import Any

import streamlit as st

_GIVEN = "given_orders"


def button(label: str, order: str, *, key: str, **options: Any) -> None:
    """Draws a button that gives an order.

    Args:
        label: On the button.
        order: What is asked for.
        key: Of the button.
        options: As of `st.button`.
    """
    st.button(label, on_click=_given().add, args=(order,), width="stretch", key=key, **options)


def taken(order: str) -> bool:
    """Whether an order was given; whoever asks carries it out."""
    given = order in _given()
    _given().discard(order)
    return given


def forget() -> None:
    """Drops what nobody has taken: the button's mode was left in the same moment."""
    _given().clear()


def _given() -> set[str]:
    orders: set[str] = st.session_state.setdefault(_GIVEN, set())
    return orders
