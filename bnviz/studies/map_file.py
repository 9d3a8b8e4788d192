"""MapFile: a phase map as a file, complete or not; safe on files from others."""

from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from bnviz.archive import Archive, ArchiveError, OversizeError, read_limited
from bnviz.frames import ARMS
from bnviz.settings import SettingsError
from bnviz.studies.sweep import Sweep

#: What is kept of each run of each arm: the last validation loss and accuracy, the first watched
#: step at which the target accuracy was met, or -1, and the step of divergence, or -1.
CELL = np.dtype(
    [
        ("validation_loss", np.float32),
        ("validation_accuracy", np.float32),
        ("steps_to_target", np.int32),
        ("diverged_at", np.int32),
    ]
)
#: Bytes of a file, of which the largest map takes about 100 KB, and of the sweep's text in it.
_MAX_FILE_BYTES = 2_000_000
_MAX_SWEEP_BYTES = 100_000
#: By the name of an array in the file its arm and field.
_MEMBERS = {f"{arm}_{name}": (arm, name) for arm in ARMS for name in CELL.names or ()}


class PhaseMapError(ValueError):
    """A file that is no phase map, with the reason."""


def write(
    file: str | Path | BinaryIO,
    sweep: Sweep,
    known: NDArray[np.bool_],
    runs: dict[str, NDArray[np.void]],
) -> None:
    """Writes a map as a compressed NumPy archive without pickles.

    Args:
        file: Where to.
        sweep: What is run.
        known: Which runs are in, shape `sweep.shape`.
        runs: By arm `CELL` of each run, of the same shape.
    """
    arrays = {member: runs[arm][name] for member, (arm, name) in _MEMBERS.items()}
    arrays |= {"sweep": np.array(sweep.to_json()), "known": known}
    np.savez_compressed(file, **arrays)  # type: ignore[arg-type]


def read(
    file: str | Path | BinaryIO,
) -> tuple[Sweep, NDArray[np.bool_], dict[str, NDArray[np.void]]]:
    """The inverse of `write`; of runs that are not known all is 0.

    Raises:
        PhaseMapError: If the file is no map that this version can read.
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
        raise PhaseMapError("the file is no phase map of this laboratory")
    header = archive.header("sweep")
    if header.dtype.kind != "U" or header.shape or header.nbytes > _MAX_SWEEP_BYTES:
        raise PhaseMapError("the file is no phase map of this laboratory")
    return Sweep.from_json(str(archive.array("sweep")))


def _array(archive: Archive, name: str, dtype: np.dtype[Any], sweep: Sweep) -> NDArray[Any]:
    """An array of a file, of the type and shape that it must have."""
    header = archive.header(name)
    if header.dtype != dtype or header.shape != sweep.shape:
        raise PhaseMapError("the numbers in the file are not those of its sweep")
    return archive.array(name)
