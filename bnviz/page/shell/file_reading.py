"""FileReading: what the page says of a viewer's file.

The page keeps no examples: it holds each file's bytes and its `Reading`. All but small tables are
read in processes of their own, so that no file takes the page's memory or holds its interpreter.
"""

import dataclasses
import threading
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from functools import partial

import streamlit as st

from bnviz.data import reading_process, uploads
from bnviz.data.bounds import UploadError
from bnviz.data.choices import Choices
from bnviz.data.reading_process import Outcome
from bnviz.engine.origin import Origin
from bnviz.page.shell.own_file import OwnFile
from bnviz.page.shell.reading_line import LINE, outcome_of
from bnviz.page.shell.session import limits

#: Bytes of a table that is read at once, in a fraction of the time that a process takes to start.
SMALL = 100_000
#: Downloads of examples that may wait at a time: each occupies one of a few threads that all
#: downloads share.
MAX_DOWNLOADS = 2
_downloads = threading.BoundedSemaphore(MAX_DOWNLOADS)


def report(file: OwnFile, origin: Origin) -> Outcome:
    """What can be read of a file; its examples are dropped. To be called by a script of the page.

    The script ends here if it is to stop meanwhile, or if what it waits for is not held any more.

    Args:
        file: The file.
        origin: Whose it is.
    """
    try:
        return _report(file, origin, stop_if_asked)
    except CancelledError:
        st.stop()


def column_names(file: OwnFile, choices: Choices, origin: Origin) -> tuple[str, ...]:
    """Names of all columns of a table as it is read with these choices; empty for other files."""
    if not uploads.is_table(file.name):
        return ()
    try:
        return _report(dataclasses.replace(file, choices=choices), origin).columns
    except CancelledError:
        return ()


def examples(file: OwnFile, origin: Origin) -> bytes:
    """The examples in a file, as a file that the scripts read.

    Raises:
        UploadError: If it cannot be read, or not now.
    """
    if not _downloads.acquire(blocking=False):
        raise UploadError("Others are downloading examples just now; try again in a minute.")
    read = partial(reading_process.examples, file.name, file.data, file.choices)
    try:
        found: bytes = LINE.join(f"{file.owner} examples", file.key, origin, read).result()
    except CancelledError:
        raise UploadError("The file is not held any more.") from None
    finally:
        _downloads.release()
    return found


def forget(file: OwnFile) -> None:
    """Ends the reading of a file that is not held any more."""
    for owner in (file.owner, f"{file.owner} examples"):
        LINE.leave(owner)


def _report(file: OwnFile, origin: Origin, meanwhile: Callable[[], None] | None = None) -> Outcome:
    """What can be read of a file.

    Raises:
        CancelledError: If another file or another reading is wanted instead.
    """
    max_bytes = int(1e6 * limits().decoded_mb)
    if uploads.is_table(file.name) and len(file.data) <= SMALL:
        return reading_process.outcome(file.name, file.data, file.choices, max_bytes)
    read = partial(reading_process.report, file.name, file.data, file.choices, max_bytes)
    future: Future[Outcome] = LINE.join(file.owner, file.key, origin, read)
    return outcome_of(future, meanwhile)


def stop_if_asked() -> None:
    """Ends a script that is to stop, as Streamlit does when a script calls it."""
    st.session_state.get("any")
