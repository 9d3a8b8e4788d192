"""Keras code: an experiment as a Keras script, to read, copy and download."""

from functools import partial

import streamlit as st

from bnviz.export import keras_script
from bnviz.settings import Settings


def draw(settings: Settings, *, key: str) -> None:
    """Draws the excerpt of a script, and buttons that download it as a script or a notebook.

    Args:
        settings: The experiment.
        key: Distinguishes the widgets from those of other scripts on the page.
    """
    for column, (label, write, name, mime) in zip(
        st.columns(2),
        (
            ("Script", keras_script.script, "batch_normalization.py", "text/x-python"),
            ("Notebook", keras_script.notebook, "batch_normalization.ipynb", "application/json"),
        ),
        strict=True,
    ):
        column.download_button(
            label,
            data=partial(write, settings),
            file_name=name,
            mime=mime,
            width="stretch",
            key=f"{key}_{label}",
            icon=":material/download:",
        )
    st.code(keras_script.excerpt(settings), language="python", wrap_lines=True)
