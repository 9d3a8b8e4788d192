"""Components: the parts of the page that run in the browser, served from folders beside this."""

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.components.v2.component_manager import BidiComponentManager
from streamlit.components.v2.get_bidi_component_manager import get_bidi_component_manager
from streamlit.components.v2.manifest_scanner import ComponentConfig, ComponentManifest

from bnviz import __version__

#: Each has a folder of its name with a script and a style sheet of its name.
_NAMES = ("player", "map", "terms")


def component(name: str) -> Callable[..., Any]:
    """A component, to be called where it stands on the page.

    Streamlit finds the files of installed packages alone; registering the manifest by hand lets the
    page run from a plain checkout, as Community Cloud does. All are registered at once, since the
    map's script takes parts of the player's.

    Args:
        name: "player", "map" or "terms".
    """
    return _made(get_bidi_component_manager(), name)


# Streamlit looks at the files anew each time that it makes one.
@lru_cache(maxsize=len(_NAMES))
def _made(manager: BidiComponentManager, name: str) -> Callable[..., Any]:
    """A component of the server that this manager belongs to."""
    if manager.get_component_asset_root(f"bnviz.{name}") is None:
        configs = [ComponentConfig(each, each) for each in _NAMES]
        manifest = ComponentManifest("bnviz", __version__, configs)
        manager.register_from_manifest(manifest, Path(__file__).parent)
    made: Callable[..., Any] = st.components.v2.component(
        f"bnviz.{name}", css=f"{name}.css", js=f"{name}.js", isolate_styles=False
    )
    return made
