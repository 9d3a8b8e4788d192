"""Built-in tables: small data sets that come along, so that no download is needed.

They are those of scikit-learn, from the UCI repository, number by number; its package is not used
for them, because its import costs a worker three seconds and 130 MB.
`tests/support/pack_builtin.py` makes the files.
"""

import lzma
from pathlib import Path

FOLDER = Path(__file__).parent
TABLES = ("digits", "breast_cancer", "wine")


def packed(name: str) -> bytes:
    """A table as it lies on the disk: CSV packed by LZMA.

    Args:
        name: One of `TABLES`.
    """
    return (FOLDER / f"{name}.csv.xz").read_bytes()


def csv(name: str) -> str:
    """A table as text: one example a line, its class last, as a whole number."""
    return lzma.decompress(packed(name)).decode("ascii")
