"""Recording: what was compared and all frames of it; what is drawn, saved, shared and replayed.

A saved recording is an NPZ file. One of this version of the measures is read by NumPy without this
package; the README has the lines. `settings` is the JSON of the settings. `packed` is an XZ stream
of one row for each byte of a frame, in the order of time, which holds what the byte gains over the
frame before, modulo 256. `schema` is the JSON of `FrameLayout.schema`: where each measure lies in a
frame, its little-endian type and its shape.
"""

import copy
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np

from bnviz import other_seeds
from bnviz.archive import Archive, ArchiveError, OversizeError, packed, read_limited, unpacked
from bnviz.frame_layout import FrameLayout
from bnviz.frame_schema import VERSION
from bnviz.frames import Frame, Frames
from bnviz.interventions import Intervention
from bnviz.other_seeds import MAX_OTHER_SEEDS, OtherSeeds
from bnviz.recording_header import RecordingHeader
from bnviz.settings import UPLOAD, Settings, SettingsError
from bnviz.shown_examples import ShownExamples

#: What the package brings along: the run and the map shown at first, the lesson's runs and the
#: outcomes of its claims.
BUNDLED = Path(__file__).parent / "recordings"
#: The version of the measures whose files do not say so.
_UNWRITTEN = 1
#: Name of the array with the frames, one row for each byte of a frame in the order of time. From
#: the fifth version on it holds what each byte gains over the last frame, modulo 256; from the
#: sixth on, the XZ stream of these rows; its name says whether they are without detail.
_FRAMES, _GAINS, _PACKED, _PACKED_OVERVIEW = "frames", "gains", "packed", "packed_overview"
_BODIES = {_FRAMES, _GAINS, _PACKED, _PACKED_OVERVIEW}
_GAINS_SINCE, _PACKED_SINCE = 5, 6
#: Name of the array with the bytes of the layout's schema, as JSON, for readers without this
#: package; here it follows from the settings.
_SCHEMA = "schema"
#: Name of the array with the costs of a step, if they are known.
_COSTS = "seconds_per_step"
#: Name of the array with the bytes of the records of other seeds, if there are any.
_OTHER_SEEDS = "other_seeds"
#: Name of the array with the bytes of what is drawn of the shown examples, as JSON, if it is known.
_SHOWN = "shown"
_FOREIGN = "the file is not a recording of this laboratory"
_OTHER_VERSION = "the recording was made with another version of the laboratory"
_TOO_LONG = "the file holds more than its settings can have produced"
#: Maximum size of a recording file, and of the settings' text in it, in bytes.
MAX_FILE_BYTES = 50_000_000
_MAX_SETTINGS_BYTES = 100_000
_MAX_SHOWN_BYTES = 400_000


class RecordingError(ValueError):
    """A file that cannot be read as a recording, with the reason."""


@dataclass(frozen=True)
class Certificate:
    """Digests which show that all arms share data, initial kernels and batches.

    Attributes:
        data: Digest of the training and validation examples, by arm.
        kernels: Digest of the kernels at step 0, by arm.
        batches: Digest of all examples trained on so far in their order, by arm.
    """

    data: dict[str, str]
    kernels: dict[str, str]
    batches: dict[str, str]

    @property
    def holds(self) -> bool:
        """Whether all arms have the same digests."""
        return all(
            len(set(digests.values())) == 1 for digests in (self.data, self.kernels, self.batches)
        )


