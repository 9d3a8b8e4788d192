"""PackedFrames: the frames of a recording for a file, as few and as small as it needs.

Frames are put in rows, one for each byte of a frame in the order of time, which hold what the byte
gains over the frame before, modulo 256; then they are compressed by zlib. This is how `Recording`
writes them too, but browsers unpack no XZ streams.
"""

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bnviz.recording import Recording
from bnviz.recording.frame_layout import FrameLayout


@dataclass(frozen=True)
class PackedFrames:
    """Frames of a recording.

    Attributes:
        indices: Their indices in the recording, increasing, shape (count,).
        data: The zlib stream.
    """

    indices: NDArray[np.int64]
    data: bytes

    @classmethod
    def of(cls, recording: Recording, needed: Iterable[int], max_bytes: int) -> "PackedFrames":
        """Packs as many frames, evenly spread, as a number of bytes can hold.

        Args:
            recording: With at least one frame.
            needed: Indices of frames that may not be left out, beside the first and the last.
            max_bytes: Size of the stream; if the needed frames alone take more, they are packed.
        """
        count = len(recording)
        rows = _rows(recording)
        kept = {0, count - 1, *needed}
        stride = 1
        while True:
            indices = np.array(sorted({*range(0, count, stride), *kept}))
            packed = cls(indices, _compressed(rows[indices]))
            if len(packed.data) <= max_bytes or len(indices) == len(kept):
                return packed
            # Few frames pack worse than many, so the first guess is rather too small.
            stride = max(stride + 1, stride * len(packed.data) // max_bytes)

    def parts(
        self, recording: Recording, counts: Sequence[int], layout: FrameLayout | None = None
    ) -> list[bytes]:
        """The same frames as streams of their own, one after the other.

        Args:
            recording: The recording.
            counts: How many frames each of them holds.
            layout: The fields to keep, as for `Recording.slice`.
        """
        rows = _rows(recording, layout)[self.indices[: sum(counts)]]
        ends = np.cumsum(counts)[:-1]
        return [_compressed(part) for part in np.split(rows, ends)]

    def sentence(self, recorded: int) -> str:
        """How many of the recorded frames a page has, in a sentence."""
        kept = len(self.indices)
        if kept == recorded:
            return f"All {recorded} recorded frames are in this page."
        return (
            f"{kept} of {recorded} recorded frames are in this page; what is said of the run, and "
            "how far values moved since the frame before, is of all of them."
        )

    def place(self, index: int) -> int:
        """Where a frame of the recording is among these, or the first one after it."""
        return min(int(np.searchsorted(self.indices, index)), len(self.indices) - 1)


def _rows(recording: Recording, layout: FrameLayout | None = None) -> NDArray[np.uint8]:
    count = len(recording)
    return np.frombuffer(recording.slice(0, count, layout), np.uint8).reshape(count, -1)


def _compressed(rows: NDArray[np.uint8]) -> bytes:
    gains = np.diff(np.ascontiguousarray(rows.T), axis=1, prepend=np.uint8(0))
    return zlib.compress(gains.tobytes(), 9)
