"""Components: the parts of the page that run in the browser, served from `bnviz/player/browser`."""

import json
from collections.abc import Callable
from functools import cache, lru_cache
from typing import Any

import streamlit as st
from streamlit.components.v2.component_manager import BidiComponentManager
from streamlit.components.v2.get_bidi_component_manager import get_bidi_component_manager
from streamlit.components.v2.manifest_scanner import ComponentConfig, ComponentManifest

from bnviz import __version__
from bnviz.player import BROWSER

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


def fetch_ahead(name: str) -> None:
    """Lets the browser fetch the scripts of a component while the page is still being put together.

    Otherwise it learns of them one after another, once the component stands: on a slow line that
    takes as long as all the rest.
    """
    component(name)
    with st.container(key="fetch_ahead"):
        st.html(_links(name), unsafe_allow_javascript=True)


@cache
def _links(name: str) -> str:
    """A script that names all files of a component in the head of the page."""
    files = sorted((BROWSER / name).glob("*.js"))
    return f"""<script>
      for (const file of {json.dumps([each.name for each in files])}) {{
        const link = document.createElement("link");
        const whole = file.endsWith(".min.js");
        link.rel = whole ? "preload" : "modulepreload";
        if (whole) link.as = "script";
        link.href = new URL("_stcore/bidi-components/bnviz.{name}/" + file, document.baseURI);
        document.head.append(link);
      }}
    </script>"""


# Streamlit looks at the files anew each time that it makes one.
@lru_cache(maxsize=len(_NAMES))
def _made(manager: BidiComponentManager, name: str) -> Callable[..., Any]:
    """A component of the server that this manager belongs to."""
    if manager.get_component_asset_root(f"bnviz.{name}") is None:
        configs = [ComponentConfig(each, each) for each in _NAMES]
        manifest = ComponentManifest("bnviz", __version__, configs)
        manager.register_from_manifest(manifest, BROWSER)
    made: Callable[..., Any] = st.components.v2.component(
        f"bnviz.{name}", css=f"{name}.css", js=f"{name}.js", isolate_styles=False
    )
    return made
