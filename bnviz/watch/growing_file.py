"""GrowingFile: the file of a recording that is written again and again while networks train."""

import os
import time
import warnings
from collections.abc import Callable
from pathlib import Path

from bnviz.recording.recording import Recording
from bnviz.watch.taps import WatchError


class GrowingFile:
    """A file that holds a whole recording at any time, since it is replaced and never changed.

    Args:
        path: Where it is.
        budget: Share of the time of training that writing may take.

    Raises:
        WatchError: If it cannot be there.
    """

    def __init__(self, path: Path, budget: float):
        if path.suffix != ".npz" or not path.parent.is_dir():
            raise WatchError(f"{path} must end with .npz, in a folder that exists")
        self._path, self._budget = path, budget
        self._cost = self._written_at = 0.0

    def is_due(self, trained: float) -> bool:
        """Whether it may be written again after so many seconds of training."""
        # A training that begins has nothing of the time of those before it.
        self._written_at = min(self._written_at, trained)
        return self._budget * (trained - self._written_at) > self._cost

    def write(self, recording: Callable[[], Recording], trained: float) -> float:
        """Writes what was recorded, if that is enough for a recording; returns the seconds it took.

        A disk that fails is warned of: the training goes on.
        """
        begun = time.perf_counter()
        # Beside it, since a file is replaced at once only within a file system.
        beside = self._path.with_name(f".{self._path.name}.{os.getpid()}.npz")
        try:
            recording().save(beside)
            os.replace(beside, self._path)
        except WatchError:
            pass
        except OSError as error:
            warnings.warn(f"{self._path} cannot be written: {error.strerror}", stacklevel=2)
        finally:
            beside.unlink(missing_ok=True)
        self._cost, self._written_at = time.perf_counter() - begun, trained
        return self._cost
