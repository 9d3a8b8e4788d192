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

#: Each has a folder of its name, with a script of that name and, if it draws anything, a style
#: sheet.
_NAMES = ("player", "map", "terms", "tab", "fields", "address", "keep", "axes")


def component(name: str) -> Callable[..., Any]:
    """Returns a component, to be called where it is drawn.

    Streamlit finds only the files of installed packages; registering the manifest by hand lets the
    page run from a plain checkout too, as on Community Cloud. All components are registered at
    once, because the scripts of the map and the axes import some of the player's.

    Args:
        name: One of `_NAMES`.
    """
    return _registered(get_bidi_component_manager(), name)


def fetch_ahead(name: str) -> None:
    """Lets the browser fetch a component's files while the page is still being built.

    Otherwise it discovers them one after another, once the component is drawn; on a slow connection
    that takes as long as everything else.

    Args:
        name: As for `component`.
    """
    component(name)
    with st.container(key="fetch_ahead"):
        st.html(_links(name), unsafe_allow_javascript=True)


@cache
def _links(name: str) -> str:
    """A script that adds a link to each file of a component to the head of the page."""
    files = [each for each in (BROWSER / name).iterdir() if each.suffix in (".css", ".js")]
    return f"""<script>
      for (const file of {json.dumps(sorted(each.name for each in files))}) {{
        const link = document.createElement("link");
        const kind = file.endsWith(".css") ? "style" : file.endsWith(".min.js") ? "script" : "";
        link.rel = kind ? "preload" : "modulepreload";
        if (kind) link.as = kind;
        link.href = new URL("_stcore/bidi-components/bnviz.{name}/" + file, document.baseURI);
        document.head.append(link);
      }}
    </script>"""


# Streamlit scans the files each time a component is declared.
@lru_cache(maxsize=len(_NAMES))
def _registered(manager: BidiComponentManager, name: str) -> Callable[..., Any]:
    """A component of the server that the manager belongs to."""
    if manager.get_component_asset_root(f"bnviz.{name}") is None:
        configs = [ComponentConfig(each, each) for each in _NAMES]
        manifest = ComponentManifest("bnviz", __version__, configs)
        manager.register_from_manifest(manifest, BROWSER)
    css = f"{name}.css" if (BROWSER / name / f"{name}.css").exists() else None
    declared: Callable[..., Any] = st.components.v2.component(
        f"bnviz.{name}", css=css, js=f"{name}.js", isolate_styles=False
    )
    return declared