class Recording:
    """The frames of one run and what was compared in it, complete or growing.

    Frames are only ever appended, so a reader on another thread may hold a slice of `frames` while
    the run continues.

    Args:
        run: What is recorded: the settings of a run, or the header of other networks.
        version: The version of the measures of a run of these settings.
        detail: Whether it has the detail of `FrameLayout`, as all that is trained has.

    Attributes:
        header: What is compared and measured.
        layout: Where each measure stands in a frame.
        steps: The steps recorded in a complete run, shape (capacity,).
        seconds_per_step: Processor seconds of a training step by arm; empty while not known.
        other_seeds: What is known of the same run with other seeds; None while nothing is.
        shown: What is drawn of the examples whose answers the frames keep; None while not known.
    """

    def __init__(
        self, run: Settings | RecordingHeader, *, version: int = VERSION, detail: bool = True
    ):
        self._settings = run if isinstance(run, Settings) else None
        self.header = RecordingHeader.of(run, version=version) if isinstance(run, Settings) else run
        self.layout = FrameLayout(self.header, detail)
        self.steps = np.array(self.header.steps)
        self._frames: Frames = np.zeros(len(self.steps), self.layout.dtype)
        self._count = 0
        self._seconds_per_step: dict[str, float] = {}
        self._other_seeds: OtherSeeds | None = None
        self.shown: ShownExamples | None = None

    def __len__(self) -> int:
        return self._count

    @property
    def settings(self) -> Settings:
        """What was run.

        Raises:
            ValueError: If the networks are not the laboratory's own.
        """
        if self._settings is None:
            raise ValueError("only a run of the laboratory has settings; use the header")
        return self._settings

    @property
    def complete(self) -> bool:
        """Whether the last step is recorded."""
        return self._count == len(self.steps)

    @property
    def seconds_per_step(self) -> Mapping[str, float]:
        """Processor seconds of a training step by arm, as built at step 0; empty while not known.

        Set for all arms at once, by whoever has measured it as `bnviz.lab.step_cost` does.

        Raises:
            ValueError: If it is set to anything but a positive number for each arm, or nothing.
        """
        return self._seconds_per_step

    @seconds_per_step.setter
    def seconds_per_step(self, seconds: Mapping[str, float]) -> None:
        arms = self.layout.arms
        if seconds and set(seconds) != set(arms):
            raise ValueError(
                f"the costs of a step must be those of {', '.join(arms)}, not {seconds}"
            )
        if not all(0 < each < math.inf for each in seconds.values()):
            raise ValueError(f"a step must have positive costs, not {seconds}")
        # Replaced as a whole, so that a reader on another thread never sees a part of it.
        self._seconds_per_step = {arm: float(seconds[arm]) for arm in arms if seconds}

    @property
    def other_seeds(self) -> OtherSeeds | None:
        """A record of each other seed, see `bnviz.other_seeds`; None while none is known.

        Raises:
            ValueError: If it is set to what cannot be those of this run, or before its end.
        """
        return self._other_seeds

    @other_seeds.setter
    def other_seeds(self, records: OtherSeeds) -> None:
        if not self.complete:
            raise ValueError("a run is compared with other seeds once it is complete")
        other_seeds.check(records, len(self.steps), self.settings.seed)
        self._other_seeds = records

    def snapshot(self) -> "Recording":
        """A copy that does not grow, for readers that must see the same frames twice."""
        return copy.copy(self)

    def beginning(self, step: int) -> "Recording":
        """A copy that ends with the last frame at or before a step, as if the run went on."""
        begun = self.snapshot()
        begun._count = min(self._count, self.index_at_step(step) + 1)
        if not begun.complete:
            begun._other_seeds = None
        return begun

    def overview(self) -> "Recording":
        """A copy without the detail of `FrameLayout`, which is most of a frame."""
        brief = Recording(self._settings or self.header, version=self.header.version, detail=False)
        brief.extend(0, self.slice(0, len(self), brief.layout))
        brief._seconds_per_step, brief._other_seeds = self._seconds_per_step, self._other_seeds
        brief.shown = self.shown
        return brief

    @property
    def frames(self) -> Frames:
        """The frames so far, shape (num_frames,), read-only."""
        view = self._frames[: self._count]
        view.flags.writeable = False
        return view

    def append(self, frame: Frame) -> None:
        """Appends one frame.

        Raises:
            ValueError: If it is not that of the next recorded step.
        """
        if self.complete or frame["step"] != self.steps[self._count]:
            raise ValueError(f"frame {self._count} cannot be that of step {frame['step']}")
        self._frames[self._count] = frame
        self._count += 1

    def extend(self, first: int, data: bytes) -> None:
        """Appends frames from their bytes, skipping those that are here already.

        Args:
            first: Index of the first frame in `data`.
            data: Whole frames of the recording's layout.

        Raises:
            ValueError: If frames between the last one here and `first` are missing, or `data` is
                not whole frames of the next steps.
        """
        if first > self._count:
            raise ValueError(f"frames {self._count} to {first - 1} are missing")
        for frame in np.frombuffer(data, self.layout.dtype)[self._count - first :]:
            self.append(frame)

    def slice(self, start: int, stop: int, layout: FrameLayout | None = None) -> bytes:
        """The bytes of frames `start` to `stop - 1`.

        Args:
            start: Index of the first frame.
            stop: Index after the last frame.
            layout: The recording's layout (if None) or its overview.
        """
        frames = self.frames[start:stop]
        if layout is not None and layout != self.layout:
            frames = layout.select(frames)
        return frames.tobytes()

    def index_at_step(self, step: int) -> int:
        """Index of the last frame at or before a step; 0 if there is none."""
        return max(0, int(np.searchsorted(self.frames["step"], step, side="right")) - 1)

    def index_of(self, change: Intervention) -> int:
        """Index of the frame after which a change in mid-run is made, at most the last one."""
        return min(int(np.searchsorted(self.steps, change.step)), len(self.steps) - 1)

    def shared_with(self, settings: Settings) -> int:
        """How many of its first frames a run of other settings shares with this one.

        These are the frames up to the first change in mid-run that is not in both, since a frame
        is measured before a change at its step; 0 if the settings differ in anything else.
        """
        if settings.replace(interventions=self.settings.interventions) != self.settings:
            return 0
        changes = [set(each.changes) for each in (settings, self.settings)]
        differing = [self.index_of(change) for change in changes[0] ^ changes[1]]
        return min([len(self), *(index + 1 for index in differing)])

    @property
    def certificate(self) -> Certificate:
        """The pair certificate at the last frame.

        Raises:
            IndexError: If there is no frame.
        """
        frame = self.frames[-1]

        def digests(name: str) -> dict[str, str]:
            return {arm: frame[arm][f"{name}_digest"].tobytes().hex() for arm in self.layout.arms}

        return Certificate(digests("data"), digests("kernels"), digests("batches"))

    def save(self, file: str | Path | BinaryIO) -> None:
        """Writes the recording as a compressed NumPy archive without pickles.

        Nothing that an upload holds is written: `shown` is left out of its recording.

        Args:
            file: A path, or a file opened for writing bytes.
        """
        # A run that goes on adds frames meanwhile.
        count = len(self)
        frames = np.frombuffer(self.slice(0, count), np.uint8)
        # One row for each byte of a frame, in the order of time: this packs a third smaller, and
        # what each gains over the last frame a further eighth.
        frames = np.ascontiguousarray(frames.reshape(count, self.layout.dtype.itemsize).T)
        arrays = {"settings": np.array(self.settings.to_json())}
        gains = np.diff(frames, axis=1, prepend=np.uint8(0))
        if self.header.version < _GAINS_SINCE:
            arrays[_FRAMES] = frames
        elif self.header.version < _PACKED_SINCE:
            arrays[_GAINS] = gains
        else:
            body = _PACKED if self.layout.detail else _PACKED_OVERVIEW
            arrays[body] = np.frombuffer(packed(gains.tobytes()), np.uint8)
            arrays[_SCHEMA] = np.frombuffer(json.dumps(self.layout.schema()).encode(), np.uint8)
        if self.header.version > _UNWRITTEN:
            arrays["version"] = np.array(self.header.version, np.int64)
        if self.seconds_per_step:
            arrays[_COSTS] = np.array(list(self.seconds_per_step.values()), np.float64)
        if self.other_seeds is not None:
            arrays[_OTHER_SEEDS] = np.frombuffer(self.other_seeds.tobytes(), np.uint8)
        if self.shown is not None and self.settings.dataset != UPLOAD:
            arrays[_SHOWN] = np.frombuffer(self.shown.to_json().encode(), np.uint8)
        np.savez_compressed(file, **arrays)  # type: ignore[arg-type]

    @classmethod
    def load(cls, file: str | Path | BinaryIO) -> "Recording":
        """Reads what `save` wrote; safe on files from strangers.

        Args:
            file: A path, or a file opened for reading bytes.

        Raises:
            RecordingError: If the file is not a recording that this version can read.
        """
        try:
            archive = Archive(read_limited(file, max_bytes=MAX_FILE_BYTES))
            settings, version = _settings(archive), _version(archive)
            recording = cls(settings, version=version)
            if _is_overview(archive, recording.layout.overview.dtype.itemsize):
                recording = cls(settings, version=version, detail=False)
            _read_costs(archive, recording)
            recording.extend(0, _frames(archive, recording))
            _read_other_seeds(archive, recording)
            _read_shown(archive, recording)
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
    names = set(archive.names)
    extra = names - {"settings", *_BODIES}
    if (
        "settings" not in names
        or len(names & _BODIES) != 1
        or not extra <= {"version", _SCHEMA, _COSTS, _OTHER_SEEDS, _SHOWN}
        or archive.size != len(names)
    ):
        raise RecordingError(_FOREIGN)
    header = archive.header("settings")
    if header.dtype.kind != "U" or header.shape or header.nbytes > _MAX_SETTINGS_BYTES:
        raise RecordingError(_FOREIGN)
    return Settings.from_json(str(archive.array("settings")))


