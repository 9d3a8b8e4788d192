"""The command `show`: starts the page with a recording, or with one that is still being written."""

import argparse
from pathlib import Path

from bnviz.page.launch import launch
from bnviz.page.shell import brought, recording_process
from bnviz.page.shell.followed_file import FollowedFile
from bnviz.page.shell.visit_run import VisitRun
from bnviz.recording.archive import OversizeError, read_limited
from bnviz.recording.file import MAX_FILE_BYTES, RecordingError
from bnviz.terminal.options import DONE, INTERRUPTED, CommandError
from bnviz.terminal.page_command import require_page


def show(given: argparse.Namespace) -> int:
    """Serves the page with a recording in its player until it is interrupted.

    Returns:
        The exit status.

    Raises:
        CommandError: If the file is not a recording, before anything is started.
    """
    require_page()
    path = Path(given.saved)
    try:
        brought.bring(_followed(path) if given.follow else _read(path))
    except KeyboardInterrupt:
        return INTERRUPTED
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}") from error
    except (OversizeError, RecordingError) as error:
        raise CommandError(f"{path}: {error}") from error
    launch(given.options)
    return DONE


def _read(path: Path) -> VisitRun:
    data = read_limited(path, max_bytes=MAX_FILE_BYTES)
    return VisitRun.opened(path.name, data, recording_process.read(data))


def _followed(path: Path) -> FollowedFile:
    """A file that may be there only later, in a folder that exists."""
    if not path.parent.is_dir():
        raise CommandError(f"{path} cannot be followed: its folder does not exist")
    file = FollowedFile(path)
    if path.exists():
        file.read()
    return file
