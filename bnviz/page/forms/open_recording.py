"""Open recording: the button with which a viewer opens a saved run, or their browser a kept one."""

from collections.abc import Callable
from functools import partial
from urllib.parse import unquote

import streamlit as st
from streamlit.runtime.uploaded_file_manager import DeletedFile, UploadedFile

from bnviz.data.bounds import MAX_FILE_BYTES
from bnviz.page.forms import chosen_file, fields
from bnviz.page.forms.chosen_file import ChosenFileError
from bnviz.page.shell import keep_component, notices, recording_reading, rerun, visit
from bnviz.page.shell.markup import plain
from bnviz.page.shell.own_file import NoRoomError
from bnviz.page.shell.recording_reading import UnopenedError
from bnviz.page.shell.state import state
from bnviz.page.shell.visit_run import VisitRun

#: Megabytes that a recording may have, whatever a host allows for own data: what the page's server
#: receives.
MAX_MB = MAX_FILE_BYTES // 1_000_000
_FILE, _POPOVER = "recording_file", "open_recording"
#: Where the browser puts a file that it has kept, see `keep/opening.js`.
_KEPT, _KEPT_FIELD = "kept_file", "kept_field"


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
            "A run that was saved here, by “bnviz train” or by “bnviz.Watch” (NPZ)",
            type=["npz"],
            help="Shown as its file says, with all views that it has. The file is kept in memory, "
            "for this session only.",
            max_upload_size=MAX_MB,
            key=fields.key(_FILE),
            on_change=fields.when_changed(_FILE, partial(_take, _FILE)),
        )
        if state.recording_refusal:
            popover.error(plain(state.recording_refusal))
    else:
        state.recording_refusal = ""


def draw_kept_field() -> None:
    """Draws the field that is seen only if what the browser puts there does not arrive."""
    if not keep_component.keeps() and not keep_component.holds_any():
        return
    with st.container(key=_KEPT_FIELD):
        st.file_uploader(
            "A run that this browser has kept",
            type=["npz"],
            max_upload_size=MAX_MB,
            key=fields.key(_KEPT),
            on_change=fields.when_changed(_KEPT, partial(_take, _KEPT)),
            label_visibility="collapsed",
        )


def _take(field: str, chosen: UploadedFile | DeletedFile | None) -> None:
    """Holds the file that has just been chosen in a field, and drops Streamlit's copy of it."""
    if chosen is None:
        return
    fields.set_value(field, None)
    state.recording_refusal = ""
    try:
        with chosen_file.content(chosen, MAX_MB) as (name, data):
            if field == _KEPT:  # which is named as its run is called
                name = unquote(name.removesuffix(".npz"))
            visit.here().give_way(partial(recording_reading.here().choose, name, data))
    except (ChosenFileError, NoRoomError) as error:
        _refuse(str(error))
    rerun.request()


def _refuse(sentence: str) -> None:
    """Says why a file is not opened: beside the field that is open, or else above the stage."""
    if fields.value(_POPOVER, False):
        state.recording_refusal = sentence
    else:
        notices.refuse(sentence)


def _open(show: Callable[[VisitRun], None]) -> None:
    """Shows the run of the file that is held, once it has been read."""
    try:
        run = recording_reading.here().run()
        if run is None:
            return
        visit.here().add(run)
    except (UnopenedError, NoRoomError) as error:
        _refuse(str(error))
        return
    fields.set_value(_POPOVER, False)  # which closes it
    show(visit.find(run.token) or run)
    st.rerun()
