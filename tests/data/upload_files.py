"""Files as viewers upload them, sound and hostile, and what must come of them."""

import io
import struct

import numpy as np
import pytest

from bnviz.data import uploads
from bnviz.data.bounds import UploadError
from bnviz.data.choices import Choices
from bnviz.data.dataset import Dataset

ROWS = "".join(f"{3 * i},{i * i / 4},{'ab'[i % 2]}\n" for i in range(20))


def csv(text: str | bytes, **choices) -> Dataset:
    data = text if isinstance(text, bytes) else text.encode()
    return uploads.read("file.csv", data, Choices(**choices)).dataset


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
    assert message.endswith(".")
    assert "\n" not in message
    assert len(message) < 300


class Bomb:
    """Leaves a trace when it is unpickled."""

    exploded = False

    def __reduce__(self):
        return setattr, (Bomb, "exploded", True)
