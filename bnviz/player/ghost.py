"""Ghost: a second recording on its way to a player, which draws it in the figure of the first."""

from dataclasses import dataclass
from typing import Any

from bnviz.findings import alignment
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
        aligned: Whether its frames are those of `alignment.by_accuracy`, not of the same steps.
    """

    token: str
    recording: Recording
    name: str = ""
    aligned: bool = False

    def at_accuracies(self, token: str, recording: Recording) -> "Ghost":
        """Returns it as it was when it first had the accuracies of a run.

        Args:
            token: Names the run.
            recording: The run; with at least one frame.
        """
        frames = alignment.by_accuracy(recording, self.recording)
        return Ghost(f"{self.token} at accuracies of {token}", frames, self.name, aligned=True)

    def respond(self, request: PlayerRequest, *, repeated: bool) -> tuple[dict[str, Any], bytes]:
        """What the player lacks of it: a part of the header, and the bytes of frames."""
        layout, available = self.recording.layout.overview, len(self.recording)
        new = self.token not in request.ghosts
        first = min(request.ghosts.get(self.token, 0), available)
        size = layout.dtype.itemsize
        count = 0 if repeated and not new else max(1, frame_bytes(0, first * size) // size)
        data = self.recording.slice(first, min(first + count, available), layout)
        part = {
            "run": self.token,
            "name": self.name,
            "aligned": self.aligned,
            "first": first,
            "available": available,
            "capacity": len(self.recording.steps),
            "bytes": len(data),
        }
        return part | ({"schema": layout.schema()} if first == 0 else {}), data
