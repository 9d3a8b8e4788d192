"""ReplayProcess: makes the page or the table of a recording in a process of its own.

It takes seconds of a processor, during which Python would serve nobody else. The process gets the
recording's file and answers with the text.
"""

import io
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Literal

from bnviz.recording import Recording

#: Seconds after which it is given up.
MAX_SECONDS = 60.0
#: How much it yields to other processes, from 0 to 19: more than a worker, for which others wait.
NICENESS = 15
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
        outcome = subprocess.run(  # noqa: S603
            # -P keeps the working directory off the path, so that no file there shadows a library.
            [sys.executable, "-P", *_PROGRAM, kind],
            input=file.getvalue(),
            capture_output=True,
            env=os.environ
            | {
                "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
                "OPENBLAS_NUM_THREADS": "1",
            },
            timeout=MAX_SECONDS,
            check=True,
            # Ctrl+C in the terminal reaches the page alone.
            start_new_session=True,
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise ReplayProcessError("This run cannot be saved in this form.") from error
    return outcome.stdout


def main() -> None:
    """Answers one request."""
    from bnviz.export.replay import replay
    from bnviz.export.tidy import tidy

    # If the system runs out of memory, this process ends before the page and its workers.
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")
    with suppress(AttributeError, OSError):
        os.nice(NICENESS)
    recording = Recording.load(io.BytesIO(sys.stdin.buffer.read()))
    make = {"html": replay, "csv": tidy}[sys.argv[1]]
    sys.stdout.buffer.write(make(recording).encode())


if __name__ == "__main__":
    main()
