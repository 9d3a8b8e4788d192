"""ExamplesFile: examples as an NPZ file, which the exported script and the page read."""

import io

import numpy as np

from bnviz.data.array_examples import CLASS_NAME_ARRAYS
from bnviz.data.examples import Examples

#: Name under which the exported script reads the file.
FILE_NAME = "examples.npz"


def examples_file(examples: Examples) -> bytes:
    """Returns examples as they were read from a file, before split and scale, as an NPZ file.

    Its arrays are `x` and `y`, or `x_train`, `y_train`, `x_test` and `y_test` where the file had a
    validation set of its own: features of the shape and dtype that they were read with, and class
    numbers from 0. `classes` holds the class names, indexed by class number.

    Args:
        examples: As `bnviz.data.uploads.read_examples` returns them.
    """
    if examples.x_validation is None or examples.y_validation is None:
        arrays = {"x": examples.x, "y": examples.y}
    else:
        arrays = {
            "x_train": examples.x,
            "y_train": examples.y,
            "x_test": examples.x_validation,
            "y_test": examples.y_validation,
        }
    arrays[CLASS_NAME_ARRAYS[0]] = np.array(examples.classes, np.str_)
    file = io.BytesIO()
    # Compressed, since what was read from a table is many times as large as its text.
    np.savez_compressed(file, **arrays)  # type: ignore[arg-type]
    return file.getvalue()
