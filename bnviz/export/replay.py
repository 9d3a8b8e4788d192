"""Replay: a recording as one HTML file that plays anywhere, without server and network.

The file holds the player's own scripts and styles, the drawing library, the frames, and the table
of all figures. Its content security policy lets nothing else run or load.
"""

from typing import Any

from bnviz.export.figure_table import FigureTable
from bnviz.export.html_page import HtmlPage, PageError, command, compressed_json, how_again
from bnviz.export.packed_frames import PackedFrames
from bnviz.figures.view import TITLES, View
from bnviz.figures.views.catalogue import missing
from bnviz.findings.described import described
from bnviz.findings.events import events
from bnviz.frames import ARM_LABELS
from bnviz.player.content import StageContent
from bnviz.player.message import unpack
from bnviz.player.request import PlayerRequest
from bnviz.recording import Recording
from bnviz.settings import UPLOAD, Settings

#: Bytes of packed frames of a file, unless all are asked for: with the rest, about 3 MB.
MAX_FRAME_BYTES = 1_250_000
#: Names the recording to the player.
_NAME = "replay"


def replay(
    recording: Recording, *, note: str = "", embed: bool = False, all_frames: bool = False
) -> str:
    """Returns a recording as an HTML page.

    Args:
        recording: With at least one frame; nothing that an upload holds is written.
        note: What its owner has to say of it, plain text.
        embed: Whether it is meant for a slide or another page: without title, note and controls.
        all_frames: Whether all frames are kept, however many bytes they take.

    Raises:
        PageError: If the recording is empty, or the note is too long.
    """
    if len(recording) == 0:
        raise PageError("a run has to have begun before it can be saved as a page")
    recording = recording.snapshot()
    settings = recording.settings
    if settings.dataset == UPLOAD:
        recording.shown = None
    content = StageContent(_NAME, recording, "recorded", "A recorded run.", loops=True)
    needed = [each.index for each in events(recording)]
    limit = len(recording) * recording.layout.dtype.itemsize * 2 if all_frames else MAX_FRAME_BYTES
    frames = PackedFrames.of(recording, needed, limit)
    page = HtmlPage(
        title="The same network " + " and ".join(ARM_LABELS[arm] for arm in recording.layout.arms),
        about=described(settings),
        script="replay.js",
        data={"content": compressed_json(_content(content, frames)), "frames": frames.data},
        again=how_again(settings),
        command=command("train", settings, Settings(), "--out run.npz"),
        settings=settings,
        remark=_frames(len(frames.indices), len(recording)),
        note=note,
        embed=embed,
    )
    return page.text()


def _content(content: StageContent, frames: PackedFrames) -> dict[str, Any]:
    """All that a player asks for, but the frames."""
    recording = content.recording
    first = PlayerRequest(run=content.token, detail=recording.layout.detail)
    header, _ = unpack(content.respond(first))
    del header["figure"]
    count = len(frames.indices)
    header |= {"available": count, "capacity": count, "spare": False, "begin": 0}
    for event in header["events"]:
        event["index"] = frames.place(event["index"])
    return {
        "header": header,
        "steps": recording.frames["step"][frames.indices].tolist(),
        "table": FigureTable.of(content).to_json(),
        "missing": {name: _missing(recording, name) for name in TITLES},
        "view": View().to_dict(),
    }


def _missing(recording: Recording, name: str) -> dict[str, str] | None:
    """What stands in place of a view that the recording cannot show; there is nothing to train."""
    lacking = missing(recording.layout, name)
    return None if lacking is None else lacking | {"offer": ""}


def _frames(kept: int, recorded: int) -> str:
    """How many frames the page has, in a sentence."""
    if kept == recorded:
        return f"All {recorded} recorded frames are in this page."
    return (
        f"{kept} of {recorded} recorded frames are in this page; what is said of the run, and how "
        "far values moved since the frame before, is of all of them."
    )
