"""Command: what the commands have in common, from what is given to where the outcome goes."""

import io
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from bnviz.data import uploads
from bnviz.data.dataset import Dataset
from bnviz.kinds import Key
from bnviz.settings import UPLOAD, Settings

#: Exit status of a command that is done, of a wrong one, and of one broken off by Ctrl-C.
DONE, WRONG, INTERRUPTED = 0, 2, 130
_BAR_WIDTH = 30


class CommandError(ValueError):
    """A command that cannot be carried out, in one sentence."""


def chosen(
    changes: Sequence[str], file: str | None, *, default: Settings | None = None
) -> tuple[Settings, Dataset | None]:
    """The settings of the command line, and the data set of its file.

    Args:
        changes: Each of the form NAME=VALUE.
        file: Path of the viewer's own examples.
        default: What is changed.

    Raises:
        CommandError: If the file cannot be read or something is not of this form.
        SettingsError: If a value is not as allowed.
    """
    values: dict[str, object] = dict((default or Settings()).to_query())
    named = {}
    for change in changes:
        name, equals, value = change.partition("=")
        if not equals:
            raise CommandError(f"--set {change} must be of the form NAME=VALUE")
        named[name.strip()] = value.strip()
    if file is None:
        return Settings.read(values | named), None
    if {"dataset", "upload"} & set(named):
        raise CommandError("--data takes the place of --set dataset=... and --set upload=...")
    dataset = _read_data(Path(file))
    data = {"dataset": UPLOAD, "upload": dataset.digest.hex()[: Key.length]}
    return Settings.read(values | named | data), dataset


def _read_data(path: Path) -> Dataset:
    try:
        with path.open("rb") as opened:
            data = opened.read(uploads.MAX_FILE_BYTES + 1)
        return uploads.read(path.name, data)
    except OSError as error:
        raise CommandError(f"--data {path} cannot be read: {error.strerror}") from error
    except uploads.UploadError as error:
        raise CommandError(f"--data {path}: {error}") from error


def writable(out: str | None) -> Path | None:
    """Finds out before the training what would be a pity to find out after it."""
    if out is None:
        return None
    path = Path(out)
    if path.is_dir() or not path.absolute().parent.is_dir():
        raise CommandError(f"--out {path} must be a file in a folder that exists")
    return path


def save(write: Callable[[BinaryIO], object], path: Path) -> None:
    """Writes an outcome into a file.

    Raises:
        CommandError: If it cannot be written.
    """
    # Made here, since NumPy adds ".npz" to a name that ends otherwise.
    data = io.BytesIO()
    write(data)
    try:
        path.write_bytes(data.getvalue())
    except OSError as error:
        raise CommandError(f"--out {path} cannot be written: {error.strerror}") from error


def quieten() -> None:
    """Keeps TensorFlow's start-up lines away; before it is imported."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")


class Bar:
    """A bar on standard error, if a person looks at it."""

    def __enter__(self) -> "Bar":
        self._shown = sys.stderr.isatty()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._shown:
            print(file=sys.stderr)

    def show(self, share: float, words: str) -> None:
        """Draws it anew.

        Args:
            share: How much of it is full, from 0 to 1.
            words: What stands beside it.
        """
        if self._shown:
            done = int(_BAR_WIDTH * share)
            bar = "#" * done + "-" * (_BAR_WIDTH - done)
            print(f"\r[{bar}] {words}", end="", file=sys.stderr, flush=True)
