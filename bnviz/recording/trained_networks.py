"""TrainedNetworks: the networks of a run as files, and whether they are those that were recorded.

Weights are not recorded, so the networks are trained again. What tells whether they became the same
is a digest of each frame that was measured on the way.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from bnviz.recording.frames import Frame
from bnviz.recording.recording import Recording

#: Measures of an arm that tell whether it is the network that was recorded.
_TELLING = (
    "data_digest",
    "kernels_digest",
    "batches_digest",
    "train_loss",
    "validation_loss",
    "validation_accuracy",
    "gradient_norm",
)
#: Bytes of a digest.
_SIZE = 8


@dataclass(frozen=True)
class TrainedNetworks:
    """The networks of all arms as they are after so many frames of a run.

    Attributes:
        files: The files by name: a network of each arm, and examples.
        outcomes: Loss and accuracy on the validation examples, by arm.
        omissions: What the files leave out, or say in other words, a sentence each.
        digests: Of each frame, as `frame_digest` returns it.
    """

    files: Mapping[str, bytes] = field(repr=False)
    outcomes: Mapping[str, tuple[float, float]]
    omissions: tuple[str, ...]
    digests: tuple[bytes, ...] = field(repr=False)

    @property
    def size(self) -> int:
        """Bytes of the files."""
        return sum(map(len, self.files.values()))

    def departs_at(self, recording: Recording) -> int:
        """Returns the recorded step from which on these are not the recorded networks; -1 if none.

        What tells is the certificate, losses, accuracy and gradients, bit for bit.

        Args:
            recording: Of the same settings, with at least as many frames.
        """
        for frame, digest in zip(recording.frames, self.digests, strict=False):
            if frame_digest(frame, recording.layout.arms) != digest:
                return int(frame["step"])
        return -1

    def recorded(self, recording: Recording) -> dict[str, tuple[float, float]]:
        """Returns loss and accuracy on the validation examples, as recorded, by arm."""
        last = recording.frames[len(self.digests) - 1]
        return {
            arm: (float(last[arm]["validation_loss"]), float(last[arm]["validation_accuracy"]))
            for arm in recording.layout.arms
        }


def frame_digest(frame: Frame, arms: Iterable[str]) -> bytes:
    """Returns a digest of what tells in a frame whether two runs trained the same networks."""
    digest = hashlib.blake2b(digest_size=_SIZE)
    for arm in arms:
        for name in _TELLING:
            values = np.atleast_1d(frame[arm][name])
            if values.dtype.kind == "f":
                # All that are no numbers count alike, and so do both zeros.
                values = np.where(np.isnan(values), values.dtype.type(np.nan), values) + 0
            digest.update(values.tobytes())
    return digest.digest()
