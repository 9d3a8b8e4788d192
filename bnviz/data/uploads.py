"""Uploads: reads a viewer's CSV or NPZ file into a `Dataset`, or says in one sentence why not.

The file is untrusted: nothing in it is executed, no size that it claims is believed, and every
limit is checked before memory is allocated.
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
from bnviz.data.table import quoted

#: Maximum size of a file in bytes.
MAX_FILE_BYTES = 20_000_000
#: Maximum size in bytes of all arrays in an NPZ file, uncompressed.
MAX_DECODED_BYTES = 200_000_000
#: Maximum number of examples times features: all of MNIST fits, which is 220 MB as float32.
MAX_VALUES = 60_000_000
#: Minimum and maximum number of examples, of features and of classes.
EXAMPLES = (2, 70_000)
FEATURES = (1, 1_024)
CLASSES = (2, 100)
#: Minimum number of examples on either side of the split.
MIN_EXAMPLES_EACH = 2
#: Maximum absolute value of a feature, so that its square does not overflow.
MAX_VALUE = 1e30

#: File name suffixes that are read.
SUFFIXES = (".csv", ".tsv", ".txt", ".npz")
_ZIP_SIGNATURES = (b"PK\x03\x04", b"PK\x05\x06")


class UploadError(ValueError):
    """A file that cannot be trained on; the message is one sentence that says why."""


def read(name: str, data: bytes, *, target: str | None = None) -> Dataset:
    """Reads a viewer's file.

    A CSV file has one example per row: numeric features, and a class that is a number or a word. An
    NPZ file has the layout of `keras.datasets`: `x_train`, `y_train` and, optionally, `x_test` and
    `y_test`, which become the validation examples. Without them, a fifth of each class is held out
    for validation, always the same examples. Features of dtype uint8 are scaled to the range from
    0 to 1, all others are standardized.

    Args:
        name: File name; its suffix must be one of `SUFFIXES`.
        data: Content of the file.
        target: Name of the class column of a CSV file, one of `columns(data)`; None for the last.

    Raises:
        UploadError: If the file cannot be trained on.
    """
    suffix = PurePath(name.lower()).suffix
    if suffix not in SUFFIXES:
        raise UploadError(
            f"The file {quoted(name)} must be a CSV file (.csv) or an NPZ file (.npz)."
        )
    _check_size(data)
    if (suffix == ".npz") != data.startswith(_ZIP_SIGNATURES):
        raise UploadError(f"The file is not the {suffix} file that its name suggests.")
    try:
        return _read_npz(data) if suffix == ".npz" else _read_csv(data, target)
    except (ArchiveError, table.TableError) as error:
        raise UploadError(str(error)) from error


def columns(data: bytes) -> list[str]:
    """Returns the column names of a CSV file, short and unique, to choose the class column from.

    They come from an untrusted file: show them as text, never as markup.

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
            "allowed."
        )


def _check_count(count: int, bounds: tuple[int, int], what: str) -> None:
    low, high = bounds
    if not low <= count <= high:
        raise UploadError(f"The number of {what} is {count}; it must be from {low} to {high}.")


def _read_csv(data: bytes, target: str | None) -> Dataset:
    read = table.read(data, max_columns=FEATURES[1] + 1)
    if len(read.names) == 1:
        raise UploadError(
            "The file has only one column; it needs at least one feature and a class."
        )
    if target is not None and target not in read.names:
        raise UploadError(f"The file has no column {quoted(target)} to read the class from.")
    column = len(read.names) - 1 if target is None else read.names.index(target)
    values, labels, lines = array("d"), [], []
    for line, cells in read.rows():
        label = cells.pop(column).strip()
        if label.lower() in ("", "nan"):
            raise UploadError(f"Line {line} has no class in column {quoted(read.names[column])}.")
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
        raise UploadError("The file has a heading but no examples.")
    _check_count(len(lines), EXAMPLES, "examples")
    x = np.frombuffer(values, np.float64).reshape(len(lines), -1)
    if not _bounded(x):
        row, position = np.argwhere(~(np.abs(x) <= MAX_VALUE))[0]
        name = quoted(read.names[_feature_column(position, column)])
        raise UploadError(
            f"Column {name}, line {lines[row]}: {x[row, position]:g} is not a finite number up to "
            f"{MAX_VALUE:g}."
        )
    y, classes = _classes_of_words(labels, read.names[column])
    return _split(x, y, classes)


def _row(read: table.Table, cells: list[str], line: int, column: int) -> list[float]:
    """The numbers of a row; the error names the first cell that is not a number."""
    numbers = []
    for position, cell in enumerate(cells):
        number = read.number(cell)
        if number is None:
            name = quoted(read.names[_feature_column(position, column)])
            value = quoted(cell) if cell.strip() else "an empty cell"
            raise UploadError(f"Column {name}, line {line}: {value} is not a number.")
        numbers.append(number)
    return numbers


def _bounded(x: NDArray[np.floating]) -> bool:
    """Whether all values are finite and at most `MAX_VALUE`; NaN fails both comparisons."""
    return float(x.min()) >= -MAX_VALUE and float(x.max()) <= MAX_VALUE


def _feature_column(position: int, column: int) -> int:
    """The column in the file of the feature at `position`; the classes are in `column`."""
    return position + (position >= column)


