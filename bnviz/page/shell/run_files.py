"""RunFiles: the run on the stage as files to take along."""

import io
import threading
import weakref
from collections.abc import Callable
from functools import partial

import streamlit as st

from bnviz.export.replay_process import ReplayProcessError, made_of
from bnviz.recording import Recording

#: Files that are made at a time, and seconds that a further one waits for its turn: each occupies
#: one of a few threads that all downloads share.
MAX_FILES, PATIENCE = 2, 20.0
_turns = threading.BoundedSemaphore(MAX_FILES)


def draw(recording: Recording, *, key: str) -> None:
    """Draws a button for each kind of file.

    Args:
        recording: With at least one frame; what is there at the click is written.
        key: Distinguishes the buttons from others of the page.
    """
    # The session keeps the buttons for minutes after a page was closed, but no frames with them.
    held = weakref.ref(recording)
    name = f"batch_normalization_{recording.settings.digest[:8]}"
    files: list[tuple[str, Callable[[], bytes], str, str, str]] = [
        (
            "Page that plays it",
            partial(_made, held, "html"),
            f"{name}.html",
            "text/html",
            "One file of about 3 MB with all views of this run. It opens by double click, without "
            "bnviz and without a network.",
        ),
        (
            "Recording",
            partial(_made, held, "npz"),
            f"{name}.npz",
            "application/zip",
            "All that was measured, for “bnviz export” and for NumPy; see the README.",
        ),
        (
            "Numbers",
            partial(_made, held, "csv"),
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


def _made(held: "weakref.ref[Recording]", kind: str) -> bytes:
    """The file of a recording, unless it is not there any more.

    Raises:
        ReplayProcessError: If it cannot be made, or not now.
    """
    recording = held()
    if recording is None:
        raise ReplayProcessError("This run is not held any more.")
    if not _turns.acquire(timeout=PATIENCE):
        raise ReplayProcessError("Others are saving their runs just now; try again in a minute.")
    try:
        match kind:
            case "html" | "csv":
                return made_of(recording.snapshot(), kind)
            case _:
                file = io.BytesIO()
                recording.save(file)
                return file.getvalue()
    finally:
        _turns.release()
