"""Headings: which of the first rows of a table holds column names, and which stand above it."""

from collections import Counter

from bnviz.data.bounds import CLASSES
from bnviz.data.number_formats import is_missing, is_number, is_quantity

#: Fewest cells of a row of positions that cannot be mistaken for an example.
_MIN_POSITIONS = 5
#: Fewest rows of a table that others can stand above, and most of those.
_MIN_ROWS = 3
_MAX_ABOVE = 20
#: Most different words of a column of which another word above them must be the name. It outweighs
#: as many numbers above numbers, which may be years.
_FEW = 10


def num_above(sample: list[list[str]]) -> int:
    """The number of rows above the table."""
    (width, _), *_ = Counter(map(len, sample)).most_common(1)
    for above, row in enumerate(sample[: len(sample) - _MIN_ROWS]):
        if not (_is_title(row, width, sample[above + 1 :]) or _are_sizes(row, width)):
            return above if above <= _MAX_ABOVE else 0
    return 0


def _is_title(row: list[str], width: int, below: list[list[str]]) -> bool:
    """Whether a row is too short for a heading, and holds no number as an example would."""
    if any(map(is_number, row)) or not row[0].strip():
        return False
    if len(row) < width - 1:
        return True
    alone = len(row) < width or not any(map(str.strip, row[1:]))
    return alone and is_heading(below)


def _are_sizes(row: list[str], width: int) -> bool:
    """Whether a row holds the numbers of examples and features, and names of classes."""
    sizes, names = row[:2], row[2:]
    if len(names) < CLASSES[0] or sizes[1] != str(width - 1) or any(map(is_number, names)):
        return False
    return sizes[0].isdecimal()


def is_heading(sample: list[list[str]]) -> bool:
    """Whether the first row holds column names, which all columns decide together."""
    first, *below = sample
    if not below:
        return not any(map(is_number, first))
    shift = len(below[0]) - len(first) == 1
    positions = _are_positions(first)
    if positions and (len(first) >= _MIN_POSITIONS or _some_column_of_words(below)):
        return True
    numeric, for_, against, new, repeated = 0, 0, 0, 0, 0
    for column, cell in enumerate(first):
        cells = [row[column + shift] for row in below if column + shift < len(row)]
        cells = [other for other in cells if not is_missing(other)]
        if is_missing(cell) or not cells:
            continue
        is_one = is_number if 2 * sum(map(is_number, cells)) > len(cells) else is_quantity
        if 2 * sum(map(is_one, cells)) > len(cells):
            numeric += 1
            for_ += not is_one(cell)
            # pandas numbers columns without names; the rows may be numbered before them.
            position = {str(column + shift) for shift in (-1, 0, 1)}
            against += is_one(cell) and cell.strip() not in position
        elif not is_number(cell):
            new += cell not in cells
            repeated += cell in cells
            for_ += _FEW * _is_new_among_few(cell, cells)
    if numeric:
        return for_ > against
    # Only words: most names do not occur among the values below them.
    return new > repeated and _some_column_repeats(below)


def _is_new_among_few(cell: str, cells: list[str]) -> bool:
    """Whether a word is none of the few different ones below it, each of which recurs."""
    counts = Counter(cells)
    return cell not in counts and len(counts) <= _FEW and min(counts.values()) > 1


def _are_positions(first: list[str]) -> bool:
    """Whether a row holds nothing but its own positions, which pandas writes for want of names."""
    cells = [cell.strip() for cell in first]
    cells = cells[not cells[0] :]
    return any(cells == [str(at + start) for at in range(len(cells))] for start in (0, 1))


def _some_column_of_words(below: list[list[str]]) -> bool:
    return any(not any(map(is_number, cells)) for cells in zip(*below, strict=False))


def _some_column_repeats(below: list[list[str]]) -> bool:
    return any(2 * len(set(cells)) <= len(cells) for cells in zip(*below, strict=False))
