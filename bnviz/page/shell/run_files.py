"""RunFiles: the run on the stage as files to take along."""

import io
import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Literal

import streamlit as st

from bnviz.export.replay_process import Kind, ReplayProcessError, made_of
from bnviz.page.forms import own_data
from bnviz.page.shell import network_files
from bnviz.recording import Recording

#: Files that are made at a time, and seconds that a further one waits for its turn: each occupies
#: one of a few threads that all downloads share.
MAX_FILES, PATIENCE = 2, 20.0
#: Media type of recordings and of what is packed.
ZIP = "application/zip"
#: What is said of a file that does not come: the server could not make it, or does not answer.
UNDELIVERED = {
    "unmade": "The file could not be made: the server is busy, no longer holds what belongs in it, "
    "or the run is too large for this kind of file. Try again in a minute, or take another kind.",
    "unanswered": "The server does not answer, so the file does not come; try again once it does.",
}
_turns = threading.BoundedSemaphore(MAX_FILES)


@dataclass(frozen=True)
class _RunFile:
    """A kind of file.

    Attributes:
        kind: What it is.
        label: On its button.
        ending: Of its name.
        mime: Its media type.
        help: What it is, in words.
    """

    kind: Kind | Literal["npz"]
    label: str
    ending: str
    mime: str
    help: str


_FILES = (
    _RunFile(
        "html",
        "Page that plays it",
        ".html",
        "text/html",
        "One file of about 3 MB with all views of this run. It opens by double click, without "
        "bnviz and without a network.",
    ),
    _RunFile(
        "npz",
        "Recording",
        ".npz",
        ZIP,
        "All that was measured, for “bnviz export” and for NumPy; see the README.",
    ),
    _RunFile(
        "csv",
        "Numbers",
        ".csv",
        "text/csv",
        "The curves and the numbers of each layer: a row for each step, network, layer and "
        "measure.",
    ),
    _RunFile(
        "tensorboard",
        "Curves for TensorBoard",
        "_curves.zip",
        ZIP,
        "The same numbers and the histograms as TensorBoard reads them: a folder for each network, "
        "in one ZIP file.",
    ),
)


#: A recording that is held by others; None once it is not held any more.
Held = Callable[[], Recording | None]


def draw(recording: Recording, *, complete: bool, key: str, held: Held | None = None) -> None:
    """Draws a button for each kind of file.

    The session keeps the buttons for minutes after a page was closed, but no frames with them.

    Args:
        recording: With at least one frame.
        complete: Whether no more frames are to come.
        key: Distinguishes the buttons from others of the page.
        held: Returns what is written at the click; None for what the recording has then.
    """
    held = held or weakref.ref(recording)
    settings, digest = recording.header.settings, recording.header.digest[:8]
    name = f"batch_normalization_{digest}" if settings else f"watched_networks_{digest}"
    link = own_data.link_of(settings) if settings else ""
    with st.container(horizontal=True, key="run_files"):
        for file in _FILES:
            st.download_button(
                file.label,
                data=partial(_made, held, file.kind, link),
                file_name=f"{name}{file.ending}",
                mime=file.mime,
                help=file.help,
                on_click="ignore",
                key=f"{key}_{file.kind}",
                icon=":material/download:",
            )
        if settings is not None:  # else nobody here can train them again
            network_files.draw_button(recording, name, link, complete=complete, key=f"{key}_keras")
    with st.container(key="networks"):
        if settings is not None:
            network_files.draw_state(recording)


def _made(held: Held, kind: Kind | Literal["npz"], link: str = "") -> bytes:
    """The file of a recording, unless it is not there any more.

    Raises:
        ReplayProcessError: If it cannot be made, or not now.
    """
    recording = held()
    if recording is None:
        raise ReplayProcessError("This run is not held any more.")
    with _turn():
        if kind != "npz":
            return made_of(recording.snapshot(), kind, link)
        return _saved(recording)


def kept_copy(recording: Recording) -> bytes:
    """A recording as a file for the browser's own storage, written in a quarter of the time.

    Args:
        recording: With at least one frame.

    Raises:
        ReplayProcessError: If it cannot be made now.
    """
    with _turn():
        return _saved(recording, fast=True)


def _saved(recording: Recording, *, fast: bool = False) -> bytes:
    file = io.BytesIO()
    recording.save(file, fast=fast)
    return file.getvalue()


@contextmanager
def _turn() -> Iterator[None]:
    """Waits until few enough files are being made.

    Raises:
        ReplayProcessError: If that takes too long.
    """
    if not _turns.acquire(timeout=PATIENCE):
        raise ReplayProcessError("Others are saving their runs just now; try again in a minute.")
    try:
        yield
    finally:
        _turns.release()
