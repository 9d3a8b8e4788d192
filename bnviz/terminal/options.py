"""Options: what the commands share, from reading settings and files to saving results."""

import argparse
import csv
import dataclasses
import importlib.util
import io
import json
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import BinaryIO, TypeVar

from bnviz.data import uploads
from bnviz.data.bounds import MAX_FILE_BYTES, UploadError
from bnviz.data.choices import DECIMALS, DELIMITERS, ENCODINGS, Choices
from bnviz.data.examples import Examples
from bnviz.data.uploads import Upload
from bnviz.settings import Settings, SettingsError, typed_numbers
from bnviz.settings.choices import UPLOAD
from bnviz.settings.kinds import Key
from bnviz.settings.problem import Problem
from bnviz.settings.written_numbers import MINUS

T = TypeVar("T")

#: Exit status of a command that succeeded, that was wrong, and that was interrupted by Ctrl-C.
DONE, WRONG, INTERRUPTED = 0, 2, 130
#: Exit status of a command that ended early because nobody read on, as after the signal SIGPIPE.
UNREAD = 141


class CommandError(ValueError):
    """A command that cannot be executed, with the reason in one sentence."""


def read_settings(
    given: argparse.Namespace, *, default: Settings | None = None
) -> tuple[Settings, Upload | None]:
    """Reads the settings and the data of a command line.

    Args:
        given: The options: `changes`, each of the form NAME=VALUE, and those of `add_data_options`.
        default: The settings to change.

    Raises:
        CommandError: If the file cannot be read or a change has another form.
        SettingsError: If a value is not allowed.
    """
    values: dict[str, object] = dict((default or Settings()).to_query())
    changed = {}
    for change in given.changes:
        name, equals, value = change.partition("=")
        if not equals:
            raise CommandError(f"--set {change} must be of the form NAME=VALUE")
        changed[name.strip()] = value.strip()
    if given.data is None:
        if any(getattr(given, name) is not None for name in _READING):
            raise CommandError("options on how to read a file need --data FILE")
        return Settings.read(values | changed), None
    if {"dataset", "upload"} & set(changed):
        raise CommandError("--data replaces --set dataset=... and --set upload=...")
    read = read_data(Path(given.data), given)
    upload = {"dataset": UPLOAD, "upload": read.dataset.digest.hex()[: Key.length]}
    return Settings.read(values | changed | upload), read


def add_data_options(command: argparse.ArgumentParser) -> None:
    """Adds the options that say how a table is to be read, where the guess is wrong."""
    group = command.add_argument_group("how a table is read", "What is left out is guessed.")
    group.add_argument("--class-column", metavar="NAME", help="the column that holds the classes")
    group.add_argument(
        "--columns",
        metavar="NAME,NAME",
        help="the columns that hold the features; put a name with a comma in quotes",
    )
    group.add_argument(
        "--delimiter", metavar="SIGN", help=f"one of {', '.join(DELIMITERS)}, or the sign itself"
    )
    group.add_argument(
        "--decimal", metavar="SIGN", help=f"one of {', '.join(DECIMALS)}, or the sign itself"
    )
    group.add_argument("--encoding", choices=ENCODINGS, help="how letters are coded")
    heading = group.add_mutually_exclusive_group()
    heading.add_argument(
        "--header",
        dest="heading",
        action="store_true",
        default=None,
        help="the first row holds column names",
    )
    heading.add_argument(
        "--no-header",
        dest="heading",
        action="store_false",
        help="the first row is an example",
    )


#: Names of the options of `add_data_options`, which are those of `Choices`.
_READING = tuple(each.name for each in dataclasses.fields(Choices))


def read_data(path: Path, given: argparse.Namespace) -> Upload:
    """Reads a user's file with the options of `add_data_options`.

    Raises:
        CommandError: If it cannot be trained on.
    """
    return _read(path, given, uploads.read)


def read_examples(path: Path, given: argparse.Namespace) -> Examples:
    """Reads a user's file in the same way, but neither splits nor scales its examples.

    Raises:
        CommandError: If it cannot be read.
    """
    return _read(path, given, uploads.read_examples)


