"""SeedsFile: reads and writes the result of a study over seeds."""

from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from bnviz.recording.archive import Archive, ArchiveError, read_limited
from bnviz.recording.other_seeds import END
from bnviz.settings import Settings, SettingsError
from bnviz.studies.seeds import MAX_SEEDS, MIN_SEEDS, SeedBands
from bnviz.studies.study import CURVES

#: Maximum bytes of a file; the largest result takes about 150 KB.
_MAX_FILE_BYTES = 1_000_000


class SeedsFileError(ValueError):
    """A file is not the result of a study over seeds; the message says why."""


def write(file: str | Path | BinaryIO, bands: SeedBands) -> None:
    """Writes a result as a compressed NumPy archive without pickles.

    Args:
        file: The file to write.
        bands: The study.

    Raises:
        ValueError: If seeds are missing.
    """
    if not bands.complete:
        raise ValueError("a result over seeds is saved once all seeds are trained")
    settings = np.array(bands.settings.to_json())
    np.savez_compressed(file, settings=settings, **_members(bands))  # type: ignore[arg-type]


def read(file: str | Path | BinaryIO) -> SeedBands:
    """Reads a result; the inverse of `write`.

    Raises:
        SeedsFileError: If the file is not a result that this version can read.
    """
    try:
        archive = Archive(read_limited(file, max_bytes=_MAX_FILE_BYTES))
        count = archive.header("majority_share").shape[0]
        if not MIN_SEEDS <= count <= MAX_SEEDS:
            raise SeedsFileError("the file does not have as many seeds as a study")
        bands = SeedBands(Settings.from_json(str(archive.array("settings"))), count)
        for name, values in _members(bands).items():
            header = archive.header(name)
            if (header.dtype, header.shape) != (values.dtype, values.shape):
                raise SeedsFileError("the numbers in the file do not belong to its settings")
            values[:] = archive.array(name)
    except (KeyError, IndexError) as error:
        raise SeedsFileError("the file is not a result over seeds of this laboratory") from error
    except SettingsError as error:
        raise SeedsFileError(f"the settings of the file are not valid: {error}") from error
    except (OSError, ArchiveError) as error:
        raise SeedsFileError("the file cannot be read as a result over seeds") from error
    bands.known[:] = True
    return bands


def _members(bands: SeedBands) -> dict[str, NDArray[Any]]:
    """The arrays of a study by their names in its file."""
    members: dict[str, NDArray[Any]] = {"majority_share": bands.majority_share}
    for arm in bands.arms:
        members |= {f"{arm}_{name}": bands.curves[arm][name] for name in CURVES}
        members |= {f"{arm}_{name}_at_end": bands.end[arm][name] for name in END}
        members[f"{arm}_diverged_at"] = bands.diverged_at[arm]
    return members
