"""ReplayProcess: makes the page of a recording in a process of its own.

It takes seconds of a processor, during which Python would serve nobody else. The process gets the
recording's file and answers with the page.
"""

import io
import os
import subprocess
import sys
from contextlib import suppress

from bnviz.recording import Recording

#: Seconds after which it is given up.
MAX_SECONDS = 60.0
#: How much it yields to other processes, from 0 to 19: more than a worker, for which others wait.
NICENESS = 15
_PROGRAM = ("-m", "bnviz.export.replay_process")


class ReplayProcessError(RuntimeError):
    """A page that could not be made; the message is one sentence."""


def page_of(recording: Recording) -> bytes:
    """Returns what `bnviz.export.replay.replay` makes of a recording, as bytes.

    Raises:
        ReplayProcessError: If it fails or takes too long.
    """
    file = io.BytesIO()
    recording.save(file)
    try:
        outcome = subprocess.run(  # noqa: S603
            # -P keeps the working directory off the path, so that no file there shadows a library.
            [sys.executable, "-P", *_PROGRAM],
            input=file.getvalue(),
            capture_output=True,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            timeout=MAX_SECONDS,
            check=True,
            # Ctrl+C in the terminal reaches the page alone.
            start_new_session=True,
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise ReplayProcessError(
            "This run cannot be saved as a page just now; try again later."
        ) from error
    return outcome.stdout


def main() -> None:
    """Answers one request."""
    from bnviz.export.replay import replay

    with suppress(AttributeError, OSError):
        os.nice(NICENESS)
    recording = Recording.load(io.BytesIO(sys.stdin.buffer.read()))
    sys.stdout.buffer.write(replay(recording).encode())


if __name__ == "__main__":
    main()