def _read(path: Path, given: argparse.Namespace, read: Callable[[str, bytes, Choices], T]) -> T:
    choices = Choices(
        class_column=given.class_column,
        columns=None if given.columns is None else _names(given.columns),
        heading=given.heading,
        delimiter=_sign(given.delimiter, DELIMITERS, "--delimiter"),
        decimal=_sign(given.decimal, DECIMALS, "--decimal"),
        encoding=given.encoding,
    )
    try:
        with path.open("rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
        return read(path.name, data, choices)
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}") from error
    except UploadError as error:
        raise CommandError(f"{path}: {error}") from error


def with_reading(results: str, upload: Upload | None, *, as_json: bool) -> str:
    """Adds what was read from a user's file to the results of a command.

    Args:
        results: Text, or a JSON object.
        upload: The file, if there is one.
        as_json: Whether the results are a JSON object, which gets an entry "data".
    """
    if upload is None:
        return results
    if as_json:
        return json.dumps(json.loads(results) | {"data": upload.reading.as_json()})
    return f"{upload.reading.sentence()}\n{results}"


def _names(text: str) -> tuple[str, ...]:
    """Column names separated by commas, of which any may be in quotes."""
    (names,) = csv.reader([text.replace("\n", " ")], skipinitialspace=True)
    return tuple(name.strip() for name in names)


def _sign(given: str | None, signs: Mapping[str, str], option: str) -> str | None:
    """The sign that an option gives by its name or as it is."""
    if given is None or given in signs.values():
        return given
    if given == "\\t":
        return "\t"
    if given.lower() not in signs:
        raise CommandError(f"{option} {given!r} must be one of {', '.join(signs)}")
    return signs[given.lower()]


def output_path(out: str | None, *, option: str = "--out") -> Path | None:
    """Checks before a long training whether its results can be saved.

    Args:
        out: The path that was given, if any.
        option: The option that gave it.

    Raises:
        CommandError: If the path is a folder or in a folder that does not exist.
    """
    if out is None:
        return None
    path = Path(out)
    if path.is_dir() or not path.absolute().parent.is_dir():
        raise CommandError(f"{option} {path} must be a file in an existing folder")
    return path


def output_folder(out: str | None, *, option: str) -> Path | None:
    """Checks before a long training whether files can be saved in a folder.

    Args:
        out: The path that was given, if any; the folder need not exist.
        option: The option that gave it.

    Raises:
        CommandError: If the path is a file or in a folder that does not exist.
    """
    if out is None:
        return None
    path = Path(out)
    if not path.is_dir() and (path.exists() or not path.absolute().parent.is_dir()):
        raise CommandError(f"{option} {path} must be a folder, or a new one in an existing folder")
    return path


def save(write: Callable[[BinaryIO], object], path: Path, *, option: str = "--out") -> None:
    """Writes results to a file.

    Args:
        write: Writes them to an opened file.
        path: From `output_path`.
        option: The option that gave it.

    Raises:
        CommandError: If the file cannot be written.
    """
    # Given a path, NumPy would append ".npz" to other names.
    data = io.BytesIO()
    write(data)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data.getvalue())
    except OSError as error:
        raise CommandError(f"{option} {path} cannot be written: {error.strerror}") from error


def show(*texts: str) -> bool:
    """Prints texts, a line each, to standard output; everything printed before is out as well.

    Returns:
        Whether anybody reads them: `head` and pagers close their pipe when they have had enough.
        What is printed from then on is dropped, and the command may finish or end.
    """
    try:
        for text in texts:
            # Programs read it, and some consoles cannot write a minus sign.
            print(text.replace(MINUS, "-"))
        sys.stdout.flush()
    except BrokenPipeError:
        # Python would try again at the end, and complain.
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
        return False
    return True


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


def read_integer(name: str, text: str) -> int:
    """Reads an option that is a whole number.

    Raises:
        SettingsError: If it is none.
    """
    try:
        return typed_numbers.whole(text)
    except ValueError:
        raise SettingsError([Problem(name, text, "a whole number")]) from None
