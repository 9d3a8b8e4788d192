"""ReplayContent: what a player asks for of a recording, for those that have no server to ask.

It is in JSON types, as `Content` in `tests/browser/types/replay.d.ts`. The frames go beside it.
"""

from typing import Any

from bnviz.export.figure_table import FigureTable
from bnviz.export.packed_frames import PackedFrames
from bnviz.figures.view import TITLES, View
from bnviz.figures.views.catalogue import VIEWS, missing
from bnviz.findings.events import events
from bnviz.player.content import StageContent
from bnviz.player.message import unpack
from bnviz.player.request import PlayerRequest
from bnviz.recording import Recording


def needed_frames(recording: Recording) -> list[int]:
    """Indices of the frames that a page may not leave out: those of events."""
    return [each.index for each in events(recording)]


def replay_content(content: StageContent, frames: PackedFrames) -> dict[str, Any]:
    """All that a player asks for of a complete recording, but the frames.

    Args:
        content: What the player shows.
        frames: The frames that are kept.
    """
    recording = content.recording
    header = _header(content, frames, detail=recording.layout.detail)
    return {
        "header": header,
        "table": FigureTable.of(content).to_json(),
        "missing": {name: _missing(recording, name) for name in TITLES},
        "view": View().to_dict(),
    }


def opening(content: StageContent, frames: PackedFrames, view: View, count: int) -> dict[str, Any]:
    """The same of its first frames, in a single view.

    Frames of it have no detail, unless the view needs it.

    Args:
        content: What the player shows: a recording, or the beginning of one.
        frames: The frames that are kept of the whole.
        view: The view.
        count: How many of them there are.
    """
    recording = content.recording
    header = _header(content, frames, detail=VIEWS[view.name].detail)
    return {
        "header": header,
        "count": len(frames.indices[:count]),
        "table": FigureTable.single(content, view).to_json(),
        "missing": {view.name: _missing(recording, view.name)},
        "view": view.to_dict(),
    }


def _header(content: StageContent, frames: PackedFrames, *, detail: bool) -> dict[str, Any]:
    """The header of the first message to a player, of the frames that are kept."""
    recording = content.recording
    first = PlayerRequest(run=content.token, detail=detail)
    header, _ = unpack(content.respond(first))
    del header["figure"]
    available = sum(int(index) < len(recording) for index in frames.indices)
    header |= {
        "available": available,
        "capacity": len(frames.indices),
        "spare": False,
        "begin": frames.place(header["begin"]),
    }
    for event in header["events"]:
        event["index"] = frames.place(event["index"])
    return header


def _missing(recording: Recording, name: str) -> dict[str, str] | None:
    """What stands in place of a view that the recording cannot show; there is nothing to train."""
    lacking = missing(recording.layout, name)
    return None if lacking is None else lacking | {"offer": ""}
