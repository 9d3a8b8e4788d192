"""Uploads: a viewer's own CSV or NPZ file made into a `Dataset`, or one sentence on why not.

The file may be anything. Nothing in it is executed, no claim in it is believed, and every bound is
held before memory is reserved.
"""

import math
from array import array
from pathlib import PurePath
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bnviz.archive import Archive, ArchiveError, Header
from bnviz.data import preparation, table
from bnviz.data.dataset import Dataset
from bnviz.data.table import shown

#: Bytes of a file, at the most.
MAX_FILE_BYTES = 20_000_000
#: Bytes of all arrays in an NPZ file once unpacked, at the most.
MAX_DECODED_BYTES = 200_000_000
#: Examples times features, at the most: all of MNIST, 220 MB as the network takes it.
MAX_VALUES = 60_000_000
#: Examples, features of each, and classes: at least, at the most.
EXAMPLES = (2, 70_000)
FEATURES = (1, 1_024)
CLASSES = (2, 100)
#: Examples needed on either side of the split.
MIN_EXAMPLES_EACH = 2
#: Size beyond which a feature is refused, so that its square can be computed.
MAX_VALUE = 1e30

#: What is read, by the end of the file's name.
SUFFIXES = (".csv", ".tsv", ".txt", ".npz")
_ZIP_SIGNATURES = (b"PK\x03\x04", b"PK\x05\x06")


class UploadError(ValueError):
    """A file that cannot be trained on; one plain sentence that says why."""


def read(name: str, data: bytes, *, target: str | None = None) -> Dataset:
    """Reads a viewer's file.

    A CSV file has one example a row: numbers, and the class as a number or a word. An NPZ file is
    laid out as those of `keras.datasets`: `x_train`, `y_train` and, if there are any, `x_test`,
    `y_test`. Where there is no test set, a fifth of each class is kept for validation, always the
    same. Images in bytes are scaled to 0 to 1, all else is standardized.

    Args:
        name: The file's name, whose end tells its kind.
        data: Its bytes.
        target: Of a CSV file the class column, one of `columns`; the last one if None.

    Raises:
        UploadError: If the file cannot be trained on.
    """
    suffix = PurePath(name.lower()).suffix
    if suffix not in SUFFIXES:
        raise UploadError(f"The file {shown(name)} must be a CSV file (.csv) or NPZ file (.npz).")
    _check_size(data)
    if (suffix == ".npz") != data.startswith(_ZIP_SIGNATURES):
        raise UploadError(f"The file is not the {suffix} file that its name says.")
    try:
        return _read_npz(data) if suffix == ".npz" else _read_csv(data, target)
    except (ArchiveError, table.TableError) as error:
        raise UploadError(str(error)) from error


def columns(data: bytes) -> list[str]:
    """The columns of a CSV file, for the choice of the class column; short and all different.

    They come from the file: show them as text, never as markup.

    Raises:
        UploadError: If the file cannot be read as a table.
    """
    _check_size(data)
    try:
        return list(table.read(data, max_columns=FEATURES[1] + 1).names)
    except table.TableError as error:
        raise UploadError(str(error)) from error


def _check_size(data: bytes) -> None:
    if not data:
        raise UploadError("The file is empty.")
    if len(data) > MAX_FILE_BYTES:
        raise UploadError(
            f"The file has {len(data) / 1e6:.1f} MB; at most {MAX_FILE_BYTES / 1e6:.0f} MB are "
            "read."
        )


def _within(count: int, bounds: tuple[int, int], what: str) -> None:
    low, high = bounds
    if not low <= count <= high:
        raise UploadError(f"The number of {what} is {count}; allowed are {low} to {high}.")


