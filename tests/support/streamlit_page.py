"""The page, run by Streamlit's own tester."""

import json
from collections.abc import Mapping
from typing import Any

from streamlit.testing.v1 import AppTest

from tests.support import ROOT
from tests.support.messages import unpack

APP = str(ROOT / "app.py")


def new_page(query: Mapping[str, Any] | None = None) -> AppTest:
    """The page at a link, not run yet."""
    page = AppTest.from_file(APP, default_timeout=60)
    for name, value in (query or {}).items():
        page.query_params[name] = value
    return page


def open_page(query: Mapping[str, Any] | None = None) -> AppTest:
    """The page at a link, run once."""
    page = new_page(query).run()
    assert not page.exception
    return page


def player_message(page: AppTest) -> tuple[dict[str, Any], bytes]:
    """The header and the frames of the player's latest message."""
    return unpack(_component(page, "bnviz.player"))


def map_message(page: AppTest) -> dict[str, Any]:
    """The latest message of the map, or of the curves over many seeds."""
    return json.loads(_component(page, "bnviz.map"))


def _component(page: AppTest, name: str) -> bytes:
    found = [each.proto for each in page.get("bidi_component")]
    (data,) = [proto.bytes for proto in found if proto.component_name == name]
    return data
