"""Files that are being uploaded: in memory, never on a disk."""

import tempfile
import tomllib

import pytest
from starlette.formparsers import MultiPartParser
from starlette.requests import Request
from streamlit.web.server.starlette import starlette_routes

from bnviz.page.shell import upload_memory
from tests.support import ROOT
from tests.support.loop import run
from tests.support.streamlit_page import open_page

#: The largest body that Streamlit's server lets through.
LARGEST = 1024**2 * tomllib.loads((ROOT / ".streamlit/config.toml").read_text())["server"][
    "maxUploadSize"
] + getattr(starlette_routes, "_MAX_UPLOAD_MULTIPART_OVERHEAD_BYTES")  # noqa: B009
HEAD = b'--b\r\nContent-Disposition: form-data; name="f"; filename="a.csv"\r\n\r\n'
END = b"\r\n--b--\r\n"


@pytest.fixture(autouse=True)
def _as_installed(monkeypatch):
    """Starlette as it is installed."""
    monkeypatch.setattr(MultiPartParser, "spool_max_size", 1024**2)


def received(size: int) -> int:
    """Receives a file as Streamlit's server does; returns its size."""
    body = [HEAD, *[bytes(2**16)] * (size // 2**16), bytes(size % 2**16), END]

    async def receive():
        return {"type": "http.request", "body": body.pop(0), "more_body": bool(body)}

    async def size_received() -> int:
        headers = [(b"content-type", b"multipart/form-data; boundary=b")]
        request = Request({"type": "http", "method": "PUT", "headers": headers}, receive)
        async with request.form() as form:
            return len(await form["f"].read())

    return run(size_received())


def test_the_largest_upload_needs_no_disk(monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", "/nowhere")
    with pytest.raises(OSError, match="nowhere"):
        received(2 * 1024**2)
    upload_memory.keep_in_memory()
    assert received(LARGEST) == LARGEST


def test_the_page_sees_to_it():
    open_page()
    assert MultiPartParser.spool_max_size > LARGEST
