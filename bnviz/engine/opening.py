"""Opening: what begins once its examples are there, while others have their turns.

To read a large file takes seconds, to download a data set up to minutes, and neither can be
interrupted, as compiling cannot.
"""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from functools import cache
from typing import Any

from bnviz.data.dataset import Dataset
from bnviz.data.file_source import FileSource

#: Seconds between two looks at whether the examples are there.
TICK = 0.02

#: One thread, because a process never holds the examples of two files.
_reader = ThreadPoolExecutor(1, "reader")


@cache
def _downloader(dataset: str) -> ThreadPoolExecutor:
    """One thread for a data set, because it is downloaded once, and no other one waits for that."""
    return ThreadPoolExecutor(1, f"downloader of {dataset}")


class Opening:
    """Something that is about to begin.

    Args:
        source: The file with its examples, if any.
        begin: Returns it at its start, given the file's examples or None.
        download: What must be called before with the name of a data set, in a thread of its own,
            and this name; None for nothing.
    """

    def __init__(
        self,
        source: FileSource | None,
        begin: Callable[[Dataset | None], Any],
        download: tuple[Callable[[str], None], str] | None = None,
    ):
        self._begin = begin
        self._read: Future[Any] | None = None
        if source is not None:
            self._read = _reader.submit(source.dataset)
        elif download is not None:
            call, dataset = download
            self._read = _downloader(dataset).submit(call, dataset)

    def begun(self, should_wait: Callable[[], bool]) -> Any | None:
        """Begins it, or returns None if its examples are not there by the end of the wait.

        Args:
            should_wait: Whether to wait on.

        Raises:
            UploadError: If the file cannot be trained on.
            Exception: What the download raises.
        """
        if self._read is None:
            return self._begin(None)
        while not wait([self._read], TICK).done:
            if not should_wait():
                return None
        return self._begin(self._read.result())

    def close(self) -> None:
        """Gives up what nobody has begun to read or to download."""
        if self._read is not None:
            self._read.cancel()
