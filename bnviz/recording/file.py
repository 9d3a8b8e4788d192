"""RecordingFile: what the file of a recording holds, and how it is read and written.

It is an NPZ file. One of this version of the measures is read by NumPy without this package; the
README has the lines. `settings` is the JSON of the settings; of networks that were not trained by
the laboratory it holds `networks` instead, the JSON of `header_text`. `packed` is an XZ stream of
one row for each byte of a frame, in the order of time, which holds what the byte gains over the
frame before, modulo 256. `schema` is the JSON of `FrameLayout.schema`: where each measure lies in a
frame, its little-endian type and its shape.
"""

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from bnviz.recording import header_text, other_seeds
from bnviz.recording.archive import Archive, OversizeError, packed, read_limited, unpacked
from bnviz.recording.frame_layout import FrameLayout
from bnviz.recording.frame_schema import VERSION
from bnviz.recording.frames import ARMS, pair
from bnviz.recording.header import RecordingHeader
from bnviz.recording.header_text import HeaderError
from bnviz.recording.other_seeds import MAX_OTHER_SEEDS, OtherSeeds
from bnviz.recording.shown_examples import ShownExamples
from bnviz.settings import Settings, SettingsError

#: Name of the array that tells what was run: settings, or networks that no settings describe.
_SETTINGS, _NETWORKS = "settings", "networks"
#: The version of the measures whose files do not say so.
_UNWRITTEN = 1
#: Name of the array with the frames, one row for each byte of a frame in the order of time. From
#: the fifth version on it holds what each byte gains over the last frame, modulo 256; from the
#: sixth on, the XZ stream of these rows; its name says whether they are without detail.
_FRAMES, _GAINS, _PACKED, _PACKED_OVERVIEW = "frames", "gains", "packed", "packed_overview"
_BODIES = {_FRAMES, _GAINS, _PACKED, _PACKED_OVERVIEW}
_GAINS_SINCE, _PACKED_SINCE = 5, 6
#: Name of the array with the bytes of the layout's schema, as JSON, for readers without this
#: package; here it follows from the header.
_SCHEMA = "schema"
#: Name of the array with the costs of a step, if they are known.
_COSTS = "seconds_per_step"
#: Name of the array with the bytes of the records of other seeds, if there are any.
_OTHER_SEEDS = "other_seeds"
#: Name of the array with the bytes of what is drawn of the shown examples, as JSON, if it is known.
_SHOWN = "shown"
_FOREIGN = "the file is not a recording of this laboratory"
_OTHER_VERSION = "the recording was made with another version of the laboratory"
_TOO_LONG = "the file holds more than what it says of itself allows"
#: Maximum size of a recording file, and of the text of what was run in it, in bytes.
MAX_FILE_BYTES = 50_000_000
_MAX_TEXT_BYTES = {_SETTINGS: 100_000, _NETWORKS: 400_000}
_MAX_SHOWN_BYTES = 400_000


class RecordingError(ValueError):
    """A file that cannot be read as a recording, with the reason."""


@dataclass(frozen=True)
class RecordingFile:
    """What the file of a recording holds.

    Attributes:
        header: What was compared and measured.
        detail: Whether the frames have the detail of `FrameLayout`.
        frames: The bytes of whole frames, in the order of time.
        costs: Processor seconds of a training step, in the order of the arms; empty if not known.
        other_seeds: A record of each other seed; None if none is known.
        shown: What is drawn of the examples whose answers the frames keep; None if not known.
    """

    header: RecordingHeader
    detail: bool
    frames: bytes
    costs: tuple[float, ...] = ()
    other_seeds: OtherSeeds | None = None
    shown: ShownExamples | None = None

    @cached_property
    def layout(self) -> FrameLayout:
        """Where each measure stands in a frame."""
        return FrameLayout(self.header, self.detail)

    def save(self, file: str | Path | BinaryIO, *, fast: bool = False) -> None:
        """Writes it as a compressed NumPy archive without pickles.

        Nothing that an upload holds is written: `shown` is left out of its recording.

        Args:
            file: A path, or a file opened for writing bytes.
            fast: Whether to save time rather than bytes.
        """
        # One row for each byte of a frame, in the order of time: this packs a third smaller, and
        # what each gains over the last frame a further eighth.
        rows = np.frombuffer(self.frames, np.uint8).reshape(-1, self.layout.dtype.itemsize).T
        rows = np.ascontiguousarray(rows)
        gains = np.diff(rows, axis=1, prepend=np.uint8(0))
        arrays: dict[str, NDArray[Any]] = {}
        version, settings = self.header.version, self.header.settings
        if settings is not None:
            arrays[_SETTINGS] = np.array(settings.to_json())
        else:
            arrays[_NETWORKS] = np.array(header_text.to_text(self.header))
        if version < _GAINS_SINCE:
            arrays[_FRAMES] = rows
        elif version < _PACKED_SINCE:
            arrays[_GAINS] = gains
        else:
            body = _PACKED if self.detail else _PACKED_OVERVIEW
            arrays[body] = np.frombuffer(packed(gains.tobytes(), fast=fast), np.uint8)
            arrays[_SCHEMA] = np.frombuffer(json.dumps(self.layout.schema()).encode(), np.uint8)
        if version > _UNWRITTEN:
            arrays["version"] = np.array(version, np.int64)
        if self.costs:
            arrays[_COSTS] = np.array(self.costs, np.float64)
        if self.other_seeds is not None:
            arrays[_OTHER_SEEDS] = np.frombuffer(self.other_seeds.tobytes(), np.uint8)
        if self.shown is not None and not self.header.from_upload:
            arrays[_SHOWN] = np.frombuffer(self.shown.to_json().encode(), np.uint8)
        np.savez_compressed(file, **arrays)  # type: ignore[arg-type]

    @classmethod
    def load(cls, file: str | Path | BinaryIO) -> "RecordingFile":
        """Reads what `save` wrote; safe on files from strangers.

        Whether the frames are those of the settings' steps, and the other values what a recording
        may have, is left to `Recording`.

        Args:
            file: A path, or a file opened for reading bytes.

        Raises:
            RecordingError: If the file is not a recording that this version can read.
        """
        try:
            archive = Archive(read_limited(file, max_bytes=MAX_FILE_BYTES))
            header = _header(archive)
            overview = FrameLayout(header, detail=False)
            detail = not _is_overview(archive, overview.dtype.itemsize)
            layout = FrameLayout(header, detail)
            return cls(
                header,
                detail,
                costs=_costs(archive, len(layout.arms)),
                frames=_frames(archive, layout),
                other_seeds=_other_seeds(archive, header),
                shown=_shown(archive),
            )
        except RecordingError:
            raise
        except (OversizeError, HeaderError) as error:
            raise RecordingError(str(error)) from error
        except SettingsError as error:
            raise RecordingError(f"the recording's settings are not valid: {error}") from error
        except (OSError, ValueError) as error:
            raise RecordingError("the file cannot be read as a recording") from error


