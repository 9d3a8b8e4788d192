"""Tab: a session of the page without a browser, over Streamlit's websocket."""

import asyncio
import json
import struct
import urllib.request
import uuid
from http.client import HTTPConnection
from typing import Any

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.web.server.starlette.starlette_app_utils import generate_xsrf_token_string
from streamlit.web.server.starlette.starlette_server_config import XSRF_COOKIE_NAME
from websockets.asyncio.client import ClientConnection, connect

from tests.support.engine import PATIENCE
from tests.support.messages import unpack


def put(port: int, path: str, data: bytes, name: str) -> int:
    """Sends a file as a browser does, which repeats Streamlit's cookie; returns the status."""
    head = f'--b\r\nContent-Disposition: form-data; name="f"; filename="{name}"\r\n\r\n'
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health") as response:
        cookie = response.headers["Set-Cookie"].split(";")[0]
    headers = {
        "Content-Type": "multipart/form-data; boundary=b",
        "Cookie": cookie,
        "X-Xsrftoken": cookie.split("=", 1)[1],
    }
    connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request("PUT", path, head.encode() + data + b"\r\n--b--\r\n", headers)
        return connection.getresponse().status
    finally:
        connection.close()


class Tab:
    """A session, and what the page last sent to it.

    Attributes:
        session: Name of the session.
        header: Header of the player's last message.
        frames: The frames in that message.
        widgets: Names of the widgets that were drawn, by kind and label.
        beats: Number of heartbeats that were sent.
        acknowledged: Number of those that the server has answered.
        texts: What was said since the page was last drawn, as Markdown.
        drawn: Number of times that the page or a part of it was drawn.
    """

    def __init__(self) -> None:
        self.session = ""
        self.header: dict[str, Any] = {}
        self.frames = b""
        self.widgets: dict[tuple[str, str], str] = {}
        self.beats = self.acknowledged = self.drawn = 0
        self._socket: ClientConnection | None = None
        self._query = self._player = self._fragment = self._script = ""
        self._kept: dict[str, ForwardMsg] = {}
        self._port = self._asked = 0
        self._want = ""
        self.texts: list[str] = []

    async def open(
        self, port: int, query: str = "", *, browser: bytes = b"", source: str = "127.0.0.1"
    ) -> "Tab":
        """Opens the page and waits until it is drawn.

        Args:
            port: Port of the server.
            query: The query string of the address.
            browser: What tells the browser's cookie from others; without it there is no cookie.
            source: Address from which to connect.
        """
        self._port, self._query = port, query
        cookie = f"{XSRF_COOKIE_NAME}={generate_xsrf_token_string(browser)}" if browser else ""
        self._socket = await connect(
            f"ws://127.0.0.1:{port}/_stcore/stream",
            max_size=None,
            open_timeout=PATIENCE,
            additional_headers={"Cookie": cookie} if cookie else {},
            local_addr=(source, 0),
        )
        await self.rerun()
        await self.until(lambda: self.drawn > 0)
        return self

    async def send(self, message: BackMsg) -> None:
        await self._socket.send(message.SerializeToString())

    async def rerun(self, **widgets: dict[str, Any]) -> None:
        """Has the whole page drawn, with values of widgets by their names."""
        message = BackMsg()
        message.rerun_script.query_string = self._query
        message.rerun_script.page_script_hash = self._script
        for name, value in widgets.items():
            message.rerun_script.widget_states.widgets.add(id=name, **value)
        await self.send(message)

    async def press(self, label: str) -> None:
        await self.rerun(**{self.widgets["button", label]: {"trigger_value": True}})

    async def heartbeat(self) -> None:
        self.beats += 1
        await self.send(BackMsg(app_heartbeat=True))

    async def put(self, data: bytes, name: str = "a.csv", session: str = "") -> tuple[int, str]:
        """Sends a file to where the field for files does.

        Args:
            data: Content of the file.
            name: Name of the file.
            session: Name of the session for which it is; by default this one.

        Returns:
            The status of the response, and the name under which the server keeps the file.
        """
        file = uuid.uuid4().hex
        path = f"/_stcore/upload_file/{session or self.session}/{file}"
        return await asyncio.to_thread(put, self._port, path, data, name), file

    async def choose(self, data: bytes, name: str = "a.csv") -> None:
        """Chooses a file in the field for files, and waits until the page is drawn with it."""
        status, file = await self.put(data, name)
        assert status == 204, status
        await self.name(file, data, name)

    async def name(self, file: str, data: bytes, name: str = "a.csv") -> None:
        """Says that a file has been sent for the field for files, and waits as `choose` does."""
        (field,) = [each for (kind, _), each in self.widgets.items() if kind == "file_uploader"]
        chosen = {"file_id": file, "name": name, "size": len(data)}
        drawn = self.drawn
        await self.rerun(**{field: {"file_uploader_state_value": {"uploaded_file_info": [chosen]}}})
        await self.until(lambda: self.drawn > drawn)

    async def request(self) -> dict[str, Any]:
        """Requests what the player lacks, all of it; returns the header of the response."""
        self._asked += 1
        want = {"run": self.header["run"], "from": 0, "ask": self._asked}
        self._want = json.dumps({"want": want})
        message = BackMsg()
        message.rerun_script.query_string = self._query
        message.rerun_script.fragment_id = self._fragment
        message.rerun_script.widget_states.widgets.add(id=self._player, json_value=self._want)
        await self.send(message)
        await self.until(lambda: self.header["ask"] == self._asked)
        return self.header

    async def redraw(self) -> None:
        """Has the page drawn while the player's last request is the same; waits for the player."""
        self.header = {}
        await self.rerun(**{self._player: {"json_value": self._want}})
        await self.until(lambda: self.header)

    async def until(self, condition: Any) -> None:
        """Reads what the server sends until a condition holds.

        Raises:
            ConnectionClosed: If the server closes the connection.
        """
        while not condition():
            received = await asyncio.wait_for(self._socket.recv(), PATIENCE)
            self._note(ForwardMsg.FromString(received))

    def begin(self, size: int) -> None:
        """Sends the head of a message of so many bytes, and none of these (RFC 6455, 5.2)."""
        self._socket.transport.write(struct.pack("!BBQL", 0x82, 0xFF, size, 0))

    async def refused(self) -> int:
        """Waits until the server closes the connection; returns the status."""
        await self._socket.wait_closed()
        return self._socket.close_code

    async def close(self) -> None:
        """Ends the connection, whatever the server has not read yet."""
        self._socket.transport.abort()
        await self._socket.wait_closed()

    def _note(self, message: ForwardMsg) -> None:
        kind = message.WhichOneof("type")
        if kind == "ref_hash":
            message = self._kept[message.ref_hash]
            kind = message.WhichOneof("type")
        elif message.metadata.cacheable:
            self._kept[message.hash] = message
        if kind == "new_session":
            self.texts.clear()
            self._script = message.new_session.page_script_hash
            self.session = message.new_session.initialize.session_id
        elif kind == "heartbeat_ack":
            self.acknowledged += 1
        elif kind == "script_finished":
            self.drawn += 1
        elif kind == "delta":
            self._fragment = message.delta.fragment_id or self._fragment
            element = message.delta.new_element
            kind = element.WhichOneof("type")
            if kind in ("markdown", "alert"):
                self.texts.append(getattr(element, kind).body)
            elif kind in ("button", "file_uploader"):
                drawn = getattr(element, kind)
                self.widgets[kind, drawn.label] = drawn.id
            elif element.bidi_component.component_name == "bnviz.player":
                self._player = element.bidi_component.id
                self.header, self.frames = unpack(element.bidi_component.bytes)
