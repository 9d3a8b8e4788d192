"""RecordFile: byte strings as TensorFlow's record files hold them, which TensorBoard reads.

A record is its length (uint64), the checksum of these eight bytes (uint32), the data and their
checksum (uint32), all little-endian. A checksum is CRC-32C, rotated and shifted by a constant.
Source: TensorFlow, `tensorflow/core/lib/io/record_writer.h`.
"""

import struct
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

#: The polynomial of CRC-32C, its lowest bit first.
_POLYNOMIAL = np.uint32(0x82F63B78)
#: Added to a rotated checksum.
_MASK_DELTA = 0xA282EAD8
_BITS = 0xFFFFFFFF
#: Bytes that are taken one after the other, at the same time in all pieces of this length.
_PIECE = 256


def record_file(records: Sequence[bytes]) -> bytes:
    """Returns records as a file.

    Args:
        records: Each of at least four bytes.
    """
    lengths = [struct.pack("<Q", len(each)) for each in records]
    sums = _masked_checksums([*lengths, *records])
    of_lengths, of_data = sums[: len(records)], sums[len(records) :]
    parts = zip(lengths, of_lengths, records, of_data, strict=True)
    return b"".join(part for each in parts for part in each)


def checksums(texts: Sequence[bytes]) -> list[int]:
    """Returns the CRC-32C of each text.

    Python would take a microsecond a byte. A checksum is linear in the bits of a text, so those of
    all its pieces are computed together, and then joined.

    Args:
        texts: Each of at least four bytes.

    Raises:
        ValueError: If one is shorter.
    """
    if min(map(len, texts), default=4) < 4:
        raise ValueError("a text of fewer than four bytes")
    counts = [-(-len(text) // _PIECE) for text in texts]
    padded = np.zeros(_PIECE * sum(counts), np.uint8)
    end = 0
    for text, count in zip(texts, counts, strict=True):
        end += _PIECE * count
        # Zeros before a text change nothing, since the state is 0 at first; that it should be
        # 0xFFFFFFFF is in the first four bytes.
        padded[end - len(text) : end] = np.frombuffer(text, np.uint8)
        padded[end - len(text) : end - len(text) + 4] ^= 0xFF
    pieces = np.zeros(len(padded) // _PIECE, np.uint32)
    for column in np.ascontiguousarray(padded.reshape(-1, _PIECE).T):
        pieces = _after_byte(pieces, column)
    found, of_pieces = [], iter(pieces.tolist())
    low, second, third, high = _SKIPPED
    for count in counts:
        state = 0
        for _ in range(count):
            state = (
                low[state & 0xFF]
                ^ second[state >> 8 & 0xFF]
                ^ third[state >> 16 & 0xFF]
                ^ high[state >> 24]
                ^ next(of_pieces)
            )
        found.append(state ^ _BITS)
    return found


def _masked_checksums(texts: Sequence[bytes]) -> list[bytes]:
    masked = [((each >> 15 | each << 17) + _MASK_DELTA) & _BITS for each in checksums(texts)]
    return [struct.pack("<I", each) for each in masked]


def _after_byte(states: NDArray[np.uint32], byte: NDArray[np.uint8]) -> NDArray[np.uint32]:
    """The states after a further byte each."""
    after: NDArray[np.uint32] = _TABLE[(states ^ byte) & 0xFF] ^ (states >> np.uint32(8))
    return after


def _table() -> NDArray[np.uint32]:
    """The states after one byte of 0, from each state of one byte."""
    table = np.arange(256, dtype=np.uint32)
    for _ in range(8):
        table = np.where(table & 1, (table >> 1) ^ _POLYNOMIAL, table >> 1)
    return table


def _skipped() -> list[list[int]]:
    """The states after a piece of zeros, from each state that has a single byte, by its place."""
    states = (
        np.arange(256, dtype=np.uint32) << np.arange(0, 32, 8, dtype=np.uint32)[:, None]
    ).ravel()
    for _ in range(_PIECE):
        states = _after_byte(states, np.zeros(len(states), np.uint8))
    return states.reshape(4, 256).tolist()


_TABLE = _table()
_SKIPPED = _skipped()
