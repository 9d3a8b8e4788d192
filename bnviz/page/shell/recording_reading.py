"""RecordingReading: the recording that a viewer has chosen, until it has been read.

Its bytes are counted before it waits for its turn, in one line with the own data of all viewers,
and it is not read once its session has ended.
"""

import secrets
import threading
from concurrent.futures import CancelledError, Future
from functools import partial

import streamlit as st

from bnviz.engine.origin import Origin
from bnviz.page.shell import file_reading, kept_file, recording_process, session
from bnviz.page.shell.reading_line import LINE, outcome_of
from bnviz.page.shell.state import state
from bnviz.page.shell.visit_run import VisitRun
from bnviz.recording import Recording
from bnviz.recording.file import RecordingError


class UnopenedError(ValueError):
    """A file that cannot be opened as a recording; the message is one sentence."""


class RecordingReading:
    """The recording of one session that waits or is being read; a resource of the session.

    Args:
        origin: Where the session's requests come from.
    """

    def __init__(self, origin: Origin) -> None:
        self._origin, self._owner = origin, f"{secrets.token_hex(16)} recording"
        # A tab is closed in another thread than that of its script.
        self._lock = threading.Lock()
        self._file: tuple[str, bytes] | None = None

    def choose(self, name: str, data: bytes) -> None:
        """Holds a file that the viewer has chosen, in place of any other.

        Raises:
            NoRoomError: If the memory for files does not suffice.
        """
        max_bytes = 1e6 * session.limits().files_mb
        with self._lock:
            kept_file.HOLDERS.hold(self, self._origin, len(data), max_bytes=max_bytes)
            LINE.leave(self._owner)
            self._file = name, data

    def run(self) -> VisitRun | None:
        """The run of the file, which is not held any more then; None if none is held.

        To be called by a script of the page. It ends here if it is to stop meanwhile, and the next
        one of the session waits for the same file.

        Raises:
            UnopenedError: If it cannot be shown.
        """
        with self._lock:
            if self._file is None:
                return None
            name, data = self._file
            read = partial(recording_process.read, data, 1e6 * session.limits().recording_mb)
            waiting: Future[Recording] = LINE.join(self._owner, name, self._origin, read)
        try:
            recording = outcome_of(waiting, file_reading.stop_if_asked)
        except CancelledError:
            st.stop()
        except RecordingError as error:
            self.leave()
            raise UnopenedError(f"{name} cannot be opened: {error}.") from None
        self.leave()
        return VisitRun.opened(name, data, recording)

    def leave(self) -> None:
        """Holds no file; called when the tab is closed or its connection is lost, too."""
        with self._lock:
            LINE.leave(self._owner)
            self._file = None
            kept_file.HOLDERS.hold(self, self._origin, 0)


def here() -> RecordingReading:
    """That of this session."""
    return _reading(state.session_name)


@st.cache_resource(scope="session", on_release=lambda held: held.leave(), show_spinner=False)
def _reading(session_name: bytes) -> RecordingReading:  # noqa: ARG001
    """Made once for a session. Its name keeps apart the sessions of Streamlit's tester, too."""
    return RecordingReading(session.origin())
