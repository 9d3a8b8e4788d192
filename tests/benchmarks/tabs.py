"""Tabs: sessions that also choose files, read alerts and follow phase maps."""

import asyncio
import json
import uuid
from dataclasses import dataclass, field
from typing import Any, ClassVar

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Common_pb2 import FileURLs
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from viewers import Viewer


@dataclass
class Tab(Viewer):
    """A viewer whose every step can be taken on its own.

    Attributes:
        session: Name of the session, once the page has been opened.
        alerts: Errors and warnings that the page has shown, in order.
    """

    session: str = ""
    alerts: list[str] = field(default_factory=list)
    _uploader: str = ""

    async def begin(self) -> "Tab":
        """Opens the page and waits until it is drawn."""
        await self.open()
        self._take(*await self.answer())
        return self

    async def follow(self) -> None:
        """Follows the run to its last frame."""
        await self._ask()
        await self._follow()

    async def drain(self) -> None:
        """Receives messages without reading them, until the connection is closed."""
        while await self._socket.read_message() is not None:
            pass

    async def choose(self, name: str, data: bytes) -> bool:
        """Chooses a file in the field for files, and waits until the page has read it.

        Returns:
            Whether the server took the file.

        Raises:
            ConnectionError: If the page has no such field, or the server closes the connection.
        """
        if not self._uploader:
            raise ConnectionError("the page has no field for files")
        place = await self._place(name)
        if await self.profile.upload(place.upload_url, name, data) != 204:
            return False
        message = self.rerun()
        state = message.rerun_script.widget_states.widgets.add()
        state.id = self._uploader
        file = state.file_uploader_state_value.uploaded_file_info.add()
        file.name, file.size, file.file_id = name, len(data), place.file_id
        file.file_urls.CopyFrom(place)
        self.alerts.clear()
        await self.send(message)
        self._take(*await self.answer())
        return True

    async def _place(self, name: str) -> FileURLs:
        """Where the server wants a file."""
        message = BackMsg()
        message.file_urls_request.request_id = uuid.uuid4().hex
        message.file_urls_request.file_names.append(name)
        message.file_urls_request.session_id = self.session
        await self.send(message)
        while True:
            answer = await self.receive()
            if answer.WhichOneof("type") == "file_urls_response":
                return answer.file_urls_response.file_urls[0]

    def _note(self, message: ForwardMsg) -> None:
        super()._note(message)
        if message.WhichOneof("type") == "new_session":
            self.session = message.new_session.initialize.session_id
        element = message.delta.new_element
        if element.WhichOneof("type") == "file_uploader":
            self._uploader = element.file_uploader.id
        if element.WhichOneof("type") == "alert":
            self.alerts.append(element.alert.body)


@dataclass
class MapTab(Tab):
    """A tab of the phase map.

    Attributes:
        filled: Number of cells known.
    """

    COMPONENT: ClassVar[str] = "bnviz.map"

    filled: int = 0
    _version: str = ""

    async def follow(self) -> None:
        """Follows the studies until the page says that nothing more will come."""
        while True:
            await self._ask()
            header, _ = await self._repeated_answer()
            self._take(header, b"")
            if not header["poll"]:
                return
            await asyncio.sleep(header["poll"] / 1000)

    def _take(self, header: dict[str, Any], frames: bytes) -> None:  # noqa: ARG002
        self._version, self.filled = header["version"], header["filled"]
        self.message = header.get("note", header["message"])
        if self.states[-1:] != [header["state"]]:
            self.states.append(header["state"])

    def _want(self) -> dict[str, Any]:
        return {"held": self._version}

    def _unpacked(self, data: bytes) -> tuple[dict[str, Any], bytes]:
        return json.loads(data), b""
