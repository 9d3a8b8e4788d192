"""UploadGate: files come through the page's bounds, and everything else as before."""

import asyncio

import pytest
from starlette.exceptions import HTTPException
from starlette.requests import Request
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager

from bnviz.data.bounds import MAX_FILE_BYTES
from bnviz.page.shell.arrivals import Arrivals, Untaken
from bnviz.page.shell.upload_gate import bounded
from tests.support.loop import run

#: The method as Starlette has it: a page that a test opens in this process puts a gate before it.
FORM = Request.form
BODY = b'--b\r\nContent-Disposition: form-data; name="f"; filename="a.csv"\r\n\r\n1,2\r\n--b--\r\n'
FILE = {"session_id": "1", "file_id": "2"}


class Noting(Untaken):
    """Notes what room is made for."""

    def __init__(self):
        super().__init__(lambda: MemoryUploadedFileManager(""), 1.0)
        self.noted = []

    def make_room(self, session, size):
        self.noted.append((session, size))


def received(*messages, path=FILE, headers=(), **bounds):
    """Receives a form through the gate; returns what is in it, and for what room was made."""
    waiting = list(messages)
    head = [(b"content-type", b"multipart/form-data; boundary=b"), *headers]

    async def receive():
        return waiting.pop(0) if waiting else await asyncio.Event().wait()

    async def main():
        untaken = Noting()
        form = bounded(FORM, Arrivals(1.0, **bounds), untaken)
        scope = {"type": "http", "method": "PUT", "headers": head, "path_params": path}
        found = await form(Request(scope, receive))
        data = await found["f"].read()
        await found.close()
        return data, untaken.noted

    return run(main())


WHOLE = {"type": "http.request", "body": BODY}
PART = {"type": "http.request", "body": BODY[:60], "more_body": True}


@pytest.mark.parametrize(
    ("headers", "size"), [([(b"content-length", b"70")], 70), ([], MAX_FILE_BYTES)]
)
def test_a_file_comes_through_and_has_room_made_for_it(headers, size):
    assert received(WHOLE, headers=headers) == (b"1,2", [("1", size)])


def test_other_forms_are_not_counted():
    assert received(WHOLE, path={}) == (b"1,2", [])


def test_what_comes_too_slowly_is_refused_in_a_sentence():
    with pytest.raises(HTTPException, match="too slowly") as refused:
        received(PART, headers=[(b"content-length", b"70")], grace=0.01)
    assert refused.value.status_code == 408
    # Else the browser reads no response before it has sent the whole file.
    assert refused.value.headers == {"Connection": "close"}


def test_a_connection_that_ends_is_no_error_of_the_server():
    with pytest.raises(HTTPException, match="did not arrive") as refused:
        received(PART, {"type": "http.disconnect"})
    assert refused.value.status_code == 400