def _read_csv(data: bytes, target: str | None) -> Dataset:
    read = table.read(data, max_columns=FEATURES[1] + 1)
    if len(read.names) == 1:
        raise UploadError("The file has one column; features and a class are needed.")
    if target is not None and target not in read.names:
        raise UploadError(f"The file has no column {shown(target)} to take the class from.")
    column = len(read.names) - 1 if target is None else read.names.index(target)
    values, labels, lines = array("d"), [], []
    for line, cells in read.rows():
        label = cells.pop(column).strip()
        if label.lower() in ("", "nan"):
            raise UploadError(f"Line {line} has no class in column {shown(read.names[column])}.")
        try:
            numbers = list(map(float, cells))
        except ValueError:
            numbers = _row(read, cells, line, column)
        values.extend(numbers)
        labels.append(label)
        lines.append(line)
        if len(lines) > EXAMPLES[1]:
            raise UploadError(f"The file has more than {EXAMPLES[1]} examples.")
    if not lines:
        raise UploadError("The file has a heading and no examples.")
    _within(len(lines), EXAMPLES, "examples")
    x = np.frombuffer(values, np.float64).reshape(len(lines), -1)
    if not _bounded(x):
        row, position = np.argwhere(~(np.abs(x) <= MAX_VALUE))[0]
        where = shown(read.names[_place(position, column)])
        raise UploadError(
            f"Column {where}, line {lines[row]}: {x[row, position]:g} is no finite number up to "
            f"{MAX_VALUE:g}."
        )
    y, classes = _classes_of_words(labels, read.names[column])
    return _divided(x, y, classes)


def _row(read: table.Table, cells: list[str], line: int, column: int) -> list[float]:
    """A row's numbers as this table writes them; names the first cell that is none."""
    numbers = []
    for position, cell in enumerate(cells):
        number = read.number(cell)
        if number is None:
            name = shown(read.names[_place(position, column)])
            came = shown(cell) if cell.strip() else "an empty cell"
            raise UploadError(f"Column {name}, line {line}: {came} is not a number.")
        numbers.append(number)
    return numbers


def _bounded(x: NDArray[np.floating]) -> bool:
    """Whether all values are finite and not too large; a NaN fails both comparisons."""
    return float(x.min()) >= -MAX_VALUE and float(x.max()) <= MAX_VALUE


def _place(position: int, column: int) -> int:
    """Where a feature's column stands in the file, of which the class column was taken out."""
    return position + (position >= column)


def _classes_of_words(labels: list[str], name: str) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """Numbers the classes in the order of their values if all are numbers, else of the words."""
    found = set(labels)
    if len(found) > CLASSES[1]:
        raise UploadError(
            f"Column {shown(name)} has {len(found)} different values; a class has at most "
            f"{CLASSES[1]}, so choose another column for it."
        )
    keys: dict[str, Any] = {label: _finite(label) for label in found}
    if None in keys.values():
        keys = {label: label for label in found}
    order = sorted(set(keys.values()))
    names = tuple(shown(min(word for word in found if keys[word] == key))[1:-1] for key in order)
    number = {label: order.index(key) for label, key in keys.items()}
    return np.array([number[label] for label in labels]), names


def _finite(word: str) -> float | None:
    try:
        number = float(word)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _read_npz(data: bytes) -> Dataset:
    archive = Archive(data)
    for name in ("x_train", "y_train"):
        if name not in archive.names:
            raise UploadError(
                f"The file has no array {name}; the layout is that of keras.datasets: x_train, "
                "y_train, x_test, y_test."
            )
    tested = [name for name in ("x_test", "y_test") if name in archive.names]
    if len(tested) == 1:
        raise UploadError(f"The file has {tested[0]} alone; x_test and y_test go together.")
    parts = ("train", "test") if tested else ("train",)
    headers = {name: archive.header(name) for name in ("x_train", "y_train", *tested)}
    _check_headers(headers, parts)
    x = {part: _features(archive, part) for part in parts}
    labels = {part: archive.array(f"y_{part}").reshape(-1) for part in parts}
    found, y_all = np.unique(np.concatenate(list(labels.values())), return_inverse=True)
    if len(found) > CLASSES[1]:
        raise UploadError(f"The file has {len(found)} classes; at most {CLASSES[1]} are read.")
    classes = tuple(str(label) for label in found)
    y_train = y_all[: len(labels["train"])]
    if not tested:
        return _divided(x["train"], y_train, classes)
    return _dataset(x["train"], y_train, x["test"], y_all[len(y_train) :], classes)


