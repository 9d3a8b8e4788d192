"""Files as viewers upload them, sound and hostile, and what must come of them."""

import io
import re
import struct

import numpy as np
import pandas as pd
import pytest

from bnviz.data import uploads
from bnviz.data.bounds import UploadError
from bnviz.data.choices import Choices
from bnviz.data.dataset import Dataset
from bnviz.data.reading import Reading
from bnviz.data.table import cut

ROWS = "".join(f"{3 * i},{i * i / 4},{'ab'[i % 2]}\n" for i in range(20))


def csv(text: str | bytes, **choices) -> Dataset:
    data = text if isinstance(text, bytes) else text.encode()
    return uploads.read("file.csv", data, Choices(**choices)).dataset


def rows(*columns: list[object], delimiter: str = ",", heading: str = "") -> str:
    """A table of columns that repeat until 24 rows are full."""
    lines = [delimiter.join(str(each[row % len(each)]) for each in columns) for row in range(24)]
    return heading + "".join(f"{line}\n" for line in lines)


def reads(
    table: str | bytes,
    features: pd.DataFrame,
    classes: pd.Series,
    *,
    name: str = "table.csv",
    **choices,
) -> Reading:
    """Checks what a table is read as against what another reader has read; returns what is said."""
    data = table if isinstance(table, bytes) else table.encode()
    examples = uploads.read_examples(name, data, Choices(**choices))
    np.testing.assert_array_equal(examples.x, features.to_numpy(np.float64))
    assert [examples.classes[number] for number in examples.y] == [
        cut(str(each)) for each in classes
    ]
    upload = uploads.read(name, data, Choices(**choices))
    counts = {cut(str(label)): int(count) for label, count in classes.value_counts().items()}
    assert dict(upload.reading.classes) == counts
    assert upload.reading.num_train + upload.reading.num_validation == len(features)
    assert uploads.report(name, data, Choices(**choices)) == upload.reading
    return upload.reading


def npz(**arrays) -> bytes:
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)
    return file.getvalue()


def images(count: int = 20) -> dict[str, np.ndarray]:
    x = np.random.default_rng(0).integers(0, 256, (count, 4, 4), np.uint8)
    return {"x_train": x, "y_train": np.arange(count) % 3}


def npy_file(header: str, body: bytes = b"") -> bytes:
    text = header.encode().ljust(117) + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text + body


def refused(name: str, data: bytes, words: str) -> None:
    with pytest.raises(UploadError, match=words) as raised:
        uploads.read(name, data)
    message = str(raised.value)
    with pytest.raises(UploadError, match=re.escape(message)):
        uploads.report(name, data)
    assert message.endswith(".")
    assert "\n" not in message
    assert len(message) < 300


class Bomb:
    """Leaves a trace when it is unpickled."""

    exploded = False

    def __reduce__(self):
        return setattr, (Bomb, "exploded", True)
