"""The map, and the curves over many seeds, as a Streamlit component."""

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
    """The cell that the viewer has just asked to see as a run."""
    return read_cell(_state().get("cell"))


def show(message: Mapping[str, Any], *, on_cell: Callable[[], None]) -> None:
    """Puts the map on the page, or sends it a further message.

    Args:
        message: What `map/map.js` reads.
        on_cell: Called when the viewer asks to see a cell as a run.
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
