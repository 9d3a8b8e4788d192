"""Packs the tables of scikit-learn for the laboratory: `python tests/support/pack_builtin.py`."""

import lzma
import sys
from pathlib import Path

from sklearn import datasets

sys.path.insert(0, str(Path(__file__).parents[2]))

from bnviz.data.builtin import FOLDER, TABLES


def table(name):
    """Features and classes of a table as scikit-learn has them."""
    return getattr(datasets, f"load_{name}")(return_X_y=True)


def csv(name):
    """A table as text, numbers as short as they read back the same, the class last."""

    def cell(value):
        return str(int(value)) if value == int(value) else repr(float(value))

    return "".join(
        ",".join([*map(cell, row), str(number)]) + "\n"
        for row, number in zip(*table(name), strict=True)
    )


if __name__ == "__main__":
    for each in TABLES:
        packed = lzma.compress(csv(each).encode("ascii"), preset=9 | lzma.PRESET_EXTREME)
        (FOLDER / f"{each}.csv.xz").write_bytes(packed)
