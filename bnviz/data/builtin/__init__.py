"""Built-in tables: small data sets that ship with the package, so nothing has to be downloaded.

They equal the tables of scikit-learn, which come from the UCI repository. scikit-learn itself is
not imported, because that would cost each worker three seconds and 130 MB.
`tests/support/pack_builtin.py` makes the files.
"""

import lzma
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bnviz.data import preparation
from bnviz.data.dataset import Dataset
from bnviz.data.examples import Examples
from bnviz.settings.choices import IMAGE_SHAPES

FOLDER = Path(__file__).parent
_CLASSES = {
    "digits": tuple("0123456789"),
    "breast_cancer": ("malignant", "benign"),
    "wine": ("cultivar 1", "cultivar 2", "cultivar 3"),
}
TABLES = tuple(_CLASSES)
_OF_NUCLEI = (
    "radius",
    "texture",
    "perimeter",
    "area",
    "smoothness",
    "compactness",
    "concavity",
    "concave points",
    "symmetry",
    "fractal dimension",
)
#: Names of the features as scikit-learn has them, with spaces.
_FEATURES = {
    "breast_cancer": (
        *(f"mean {name}" for name in _OF_NUCLEI),
        *(f"{name} error" for name in _OF_NUCLEI),
        *(f"worst {name}" for name in _OF_NUCLEI),
    ),
    "wine": (
        "alcohol",
        "malic acid",
        "ash",
        "alkalinity of ash",
        "magnesium",
        "total phenols",
        "flavanoids",
        "nonflavanoid phenols",
        "proanthocyanins",
        "color intensity",
        "hue",
        "OD280/OD315 of diluted wines",
        "proline",
    ),
}


def packed(name: str) -> bytes:
    """Returns the bytes of a table's file: CSV, compressed by LZMA.

    Args:
        name: One of `TABLES`.
    """
    return (FOLDER / f"{name}.csv.xz").read_bytes()


def csv(name: str) -> str:
    """Returns a table as text: one example a line, its class number in the last column."""
    return lzma.decompress(packed(name)).decode("ascii")


def table(name: str) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Returns features, shape (num_examples, num_features), and classes, (num_examples,)."""
    rows = np.loadtxt(csv(name).splitlines(), delimiter=",")
    return rows[:, :-1], rows[:, -1].astype(np.int64)


@cache
def load(name: str) -> Dataset:
    """Returns a table as a data set: see `preparation.scaling`.

    Args:
        name: One of `TABLES`.
    """
    x, y = table(name)
    # The table of images is of shades.
    shape = IMAGE_SHAPES[name][:2] if name in IMAGE_SHAPES else x.shape[1:]
    names = _FEATURES.get(name, ())
    examples = Examples(x.reshape(len(x), *shape), y, _CLASSES[name], feature_names=names)
    dataset, _ = preparation.prepare(examples)
    return dataset
