"""Own data: a viewer's file, read and kept for this session alone."""

import hashlib
import secrets
from pathlib import PurePath

import streamlit as st

from bnviz.data import uploads
from bnviz.data.dataset import Dataset
from bnviz.kinds import KEY_LENGTH
from bnviz.page.shell.markup import plain
from bnviz.page.shell.session import limits

_SALT = "own_data_salt"
_DATASETS = "own_datasets"


def choose() -> str:
    """Lets the viewer choose a file, and its class column if it is a table.

    Returns:
        The key of the data, for the settings; empty as long as there are none. It depends on a
        secret of the session, so that nobody gets at the data by knowing or guessing a key.
    """
    file = st.file_uploader(
        "CSV, or NPZ as of keras.datasets",
        type=[suffix.lstrip(".") for suffix in uploads.SUFFIXES],
        help="A table with one example a row and its class in one column, or arrays x_train, "
        "y_train, x_test and y_test. It is kept in memory for this session alone.",
        max_upload_size=int(limits().upload_mb),
        key="own_file",
    )
    if file is None:
        return ""
    if file.size > 1e6 * limits().upload_mb:
        # The browser has looked already; what it sends may come from elsewhere.
        st.error(plain(f"On this host a file may have {limits().upload_mb:.0f} MB."))
        return ""
    data = file.getvalue()
    try:
        target = None
        if PurePath(file.name).suffix.lower() != ".npz":
            names = uploads.columns(data)
            target = st.selectbox("class column", names, index=len(names) - 1, key="class_column")
        return _read(file.name, data, target)
    except uploads.UploadError as error:
        st.error(plain(str(error)))
        return ""


def dataset(key: str) -> Dataset | None:
    """The data with this key, if they were uploaded in this session."""
    kept: dict[str, Dataset] = st.session_state.get(_DATASETS, {})
    return kept.get(key)


def _read(name: str, data: bytes, target: str | None) -> str:
    secret = st.session_state.setdefault(_SALT, secrets.token_bytes(16))
    parts = (name.encode(), repr(target).encode(), data)
    digest = hashlib.sha256(secret)
    for part in parts:
        digest.update(hashlib.sha256(part).digest())
    key = digest.hexdigest()[:KEY_LENGTH]
    if dataset(key) is None:
        # One at a time: a session keeps the last file alone.
        st.session_state[_DATASETS] = {key: uploads.read(name, data, target=target)}
    return key
