"""Files of NumPy arrays, made in memory."""

import io
import zipfile
from typing import Any

import numpy as np


def npy(array: Any, **options: Any) -> bytes:
    """An array as an NPY file; options as for `numpy.save`."""
    file = io.BytesIO()
    np.save(file, array, **options)
    return file.getvalue()


def zipped(members: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A ZIP file of these members by name."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return file.getvalue()
