"""GrowingFile: the file of a recording that is written again and again while networks train.

It lacks the last of the steps that it names until the training has ended, so whoever reads it knows
whether more is to come. While a further network is trained, what was recorded of those before it
stands beside it.
"""

import contextlib
import os
import shutil
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

    Raises:
        WatchError: If it cannot be there.
    """

    def __init__(self, path: Path):
        if path.suffix != ".npz" or not path.parent.is_dir():
            raise WatchError(f"{path} must end with .npz, in a folder that exists")
        self._path = path
        self._longer = path.with_suffix(".before.npz")
        self._cost = self._written_at = 0.0
        self._frames = 0
        self._has_copied = False

    def is_due(self, trained: float, budget: float) -> bool:
        """Whether it may be written again.

        Args:
            trained: Seconds for which the network has been trained.
            budget: Share of them that writing may take.
        """
        # A training that begins has nothing of the time of those before it.
        self._written_at = min(self._written_at, trained)
        return budget * (trained - self._written_at) > self._cost

    def write(self, recording: Callable[[], Recording], trained: float, *, at_end: bool) -> None:
        """Writes what was recorded, if that is enough for a recording.

        A disk that fails is warned of: the training goes on. A recording of more frames than the
        new one, as when another network begins, is kept beside it until the end of a training.

        Args:
            recording: Returns the recording.
            trained: Seconds for which the network has been trained.
            at_end: Whether the training has ended.
        """
        begun = time.perf_counter()
        # Beside it, since a file is replaced at once only within a file system.
        beside = self._path.with_name(f".{self._path.name}.{os.getpid()}.npz")
        try:
            found = recording()
            found.save(beside, fast=not at_end)
            if len(found) < self._frames and not at_end:
                with contextlib.suppress(FileNotFoundError):
                    shutil.copyfile(self._path, self._longer)
                    self._has_copied = True
            os.replace(beside, self._path)
            self._frames = len(found)
            if at_end and self._has_copied:
                self._longer.unlink(missing_ok=True)
                self._has_copied = False
        except WatchError as error:
            if at_end:
                warnings.warn(f"{self._path} was not written: {error}", stacklevel=2)
        except OSError as error:
            reason = error.strerror or error
            warnings.warn(f"{self._path} cannot be written: {reason}", stacklevel=2)
        finally:
            with contextlib.suppress(OSError):
                beside.unlink()
        self._cost, self._written_at = time.perf_counter() - begun, trained
