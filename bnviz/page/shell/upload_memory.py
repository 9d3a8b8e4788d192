"""UploadMemory: keeps files that are being uploaded off the disk."""

from starlette.formparsers import MultiPartParser

from bnviz.data.bounds import MAX_FILE_BYTES


def keep_in_memory() -> None:
    """Has Streamlit's server receive a viewer's file in memory, whatever its size.

    Beyond `spool_max_size`, 1 MB, Starlette's form parser writes what arrives to the folder for
    temporary files, which the page promises not to do, and which fails if that folder is full.
    Streamlit offers no option for it. It refuses what is larger than `server.maxUploadSize`.
    """
    MultiPartParser.spool_max_size = 2 * MAX_FILE_BYTES
