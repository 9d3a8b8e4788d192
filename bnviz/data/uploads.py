"""Uploads: reads a viewer's CSV or NPZ file into a `Dataset`, or says in one sentence why not.

A file comes from a stranger: it is taken as text and numbers, never as code, and its size is
checked before memory is reserved for it.
"""

import math
from dataclasses import dataclass, replace
from pathlib import PurePath

import numpy as np
from numpy.typing import NDArray

from bnviz.data import array_examples, preparation, table, table_examples
from bnviz.data.bounds import (
    CLASSES,
    MAX_EXAMPLES_BYTES,
    MAX_FILE_BYTES,
    MIN_EXAMPLES_EACH,
    UploadError,
    check_values,
)
from bnviz.data.choices import Choices
from bnviz.data.dataset import Dataset
from bnviz.data.examples import Examples
from bnviz.data.other_files import way_out
from bnviz.data.reading import MAX_SHOWN, Reading
from bnviz.data.table import quoted
from bnviz.recording.archive import ArchiveError

#: File name suffixes that are read.
TABLE_SUFFIXES = (".csv", ".tsv", ".tab", ".txt", ".dat", ".data")
SUFFIXES = (*TABLE_SUFFIXES, ".npz")
_ZIP_SIGNATURES = (b"PK\x03\x04", b"PK\x05\x06")
_GUESSES = Choices()


@dataclass(frozen=True)
class Upload:
    """A file that was read.

    Attributes:
        dataset: Its examples, split and scaled.
        reading: What was taken from it.
    """

    dataset: Dataset
    reading: Reading


def read(
    name: str,
    data: bytes,
    choices: Choices = _GUESSES,
    *,
    max_bytes: int = MAX_EXAMPLES_BYTES,
) -> Upload:
    """Reads a viewer's file.

    A table has one example per row: features in columns, and a class that is a number or a word. An
    NPZ file holds arrays of features and classes; see `array_examples.TRAINING`. Without a
    validation set in the file, a fifth of each class is held out for validation, always the same
    examples. Features are scaled as `preparation.scaling` says.

    Args:
        name: File name; its suffix must be one of `SUFFIXES`.
        data: Content of the file.
        choices: How a table is to be read; without effect on an NPZ file.
        max_bytes: How much memory the arrays of an NPZ file may take, and the features as float32.

    Raises:
        UploadError: If the file cannot be trained on.
    """
    examples, reading = _read(name, data, choices, max_bytes)
    _check_classes(examples)
    dataset, scaled = preparation.prepare(examples)
    y = dataset.y_train, dataset.y_validation
    _check_numbers(*y)
    _check_scaled(dataset.x_validation)
    return Upload(dataset, _completed(reading, examples, *y, scaled))


def report(
    name: str,
    data: bytes,
    choices: Choices = _GUESSES,
    *,
    max_bytes: int = MAX_EXAMPLES_BYTES,
) -> Reading:
    """What `read` says of a file, in less memory: training examples are not scaled.

    Raises:
        UploadError: If the file cannot be trained on.
    """
    examples, reading = _read(name, data, choices, max_bytes)
    _check_classes(examples)
    parts = preparation.divided(examples)
    scaling = preparation.scaling(parts.x_train, parts.x_validation)
    y = parts.y_train, parts.y_validation
    _check_numbers(*y)
    with np.errstate(over="ignore"):
        _check_scaled(scaling.of(parts.x_validation))
    return _completed(reading, examples, *y, scaling.words)


def _check_numbers(y_train: NDArray[np.integer], y_validation: NDArray[np.integer]) -> None:
    """Refuses too few examples."""
    num_train, num_validation = len(y_train), len(y_validation)
    if min(num_train, num_validation) < MIN_EXAMPLES_EACH:
        raise UploadError(
            f"There are {num_train} training examples and {num_validation} validation examples; at "
            f"least {MIN_EXAMPLES_EACH} of each are needed."
        )


