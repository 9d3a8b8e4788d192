"""Own data: a viewer's file, held for this session alone, and links that need it."""

import dataclasses
from functools import partial

import streamlit as st
from streamlit.runtime.uploaded_file_manager import DeletedFile, UploadedFile

from bnviz.data import uploads
from bnviz.data.choices import Choices
from bnviz.data.file_source import FileSource
from bnviz.page.forms import chosen_file, fields, reading_form
from bnviz.page.forms.chosen_file import ChosenFileError
from bnviz.page.forms.reading_form import ReadFile
from bnviz.page.shell import (
    clicks,
    file_reading,
    links,
    notices,
    reading_link,
    rerun,
    session,
    tab_component,
    visit,
)
from bnviz.page.shell.kept_file import kept
from bnviz.page.shell.links import AwaitedFile, Link
from bnviz.page.shell.markup import plain
from bnviz.page.shell.own_file import NoRoomError, OwnFile
from bnviz.page.shell.state import state
from bnviz.settings import Settings
from bnviz.settings.choices import UPLOAD
from bnviz.settings.kinds import KEY_LENGTH

_FILE = "own_file"
#: Key of a file that is not there.
_NO_KEY = "0" * KEY_LENGTH


def choose() -> str:
    """Draws the field with which the viewer chooses a file, or the file and how it is read.

    Returns:
        The key of the data, for the settings; empty while there are none.
    """
    file = kept().file
    if file is None:
        _draw_uploader()
        return ""
    with st.container(horizontal=True, vertical_alignment="center", key="held_file"):
        st.markdown(plain(f"{file.name} · {file.size}"), width="stretch")
        st.button(
            "Remove",
            on_click=_remove,
            key="remove_file",
            type="tertiary",
            icon=":material/close:",
            help="Remove this file, to choose another.",
        )
    read = kept().made(ReadFile.of)
    if read is None:
        return ""
    reading_form.draw(read, _change_choices)
    return "" if read.reading is None else file.key


def source(key: str) -> FileSource | None:
    """The data with this key, if this session holds their file and it could be read."""
    file = kept().file
    if not key or file is None or file.key != key:
        return None
    read = kept().made(ReadFile.of)
    if read is None or read.reading is None:
        return None
    reading = read.reading
    return FileSource(
        file.name,
        file.data,
        file.choices,
        reading.num_features,
        len(reading.classes),
        reading.example_shape,
    )


def is_readable() -> bool:
    """Whether this session holds a file that can be trained on."""
    file = kept().file
    return file is not None and source(file.key) is not None


def resolved(link: Link, action: str) -> tuple[Link, AwaitedFile | None]:
    """A link with the key of this session's file in the place of the file's digest.

    Without that file the link trains nothing.

    Args:
        link: As it was read.
        action: What to do once the file is there, if the link asks for training.

    Returns:
        The link, and the file that it lacks, if any.
    """
    if link.settings.dataset != UPLOAD:
        return link, None
    digest, file = link.settings.upload, kept().file
    without = dataclasses.replace(link, settings=link.settings.replace(upload=_NO_KEY), train=False)
    if file is None or file.digest != digest:
        instead = "" if file is None else file.name
        return without, AwaitedFile(digest, link.reading, action if link.train else "", instead)
    file = _as_linked(file, link.reading)
    if source(file.key) is None:
        return without, None  # as the form says
    return dataclasses.replace(link, settings=link.settings.replace(upload=file.key)), None


def in_link(query: dict[str, str]) -> dict[str, str]:
    """URL parameters with the file's digest in the place of its key, which no link may hold."""
    file = kept().file
    if "upload" not in query or file is None:
        return query
    read = kept().made(ReadFile.of)
    reading = "" if read is None else reading_link.as_text(file.choices, read.columns)
    named = {reading_link.READING: reading} if reading else {}
    return query | {"upload": file.digest} | named


def link_of(settings: Settings) -> str:
    """A link to a run of these settings; empty if its file is not here, or the page's address."""
    if settings.dataset == UPLOAD and source(settings.upload) is None:
        return ""
    return links.to_run(in_link(settings.to_query()))


def draw_tab_key() -> None:
    """Lets the tab keep the key by which a reload gets the file back, or asks for it."""
    held = kept()
    tab_component.draw(
        ask="" if held.file or state.tab_answered else state.session_name.hex(),
        insist=state.awaited is not None,
        keep=held.tab_key,
        on_answer=_reclaim,
    )


def _draw_uploader() -> None:
    st.file_uploader(
        "A table (CSV) or arrays (NPZ)",
        type=[suffix.lstrip(".") for suffix in uploads.SUFFIXES],
        help="A table with one example per row and the class in one column; or arrays named as in "
        "keras.datasets (x_train and y_train, with or without x_test and y_test), or x and y, data "
        "and target, or images and labels. The file is kept in memory, for this session only.",
        max_upload_size=int(session.limits().upload_mb),
        key=fields.key(_FILE),
        on_change=fields.when_changed(_FILE, _take),
    )
    if state.file_refusal:
        st.error(plain(state.file_refusal))


def _change_choices(choices: Choices) -> None:
    """Has the file read in another way."""
    file = kept().file
    if file is not None:
        kept().change(dataclasses.replace(file, choices=choices))
    rerun.request()


def _as_linked(file: OwnFile, reading: str) -> OwnFile:
    """The file, held with the choices of a link."""
    names_of = partial(file_reading.column_names, file, origin=session.origin())
    choices = reading_link.choices_of(reading, names_of)
    return kept().change(dataclasses.replace(file, choices=choices))


def _take(uploaded: UploadedFile | DeletedFile | None) -> None:
    """Holds the file that the viewer has just chosen, and drops Streamlit's copy of it."""
    if uploaded is None:
        return
    fields.set_value(_FILE, None)
    state.file_refusal = ""
    runs = visit.here().runs
    try:
        with chosen_file.content(uploaded, session.limits().upload_mb) as (name, data):
            _arrive(visit.here().give_way(partial(kept().choose, name, data)))
    except (ChosenFileError, NoRoomError) as error:
        state.file_refusal = str(error)
    if visit.here().runs != runs:
        notices.refuse("Recordings made room for your file: open them again to see them.")
    state.tab_key = kept().tab_key
    rerun.request()


def _reclaim() -> None:
    """Holds the file that the tab's last session held."""
    state.tab_answered = True
    file = kept().reclaim(tab_component.answer())
    if file is not None:
        state.tab_key = kept().tab_key
        _arrive(file)
    rerun.request()


def _remove() -> None:
    """Forgets the file."""
    kept().remove()
    state.tab_key = ""
    state.tab_answered = True
    rerun.request()


def _arrive(file: OwnFile) -> None:
    """Compares a file with the one that is awaited, and does what the link asked for."""
    awaited = state.awaited
    if awaited is None:
        return
    if file.digest != awaited.digest:
        state.awaited = dataclasses.replace(awaited, instead=file.name)
        return
    state.awaited = None
    _as_linked(file, awaited.reading)
    if awaited.action:
        clicks.note(awaited.action)
