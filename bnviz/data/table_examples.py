"""TableExamples: reads a table into examples, column by column."""

from collections import Counter
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from bnviz.data import table
from bnviz.data.bounds import (
    EXAMPLES,
    MAX_VALUE,
    UploadError,
    check_count,
)
from bnviz.data.choices import Choices
from bnviz.data.columns import Column
from bnviz.data.examples import Examples
from bnviz.data.reading import Reading, layout_of_table
from bnviz.data.table import Table, cut, quoted
from bnviz.data.table_classes import class_column, classes_of
from bnviz.data.table_features import Features


def read(data: bytes, choices: Choices) -> tuple[Examples, Reading]:
    """Reads a table: one example per row, features in columns, and a class in one column.

    Args:
        data: Content of the file.
        choices: What the user has chosen.

    Raises:
        UploadError: If the file cannot be trained on.
    """
    found = table.read(data, choices)
    choices = _with_known_names(choices, found)
    target = class_column(found, choices)
    labels = _column(found, choices, target)
    sign = labels.decimal_sign
    features = Features(found, labels, choices, set() if sign is None else {sign})
    for index in range(len(found.names)):
        if index != target:
            features.add(_column(found, choices, index))
    x, names = features.values()
    missing = np.isnan(x).any(axis=1) | labels.missing
    _check_finite(x, names, found)
    if missing.any():
        _check_enough(x, names, missing)
    check_count(int((~missing).sum()), EXAMPLES, "examples")
    y, classes = classes_of(labels, ~missing, found, guessed=choices.class_column is None)
    decimal = choices.decimal or features.decimal
    filled = Choices(
        class_column=labels.name,
        columns=tuple(dict.fromkeys(names)),
        heading=found.dialect.has_heading,
        delimiter=found.dialect.delimiter,
        decimal=decimal,
        encoding=found.encoding,
    )
    reading = Reading(
        layout=layout_of_table(filled),
        choices=filled,
        columns=found.names,
        left_out=tuple(features.left_out),
        num_missing=int(missing.sum()),
        missing=_missing(x, names, labels),
        notes=(*found.notes, *features.notes, *features.of_words()),
        first_rows=found.first_rows,
    )
    kept = x[~missing] if missing.any() else x
    return Examples(kept, y, classes, feature_names=tuple(names)), reading


def _missing(
    x: NDArray[np.float64], names: list[str], labels: Column
) -> tuple[tuple[str, int], ...]:
    """Columns in which values are missing, and how many; in that of the classes, by what is there.

    What stands for a missing value in most tables may be the name of a class in another.
    """
    in_features = dict(zip(names, np.isnan(x).sum(axis=0).tolist(), strict=True))
    found = {quoted(name): count for name, count in in_features.items() if count}
    without = Counter(cell for cell, none in zip(labels.cells, labels.missing, strict=True) if none)
    for cell, count in without.items():
        found[f"{quoted(cell) if cell else 'nothing'} in the class column"] = count
    return tuple(found.items())


def _column(found: Table, choices: Choices, index: int) -> Column:
    name, chosen = found.names[index], choices.columns or ()
    cells, named = found.cells(index), found.named[index]
    return Column(name, named, cells, choices.decimal, chosen=name in chosen)


def _with_known_names(choices: Choices, found: Table) -> Choices:
    """The choices with column names as the table has them, which are cut if they are long.

    Raises:
        UploadError: If there is no example, no feature, or no column of a chosen name.
    """
    if not found.lines:
        raise UploadError("The file has a heading but no examples.")
    if len(found.names) == 1:
        raise UploadError(
            "The file has only one column; it needs at least one feature and a class; if it has "
            "more, choose the delimiter."
        )

    def known(name: str) -> str:
        return name if name in found.names else cut(name)

    class_column = None if choices.class_column is None else known(choices.class_column)
    columns = None if choices.columns is None else tuple(map(known, choices.columns))
    for name in (class_column, *(columns or ())):
        if name is not None and name not in found.names:
            listed = ", ".join(map(quoted, found.names[:10]))
            more = ", ..." if len(found.names) > 10 else ""
            raise UploadError(
                f"The file has no column {quoted(name)}; its columns are {listed}{more}."
            )
    return replace(choices, class_column=class_column, columns=columns)


def _check_finite(x: NDArray[np.float64], names: list[str], found: Table) -> None:
    wrong = np.abs(x) > MAX_VALUE
    if wrong.any():
        row, position = np.argwhere(wrong)[0]
        raise UploadError(
            f"Column {quoted(names[position])}, line {found.lines[row]}: {x[row, position]:g} is "
            f"not a finite number up to {MAX_VALUE:g}."
        )


def _check_enough(x: NDArray[np.float64], names: list[str], missing: NDArray[np.bool_]) -> None:
    """Names the column with the most missing values if too few examples have all of theirs."""
    left = int((~missing).sum())
    if left < EXAMPLES[0]:
        counts = np.isnan(x).sum(axis=0)
        worst = int(counts.argmax())
        raise UploadError(
            f"Only {left} of {len(x)} examples have all their values; leave out columns with many "
            f"missing ones, such as {quoted(names[worst])} ({counts[worst]} missing)."
        )
