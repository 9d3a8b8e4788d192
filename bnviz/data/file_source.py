"""FileSource: a viewer's file as bytes, which become arrays only where they are trained on."""

import threading
from dataclasses import dataclass, field

from bnviz.data import uploads
from bnviz.data.choices import Choices
from bnviz.data.dataset import Dataset

#: Seconds after its last use for which the arrays of the last file are kept.
KEEP_SECONDS = 60.0


@dataclass(frozen=True)
class FileSource:
    """A viewer's file, small enough to be held for many viewers and to be sent to a worker.

    Attributes:
        name: File name.
        data: Content.
        choices: How the file is read.
        num_features: Number of features of each example, as it was found when the file was read.
        num_classes: Number of classes.
        example_shape: Shape of an example that is an image, or (num_features,).
    """

    name: str
    data: bytes = field(repr=False)
    choices: Choices
    num_features: int
    num_classes: int
    example_shape: tuple[int, ...] = ()

    def dataset(self) -> Dataset:
        """Reads the file; the arrays of the last one stay for `KEEP_SECONDS` in this process.

        Raises:
            UploadError: If the file cannot be trained on.
        """
        return _last.dataset(self)


class _Last:
    """The arrays of the file that was read last: the blocks of a study ask for the same file."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: tuple[FileSource, Dataset] | None = None
        self._timer: threading.Timer | None = None

    def dataset(self, source: FileSource) -> Dataset:
        with self._lock:
            if self._held is None or self._held[0] != source:
                self._held = None  # never the arrays of two files
                read = uploads.read(source.name, source.data, source.choices)
                self._held = (source, read.dataset)
            if self._timer is not None:
                self._timer.cancel()
            self._timer = threading.Timer(KEEP_SECONDS, self.forget, (source,))
            self._timer.daemon = True
            self._timer.start()
            return self._held[1]

    def forget(self, source: FileSource) -> None:
        """Drops the arrays if they are still those of this file."""
        with self._lock:
            if self._held is not None and self._held[0] == source:
                self._held = None


_last = _Last()