def _check_headers(headers: dict[str, Header], parts: tuple[str, ...]) -> None:
    """Holds every claim against the bounds, before any array is read."""
    for part in parts:
        x, y = headers[f"x_{part}"], headers[f"y_{part}"]
        if x.dtype.kind not in "biuf" or x.dtype.itemsize > 8:
            raise UploadError(f"x_{part} holds {x.dtype}; features must be numbers.")
        if y.dtype.kind not in "iu":
            raise UploadError(f"y_{part} holds {y.dtype}; classes must be whole numbers.")
        if not x.shape:
            raise UploadError(f"x_{part} holds a single value and no examples.")
        examples = x.shape[0]
        if y.shape not in ((examples,), (examples, 1)):
            raise UploadError(
                f"y_{part} has the shape {y.shape}; one class for each of the {examples} examples "
                f"of x_{part} is needed."
            )
        _within(math.prod(x.shape[1:]), FEATURES, f"features in x_{part}")
    total = sum(headers[f"x_{part}"].shape[0] for part in parts)
    _within(total, EXAMPLES, "examples")
    values = sum(math.prod(headers[f"x_{part}"].shape) for part in parts)
    if values > MAX_VALUES:
        raise UploadError(
            f"The file holds {values / 1e6:.0f} million values; at most {MAX_VALUES / 1e6:.0f} "
            "million can be trained on."
        )
    if sum(header.nbytes for header in headers.values()) > MAX_DECODED_BYTES:
        raise UploadError(f"The file unpacks to more than {MAX_DECODED_BYTES / 1e6:.0f} MB.")
    forms = {(headers[f"x_{part}"].dtype, headers[f"x_{part}"].shape[1:]) for part in parts}
    if len(forms) > 1:
        raise UploadError("x_train and x_test differ in the type or the shape of their examples.")


def _features(archive: Archive, part: str) -> NDArray[Any]:
    """Examples with all their features in a row, shape (num_examples, num_features)."""
    x = archive.array(f"x_{part}")
    x = np.ascontiguousarray(x.reshape(len(x), -1))
    if x.dtype.kind == "b":
        return x.astype(np.float32)
    if x.dtype.kind == "f" and x.size and not _bounded(x):
        raise UploadError(f"x_{part} holds a value that is no finite number up to {MAX_VALUE:g}.")
    return x


def _divided(x: NDArray, y: NDArray[np.int64], classes: tuple[str, ...]) -> Dataset:
    train, validation = preparation.split(y)
    return _dataset(x[train], y[train], x[validation], y[validation], classes)


def _dataset(
    x_train: NDArray,
    y_train: NDArray[np.int64],
    x_validation: NDArray,
    y_validation: NDArray[np.int64],
    classes: tuple[str, ...],
) -> Dataset:
    if min(len(y_train), len(y_validation)) < MIN_EXAMPLES_EACH:
        raise UploadError(
            f"The file has {len(y_train)} examples to train on and {len(y_validation)} to validate "
            f"with; at least {MIN_EXAMPLES_EACH} each are needed."
        )
    present = np.unique(y_train)
    if len(present) < CLASSES[0]:
        raise UploadError(
            f"All examples to train on are of one class, {shown(classes[present[0]])}; at least "
            "2 classes are needed."
        )
    if x_train.dtype == np.uint8:
        x_train, x_validation = (part / np.float32(255) for part in (x_train, x_validation))
    else:
        with np.errstate(over="ignore"):
            x_train, x_validation = preparation.standardized(x_train, x_validation)
    if not np.isfinite(x_validation).all():
        raise UploadError(
            "A feature varies so little among the examples to train on, and so much among those "
            "to validate with, that it cannot be standardized."
        )
    return preparation.dataset(x_train, y_train, x_validation, y_validation, classes)
