"""Ghost: a second recording on its way to a player, which draws it in the figure of the first."""

from dataclasses import dataclass
from typing import Any

from bnviz.player.message import frame_bytes
from bnviz.player.request import PlayerRequest
from bnviz.recording import Recording


@dataclass(frozen=True)
class Ghost:
    """Another recording, drawn in the same figure.

    Attributes:
        token: Names it.
        recording: With at least one frame; its detail is not drawn.
        name: What its viewer calls it, plain text.
    """

    token: str
    recording: Recording
    name: str = ""

    def respond(self, request: PlayerRequest, *, repeated: bool) -> tuple[dict[str, Any], bytes]:
        """What the player lacks of it: a part of the header, and the bytes of frames."""
        layout, available = self.recording.layout.overview, len(self.recording)
        new = request.ghost != self.token
        first = 0 if new else min(request.ghost_first, available)
        size = layout.dtype.itemsize
        count = 0 if repeated and not new else max(1, frame_bytes(0, first * size) // size)
        data = self.recording.slice(first, min(first + count, available), layout)
        part = {
            "run": self.token,
            "name": self.name,
            "first": first,
            "available": available,
            "bytes": len(data),
        }
        return part | ({"schema": layout.schema()} if first == 0 else {}), data
