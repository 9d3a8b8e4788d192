"""Kept file: the one file that a session holds, and the key by which its tab reclaims it.

A reload ends a session and begins another. The tab knows a random key, in its own `sessionStorage`
and nowhere else, with which the next session takes the file from the shelf. A browser copies that
storage when it duplicates a tab: the duplicate finds nothing on the shelf, because the first tab's
session has not ended, and is told to forget the key.
"""

import math
import secrets
from collections.abc import Callable
from typing import Any, TypeVar

import streamlit as st

from bnviz.engine.origin import Origin
from bnviz.page.shell import file_reading, session
from bnviz.page.shell.own_file import Holders, OwnFile, Shelf
from bnviz.page.shell.state import state

T = TypeVar("T")

#: Files of ended sessions of this process, and the bytes that its sessions hold.
_SHELF: Shelf[OwnFile] = Shelf()
HOLDERS = Holders()


class KeptFile:
    """What one session holds.

    It is a resource of the session and not a part of its state, which Streamlit keeps for minutes
    after a page was closed, whatever its size.

    Args:
        origin: Where the session's requests come from.
        tab_key: What the tab reclaims the file with; empty if it has no key yet.
        file: The file, if there is one.
    """

    def __init__(self, origin: Origin, tab_key: str = "", file: OwnFile | None = None) -> None:
        self._origin = origin
        self._file = file
        self._tab_key = tab_key
        self._secret = file.secret if file else secrets.token_bytes(16)
        self._made: tuple[str, Any] = ("", None)
        self._hold(len(file.data) if file else 0)

    @property
    def file(self) -> OwnFile | None:
        """The file; None if there is none."""
        return self._file

    @property
    def tab_key(self) -> str:
        """What the tab is to keep; empty without a file."""
        return self._tab_key if self._file else ""

    def choose(self, name: str, data: bytes) -> OwnFile:
        """Holds a file that the viewer has chosen, in place of any other.

        Raises:
            NoRoomError: If the viewer's files, or those of all, would take more than this host
                allows.
        """
        self._hold(len(data), max_bytes=1e6 * session.limits().files_mb)
        self._forget()
        self._tab_key = self._tab_key or secrets.token_hex(16)
        self._file = OwnFile(name, data, self._secret)
        return self._file

    def change(self, file: OwnFile) -> OwnFile:
        """Holds the same file with other choices; returns it."""
        self._file = file
        return file

    def reclaim(self, tab_key: str) -> OwnFile | None:
        """Holds the file of the tab's last session, if it waits and no other is held."""
        file = _SHELF.claim(tab_key) if self._file is None else None
        if file is not None:
            self._tab_key, self._file, self._secret = tab_key, file, file.secret
            # Whatever the others hold: it has been waiting in memory.
            self._hold(len(file.data))
        return file

    def remove(self) -> None:
        """Holds no file."""
        self._forget()
        self._file, self._tab_key, self._made = None, "", ("", None)
        self._hold(0)

    def made(self, make: Callable[[OwnFile], T]) -> T | None:
        """What a function makes of the file, made once for the file and its choices."""
        # The tab may be closed meanwhile, in another thread.
        file, made = self._file, self._made
        if file is None:
            return None
        if made[0] != file.key:
            made = self._made = (file.key, make(file))
        found: T = made[1]
        return found

    def leave(self) -> None:
        """Puts the file on the shelf; called when the tab is closed or its connection is lost."""
        file = self._file
        # Before the tab's next session may take it and have it read.
        self._forget()
        if file is not None:
            _SHELF.put(self._tab_key, file)
        self._file, self._made = None, ("", None)
        self._hold(0)

    def _hold(self, size: int, *, max_bytes: float = math.inf) -> None:
        HOLDERS.hold(self, self._origin, size, max_bytes=max_bytes)

    def _forget(self) -> None:
        """Ends what is being read of the file."""
        if (file := self._file) is not None:
            file_reading.forget(file)


def kept() -> KeptFile:
    """What this session holds; after a lost connection, the file that it held before."""
    return _kept(state.session_name)


@st.cache_resource(scope="session", on_release=lambda held: held.leave(), show_spinner=False)
def _kept(session_name: bytes) -> KeptFile:  # noqa: ARG001
    """Made once for a session. Its name keeps apart the sessions of Streamlit's tester, too."""
    return KeptFile(session.origin(), state.tab_key, _SHELF.claim(state.tab_key))
