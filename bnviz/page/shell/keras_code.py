"""Keras code: an experiment as a Keras script, to read, copy and download."""

from collections.abc import Callable
from functools import partial

import streamlit as st

from bnviz.data.examples_file import FILE_NAME
from bnviz.export import keras_script
from bnviz.page.shell import file_reading, session
from bnviz.page.shell.kept_file import kept
from bnviz.settings import UPLOAD, Settings


def draw(settings: Settings, *, key: str) -> None:
    """Draws the excerpt of a script, and buttons that download it as a script or a notebook.

    With the viewer's own data another button downloads the examples that the script reads.

    Args:
        settings: The experiment.
        key: Distinguishes the widgets from those of other scripts on the page.
    """
    downloads: list[tuple[str, Callable[[], str | bytes], str, str]] = [
        (
            "Script",
            partial(keras_script.script, settings),
            "batch_normalization.py",
            "text/x-python",
        ),
        (
            "Notebook",
            partial(keras_script.notebook, settings),
            "batch_normalization.ipynb",
            "application/json",
        ),
    ]
    file = kept().file
    if settings.dataset == UPLOAD and file is not None and file.key == settings.upload:
        # Read again on a click, so that no examples are kept.
        read = partial(file_reading.examples, file, session.origin())
        downloads.append(("Examples", read, FILE_NAME, "application/zip"))
    for column, (label, data, name, mime) in zip(
        st.columns(len(downloads)), downloads, strict=True
    ):
        column.download_button(
            label,
            data=data,
            file_name=name,
            mime=mime,
            width="stretch",
            key=f"{key}_{label}",
            icon=":material/download:",
        )
    st.code(keras_script.excerpt(settings), language="python", wrap_lines=True)
