"""Viewers: sessions that speak Streamlit's websocket protocol and poll as the player does."""

import asyncio
import json
import time
from dataclasses import dataclass, field
from typing import Any

import machine  # noqa: F401  (puts the repository on the path)
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from tornado.websocket import WebSocketClientConnection, websocket_connect

from tests.support.messages import unpack

#: Seconds without a message before a viewer gives up.
PATIENCE = 120.0
#: Seconds after which the player repeats a request, as in mount.js.
ASK_AGAIN = 4.0


@dataclass
class Viewer:
    """One viewer of the page, without a browser.

    Attributes:
        address: Host and port of the server, such as "127.0.0.1:8501".
        query: Query string of the link.
        stop_at: Fraction of the frames at which the viewer presses Stop; above 1 means never.
        loaded: Seconds from opening to the first message for the player.
        delays: Seconds from each request to its response.
        frames: Number of frames held of the run shown.
        states: States shown, in order.
        places: Queue positions shown, in order.
        gaps: Number of messages that skipped frames or held part of one.
        seconds: Seconds from opening to the last frame of the run.
        message: Last message of the page.
    """

    address: str
    query: str
    stop_at: float = 2.0
    loaded: float = 0.0
    delays: list[float] = field(default_factory=list)
    frames: int = 0
    states: list[str] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    gaps: int = 0
    seconds: float = 0.0
    message: str = ""
    _run: str = ""
    _figure: str = ""
    _size: int = 0
    _asked: int = 0
    _component: str = ""
    _fragment: str = ""
    _script: str = ""
    _stop: str = ""
    _kept: dict[str, ForwardMsg] = field(default_factory=dict)

    async def watch(self) -> "Viewer":
        """Opens the page and follows the run of its link to the last frame.

        Raises:
            TimeoutError: If no message arrives within `PATIENCE`.
        """
        opened = time.monotonic()
        socket = await websocket_connect(f"ws://{self.address}/_stcore/stream")
        asked_at = opened
        try:
            await self._rerun(socket)
            while True:
                header, frames = await self._answer(socket)
                now = time.monotonic()
                self.loaded = self.loaded or now - opened
                if self._asked:
                    self.delays.append(now - asked_at)
                self._take(header, frames)
                shown = header["run"] != "recorded"
                if shown and self.frames == header["capacity"]:
                    break
                if header["state"] in ("failed", "stopped"):
                    break
                if shown and self._stop and self.frames >= self.stop_at * header["capacity"]:
                    await self._press_stop(socket)
                    continue
                if self.frames >= header["available"]:
                    await asyncio.sleep((header["poll"] or 1000) / 1000)
                asked_at = time.monotonic()
                await self._ask(socket)
        finally:
            socket.close()
        self.seconds = time.monotonic() - opened
        return self

    def _take(self, header: dict[str, Any], frames: bytes) -> None:
        if header["run"] != self._run:
            self._run, self.frames = header["run"], 0
            self._size = header["schema"]["size"]
        if "figure" in header:
            self._figure = header["figure"]["id"]
        if header["first"] > self.frames or len(frames) % self._size:
            self.gaps += 1
            return
        self.frames = max(self.frames, header["first"] + len(frames) // self._size)
        if self.states[-1:] != [header["state"]]:
            self.states.append(header["state"])
        self.message = header["message"]
        if "place " in header["message"]:
            self.places.append(int(header["message"].split("place ")[1].split()[0]))

    async def _rerun(self, socket: WebSocketClientConnection, want: dict[str, Any] | None = None):
        message = BackMsg()
        message.rerun_script.query_string = self.query
        if want is not None:
            state = message.rerun_script.widget_states.widgets.add()
            state.id = self._component
            state.json_value = json.dumps({"want": want})
            message.rerun_script.fragment_id = self._fragment
            message.rerun_script.page_script_hash = self._script
        await socket.write_message(message.SerializeToString(), binary=True)

    async def _press_stop(self, socket: WebSocketClientConnection) -> None:
        """Presses the Stop button; the response reports the run as stopped."""
        message = BackMsg()
        message.rerun_script.query_string = self.query
        state = message.rerun_script.widget_states.widgets.add()
        state.id = self._stop
        state.trigger_value = True
        message.rerun_script.page_script_hash = self._script
        self._stop = ""
        await socket.write_message(message.SerializeToString(), binary=True)

    async def _ask(self, socket: WebSocketClientConnection) -> None:
        self._asked += 1
        want = {"run": self._run, "from": self.frames, "figure": self._figure, "view": {}}
        await self._rerun(socket, want | {"ask": self._asked})

    async def _answer(self, socket: WebSocketClientConnection) -> tuple[dict[str, Any], bytes]:
        """The next message for the player, returned once its script run has ended."""
        found: tuple[dict[str, Any], bytes] | None = None
        while True:
            async with asyncio.timeout(PATIENCE):
                raw = await socket.read_message()
            if raw is None:
                raise ConnectionError("the server closed the connection")
            message = ForwardMsg()
            message.ParseFromString(raw)
            kind = message.WhichOneof("type")
            if kind == "ref_hash":
                message = self._kept[message.ref_hash]
                kind = message.WhichOneof("type")
            elif message.metadata.cacheable:
                self._kept[message.hash] = message
            if kind == "new_session":
                self._script = message.new_session.page_script_hash
            if kind == "delta":
                self._note_fragment(message)
                element = message.delta.new_element
                if element.WhichOneof("type") == "button" and element.button.label == "Stop":
                    self._stop = element.button.id
                component = element.bidi_component
                if component.component_name == "bnviz.player":
                    self._component = component.id
                    found = unpack(component.bytes)
            if kind == "script_finished" and found is not None:
                return found

    def _note_fragment(self, message: ForwardMsg) -> None:
        if message.delta.fragment_id:
            self._fragment = message.delta.fragment_id