def _version(archive: Archive) -> int:
    if "version" not in archive.names:
        return _UNWRITTEN
    header = archive.header("version")
    if header.dtype != np.int64 or header.shape:
        raise RecordingError(_FOREIGN)
    version = int(archive.array("version"))
    if not _UNWRITTEN < version <= VERSION:
        raise RecordingError(_OTHER_VERSION)
    return version


def _is_overview(archive: Archive, size: int) -> bool:
    """Whether a file's frames are without detail, given the bytes of such a frame."""
    (body,) = _BODIES & {*archive.names}
    if body in (_PACKED, _PACKED_OVERVIEW):
        return body == _PACKED_OVERVIEW
    return archive.header(body).shape[:1] == (size,)


def _frames(archive: Archive, recording: Recording) -> bytes:
    """The frames of a file that a recording has room for."""
    (body,) = _BODIES & {*archive.names}
    header, size = archive.header(body), recording.layout.dtype.itemsize
    most = recording._frames.nbytes
    is_packed = body in (_PACKED, _PACKED_OVERVIEW)
    # A stream of what cannot be packed is somewhat larger than that.
    if header.nbytes > most + is_packed * (most // 100 + 1_000):
        raise RecordingError(_TOO_LONG)
    if header.dtype != np.uint8:
        raise RecordingError(_OTHER_VERSION)
    rows = archive.array(body)
    if is_packed:
        try:
            rows = np.frombuffer(unpacked(rows.tobytes(), max_bytes=most), np.uint8)
        except OversizeError as error:
            raise RecordingError(_TOO_LONG) from error
        if len(rows) % size:
            raise RecordingError(_OTHER_VERSION)
        rows = rows.reshape(size, -1)
    if rows.ndim != 2 or len(rows) != size:
        raise RecordingError(_OTHER_VERSION)
    frames = rows if body == _FRAMES else np.cumsum(rows, axis=1, dtype=np.uint8)
    return frames.T.tobytes()


def _read_costs(archive: Archive, recording: Recording) -> None:
    """Gives a recording the costs of a step that its file holds, if any."""
    if _COSTS not in archive.names:
        return
    arms, header = recording.layout.arms, archive.header(_COSTS)
    if header.dtype != np.float64 or header.shape != (len(arms),):
        raise RecordingError(_FOREIGN)
    try:
        recording.seconds_per_step = dict(zip(arms, archive.array(_COSTS).tolist(), strict=True))
    except ValueError as error:
        raise RecordingError(str(error)) from error


def _read_other_seeds(archive: Archive, recording: Recording) -> None:
    """Gives a recording the records of other seeds that its file holds, if any."""
    if _OTHER_SEEDS not in archive.names:
        return
    header, kind = archive.header(_OTHER_SEEDS), other_seeds.dtype(len(recording.steps))
    count, rest = divmod(header.nbytes, kind.itemsize)
    if header.dtype != np.uint8 or len(header.shape) != 1 or rest or count > MAX_OTHER_SEEDS:
        raise RecordingError(_FOREIGN)
    try:
        recording.other_seeds = np.frombuffer(archive.array(_OTHER_SEEDS).tobytes(), kind)
    except ValueError as error:
        raise RecordingError(str(error)) from error


def _read_shown(archive: Archive, recording: Recording) -> None:
    """Gives a recording what is drawn of its shown examples, if its file holds that."""
    if _SHOWN not in archive.names:
        return
    header = archive.header(_SHOWN)
    if header.dtype != np.uint8 or len(header.shape) != 1 or header.nbytes > _MAX_SHOWN_BYTES:
        raise RecordingError(_FOREIGN)
    try:
        recording.shown = ShownExamples.from_json(archive.array(_SHOWN).tobytes().decode())
    except ValueError as error:
        raise RecordingError("the recording's examples cannot be read") from error