def _header(archive: Archive) -> RecordingHeader:
    """What was compared and measured, if a file has the members of a recording."""
    names = set(archive.names)
    told = names & _MAX_TEXT_BYTES.keys()
    extra = names - {*told, *_BODIES}
    if (
        len(told) != 1
        or len(names & _BODIES) != 1
        or not extra <= {"version", _SCHEMA, _COSTS, _OTHER_SEEDS, _SHOWN}
        or archive.size != len(names)
    ):
        raise RecordingError(_FOREIGN)
    (what,) = told
    found = archive.header(what)
    if found.dtype.kind != "U" or found.shape or found.nbytes > _MAX_TEXT_BYTES[what]:
        raise RecordingError(_FOREIGN)
    text, version = str(archive.array(what)), _version(archive)
    if what == _SETTINGS:
        return RecordingHeader.of(Settings.from_json(text), version=version)
    if version < header_text.NETWORKS_SINCE or _OTHER_SEEDS in names:
        raise RecordingError(_FOREIGN)
    return header_text.read(text, version)


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


def _frames(archive: Archive, layout: FrameLayout) -> bytes:
    """The frames of a file, no more than its header allows."""
    (body,) = _BODIES & {*archive.names}
    header, size = archive.header(body), layout.dtype.itemsize
    most = len(layout.header.steps) * size
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


def _costs(archive: Archive, num_arms: int) -> tuple[float, ...]:
    """The costs of a step of each arm; empty if the file has none."""
    if _COSTS not in archive.names:
        return ()
    header = archive.header(_COSTS)
    if header.dtype != np.float64 or header.shape != (num_arms,):
        raise RecordingError(_FOREIGN)
    return tuple(archive.array(_COSTS).tolist())


def _other_seeds(archive: Archive, of: RecordingHeader) -> OtherSeeds | None:
    """The records of other seeds, if the file has any."""
    if _OTHER_SEEDS not in archive.names:
        return None
    arms = ARMS if of.settings is None else pair(of.settings)
    header, kind = archive.header(_OTHER_SEEDS), other_seeds.dtype(len(of.steps), arms)
    count, rest = divmod(header.nbytes, kind.itemsize)
    if header.dtype != np.uint8 or len(header.shape) != 1 or rest or count > MAX_OTHER_SEEDS:
        raise RecordingError(_FOREIGN)
    records: OtherSeeds = np.frombuffer(archive.array(_OTHER_SEEDS).tobytes(), kind)
    return records


def _shown(archive: Archive) -> ShownExamples | None:
    """What is drawn of the shown examples, if the file has that."""
    if _SHOWN not in archive.names:
        return None
    header = archive.header(_SHOWN)
    if header.dtype != np.uint8 or len(header.shape) != 1 or header.nbytes > _MAX_SHOWN_BYTES:
        raise RecordingError(_FOREIGN)
    try:
        return ShownExamples.from_json(archive.array(_SHOWN).tobytes().decode())
    except ValueError as error:
        raise RecordingError("the recording's examples cannot be read") from error
