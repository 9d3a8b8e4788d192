"""MessageGate: what a browser's connection may send, and how much of it.

Streamlit (1.67) acts on every message at once, whoever sends it: each starts a script, or holds the
loop that serves everybody, and one kind clears what all viewers share. So a connection has an
allowance. One that has used it up is read from no faster than it grows again, which the network
passes back to the sender, and is closed if that goes on. Messages that start scripts take turns.
"""

import asyncio
import inspect
import logging
import time
from collections.abc import Callable, Coroutine
from functools import cache
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.runtime.runtime_util import get_max_widget_state_size_bytes

from bnviz.page.shell.drawing_rate import DrawingRate
from bnviz.page.shell.leavings import Leavings
from bnviz.page.shell.origins import origin_of
from bnviz.page.shell.script_turns import PAGE_SECONDS, SECONDS, ScriptTurns

#: What a message may cost that a connection sends at once, and each second after that. The player
#: requests at most eight a second; a key that is held on a field sends thirty, for a few seconds.
BURST, RATE = 300.0, 30.0
#: Cost of a message that runs the script of the whole page, and of any other.
PAGE_COST, COST = 3.0, 1.0
#: Bytes that cost as much as one more message.
BYTES = 50_000
#: Seconds for which a connection may send more than is read from it before it is closed.
PATIENCE = 30.0
#: The kinds of messages that the page needs. The others clear what all viewers share
#: (`clear_cache`), run programs (`load_git_info`) or are for those who write a script.
KINDS = {
    "rerun_script",
    "stop_script",
    "app_heartbeat",
    "file_urls_request",
    "backend_operation_request",
}
#: Maximum number of files and of fields of a form that one message names; the page has fewer.
MAX_NAMES = 1_000
#: Maximum number of characters of a component's state; the page's own have a few hundred. JSON of
#: this size takes some ms to read, and longer JSON up to 0.2 s of the interpreter.
MAX_STATE = 50_000
#: Where a connection's allowance is kept, in the scope that it has as long as it exists.
_KEY = "bnviz.allowance"
#: Status of a connection that violates a policy (RFC 6455, 7.4.1).
_POLICY_VIOLATION = 1008
#: Status of a connection that ended without one.
_LOST = 1006

#: Reads the next message of a connection.
Receive = Callable[[WebSocket], Coroutine[Any, Any, bytes]]

_log = logging.getLogger(__name__)


class FloodError(Exception):
    """A connection that has sent more than it may for too long."""


class Allowance:
    """What one connection may still send.

    Args:
        clock: The time in seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._left, self._at = BURST, clock()
        self._short_since: float | None = None

    def charge(self, cost: float) -> None:
        """Charges what a message costs."""
        self._grow()
        self._left -= cost

    def wait(self) -> float:
        """Seconds until the next message may be read.

        Raises:
            FloodError: If the connection has been short of its allowance for too long.
        """
        self._grow()
        if self._left >= 0:
            self._short_since = None
            return 0.0
        if self._short_since is None:
            self._short_since = self._at
        elif self._at - self._short_since > PATIENCE:
            raise FloodError
        return -self._left / RATE

    def _grow(self) -> None:
        now = self._clock()
        self._left = min(BURST, self._left + RATE * (now - self._at))
        self._at = now


def bounded(
    receive: Receive, turns: ScriptTurns, drawing: DrawingRate, leavings: Leavings
) -> Receive:
    """Like `WebSocket.receive_bytes`, but no faster than the connection's allowance.

    Args:
        receive: That method.
        turns: Whose message starts a script next.
        drawing: How often the page is drawn for whom.
        leavings: Frees what ended connections leave behind.
    """

    async def receive_bytes(connection: WebSocket) -> bytes:
        allowance = connection.scope.setdefault(_KEY, Allowance())
        while True:
            try:
                # Also if there is nothing to wait for, so that others come in between.
                await asyncio.sleep(allowance.wait())
            except FloodError:
                _log.warning("Closed a connection that sent more than it may for %d s.", PATIENCE)
                raise WebSocketDisconnect(_POLICY_VIOLATION) from None
            try:
                if connection.application_state is not WebSocketState.CONNECTED:
                    # It was lost while its last message waited, as came out when it was answered.
                    # Starlette would take it for one that was never accepted.
                    raise WebSocketDisconnect(_LOST)
                data = await receive(connection)
            except WebSocketDisconnect:
                leavings.note()
                raise
            message = _parsed(data)
            if message is None:
                return data  # which Streamlit refuses
            cost = _cost(message)
            allowance.charge(cost + len(data) / BYTES)
            if not is_needed(message):
                continue
            if message.WhichOneof("type") == "rerun_script":
                client = connection.client
                origin = origin_of(connection.cookies, client.host if client else None)
                if cost == PAGE_COST:
                    await asyncio.sleep(drawing.wait(origin))
                await turns.take(origin, PAGE_SECONDS if cost == PAGE_COST else SECONDS)
            return data

    return receive_bytes


def is_needed(message: BackMsg) -> bool:
    """Whether the page needs a message."""
    states = message.rerun_script.widget_states.widgets
    return (
        message.WhichOneof("type") in KINDS
        and max(len(message.file_urls_request.file_names), len(states)) <= MAX_NAMES
        and all(len(state.json_value) <= MAX_STATE for state in states)
    )


@cache
def install() -> None:
    """Has Streamlit's server read from each connection through the gate, once.

    Streamlit offers no option for it, and its server stands before the page's script first runs. If
    that server is not the one that this was written for, the page is served without the gate.
    """
    if not inspect.iscoroutinefunction(getattr(WebSocket, "receive_bytes", None)):
        _log.warning("Messages are not bounded: this version of Starlette is not known.")
        return
    through_gate = bounded(WebSocket.receive_bytes, ScriptTurns(), DrawingRate(), Leavings())
    WebSocket.receive_bytes = through_gate  # type: ignore[method-assign, assignment]


def _parsed(data: bytes) -> BackMsg | None:
    """A message; None if it is one that Streamlit refuses."""
    if len(data) > get_max_widget_state_size_bytes():
        return None
    message = BackMsg()
    try:
        message.ParseFromString(data)
    except Exception:  # whatever protobuf raises: Streamlit closes the connection and logs it
        return None
    return message


def _cost(message: BackMsg) -> float:
    """What a message costs, apart from its size."""
    draws_page = (
        message.WhichOneof("type") == "rerun_script" and not message.rerun_script.fragment_id
    )
    return PAGE_COST if draws_page else COST
