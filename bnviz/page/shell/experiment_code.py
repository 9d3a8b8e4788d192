"""Experiment code: an experiment as Keras or PyTorch code, to read, copy and download."""

from collections.abc import Callable
from functools import partial

import streamlit as st

from bnviz.data.examples_file import FILE_NAME
from bnviz.export import keras_script, script_cells, torch_script
from bnviz.page.shell import file_reading, session
from bnviz.page.shell.kept_file import kept
from bnviz.settings import Settings
from bnviz.settings.choices import UPLOAD

_PYTHON = "text/x-python"


def draw(settings: Settings, *, key: str) -> None:
    """Draws the excerpts of both scripts, and buttons that download them, or a notebook.

    With the viewer's own data another button downloads the examples that the scripts read.

    Args:
        settings: The experiment.
        key: Distinguishes the widgets from those of other scripts on the page.
    """
    by_keras = partial(keras_script.script, settings)
    as_notebook = partial(keras_script.notebook, settings)
    downloads: list[tuple[str, Callable[[], str | bytes], str, str]] = [
        ("Script", by_keras, script_cells.KERAS_FILE, _PYTHON),
        ("Notebook", as_notebook, script_cells.NOTEBOOK_FILE, "application/json"),
    ]
    unavailable = torch_script.unavailable(settings)
    if not unavailable:
        by_torch = partial(torch_script.script, settings)
        downloads.append(("PyTorch", by_torch, script_cells.TORCH_FILE, _PYTHON))
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
    keras, torch = st.tabs(["Keras", "PyTorch"])
    keras.code(keras_script.excerpt(settings), language="python", wrap_lines=True)
    if unavailable:
        torch.info(unavailable)
    else:
        torch.code(torch_script.excerpt(settings), language="python", wrap_lines=True)
