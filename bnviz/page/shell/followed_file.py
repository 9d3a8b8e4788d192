"""FollowedFile: the file of a recording that another process goes on replacing.

Whoever asks for it has it looked at and, if it has changed, read in a thread of its own: nobody
waits. It is tried like a stranger's file where it is of other networks than before; what only adds
frames is read alone, since nothing else of it is new.
"""

import dataclasses
import io
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bnviz.page.shell import recording_process
from bnviz.page.shell.visit_run import VisitRun
from bnviz.recording import Recording
from bnviz.recording.archive import OversizeError, read_limited
from bnviz.recording.file import MAX_FILE_BYTES, RecordingError

#: Token of the run of the file, whatever it holds.
TOKEN = "followed"  # noqa: S105
#: Seconds between two looks at whether the file has changed, and after which one that could not be
#: read is tried again though it has not: the reason may have passed.
INTERVAL, RETRY = 0.5, 10.0


@dataclass(frozen=True)
class Followed:
    """What is known of the file.

    Attributes:
        run: What it held when it was last read; None if it has not been read yet.
        generation: How many times it has held something that does not go on with what it held.
        trouble: Why it cannot be read now, as a clause; empty if it can.
        quiet: Seconds for which it has not changed.
    """

    run: VisitRun | None
    generation: int
    trouble: str
    quiet: float

    @property
    def grows(self) -> bool:
        """Whether more frames are to come, as far as the file says."""
        return self.run is None or self.run.grows


class FollowedFile:
    """A file that is read again whenever it has changed. Its methods may be called from any thread.

    Args:
        path: Where it is, or will be.
        clock: The time in seconds.
    """

    def __init__(self, path: Path, clock: Callable[[], float] = time.monotonic):
        self.path, self._clock = path, clock
        self._lock = threading.Lock()
        self._run: VisitRun | None = None
        self._generation = 0
        self._missing = self._broken = ""
        self._signature: tuple[int, ...] = ()
        self._looked, self._changed = float("-inf"), clock()
        self._failed = float("-inf")
        self._reading = False

    def now(self) -> Followed:
        """What is known of it; has it read if it has changed, without waiting for that."""
        with self._lock:
            if not self._reading and self._clock() - self._looked >= INTERVAL:
                self._look()
            trouble = self._missing or self._broken
            return Followed(self._run, self._generation, trouble, self._clock() - self._changed)

    def read(self) -> None:
        """Reads what it holds now.

        Raises:
            OSError: If it cannot be read.
            OversizeError: If it is too large.
            RecordingError: If it is not a recording that can be drawn.
        """
        signature = self._signed()
        data = read_limited(self.path, max_bytes=MAX_FILE_BYTES)
        recording = Recording.load(io.BytesIO(data))
        before = self._run
        goes_on = before is not None and _goes_on(before.recording, recording)
        if not goes_on:
            recording = recording_process.read(data)
        run = VisitRun.opened(self.path.name, data, recording)
        run = dataclasses.replace(run, token=TOKEN, grows=_grows(recording))
        with self._lock:
            self._run, self._signature = run, signature
            self._generation += not goes_on
            self._missing = self._broken = ""
            self._changed = self._clock()

    def _look(self) -> None:
        self._looked = self._clock()
        try:
            signature = self._signed()
        except OSError as error:
            self._missing, self._signature = (error.strerror or "it is gone").lower(), ()
            return
        self._missing = ""
        due = bool(self._broken) and self._clock() - self._failed >= RETRY
        if signature != self._signature or due:
            self._signature, self._reading = signature, True
            threading.Thread(target=self._read_again, daemon=True).start()

    def _read_again(self) -> None:
        broken = "it could not be read"
        try:
            self.read()
            broken = ""
        except OSError as error:
            broken = (error.strerror or broken).lower()
        except (OversizeError, RecordingError) as error:
            broken = str(error)
        finally:
            with self._lock:
                self._broken, self._reading = broken, False
                self._failed = self._clock()

    def _signed(self) -> tuple[int, ...]:
        found = os.stat(self.path)
        return found.st_mtime_ns, found.st_size, found.st_ino


def _grows(recording: Recording) -> bool:
    """Whether a recording says that more is to come, as the file of a `bnviz.Watch` does."""
    return recording.header.settings is None and not recording.complete


def _goes_on(before: Recording | None, after: Recording) -> bool:
    """Whether a recording begins with the frames of another one, of the same networks."""
    if before is None or before.layout.schema() != after.layout.schema():
        return False
    if (before.header.arms, before.header.layers) != (after.header.arms, after.header.layers):
        return False
    return after.slice(0, len(before)) == before.slice(0, len(before))
