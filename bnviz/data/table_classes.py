"""TableClasses: which column of a table holds the classes, and what they are."""

from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from bnviz.data.bounds import CLASSES, UploadError
from bnviz.data.choices import Choices
from bnviz.data.columns import Column, Kind
from bnviz.data.table import Table, distinct, quoted

#: Names of columns that hold classes, in lower case, wherever they are in the table.
CLASS_NAMES = frozenset({"class", "cls", "target", "label", "labels", "species"})
#: Average number of examples of a class below which numbers are taken for a quantity.
_MIN_AVERAGE = 2
#: The same for a column that nobody has chosen, if it has more than so many different numbers. If
#: these are not whole, they are taken for a quantity anyway.
_MIN_AVERAGE_GUESSED, _MANY = 10, 20
_MAX_NAMED = 5


def class_column(found: Table, choices: Choices) -> int:
    """Position of the column of the classes.

    It is the chosen one, else the only one with a name of `CLASS_NAMES`, else the last that holds
    something, does not only count the rows, and holds neither more than two dates nor text that
    hardly recurs.
    """
    if choices.class_column is not None:
        return found.names.index(choices.class_column)
    features = set(choices.columns or ())
    free = [index for index, name in enumerate(found.names) if name not in features]
    named = [index for index in free if found.names[index].strip().lower() in CLASS_NAMES]
    if len(named) == 1:
        return named[0]
    last = free[-1] if free else len(found.names) - 1
    passed = False
    for index in reversed(free):
        column = Column(found.names[index], found.named[index], found.cells(index))
        if column.kind == Kind.EMPTY or (column.named_as_index and column.counts_rows):
            continue
        # A quantity in the last column is said to be one. Left of text it is passed over as well.
        if _hardly_recurs(column) and (passed or column.kind != Kind.NUMBERS):
            last = last if passed else index
            passed = True
            continue
        return index
    return last


def _hardly_recurs(column: Column) -> bool:
    """Whether a column holds several dates, or too many different values for classes."""
    most = max(CLASSES[0], min(CLASSES[1], len(column.cells) / _MIN_AVERAGE))
    return len(column.counts) > (CLASSES[0] if column.kind == Kind.DATES else most)


def classes_of(
    column: Column, kept: NDArray[np.bool_], found: Table, *, guessed: bool
) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """The classes in a column of a table.

    Classes are text: "1" and "1.0" are two. They are sorted as numbers if all of them are numbers,
    without rounding, else as text.

    Args:
        column: The column.
        kept: Which rows are examples.
        found: The table, whose other columns are named if this one holds no classes.
        guessed: Whether the column was guessed, not chosen.

    Returns:
        Class numbers of the examples and class names, short and unique.

    Raises:
        UploadError: If there are too many classes for a classification.
    """
    labels = [cell for cell, keep in zip(column.cells, kept, strict=True) if keep]
    different = set(labels)
    if len(different) > CLASSES[1] or _is_quantity(column, different, len(labels), guessed):
        raise UploadError(_too_many(column, len(different), found))
    order = sorted(different)
    if column.formats:
        exact = {label: column.formats[0].exact(label) for label in different}
        order.sort(key=lambda label: exact[label] or Decimal(0))
    number = {label: index for index, label in enumerate(order)}
    return np.array([number[label] for label in labels], np.int64), distinct(order)


def _is_quantity(column: Column, labels: set[str], count: int, guessed: bool) -> bool:
    """Whether numbers are rather a quantity to predict than the names of classes."""
    if not column.formats or len(labels) <= CLASSES[0]:
        return False
    if len(labels) > count / _MIN_AVERAGE:
        return True
    numbers = [column.formats[0].exact(each) or Decimal(0) for each in labels]
    fractions = any(number != number.to_integral_value() for number in numbers)
    few = count < _MIN_AVERAGE_GUESSED * len(labels)
    return guessed and len(labels) > _MANY and (fractions or few)


def _too_many(column: Column, count: int, found: Table) -> str:
    """Says that a column holds no classes, and which may hold some."""
    name = quoted(column.name)
    most = min(_MANY, len(found.lines) // _MIN_AVERAGE)
    others: list[str] = []
    for index, other in enumerate(found.names):
        near = Column(other, found.named[index], found.cells(index))
        possible = near.kind not in (Kind.EMPTY, Kind.DATES) and other != column.name
        if possible and CLASSES[0] <= len(near.counts) <= most:
            others.append(f"{quoted(other)} ({len(near.counts)} values)")
        if len(others) == _MAX_NAMED:
            break
    instead = f", such as {', '.join(others)}" if others else ""
    if column.formats:
        return (
            f"Column {name} has {count} different numbers: it is a quantity to predict "
            f"(regression), not a class; choose another class column{instead}."
        )
    return (
        f"Column {name} has {count} different values, but there can be at most {CLASSES[1]} "
        f"classes; choose another class column{instead}."
    )
