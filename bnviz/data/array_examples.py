"""ArrayExamples: reads the arrays of an NPZ file into examples."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bnviz.data.bounds import (
    ARRAY_FEATURES,
    CLASSES,
    EXAMPLES,
    MAX_DECODED_BYTES,
    MAX_EXAMPLES_BYTES,
    MAX_VALUE,
    UploadError,
    check_count,
    check_values,
)
from bnviz.data.examples import Examples
from bnviz.data.number_formats import is_missing
from bnviz.data.reading import Reading
from bnviz.data.table import cut, distinct
from bnviz.recording.archive import Archive, Header

#: Names, in lower case, of the arrays with features and with classes.
TRAINING = (
    ("x_train", "y_train"),
    ("train_images", "train_labels"),
    ("x", "y"),
    ("images", "labels"),
    ("images", "target"),
    ("data", "target"),
    ("data", "labels"),
    ("features", "labels"),
    ("inputs", "targets"),
)
#: The same for a validation set.
VALIDATION = (
    ("x_test", "y_test"),
    ("x_validation", "y_validation"),
    ("x_val", "y_val"),
    ("x_valid", "y_valid"),
    ("test_images", "test_labels"),
)
#: Arrays that may hold the names of the classes 0, 1, 2 and so on.
CLASS_NAME_ARRAYS = ("classes", "class_names", "target_names")


@dataclass(frozen=True)
class _Part:
    """Names of the arrays of one part, as they are in the file."""

    x: str
    y: str


def read(data: bytes, max_bytes: int = MAX_EXAMPLES_BYTES) -> tuple[Examples, Reading]:
    """Reads an NPZ file with arrays named in `TRAINING`, and perhaps in `VALIDATION`.

    Args:
        data: Content of the file.
        max_bytes: How much memory its arrays may take, and its features as float32.

    Raises:
        ArchiveError: If the file is damaged.
        UploadError: If the file cannot be trained on.
    """
    archive = Archive(data)
    parts, notes = _parts(archive), []
    headers = {part: (archive.header(part.x), archive.header(part.y)) for part in parts}
    if len(parts) > 1 and 0 in (headers[parts[1]][0].count, headers[parts[1]][1].count):
        notes.append(f"{parts[1].x} or {parts[1].y} is empty, so examples are held out instead")
        parts = parts[:1]
    headers = {part: headers[part] for part in parts}
    _check_headers(headers, max_bytes)
    x, labels, num_missing = [], [], 0
    for part in parts:
        features, names = _features(archive, part), _labels(archive, part)
        kept = _present(features) & np.array([name is not None for name in names], bool)
        num_missing += int((~kept).sum())
        x.append(features if kept.all() else features[kept])
        labels.append([name for name, keep in zip(names, kept, strict=True) if keep])
    if num_missing:
        check_count(sum(map(len, labels)), EXAMPLES, "examples without a missing value")
    y, classes = _numbered(labels, _class_names(archive))
    validation = (x[1], y[1]) if len(parts) > 1 else (None, None)
    shapes = " and ".join(_described(part, headers[part][0]) for part in parts)
    reading = Reading(
        layout=f"NPZ, {shapes}",
        num_missing=num_missing,
        notes=tuple(notes),
        first_rows=tuple(
            (cut(name), str(archive.header(name).dtype), str(archive.header(name).shape))
            for part in parts
            for name in (part.x, part.y)
        ),
    )
    return Examples(x[0], y[0], classes, *validation), reading


def _parts(archive: Archive) -> list[_Part]:
    """The arrays to read: for training, and perhaps for validation."""
    names = {name.lower(): name for name in archive.names}
    training = next((pair for pair in TRAINING if names.keys() >= set(pair)), None)
    if training is None:
        found = ", ".join(map(cut, archive.names[:5])) or "none"
        missing = next((name for name in TRAINING[0] if name not in names), TRAINING[0][0])
        raise UploadError(
            f"The file has no array {missing}; it needs x_train and y_train, with or without "
            "x_test and y_test, or x and y, data and target, or images and labels; its arrays: "
            f"{found}."
        )
    pairs = [training]
    for pair in VALIDATION:
        present = [name for name in pair if name in names]
        if len(present) == 1:
            raise UploadError(
                f"The file has {names[present[0]]} alone; it needs both {' and '.join(pair)}, or "
                "neither."
            )
        if present:
            pairs.append(pair)
            break
    return [_Part(names[x], names[y]) for x, y in pairs]


def _check_headers(headers: dict[_Part, tuple[Header, Header]], max_bytes: int) -> None:
    """Checks every claimed dtype and shape against the limits, before any array is read."""
    for part, (x, y) in headers.items():
        if x.dtype.kind not in "biuf" or x.dtype.itemsize > 8:
            raise UploadError(f"{part.x} holds {x.dtype}; features must be numbers.")
        if not x.shape:
            raise UploadError(f"{part.x} holds a single value instead of examples.")
        examples = x.shape[0]
        if y.shape[:1] != (examples,) or len(y.shape) > 2:
            raise UploadError(
                f"{part.y} has shape {y.shape}; it must hold one class for each of the {examples} "
                f"examples of {part.x}."
            )
        several = y.count != examples
        if several and (y.dtype.kind not in "biuf" or not 1 < y.shape[1] <= CLASSES[1]):
            raise UploadError(
                f"{part.y} has shape {y.shape}; it must hold one class for each example, or up to "
                f"{CLASSES[1]} columns of 0 and 1."
            )
        check_count(math.prod(x.shape[1:]), ARRAY_FEATURES, f"features in {part.x}")
    check_count(sum(x.shape[0] for x, _ in headers.values()), EXAMPLES, "examples")
    values = sum(x.count for x, _ in headers.values())
    check_values(values, max_bytes)
    allowed = min(MAX_DECODED_BYTES, max_bytes)
    if sum(x.nbytes + y.nbytes for x, y in headers.values()) > allowed:
        raise UploadError(
            f"The file unpacks to more than {allowed / 1e6:.0f} MB; save fewer examples, or values "
            "of fewer bytes, such as float32."
        )
    shapes = {x.shape[1:]: part.x for part, (x, _) in headers.items()}
    if len(shapes) > 1:
        raise UploadError(f"{' and '.join(shapes.values())} differ in the shape of their examples.")


def _features(archive: Archive, part: _Part) -> NDArray[Any]:
    """The examples of a part; NaN stands for a missing value."""
    x = archive.array(part.x)
    if x.dtype.kind == "f" and x.size:
        # fmin and fmax pass over NaN.
        low, high = float(np.fmin.reduce(x, axis=None)), float(np.fmax.reduce(x, axis=None))
        if low < -MAX_VALUE or high > MAX_VALUE:
            raise UploadError(
                f"{part.x} holds a value that is not a finite number up to {MAX_VALUE:g}."
            )
    return x


def _present(x: NDArray[Any]) -> NDArray[np.bool_]:
    """Which examples have no missing value."""
    if x.dtype.kind != "f":
        return np.ones(len(x), bool)
    present: NDArray[np.bool_] = ~np.isnan(x).reshape(len(x), -1).any(axis=1)
    return present


def _labels(archive: Archive, part: _Part) -> list[str | int | None]:
    """The class of each example: text, or a whole number; None if it is missing.

    Raises:
        UploadError: If the classes are numbers that are not whole.
    """
    y = archive.array(part.y)
    if y.ndim == 2 and y.shape[1] > 1:
        return _of_one_hot(y, part)
    y = y.reshape(-1)
    if y.dtype.kind in "US":
        words = [str(label, "latin-1") if y.dtype.kind == "S" else str(label) for label in y]
        return [None if is_missing(word) else word.strip() for word in words]
    if y.dtype.kind != "f":
        return [int(label) for label in y]
    if not np.isfinite(y[~np.isnan(y)]).all() or (np.floor(y) != y)[~np.isnan(y)].any():
        raise UploadError(
            f"{part.y} holds numbers that are not whole: they are quantities to predict "
            "(regression), not classes."
        )
    return [None if math.isnan(label) else int(label) for label in y.tolist()]


def _of_one_hot(y: NDArray[Any], part: _Part) -> list[str | int | None]:
    if not (((y == 0) | (y == 1)).all() and (y.sum(axis=1) == 1).all()):
        raise UploadError(
            f"{part.y} has shape {y.shape}; each of its rows must hold a single 1 and otherwise 0, "
            "or there must be one class for each example."
        )
    return [int(label) for label in y.argmax(axis=1)]


def _class_names(archive: Archive) -> list[str]:
    """Names of the classes 0, 1, 2 and so on, if the file has any."""
    for name in CLASS_NAME_ARRAYS:
        if name in archive.names:
            header = archive.header(name)
            if header.dtype.kind == "U" and len(header.shape) == 1 and header.count <= CLASSES[1]:
                return list(distinct([str(each) for each in archive.array(name)]))
    return []


def _numbered(
    labels: list[list[str | int | None]], names: list[str]
) -> tuple[list[NDArray[np.int64]], tuple[str, ...]]:
    """Class numbers of each part, and class names, sorted as numbers or else as text."""
    different = set().union(*labels)
    if len(different) > CLASSES[1]:
        raise UploadError(
            f"The file has {len(different)} classes; at most {CLASSES[1]} are allowed."
        )
    order = sorted(different, key=lambda label: (isinstance(label, str), label))
    numbers = {label: index for index, label in enumerate(order)}
    y = [np.array([numbers[label] for label in part], np.int64) for part in labels]
    if names and all(isinstance(label, int) and 0 <= label < len(names) for label in order):
        return y, tuple(names[int(label)] for label in order if label is not None)
    return y, distinct([str(label) for label in order])


def _described(part: _Part, x: Header) -> str:
    shape = " x ".join(map(str, x.shape[1:])) or "1"
    return f"{cut(part.x)} with {x.shape[0]:,} examples of {shape} {x.dtype}"
