"""Options: what the commands share, from reading settings and files to saving results."""

import importlib.util
import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import BinaryIO

from bnviz.data import uploads
from bnviz.data.dataset import Dataset
from bnviz.kinds import Key
from bnviz.settings import UPLOAD, Settings

#: Exit status of a command that succeeded, that was wrong, and that was interrupted by Ctrl-C.
DONE, WRONG, INTERRUPTED = 0, 2, 130


class CommandError(ValueError):
    """A command that cannot be executed, with the reason in one sentence."""


def read_settings(
    changes: Sequence[str], file: str | None, *, default: Settings | None = None
) -> tuple[Settings, Dataset | None]:
    """Reads the settings and the data set of a command line.

    Args:
        changes: Changed settings, each of the form NAME=VALUE.
        file: Path of the user's own data, if any.
        default: The settings to change.

    Raises:
        CommandError: If the file cannot be read or a change has another form.
        SettingsError: If a value is not allowed.
    """
    values: dict[str, object] = dict((default or Settings()).to_query())
    changed = {}
    for change in changes:
        name, equals, value = change.partition("=")
        if not equals:
            raise CommandError(f"--set {change} must be of the form NAME=VALUE")
        changed[name.strip()] = value.strip()
    if file is None:
        return Settings.read(values | changed), None
    if {"dataset", "upload"} & set(changed):
        raise CommandError("--data replaces --set dataset=... and --set upload=...")
    dataset = _read_data(Path(file))
    upload = {"dataset": UPLOAD, "upload": dataset.digest.hex()[: Key.length]}
    return Settings.read(values | changed | upload), dataset


def _read_data(path: Path) -> Dataset:
    try:
        with path.open("rb") as file:
            data = file.read(uploads.MAX_FILE_BYTES + 1)
        return uploads.read(path.name, data)
    except OSError as error:
        raise CommandError(f"--data {path} cannot be read: {error.strerror}") from error
    except uploads.UploadError as error:
        raise CommandError(f"--data {path}: {error}") from error


def output_path(out: str | None) -> Path | None:
    """Checks before a long training whether its results can be saved.

    Raises:
        CommandError: If the path is a folder or in a folder that does not exist.
    """
    if out is None:
        return None
    path = Path(out)
    if path.is_dir() or not path.absolute().parent.is_dir():
        raise CommandError(f"--out {path} must be a file in an existing folder")
    return path


def save(write: Callable[[BinaryIO], object], path: Path) -> None:
    """Writes results to a file.

    Raises:
        CommandError: If the file cannot be written.
    """
    # Given a path, NumPy would append ".npz" to other names.
    data = io.BytesIO()
    write(data)
    try:
        path.write_bytes(data.getvalue())
    except OSError as error:
        raise CommandError(f"--out {path} cannot be written: {error.strerror}") from error


def require(package: str, name: str, *, task: str, extra: str) -> None:
    """Checks that an optional package is installed, without importing it.

    Args:
        package: The package as it is imported.
        name: Its name for a reader.
        task: What needs it, for a reader.
        extra: The extra of bnviz that installs it.

    Raises:
        CommandError: If it is not installed.
    """
    if importlib.util.find_spec(package) is None:
        raise CommandError(
            f"{task} needs {name}, which is not installed; install bnviz with its extra "
            f"'{extra}': pip install '.[{extra}]' in a checkout"
        )
