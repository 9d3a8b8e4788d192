"""Recording: the settings and all frames of a run; what is drawn, saved, shared and replayed."""

import copy
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np

from bnviz.archive import Archive, ArchiveError, OversizeError, read_limited
from bnviz.frames import Frame, FrameLayout, Frames, frame_steps
from bnviz.interventions import Intervention
from bnviz.settings import Settings, SettingsError

#: What comes along: the runs and the map shown at first, the lesson's runs and their evidence.
BUNDLED = Path(__file__).parent / "recordings"
#: Bytes of a recording file, and of the settings' text in it, at the most.
_MAX_FILE_BYTES = 50_000_000
_MAX_SETTINGS_BYTES = 100_000


class RecordingError(ValueError):
    """A file that is no recording, with the reason."""


@dataclass(frozen=True)
class Certificate:
    """The proof that the arms differ in Batch Normalization alone.

    Attributes:
        data: Digest of the training and validation examples, by arm.
        kernels: Digest of the kernels at step 0, by arm.
        batches: Digest of the order of all examples trained on so far, by arm.
    """

    data: dict[str, str]
    kernels: dict[str, str]
    batches: dict[str, str]

    @property
    def holds(self) -> bool:
        """Whether every arm shows the same digests."""
        return all(
            len(set(digests.values())) == 1 for digests in (self.data, self.kernels, self.batches)
        )


class Recording:
    """Settings and frames of one run, complete or growing.

    Frames are only ever appended, so a reader on another thread may hold a slice of `frames` while
    the run goes on.

    Attributes:
        settings: What was run.
        layout: Where each measure stands in a frame.
        steps: The steps that are recorded in a whole run, shape (capacity,).
    """

    def __init__(self, settings: Settings):
        self.settings = settings
        self.layout = FrameLayout.of(settings)
        self.steps = frame_steps(settings.steps)
        self._frames: Frames = np.zeros(len(self.steps), self.layout.dtype)
        self._count = 0

    def __len__(self) -> int:
        return self._count

    @property
    def complete(self) -> bool:
        """Whether the last step is recorded."""
        return self._count == len(self.steps)

    def snapshot(self) -> "Recording":
        """The recording as it stands, for readers that look twice: this one does not grow."""
        return copy.copy(self)

    @property
    def frames(self) -> Frames:
        """The frames so far, shape (num_frames,); not to be written to."""
        view = self._frames[: self._count]
        view.flags.writeable = False
        return view

    def append(self, frame: Frame) -> None:
        """Appends one frame.

        Raises:
            ValueError: If it is not the frame of the next recorded step.
        """
        if self.complete or frame["step"] != self.steps[self._count]:
            raise ValueError(f"frame {self._count} cannot be that of step {frame['step']}")
        self._frames[self._count] = frame
        self._count += 1

    def extend(self, first: int, data: bytes) -> None:
        """Appends frames from their bytes; those that are here already are passed over.

        Args:
            first: Index of the first frame in `data`.
            data: Whole frames.

        Raises:
            ValueError: If frames between the last one here and `first` are missing.
        """
        if first > self._count:
            raise ValueError(f"frames {self._count} to {first - 1} are missing")
        for frame in np.frombuffer(data, self.layout.dtype)[self._count - first :]:
            self.append(frame)

    def slice(self, start: int, stop: int, layout: FrameLayout | None = None) -> bytes:
        """The bytes of frames `start` to `stop`, the latter not among them.

        Args:
            start: Index of the first.
            stop: Index after the last.
            layout: The recording's own, or its overview; its own if None.
        """
        frames = self.frames[start:stop]
        if layout is not None and layout != self.layout:
            frames = layout.select(frames)
        return frames.tobytes()

    def index_at_step(self, step: int) -> int:
        """Index of the last frame at or before a step."""
        return max(0, int(np.searchsorted(self.frames["step"], step, side="right")) - 1)

    def index_of(self, change: Intervention) -> int:
        """Index of the frame after which a change in mid-run is made; the last one at the most."""
        return min(int(np.searchsorted(self.steps, change.step)), len(self.steps) - 1)

    def shared_with(self, settings: Settings) -> int:
        """How many of the first frames a run of other settings has in common with this one.

        All up to the first change in mid-run that is not in both: a frame is measured before a
        change at its step. None if they differ in anything else.
        """
        if settings.replace(interventions=self.settings.interventions) != self.settings:
            return 0
        changes = [set(each.changes) for each in (settings, self.settings)]
        differing = [self.index_of(change) for change in changes[0] ^ changes[1]]
        return min([len(self), *(index + 1 for index in differing)])

    @property
    def certificate(self) -> Certificate:
        """The pair certificate as of the last frame; IndexError if there is none."""
        frame = self.frames[-1]

        def digests(name: str) -> dict[str, str]:
            return {arm: frame[arm][f"{name}_digest"].tobytes().hex() for arm in self.layout.arms}

        return Certificate(digests("data"), digests("kernels"), digests("batches"))

    def save(self, file: str | Path | BinaryIO) -> None:
        """Writes the recording as a compressed NumPy archive without pickles."""
        frames = np.frombuffer(self.slice(0, len(self)), np.uint8)
        # One row a byte of a frame, in the order of time: so alike, they pack a third smaller.
        frames = np.ascontiguousarray(frames.reshape(len(self), self.layout.dtype.itemsize).T)
        np.savez_compressed(file, settings=np.array(self.settings.to_json()), frames=frames)

    @classmethod
    def load(cls, file: str | Path | BinaryIO) -> "Recording":
        """The inverse of `save`; safe on files from others.

        Raises:
            RecordingError: If the file is no recording that this version can read.
        """
        try:
            archive = Archive(read_limited(file, max_bytes=_MAX_FILE_BYTES))
            recording = cls(_settings(archive))
            header = archive.header("frames")
            if header.nbytes > recording._frames.nbytes:
                raise RecordingError("the file holds more than its settings can have produced")
            size = recording.layout.dtype.itemsize
            if header.dtype != np.uint8 or len(header.shape) != 2 or header.shape[0] != size:
                raise RecordingError(
                    "the recording was made with another version of the laboratory"
                )
            recording.extend(0, archive.array("frames").T.tobytes())
        except RecordingError:
            raise
        except OversizeError as error:
            raise RecordingError(str(error)) from error
        except SettingsError as error:
            raise RecordingError(f"the recording's settings are not valid: {error}") from error
        except (OSError, ArchiveError) as error:
            raise RecordingError("the file cannot be read as a recording") from error
        except ValueError as error:
            raise RecordingError("the recording's frames are not those of its settings") from error
        return recording


def _settings(archive: Archive) -> Settings:
    if set(archive.names) != {"settings", "frames"} or archive.size != 2:
        raise RecordingError("the file is no recording of this laboratory")
    header = archive.header("settings")
    if header.dtype.kind != "U" or header.shape or header.nbytes > _MAX_SETTINGS_BYTES:
        raise RecordingError("the file is no recording of this laboratory")
    return Settings.from_json(str(archive.array("settings")))
