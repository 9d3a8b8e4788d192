"""RecordingProcess: tries a stranger's recording in a process of its own before the page takes it.

There it is read, and each view of it is built once, so that whatever is wrong with its numbers
shows before anybody sees it. The process gets the file and answers with a line of JSON.
"""

import io
import json
import math
import sys
import threading

from bnviz.data import bounded_process
from bnviz.data.bounded_process import OUT_OF_MEMORY, ProcessError
from bnviz.recording import Recording
from bnviz.recording.file import RecordingError

#: Seconds of a processor that it may take, and by the clock. The largest recording that a worker
#: makes takes 5 seconds, and one of the default settings 2.
MAX_PROCESSOR_SECONDS, MAX_SECONDS = 30, 90.0
#: Bytes of address space that it may take, the program itself included.
MAX_MEMORY = 1_200_000_000
_PROGRAM = ("-m", "bnviz.page.shell.recording_process")
#: What is said of a process that gives no answer, by the reason. Libraries that run out of memory
#: may end it without saying so.
_FAILURES = {
    "started": "this host cannot read a file just now; try later",
    "memory": f"it takes more than {MAX_MEMORY / 1e6:.0f} MB of memory to draw it",
    "ended": "it cannot be drawn, or takes too much time or memory",
}


def read(
    data: bytes, max_bytes: float = math.inf, unwanted: threading.Event | None = None
) -> Recording:
    """Reads a recording that the player can show.

    Args:
        data: Content of the file.
        max_bytes: The most bytes that its frames may take.
        unwanted: Set when nobody waits for the recording any more, which ends the process.

    Raises:
        RecordingError: If the file is not a recording, or takes too much; the message is one
            clause.
        UnwantedError: If nobody waits for it any more.
    """
    try:
        found = bounded_process.answer(_PROGRAM, data, max_seconds=MAX_SECONDS, unwanted=unwanted)
    except ProcessError as error:
        raise RecordingError(_FAILURES[error.reason]) from None
    answer = json.loads(found)
    if answer["complaint"]:
        raise RecordingError(answer["complaint"])
    if answer["bytes"] > max_bytes:
        raise RecordingError(
            f"its frames take {answer['bytes'] / 1e6:.0f} MB, and this host allows "
            f"{max_bytes / 1e6:.0f} MB"
        )
    return Recording.load(io.BytesIO(data))


def tried(data: bytes) -> dict[str, object]:
    """The answer for a file, found in this process: a complaint, and the bytes of its frames."""
    try:
        recording = Recording.load(io.BytesIO(data))
    except RecordingError as error:
        return {"complaint": str(error), "bytes": 0}
    if not len(recording):
        return {"complaint": "the recording has not a single frame", "bytes": 0}
    # What draws takes a second to load.
    from bnviz.figures.view import TITLES, View
    from bnviz.player.content import StageContent
    from bnviz.player.request import PlayerRequest

    content = StageContent.recorded(recording)
    for name in TITLES:
        content.respond(PlayerRequest(view=View(name)))
    return {"complaint": "", "bytes": _bytes(recording)}


def _bytes(recording: Recording) -> int:
    """The bytes of its frames; of networks that no settings bound, with those that may come."""
    if recording.header.settings is not None:
        return recording.frames.nbytes
    return len(recording.steps) * recording.layout.dtype.itemsize


def main() -> None:
    """Answers one request."""
    bounded_process.bound(MAX_MEMORY, MAX_PROCESSOR_SECONDS)
    try:
        answer = tried(sys.stdin.buffer.read())
    except MemoryError:
        sys.exit(OUT_OF_MEMORY)
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main()
