"""Open recording: the button with which a viewer opens a saved run."""

from collections.abc import Callable

import streamlit as st
from streamlit.runtime.uploaded_file_manager import DeletedFile, UploadedFile

from bnviz.page.forms import chosen_file, fields
from bnviz.page.forms.chosen_file import ChosenFileError
from bnviz.page.shell import recording_process, rerun, session, visit
from bnviz.page.shell.markup import plain
from bnviz.page.shell.own_file import NoRoomError
from bnviz.page.shell.state import state
from bnviz.page.shell.visit_run import VisitRun
from bnviz.recording import RecordingError

_FILE, _POPOVER = "recording_file", "open_recording"


def draw(show: Callable[[VisitRun], None]) -> None:
    """Draws the button, and, while it is open, what was wrong with the last file.

    Args:
        show: Called with the run that a viewer has opened.
    """

    def take(chosen: UploadedFile | DeletedFile | None) -> None:
        if chosen is None:
            return
        fields.set_value(_FILE, None)
        state.recording_refusal = ""
        try:
            run = _opened(chosen)
        except (ChosenFileError, NoRoomError) as error:
            state.recording_refusal = str(error)
        else:
            if run is not None:
                fields.set_value(_POPOVER, False)  # which closes it
                show(run)
        rerun.request()

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
            max_upload_size=int(session.limits().upload_mb),
            key=fields.key(_FILE),
            on_change=fields.when_changed(_FILE, take),
        )
        if state.recording_refusal:
            popover.error(plain(state.recording_refusal))
    else:
        state.recording_refusal = ""


def _opened(chosen: UploadedFile | DeletedFile) -> VisitRun | None:
    """The run of a file; None, with the reason in the session's state, if it is not a recording.

    Raises:
        ChosenFileError: If it is not there or too large.
        NoRoomError: If there is no memory for it.
    """
    limits = session.limits()
    with chosen_file.content(chosen) as (name, data):
        try:
            recording = recording_process.read(data, max_bytes=1e6 * limits.recording_mb)
        except RecordingError as error:
            state.recording_refusal = f"{name} cannot be opened: {error}."
            return None
        run = VisitRun.opened(name, data, recording)
    visit.here().add(run)
    return visit.find(run.token)
