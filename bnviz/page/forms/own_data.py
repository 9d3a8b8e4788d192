"""Own data: a viewer's file, read and kept for this session alone."""

import hashlib

import streamlit as st

from bnviz.data import uploads
from bnviz.data.bounds import UploadError
from bnviz.data.choices import Choices
from bnviz.data.dataset import Dataset
from bnviz.kinds import KEY_LENGTH
from bnviz.page.shell.markup import plain
from bnviz.page.shell.session import limits
from bnviz.page.shell.state import state


def choose() -> str:
    """Draws the fields with which the viewer chooses a file and, in a table, its class column.

    Returns:
        The key of the data, for the settings; empty while there are none. It depends on a secret
        of the session, so that nobody gets at the data by knowing or guessing a key.
    """
    file = st.file_uploader(
        "CSV, or NPZ as in keras.datasets",
        type=[suffix.lstrip(".") for suffix in uploads.SUFFIXES],
        help="A table with one example per row and the class in one column, or the arrays x_train, "
        "y_train, x_test and y_test. The file is kept in memory, for this session only.",
        max_upload_size=int(limits().upload_mb),
        key="own_file",
    )
    if file is None:
        return ""
    if file.size > 1e6 * limits().upload_mb:
        # The browser checks this too, but a file need not come from the browser.
        st.error(plain(f"On this host a file may have up to {limits().upload_mb:.0f} MB."))
        return ""
    data = file.getvalue()
    try:
        target = None
        if uploads.is_table(file.name):
            names = uploads.columns(data)
            target = st.selectbox("class column", names, index=len(names) - 1, key="class_column")
        return _read(file.name, data, target)
    except UploadError as error:
        st.error(plain(str(error)))
        return ""


def dataset(key: str) -> Dataset | None:
    """The data with this key, if they were uploaded in this session."""
    return state.uploads.get(key)


def _read(name: str, data: bytes, target: str | None) -> str:
    """Reads a file unless it has been read already; returns its key."""
    digest = hashlib.sha256(state.upload_salt)
    for part in (name.encode(), repr(target).encode(), data):
        digest.update(hashlib.sha256(part).digest())
    key = digest.hexdigest()[:KEY_LENGTH]
    if dataset(key) is None:
        # A session keeps only its latest file.
        state.uploads = {key: uploads.read(name, data, Choices(class_column=target)).dataset}
    return key
