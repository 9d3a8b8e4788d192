"""Replay: a recording as one HTML file that plays anywhere, without server and network.

The file holds the player's own scripts and styles, the drawing library, the frames, and the table
of all figures. Its content security policy lets nothing else run or load.
"""

from bnviz.export.html_page import (
    HtmlPage,
    PageError,
    Training,
    compressed_json,
    training_command,
)
from bnviz.export.packed_frames import PackedFrames
from bnviz.export.replay_content import needed_frames, replay_content
from bnviz.player.content import StageContent
from bnviz.recording import Recording
from bnviz.settings import Settings

#: Bytes of packed frames of a file, unless all are asked for: with the rest, about 3 MB.
MAX_FRAME_BYTES = 1_250_000
#: Names the recording to the player.
_NAME = "replay"


def replay(
    recording: Recording,
    *,
    note: str = "",
    embed: bool = False,
    notebook: bool = False,
    all_frames: bool = False,
) -> str:
    """Returns a recording as an HTML page.

    Args:
        recording: With at least one frame; nothing that an upload holds is written.
        note: What its owner has to say of it, plain text.
        embed: Whether it is meant for a slide or another page: without title, note and controls.
        notebook: Whether it is meant for a cell of a notebook: without title and note.
        all_frames: Whether all frames are kept, however many bytes they take.

    Raises:
        PageError: If the recording is empty, or the note is too long.
    """
    if len(recording) == 0:
        raise PageError("a run has to have begun before it can be saved as a page")
    recording = recording.snapshot()
    header = recording.header
    if header.from_upload:
        recording.shown = None
    content = StageContent(_NAME, recording, "recorded", "A recorded run.", loops=True)
    limit = len(recording) * recording.layout.dtype.itemsize * 2 if all_frames else MAX_FRAME_BYTES
    frames = PackedFrames.of(recording, needed_frames(recording), limit)
    page = HtmlPage(
        title=header.title,
        about=header.about,
        script="replay.js",
        data={"content": compressed_json(replay_content(content, frames)), "frames": frames.data},
        training=_training(header.settings),
        remark=frames.sentence(len(recording)),
        note=note,
        embed=embed,
        notebook=notebook,
    )
    return page.text()


def _training(settings: Settings | None) -> Training | None:
    """How a run of the laboratory is trained again; None if it trained elsewhere."""
    if settings is None:
        return None
    return Training(settings, training_command(settings))
