"""RunFiles: the run on the stage as files to take along."""

import io
import threading
from collections.abc import Callable
from functools import partial

import streamlit as st

from bnviz.export.replay_process import ReplayProcessError, page_of
from bnviz.export.tidy import tidy
from bnviz.recording import Recording

#: Pages that may be made at a time: each occupies one of a few threads that all downloads share.
MAX_PAGES = 2
_pages = threading.BoundedSemaphore(MAX_PAGES)


def draw(recording: Recording, *, key: str) -> None:
    """Draws a button for each kind of file.

    Args:
        recording: With at least one frame; what is there at the click is written.
        key: Distinguishes the buttons from others of the page.
    """
    name = f"batch_normalization_{recording.settings.digest[:8]}"
    files: list[tuple[str, Callable[[], str | bytes], str, str, str]] = [
        (
            "Page that plays it",
            partial(_page, recording),
            f"{name}.html",
            "text/html",
            "One file of up to 3 MB with this picture and all its views. It opens by double click, "
            "without bnviz and without a network.",
        ),
        (
            "Recording",
            partial(_recording, recording),
            f"{name}.npz",
            "application/zip",
            "All that was measured, for NumPy and for “bnviz export”.",
        ),
        (
            "Numbers",
            partial(tidy, recording),
            f"{name}.csv",
            "text/csv",
            "The curves and the numbers of each layer: a row for each step, network, layer and "
            "measure.",
        ),
    ]
    for column, (label, data, file, mime, help_) in zip(st.columns(len(files)), files, strict=True):
        column.download_button(
            label,
            data=data,
            file_name=file,
            mime=mime,
            help=help_,
            width="stretch",
            on_click="ignore",
            key=f"{key}_{mime}",
            icon=":material/download:",
        )


def _page(recording: Recording) -> bytes:
    if not _pages.acquire(blocking=False):
        raise ReplayProcessError("Others are saving their runs just now; try again in a minute.")
    try:
        return page_of(recording)
    finally:
        _pages.release()


def _recording(recording: Recording) -> bytes:
    file = io.BytesIO()
    recording.save(file)
    return file.getvalue()
