"""Map component: a phase map, or the curves over many seeds, on the Streamlit page."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from bnviz.page.shell.components import component
from bnviz.player.request import MapRequest, read_cell
from bnviz.studies.sweep import Cell

_KEY = "map"


def last_request() -> MapRequest:
    """The map's last request in this session."""
    return MapRequest.read(_state().get("want"))


def requested_cell() -> Cell | None:
    """The cell whose run the viewer has just asked for."""
    return read_cell(_state().get("cell"))


def show(message: Mapping[str, Any], *, on_cell: Callable[[], None]) -> None:
    """Draws the map, or sends it a further message.

    Args:
        message: From the `respond` of a `MapContent` or a `SeedsContent`.
        on_cell: Called when the viewer asks for the run of a cell.
    """
    component("map")(
        key=_KEY,
        data=json.dumps(message, separators=(",", ":"), allow_nan=False).encode(),
        height="content",
        on_want_change=lambda: None,
        on_cell_change=on_cell,
    )


def _state() -> Any:
    return st.session_state.get(_KEY) or {}