def _classes_of_words(labels: list[str], name: str) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """Class numbers and class names, sorted as numbers if all labels are numbers, else as words."""
    found = set(labels)
    if len(found) > CLASSES[1]:
        raise UploadError(
            f"Column {quoted(name)} has {len(found)} different values, but there can be at most "
            f"{CLASSES[1]} classes; choose another class column."
        )
    keys: dict[str, Any] = {label: _finite(label) for label in found}
    if None in keys.values():
        keys = {label: label for label in found}
    order = sorted(set(keys.values()))
    names = tuple(quoted(min(word for word in found if keys[word] == key))[1:-1] for key in order)
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
                f"The file has no array {name}; the layout must be that of keras.datasets: "
                "x_train, y_train, x_test, y_test."
            )
    test_names = [name for name in ("x_test", "y_test") if name in archive.names]
    if len(test_names) == 1:
        raise UploadError(
            f"The file has {test_names[0]} alone; it needs both x_test and y_test, or neither."
        )
    parts = ("train", "test") if test_names else ("train",)
    headers = {name: archive.header(name) for name in ("x_train", "y_train", *test_names)}
    _check_headers(headers, parts)
    x = {part: _features(archive, part) for part in parts}
    labels = {part: archive.array(f"y_{part}").reshape(-1) for part in parts}
    found, y_all = np.unique(np.concatenate(list(labels.values())), return_inverse=True)
    if len(found) > CLASSES[1]:
        raise UploadError(f"The file has {len(found)} classes; at most {CLASSES[1]} are allowed.")
    classes = tuple(str(label) for label in found)
    y_train = y_all[: len(labels["train"])]
    if not test_names:
        return _split(x["train"], y_train, classes)
    return _dataset(x["train"], y_train, x["test"], y_all[len(y_train) :], classes)


def _check_headers(headers: dict[str, Header], parts: tuple[str, ...]) -> None:
    """Checks every claimed dtype and shape against the limits, before any array is read."""
    for part in parts:
        x, y = headers[f"x_{part}"], headers[f"y_{part}"]
        if x.dtype.kind not in "biuf" or x.dtype.itemsize > 8:
            raise UploadError(f"x_{part} holds {x.dtype}; features must be numbers.")
        if y.dtype.kind not in "iu":
            raise UploadError(f"y_{part} holds {y.dtype}; classes must be integers.")
        if not x.shape:
            raise UploadError(f"x_{part} holds a single value instead of examples.")
        examples = x.shape[0]
        if y.shape not in ((examples,), (examples, 1)):
            raise UploadError(
                f"y_{part} has shape {y.shape}; it must hold one class for each of the {examples} "
                f"examples of x_{part}."
            )
        _check_count(math.prod(x.shape[1:]), FEATURES, f"features in x_{part}")
    total = sum(headers[f"x_{part}"].shape[0] for part in parts)
    _check_count(total, EXAMPLES, "examples")
    values = sum(math.prod(headers[f"x_{part}"].shape) for part in parts)
    if values > MAX_VALUES:
        raise UploadError(
            f"The file holds {values / 1e6:.0f} million values; at most {MAX_VALUES / 1e6:.0f} "
            "million can be trained on."
        )
    if sum(header.nbytes for header in headers.values()) > MAX_DECODED_BYTES:
        raise UploadError(f"The file unpacks to more than {MAX_DECODED_BYTES / 1e6:.0f} MB.")
    layouts = {(headers[f"x_{part}"].dtype, headers[f"x_{part}"].shape[1:]) for part in parts}
    if len(layouts) > 1:
        raise UploadError("x_train and x_test differ in dtype or in the shape of their examples.")


def _features(archive: Archive, part: str) -> NDArray[Any]:
    """The examples of a part, flattened to shape (num_examples, num_features)."""
    x = archive.array(f"x_{part}")
    x = np.ascontiguousarray(x.reshape(len(x), -1))
    if x.dtype.kind == "b":
        return x.astype(np.float32)
    if x.dtype.kind == "f" and x.size and not _bounded(x):
        raise UploadError(
            f"x_{part} holds a value that is not a finite number up to {MAX_VALUE:g}."
        )
    return x


def _split(x: NDArray[Any], y: NDArray[np.int64], classes: tuple[str, ...]) -> Dataset:
    """A data set whose validation examples are held out of `x`."""
    train, validation = preparation.split(y)
    return _dataset(x[train], y[train], x[validation], y[validation], classes)


def _dataset(
    x_train: NDArray[Any],
    y_train: NDArray[np.int64],
    x_validation: NDArray[Any],
    y_validation: NDArray[np.int64],
    classes: tuple[str, ...],
) -> Dataset:
    """A data set with scaled features; refuses examples that cannot be trained on."""
    if min(len(y_train), len(y_validation)) < MIN_EXAMPLES_EACH:
        raise UploadError(
            f"There are {len(y_train)} training examples and {len(y_validation)} validation "
            f"examples; at least {MIN_EXAMPLES_EACH} of each are needed."
        )
    present = np.unique(y_train)
    if len(present) < CLASSES[0]:
        raise UploadError(
            f"All training examples are of one class, {quoted(classes[present[0]])}; at least "
            f"{CLASSES[0]} classes are needed."
        )
    if x_train.dtype == np.uint8:
        x_train, x_validation = (part / np.float32(255) for part in (x_train, x_validation))
    else:
        with np.errstate(over="ignore"):
            x_train, x_validation = preparation.standardized(x_train, x_validation)
    if not np.isfinite(x_validation).all():
        raise UploadError(
            "A feature varies so little among the training examples, and so much among the "
            "validation examples, that it cannot be standardized."
        )
    return preparation.as_dataset(x_train, y_train, x_validation, y_validation, classes)
