"""Opening: what begins once its file has been read, while others have their turns.

Reading a large file takes seconds and cannot be interrupted, as compiling cannot.
"""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any

from bnviz.data.dataset import Dataset
from bnviz.data.file_source import FileSource

#: Seconds between two looks at whether the file has been read.
TICK = 0.02

#: One thread, because a process never holds the examples of two files.
_thread = ThreadPoolExecutor(1, "reader")


class Opening:
    """Something that is about to begin.

    Args:
        source: The file with its examples, if any.
        begin: Returns it at its start, given the file's examples or None.
    """

    def __init__(self, source: FileSource | None, begin: Callable[[Dataset | None], Any]):
        self._begin = begin
        self._read: Future[Dataset] | None = None
        if source is not None:
            self._read = _thread.submit(source.dataset)

    def begun(self, should_wait: Callable[[], bool]) -> Any | None:
        """Begins it, or returns None if the file has not been read by the end of the wait.

        Args:
            should_wait: Whether to wait on.

        Raises:
            UploadError: If the file cannot be trained on.
        """
        if self._read is None:
            return self._begin(None)
        while not wait([self._read], TICK).done:
            if not should_wait():
                return None
        return self._begin(self._read.result())

    def close(self) -> None:
        """Gives up a file that nobody has begun to read."""
        if self._read is not None:
            self._read.cancel()
