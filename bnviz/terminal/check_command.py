"""The command `check`: the problems of a recording's layers and networks, and an exit status."""

import argparse
from pathlib import Path

from bnviz.findings.events import SYMPTOMS, events
from bnviz.recording import Recording
from bnviz.recording.file import RecordingError
from bnviz.terminal.options import DONE, CommandError, show

#: Exit status where a problem was found.
FOUND = 1


def check(given: argparse.Namespace) -> int:
    """Prints the problems of a recording, a line each; returns the exit status.

    Raises:
        CommandError: If the file is not a recording, or has no frame.
    """
    path = Path(given.saved)
    try:
        recording = Recording.load(path)
    except RecordingError as error:
        raise CommandError(f"{path}: {error}") from error
    if not len(recording):
        raise CommandError(f"{path}: the recording has not a single frame")
    found = [event for event in events(recording) if event.kind in (*SYMPTOMS, "diverged")]
    for event in found:
        show(event.sentence)
    if found:
        return FOUND
    last = int(recording.frames["step"][-1])
    show(f"No problem lasted in any of {len(recording)} frames up to step {last:,}.")
    return DONE
