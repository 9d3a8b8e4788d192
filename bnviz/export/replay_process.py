"""ReplayProcess: makes a recording's page, table or curves in a process of its own.

It takes seconds of a processor, during which Python would serve nobody else. The process gets the
recording's file and answers with the other one.
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
#: What is made: the page, the table, or the curves for TensorBoard.
Kind = Literal["html", "csv", "tensorboard"]


class ReplayProcessError(RuntimeError):
    """A file that could not be made; the message is one sentence."""


def made_of(recording: Recording, kind: Kind, link: str = "") -> bytes:
    """Returns what `replay`, `tidy` or `curves` makes of a recording, as bytes.

    Args:
        recording: With at least one frame.
        kind: The page, the table or the curves.
        link: Leads to the run on a page; empty if there is no such link. Without NUL.

    Raises:
        ReplayProcessError: If it fails or takes too long.
    """
    file = io.BytesIO()
    recording.save(file)
    try:
        return bounded_process.answer(
            (*_PROGRAM, kind, link), file.getvalue(), max_seconds=MAX_SECONDS
        )
    except ProcessError as error:
        raise ReplayProcessError("This run cannot be saved in this form.") from error


def main() -> None:
    """Answers one request."""
    bounded_process.bound()
    recording = Recording.load(io.BytesIO(sys.stdin.buffer.read()))
    # What draws takes a second to load, and only the page needs it.
    match sys.argv[1:]:
        case ["html", _]:
            from bnviz.export.replay import replay

            made = replay(recording).encode()
        case ["csv", _]:
            from bnviz.export.tidy import tidy

            made = tidy(recording).encode()
        case [_, link]:
            from bnviz.export.bundle import curves

            made = curves(recording, link)
    sys.stdout.buffer.write(made)


if __name__ == "__main__":
    main()
