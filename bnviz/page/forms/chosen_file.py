"""ChosenFile: the content of a file that a viewer has just chosen in a field of the page."""

from collections.abc import Iterator
from contextlib import contextmanager

from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import DeletedFile, UploadedFile


class ChosenFileError(ValueError):
    """A file that is not there or too large; the message is one sentence."""


@contextmanager
def content(chosen: UploadedFile | DeletedFile, max_mb: float) -> Iterator[tuple[str, bytes]]:
    """Gives name and content of a file, and drops Streamlit's copy of it afterwards.

    Args:
        chosen: The file.
        max_mb: How many megabytes it may have.

    Raises:
        ChosenFileError: If it has made room for others, or is larger.
    """
    if isinstance(chosen, DeletedFile):
        raise ChosenFileError("The file made room for others before it was read; choose it again.")
    try:
        # The browser checks this too, but a file need not come from the browser.
        if chosen.size > 1e6 * max_mb:
            raise ChosenFileError(f"Here a file may have up to {max_mb:.0f} MB.")
        yield chosen.name, chosen.getvalue()
    finally:
        # Streamlit keeps the state of a session that ends now for minutes, and with it this object.
        chosen.close()
        context = get_script_run_ctx()
        files = None if context is None else context.uploaded_file_mgr
        if context is not None and isinstance(files, MemoryUploadedFileManager):
            files.remove_file(context.session_id, chosen.file_id)
