"""MapFile: reads and writes a phase map, complete or not; safe on files from others."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from bnviz.recording.archive import Archive, ArchiveError, OversizeError, read_limited
from bnviz.settings import SettingsError
from bnviz.studies.sweep import BY_OTHER_STATISTICS, Sweep

#: What is kept of each run of each arm: final validation loss and accuracy, the first evaluation
#: step at or above the target accuracy (-1 if none), the step of divergence (-1 if none), and the
#: final accuracy by other statistics of BN (NaN where it was not kept).
CELL = np.dtype(
    [
        ("validation_loss", np.float32),
        ("validation_accuracy", np.float32),
        ("steps_to_target", np.int32),
        ("diverged_at", np.int32),
        *((name, np.float32) for name in BY_OTHER_STATISTICS),
    ]
)
#: Arrays that files of the first version lack: the steps at which the networks were evaluated, the
#: validation accuracy of each arm at these, and the share of the largest class.
_STEPS, _SHARE = "evaluation_steps", "majority_share"
#: Maximum bytes of a file (the largest map takes about 500 KB), and of the sweep's text in it.
_MAX_FILE_BYTES = 2_000_000
_MAX_SWEEP_BYTES = 100_000
_FOREIGN = "the file is not a phase map of this laboratory"
#: Maximum number of evaluation steps in a file.
_MAX_STEPS = 64


@dataclass(frozen=True, eq=False)
class MapRuns:
    """What is kept of the runs of a sweep; 0 where a run is not known.

    Attributes:
        known: Whether each run is in, shape `Sweep.shape`.
        ends: What is kept of each run, by arm: dtype `CELL`, the same shape.
        accuracy: Validation accuracy at each of `Sweep.evaluation_steps`, by arm, float32, shape
            (rows, columns, seeds, evaluation steps). NaN for runs of which it was not kept, as by
            the first version.
        majority_share: Share of the largest class among the validation examples, float32, shape
            `Sweep.shape`.
    """

    known: NDArray[np.bool_]
    ends: dict[str, NDArray[np.void]]
    accuracy: dict[str, NDArray[np.float32]]
    majority_share: NDArray[np.float32]

    @classmethod
    def empty(cls, sweep: Sweep) -> "MapRuns":
        """No run of a sweep."""
        shape = (*sweep.shape, len(sweep.evaluation_steps))
        return cls(
            np.zeros(sweep.shape, bool),
            {arm: np.zeros(sweep.shape, CELL) for arm in sweep.arms},
            {arm: np.full(shape, np.nan, np.float32) for arm in sweep.arms},
            np.zeros(sweep.shape, np.float32),
        )

    @property
    def timed(self) -> NDArray[np.bool_]:
        """Whether the accuracies of a run were kept, shape `Sweep.shape`."""
        curves = next(iter(self.accuracy.values()))
        return self.known & ~np.isnan(curves).all(axis=-1)

    def keeps(self, name: str) -> bool:
        """Returns whether a field of `CELL` was kept of any run, or no run is known."""
        kept = ~np.isnan(next(iter(self.ends.values()))[name][self.known])
        return bool(kept.any() or not kept.size)


class PhaseMapError(ValueError):
    """A file is not a phase map; the message says why."""


def _curves(arms: Sequence[str]) -> dict[str, str]:
    """The arm of each array of accuracies, by its name in the file."""
    return {f"{arm}_accuracy": arm for arm in arms}


def _members(arms: Sequence[str]) -> dict[str, tuple[str, str]]:
    """The arm and the field of each array, by its name in the file."""
    names = [name for name in CELL.names or () if name not in BY_OTHER_STATISTICS]
    return {f"{arm}_{name}": (arm, name) for arm in arms for name in names}


def _others(arms: Sequence[str]) -> dict[str, tuple[str, str]]:
    """The same of those that older files lack."""
    return {f"{arm}_{name}": (arm, name) for arm in arms for name in BY_OTHER_STATISTICS}


def write(file: str | Path | BinaryIO, sweep: Sweep, runs: MapRuns) -> None:
    """Writes a map as a compressed NumPy archive without pickles.

    Args:
        file: The file to write.
        sweep: The runs.
        runs: What is kept of them.
    """
    arrays = {member: runs.ends[arm][name] for member, (arm, name) in _members(sweep.arms).items()}
    arrays |= {"sweep": np.array(sweep.to_json()), "known": runs.known}
    if runs.timed.any() or not runs.known.any():
        arrays |= {member: runs.accuracy[arm] for member, arm in _curves(sweep.arms).items()}
        arrays |= {_STEPS: np.array(sweep.evaluation_steps), _SHARE: runs.majority_share}
    if any(runs.keeps(name) for name in BY_OTHER_STATISTICS):
        arrays |= {
            member: runs.ends[arm][name] for member, (arm, name) in _others(sweep.arms).items()
        }
    np.savez_compressed(file, **arrays)  # type: ignore[arg-type]


def read(file: str | Path | BinaryIO) -> tuple[Sweep, MapRuns]:
    """Reads a map; the inverse of `write`.

    Returns:
        The sweep and what is kept of its runs.

    Raises:
        PhaseMapError: If the file is not a map that this version can read.
    """
    try:
        archive = Archive(read_limited(file, max_bytes=_MAX_FILE_BYTES))
        sweep = _sweep(archive)
        runs = MapRuns.empty(sweep)
        known = _array(archive, "known", np.dtype(bool), sweep.shape)
        runs.known[:] = known
        for member, (arm, name) in (_members(sweep.arms) | _others(sweep.arms)).items():
            if member in archive.names:
                found = _array(archive, member, CELL[name], sweep.shape)[known]
                runs.ends[arm][name][known] = found
            else:
                runs.ends[arm][name][known] = np.nan
        if _STEPS in archive.names:
            _read_curves(archive, sweep, runs)
    except OversizeError as error:
        raise PhaseMapError(str(error)) from error
    except SettingsError as error:
        raise PhaseMapError(f"the map's settings are not valid: {error}") from error
    except (OSError, ArchiveError) as error:
        raise PhaseMapError("the file cannot be read as a phase map") from error
    return sweep, runs


def _read_curves(archive: Archive, sweep: Sweep, runs: MapRuns) -> None:
    """Reads the accuracies into `runs`, unless they are at other steps than the sweep's now."""
    header, single = archive.header(_STEPS), np.dtype(np.float32)
    if header.dtype != np.dtype(np.int64) or len(header.shape) != 1 or header.shape[0] > _MAX_STEPS:
        raise PhaseMapError("the numbers in the file do not belong to its sweep")
    shape = (*sweep.shape, header.shape[0])
    curves = {
        arm: _array(archive, member, single, shape) for member, arm in _curves(sweep.arms).items()
    }
    share = _array(archive, _SHARE, single, sweep.shape)
    if tuple(archive.array(_STEPS).tolist()) != sweep.evaluation_steps:
        return
    known = runs.known
    for arm, curve in curves.items():
        runs.accuracy[arm][known] = curve[known]
    runs.majority_share[known] = share[known]


def _sweep(archive: Archive) -> Sweep:
    found = set(archive.names)
    if "sweep" not in found or archive.size != len(found):
        raise PhaseMapError(_FOREIGN)
    header = archive.header("sweep")
    if header.dtype.kind != "U" or header.shape or header.nbytes > _MAX_SWEEP_BYTES:
        raise PhaseMapError(_FOREIGN)
    sweep = Sweep.from_json(str(archive.array("sweep")))
    first = {"sweep", "known", *_members(sweep.arms)}
    of_speed, others = {_STEPS, _SHARE, *_curves(sweep.arms)}, {*_others(sweep.arms)}
    if found not in (first, first | of_speed, first | others, first | of_speed | others):
        raise PhaseMapError(_FOREIGN)
    return sweep


def _array(
    archive: Archive, name: str, dtype: np.dtype[Any], shape: tuple[int, ...]
) -> NDArray[Any]:
    """Returns an array of the file after checking its type and shape."""
    header = archive.header(name)
    if header.dtype != dtype or header.shape != shape:
        raise PhaseMapError("the numbers in the file do not belong to its sweep")
    return archive.array(name)