def _completed(
    reading: Reading,
    examples: Examples,
    y_train: NDArray[np.integer],
    y_validation: NDArray[np.integer],
    scaled: str,
) -> Reading:
    """A reading with what the split and the scaling have made of the examples."""
    return replace(
        reading,
        notes=(*reading.notes, *_notes_on_classes(examples.classes, y_train, y_validation)),
        num_train=len(y_train),
        num_validation=len(y_validation),
        held_out=examples.x_validation is None,
        num_features=math.prod(examples.example_shape),
        example_shape=examples.example_shape,
        classes=tuple(zip(examples.classes, examples.class_counts(), strict=True)),
        scaled=scaled,
    )


def _notes_on_classes(
    classes: tuple[str, ...], y_train: NDArray[np.integer], y_validation: NDArray[np.integer]
) -> list[str]:
    """Says which classes are not trained on, or not validated."""
    notes = []
    for y, what in (
        (y_train, "no training example"),
        (y_validation, "no validation example"),
    ):
        counts = np.bincount(y, minlength=len(classes))
        names = [quoted(classes[number]) for number in np.flatnonzero(counts == 0)]
        if names:
            shown = ", ".join(names[:MAX_SHOWN])
            more = f" and {len(names) - MAX_SHOWN} more" if len(names) > MAX_SHOWN else ""
            notes.append(f"There is {what} of {shown}{more}")
    return notes


def read_examples(name: str, data: bytes, choices: Choices = _GUESSES) -> Examples:
    """Reads a viewer's file as `read` does, but neither splits nor scales its examples.

    Raises:
        UploadError: If the file cannot be read.
    """
    return _read(name, data, choices)[0]


def is_table(name: str) -> bool:
    """Whether a file with this name is read as a table."""
    return PurePath(name.lower()).suffix in TABLE_SUFFIXES


def columns(data: bytes, choices: Choices = _GUESSES) -> list[str]:
    """Returns the column names of a table, short and unique, to choose from.

    They come from an untrusted file: show them as text, never as markup.

    Raises:
        UploadError: If the file cannot be read as a table.
    """
    _check_size(data)
    return list(table.read(data, choices).names)


def _read(
    name: str, data: bytes, choices: Choices, max_bytes: int = MAX_EXAMPLES_BYTES
) -> tuple[Examples, Reading]:
    suffix = PurePath(name.lower()).suffix
    instead = way_out(suffix, data)
    if suffix not in SUFFIXES:
        raise UploadError(
            f"The file {quoted(name)} must be a CSV file (.csv) or an NPZ file (.npz)"
            f"{'; ' + instead if instead else ''}."
        )
    _check_size(data)
    if (suffix == ".npz") != data.startswith(_ZIP_SIGNATURES) or instead:
        raise UploadError(
            f"The file is not the {suffix} file that its name suggests"
            f"{'; ' + instead if instead else ''}."
        )
    try:
        if suffix == ".npz":
            examples, reading = array_examples.read(data, max_bytes)
            if choices != _GUESSES:
                note = "How a table is to be read says nothing of an NPZ file"
                reading = replace(reading, notes=(*reading.notes, note))
            return examples, reading
        examples, reading = table_examples.read(data, choices)
        check_values(examples.x.size, max_bytes)
        return examples, reading
    except ArchiveError as error:
        raise UploadError(str(error)) from error


def _check_size(data: bytes) -> None:
    if not data:
        raise UploadError("The file is empty.")
    if len(data) > MAX_FILE_BYTES:
        raise UploadError(
            f"The file has {len(data) / 1e6:.1f} MB; at most {MAX_FILE_BYTES / 1e6:.0f} MB are "
            "allowed."
        )


def _check_classes(examples: Examples) -> None:
    """Refuses training examples of a single class."""
    present = np.unique(examples.y)
    if len(present) < CLASSES[0]:
        only = f", {quoted(examples.classes[present[0]])}" if len(present) else ""
        raise UploadError(
            f"All training examples are of one class{only}; at least {CLASSES[0]} classes are "
            "needed."
        )


def _check_scaled(x_validation: NDArray[np.float32]) -> None:
    """Refuses validation examples that are too large once they are scaled."""
    if not np.isfinite(x_validation).all():
        raise UploadError(
            "A feature varies so little among the training examples, and so much among the "
            "validation examples, that it cannot be standardized."
        )
