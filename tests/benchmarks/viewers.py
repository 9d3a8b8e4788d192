"""Viewers: sessions that speak Streamlit's websocket protocol and poll as the player does."""

import asyncio
import json
import time
from dataclasses import dataclass, field
from typing import Any, ClassVar

import machine  # noqa: F401  (puts the repository on the path)
from profiles import Profile
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from tornado.websocket import WebSocketClientConnection, WebSocketClosedError

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
        profile: The browser; by default one that is used for this page alone.
        loaded: Seconds from opening to the first message for the player.
        first: Seconds from opening to the first frame of the run; 0 until then.
        delays: Seconds from each request to its response.
        frames: Number of frames held of the run shown.
        states: States shown, in order.
        places: Queue positions shown, in order.
        told: Seconds since opening, and the wait in seconds that the page told then, in order.
        gaps: Number of messages that skipped frames or held part of one.
        seconds: Seconds from opening to the last frame of the run.
        message: Last message of the page.
        buttons: Names of the page's buttons, by their labels.
    """

    #: Name of the component that is followed.
    COMPONENT: ClassVar[str] = "bnviz.player"

    address: str
    query: str
    stop_at: float = 2.0
    profile: Profile = None
    loaded: float = 0.0
    first: float = 0.0
    delays: list[float] = field(default_factory=list)
    frames: int = 0
    states: list[str] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    told: list[tuple[float, int]] = field(default_factory=list)
    gaps: int = 0
    seconds: float = 0.0
    message: str = ""
    buttons: dict[str, str] = field(default_factory=dict)
    _opened: float = 0.0
    _socket: WebSocketClientConnection = None
    _run: str = ""
    _figure: str = ""
    _size: int = 0
    _asked: int = 0
    _component: str = ""
    _fragment: str = ""
    _script: str = ""
    _kept: dict[str, ForwardMsg] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.profile = self.profile or Profile(self.address)

    async def watch(self) -> "Viewer":
        """Opens the page and follows the run of its link to the last frame.

        Raises:
            TimeoutError: If no message arrives within `PATIENCE`.
            OSError: If the server does not respond, or closes the connection.
        """
        try:
            await self.open()
            await self._follow()
        finally:
            self.close()
        self.seconds = time.monotonic() - self._opened
        return self

    async def open(self) -> None:
        """Opens the page."""
        self._opened = time.monotonic()
        if self.profile.keeps_cookie:
            await self.profile.open_page()
        self._socket = await self.profile.connect()
        await self.send(self.rerun())

    def close(self) -> None:
        """Closes the page."""
        if self._socket is not None:
            self._socket.close()

    @property
    def own_frames(self) -> int:
        """Number of frames held of the run, and not of the recording shown until it begins."""
        return self.frames if self._run != "recorded" else 0

    async def _follow(self) -> None:
        asked_at = self._opened
        stopped = False
        while True:
            header, frames = await self._repeated_answer()
            now = time.monotonic()
            self.loaded = self.loaded or now - self._opened
            if self._asked:
                self.delays.append(now - asked_at)
            self._take(header, frames)
            shown = header["run"] != "recorded"
            # The last frames can come with a header that was made before them.
            if shown and self.frames == header["capacity"] and header["state"] != "running":
                return
            if header["state"] in ("failed", "stopped"):
                return
            enough = shown and self.frames >= self.stop_at * header["capacity"]
            if enough and not stopped and "Stop" in self.buttons:
                await self.press("Stop")  # the response reports the run as stopped
                stopped = True
                continue
            if self.frames >= header["available"]:
                await asyncio.sleep((header["poll"] or 1000) / 1000)
            asked_at = time.monotonic()
            await self._ask()

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
        if self.own_frames and not self.first:
            self.first = time.monotonic() - self._opened
        if self.states[-1:] != [header["state"]]:
            self.states.append(header["state"])
        self.message = header["message"]
        if "place " in header["message"]:
            self.places.append(int(header["message"].split("place ")[1].split()[0]))
        if " s to wait" in header["message"]:
            wait = int(header["message"].split("about ")[1].split()[0])
            self.told.append((time.monotonic() - self._opened, wait))

    def rerun(self, *, fragment: bool = False) -> BackMsg:
        """A message that runs the page's script, or the fragment of the component alone."""
        message = BackMsg()
        message.rerun_script.query_string = self.query
        message.rerun_script.page_script_hash = self._script
        if fragment:
            message.rerun_script.fragment_id = self._fragment
        return message

    def click(self, label: str) -> BackMsg:
        """A message that presses a button of the page."""
        message = self.rerun()
        state = message.rerun_script.widget_states.widgets.add()
        state.id, state.trigger_value = self.buttons[label], True
        return message

    def request(self, want: Any) -> BackMsg:
        """A message with the component's state, as it asks for more."""
        message = self.rerun(fragment=True)
        state = message.rerun_script.widget_states.widgets.add()
        state.id = self._component
        state.json_value = json.dumps({"want": want})
        return message

    async def send(self, message: BackMsg | bytes) -> None:
        """Sends a message.

        Raises:
            ConnectionError: If the server has closed the connection.
        """
        raw = message if isinstance(message, bytes) else message.SerializeToString()
        try:
            await self._socket.write_message(raw, binary=True)
        except WebSocketClosedError:
            raise ConnectionError("the server closed the connection") from None

    async def press(self, label: str) -> None:
        """Presses a button."""
        await self.send(self.click(label))

    def _want(self) -> dict[str, Any]:
        """What the component asks for next."""
        return {"run": self._run, "from": self.frames, "figure": self._figure, "view": {}}

    async def _ask(self) -> None:
        self._asked += 1
        await self.send(self.request(self._want() | {"ask": self._asked}))

    async def _repeated_answer(self) -> tuple[dict[str, Any], bytes]:
        """The next message for the component, asked for again while there is none."""
        answer = asyncio.ensure_future(self.answer())
        try:
            while not (await asyncio.wait({answer}, timeout=ASK_AGAIN))[0]:
                if self._component:
                    await self._ask()
            return answer.result()
        finally:
            answer.cancel()

    async def answer(self) -> tuple[dict[str, Any], bytes]:
        """The next message for the component, returned once its script run has ended."""
        found: tuple[dict[str, Any], bytes] | None = None
        while True:
            message = await self.receive()
            kind = message.WhichOneof("type")
            if kind == "delta":
                component = message.delta.new_element.bidi_component
                if component.component_name == self.COMPONENT:
                    found = self._unpacked(component.bytes)
            if kind == "script_finished" and found is not None:
                return found

    async def receive(self) -> ForwardMsg:
        """The next message of any kind.

        Raises:
            TimeoutError: If none arrives within `PATIENCE`.
            ConnectionError: If the server has closed the connection.
        """
        async with asyncio.timeout(PATIENCE):
            raw = await self._socket.read_message()
        if raw is None:
            raise ConnectionError("the server closed the connection")
        message = ForwardMsg()
        message.ParseFromString(raw)
        if message.WhichOneof("type") == "ref_hash":
            message = self._kept[message.ref_hash]
        elif message.metadata.cacheable:
            self._kept[message.hash] = message
        self._note(message)
        return message

    def _unpacked(self, data: bytes) -> tuple[dict[str, Any], bytes]:
        return unpack(data)

    def _note(self, message: ForwardMsg) -> None:
        """Notes the names by which the page knows its script, buttons and components."""
        if message.WhichOneof("type") == "new_session":
            self._script = message.new_session.page_script_hash
        if message.WhichOneof("type") != "delta":
            return
        if message.delta.fragment_id:
            self._fragment = message.delta.fragment_id
        element = message.delta.new_element
        if element.WhichOneof("type") == "button":
            self.buttons[element.button.label] = element.button.id
        if element.bidi_component.component_name == self.COMPONENT:
            self._component = element.bidi_component.id
