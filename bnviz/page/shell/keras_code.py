"""KerasCode: some settings as a script, to read, copy and download."""

import streamlit as st

from bnviz.export import keras_script as scripts
from bnviz.settings import Settings


def draw(settings: Settings, *, key: str) -> None:
    """Draws the Keras script of some settings; `key` tells it from others on the page."""
    for column, (label, text, name, kind) in zip(
        st.columns(2),
        (
            ("Script", scripts.script, "batch_normalization.py", "text/x-python"),
            ("Notebook", scripts.notebook, "batch_normalization.ipynb", "application/json"),
        ),
        strict=True,
    ):
        column.download_button(
            label,
            data=lambda text=text: text(settings),  # type: ignore[misc]
            file_name=name,
            mime=kind,
            width="stretch",
            key=f"{key}_{label}",
            icon=":material/download:",
        )
    st.code(scripts.excerpt(settings), language="python", wrap_lines=True)
