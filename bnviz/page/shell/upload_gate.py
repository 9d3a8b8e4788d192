"""UploadGate: bounds the files that browsers send, whether a field of the page asks for one or not.

Streamlit's server (1.67) takes any number of files from whoever has a session, and keeps them until
that session ends.
"""

from collections.abc import Callable
from functools import cache
from typing import Any, cast

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.types import Message
from streamlit import runtime
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager

from bnviz.data.bounds import MAX_FILE_BYTES
from bnviz.page.shell.arrivals import UNRECEIVED, ArrivalError, Arrivals, Untaken
from bnviz.page.shell.session import limits

#: Share of `Limits.files_mb` that may arrive at a time, and as much again may wait to be taken.
SHARE = 0.5

#: Reads the form of a request.
Form = Callable[..., Any]


def bounded(form: Form, arrivals: Arrivals, untaken: Untaken) -> Form:
    """Like `Request.form`, but bounded where the form brings a file.

    Args:
        form: That method.
        arrivals: Files that are arriving.
        untaken: Files that have arrived.
    """

    async def received(
        request: Request, session: str, receive: Callable[[Callable[[int], None]], Any]
    ) -> FormData:
        """The form of a request that brings a file.

        Raises:
            HTTPException: If the file is not received.
        """
        address = request.client.host if request.client else ""
        # A file may come in chunks, without its size.
        size = int(request.headers.get("content-length", MAX_FILE_BYTES))
        try:
            found: FormData = await arrivals.receive(session, address, size, receive)
        except ArrivalError as error:
            # A browser that is still sending reads no response until the connection ends.
            ends = {"Connection": "close"} if error.status == 408 else None
            raise HTTPException(error.status, str(error), ends) from None
        except ClientDisconnect:
            raise HTTPException(400, UNRECEIVED) from None
        untaken.make_room(session, size)
        return found

    def through_gate(request: Request, **options: Any) -> Any:
        def receive(note: Callable[[int], None]) -> Any:
            _tell(request, note)
            return form(request, **options)

        if "file_id" not in request.path_params:
            return form(request, **options)
        return received(request, request.path_params["session_id"], receive)

    return through_gate


def _tell(request: Request, note: Callable[[int], None]) -> None:
    """Has a function called with the number of bytes of each part of a request that arrives."""
    receive = request._receive

    async def received() -> Message:
        message = await receive()
        note(len(message.get("body", b"")))
        return message

    request._receive = received


@cache
def install() -> None:
    """Has Streamlit's server receive files through the gate, once.

    Streamlit offers no option for it, and its server stands before the page's script first runs.
    """
    max_bytes = SHARE * 1e6 * limits().files_mb
    through_gate = bounded(Request.form, Arrivals(max_bytes), Untaken(_files, max_bytes))
    Request.form = through_gate  # type: ignore[method-assign]


def _files() -> MemoryUploadedFileManager:
    """What Streamlit's server keeps of the files that it has received."""
    return cast(MemoryUploadedFileManager, runtime.get_instance().uploaded_file_mgr)
