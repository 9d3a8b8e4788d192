"""Open recording: the button with which a viewer opens a saved run."""

from collections.abc import Callable
from functools import partial

import streamlit as st
from streamlit.runtime.uploaded_file_manager import DeletedFile, UploadedFile

from bnviz.data.bounds import MAX_FILE_BYTES
from bnviz.page.forms import chosen_file, fields
from bnviz.page.forms.chosen_file import ChosenFileError
from bnviz.page.shell import recording_reading, rerun, visit
from bnviz.page.shell.markup import plain
from bnviz.page.shell.own_file import NoRoomError
from bnviz.page.shell.recording_reading import UnopenedError
from bnviz.page.shell.state import state
from bnviz.page.shell.visit_run import VisitRun

#: Megabytes that a recording may have, whatever a host allows for own data: what the page's server
#: receives.
MAX_MB = MAX_FILE_BYTES // 1_000_000
_FILE, _POPOVER = "recording_file", "open_recording"


def draw(show: Callable[[VisitRun], None]) -> None:
    """Draws the button, and, while it is open, what was wrong with the last file.

    Args:
        show: Called with the run that a viewer has opened.
    """
    _open(show)
    popover = st.popover(
        "Open a recording",
        icon=":material/folder_open:",
        width="stretch",
        key=fields.key(_POPOVER),
        on_change="rerun",
    )
    if popover.open:
        popover.file_uploader(
            "A run that was saved here or by “bnviz train” (NPZ)",
            type=["npz"],
            help="Shown as its file says, with all views that it has. The file is kept in memory, "
            "for this session only.",
            max_upload_size=MAX_MB,
            key=fields.key(_FILE),
            on_change=fields.when_changed(_FILE, _take),
        )
        if state.recording_refusal:
            popover.error(plain(state.recording_refusal))
    else:
        state.recording_refusal = ""


def _take(chosen: UploadedFile | DeletedFile | None) -> None:
    """Holds the file that the viewer has just chosen, and drops Streamlit's copy of it."""
    if chosen is None:
        return
    fields.set_value(_FILE, None)
    state.recording_refusal = ""
    try:
        with chosen_file.content(chosen, MAX_MB) as (name, data):
            visit.here().give_way(partial(recording_reading.here().choose, name, data))
    except (ChosenFileError, NoRoomError) as error:
        state.recording_refusal = str(error)
    rerun.request()


def _open(show: Callable[[VisitRun], None]) -> None:
    """Shows the run of the file that is held, once it has been read."""
    try:
        run = recording_reading.here().run()
        if run is None:
            return
        visit.here().add(run)
    except (UnopenedError, NoRoomError) as error:
        state.recording_refusal = str(error)
        return
    fields.set_value(_POPOVER, False)  # which closes it
    show(visit.find(run.token) or run)
    st.rerun()
