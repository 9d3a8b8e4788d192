"""ReplayProcess: makes the page or the table of a recording in a process of its own.

It takes seconds of a processor, during which Python would serve nobody else. The process gets the
recording's file and answers with the text.
"""

import io
import sys
from typing import Literal

from bnviz.data import bounded_process
from bnviz.data.bounded_process import ProcessError
from bnviz.recording import Recording

#: Seconds after which it is given up.
MAX_SECONDS = 60.0
_PROGRAM = ("-m", "bnviz.export.replay_process")


class ReplayProcessError(RuntimeError):
    """A file that could not be made; the message is one sentence."""


def made_of(recording: Recording, kind: Literal["html", "csv"]) -> bytes:
    """Returns what `replay` or `tidy` makes of a recording, as bytes.

    Args:
        recording: With at least one frame.
        kind: The page or the table.

    Raises:
        ReplayProcessError: If it fails or takes too long.
    """
    file = io.BytesIO()
    recording.save(file)
    try:
        return bounded_process.answer((*_PROGRAM, kind), file.getvalue(), max_seconds=MAX_SECONDS)
    except ProcessError as error:
        raise ReplayProcessError("This run cannot be saved in this form.") from error


def main() -> None:
    """Answers one request."""
    from bnviz.export.replay import replay
    from bnviz.export.tidy import tidy

    bounded_process.bound()
    recording = Recording.load(io.BytesIO(sys.stdin.buffer.read()))
    make = {"html": replay, "csv": tidy}[sys.argv[1]]
    sys.stdout.buffer.write(make(recording).encode())


if __name__ == "__main__":
    main()
