"""FileReading: what the page itself reads of a viewer's file, one file at a time.

The page keeps no examples: it holds each file's bytes and its `Reading`. While it reads, it has the
examples of one file, whatever the number of viewers.
"""

import threading

from bnviz.data import uploads
from bnviz.data.examples_file import examples_file
from bnviz.data.reading import Reading
from bnviz.page.shell.own_file import OwnFile
from bnviz.page.shell.session import limits

_reading = threading.Lock()


def report(file: OwnFile) -> Reading:
    """Reads a file; its examples are dropped.

    Raises:
        UploadError: If it cannot be trained on, or not on this host.
    """
    max_bytes = int(1e6 * limits().decoded_mb)
    with _reading:
        return uploads.report(file.name, file.data, file.choices, max_bytes=max_bytes)


def examples(file: OwnFile) -> bytes:
    """The examples in a file, as a file that the Keras script reads.

    Raises:
        UploadError: If it cannot be read.
    """
    with _reading:
        return examples_file(uploads.read_examples(file.name, file.data, file.choices))
