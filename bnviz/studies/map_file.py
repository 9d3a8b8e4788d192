"""MapFile: reads and writes a phase map, complete or not; safe on files from others."""

from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from bnviz.archive import Archive, ArchiveError, OversizeError, read_limited
from bnviz.frames import ARMS
from bnviz.settings import SettingsError
from bnviz.studies.sweep import Sweep

#: What is kept of each run of each arm: final validation loss and accuracy, the first evaluation
#: step at or above the target accuracy (-1 if none), and the step of divergence (-1 if none).
CELL = np.dtype(
    [
        ("validation_loss", np.float32),
        ("validation_accuracy", np.float32),
        ("steps_to_target", np.int32),
        ("diverged_at", np.int32),
    ]
)
#: Maximum bytes of a file (the largest map takes about 100 KB), and of the sweep's text in it.
_MAX_FILE_BYTES = 2_000_000
_MAX_SWEEP_BYTES = 100_000
#: The arm and the field of each array, by its name in the file.
_MEMBERS = {f"{arm}_{name}": (arm, name) for arm in ARMS for name in CELL.names or ()}


class PhaseMapError(ValueError):
    """A file is not a phase map; the message says why."""


def write(
    file: str | Path | BinaryIO,
    sweep: Sweep,
    known: NDArray[np.bool_],
    runs: dict[str, NDArray[np.void]],
) -> None:
    """Writes a map as a compressed NumPy archive without pickles.

    Args:
        file: The file to write.
        sweep: The runs.
        known: Whether each run is in, shape `sweep.shape`.
        runs: What is kept of each run, by arm: dtype `CELL`, the same shape.
    """
    arrays = {member: runs[arm][name] for member, (arm, name) in _MEMBERS.items()}
    arrays |= {"sweep": np.array(sweep.to_json()), "known": known}
    np.savez_compressed(file, **arrays)  # type: ignore[arg-type]


def read(
    file: str | Path | BinaryIO,
) -> tuple[Sweep, NDArray[np.bool_], dict[str, NDArray[np.void]]]:
    """Reads a map; the inverse of `write`. Runs that are not known are all 0.

    Returns:
        The sweep, whether each run is in, and what is kept of each run by arm.

    Raises:
        PhaseMapError: If the file is not a map that this version can read.
    """
    try:
        archive = Archive(read_limited(file, max_bytes=_MAX_FILE_BYTES))
        sweep = _sweep(archive)
        known = _array(archive, "known", np.dtype(bool), sweep)
        runs = {arm: np.zeros(sweep.shape, CELL) for arm in ARMS}
        for member, (arm, name) in _MEMBERS.items():
            runs[arm][name][known] = _array(archive, member, CELL[name], sweep)[known]
    except OversizeError as error:
        raise PhaseMapError(str(error)) from error
    except SettingsError as error:
        raise PhaseMapError(f"the map's settings are not valid: {error}") from error
    except (OSError, ArchiveError) as error:
        raise PhaseMapError("the file cannot be read as a phase map") from error
    return sweep, known.copy(), runs


def _sweep(archive: Archive) -> Sweep:
    members = {"sweep", "known", *_MEMBERS}
    if set(archive.names) != members or archive.size != len(members):
        raise PhaseMapError("the file is not a phase map of this laboratory")
    header = archive.header("sweep")
    if header.dtype.kind != "U" or header.shape or header.nbytes > _MAX_SWEEP_BYTES:
        raise PhaseMapError("the file is not a phase map of this laboratory")
    return Sweep.from_json(str(archive.array("sweep")))


def _array(archive: Archive, name: str, dtype: np.dtype[Any], sweep: Sweep) -> NDArray[Any]:
    """Returns an array of the file after checking its type and shape."""
    header = archive.header(name)
    if header.dtype != dtype or header.shape != sweep.shape:
        raise PhaseMapError("the numbers in the file do not belong to its sweep")
    return archive.array(name)
