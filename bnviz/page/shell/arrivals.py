"""Arrivals: files on their way to the page, and those that no field of the page has taken yet."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager

T = TypeVar("T")

#: Part of what may arrive at a time that may come from one address.
SENDER_SHARE = 0.5
#: Seconds that a file waits until there is room for it to arrive.
MAX_QUEUE = 20.0
#: Slowest connection on which a file may arrive, in bytes a second, after a grace in seconds.
MIN_RATE, GRACE = 100_000, 30.0
#: Seconds that a file waits to be taken by a field: the browser says so as soon as it has sent it.
MAX_WAIT = 60.0
#: Why a file is not received, by the status of the response (RFC 9110). A file that is too large is
#: refused before it arrives, by Streamlit's server or by one in front of it.
REFUSALS = {
    408: "The file arrives too slowly; choose a smaller one, or a faster connection.",
    413: "The file is too large for this server; choose a smaller one.",
    503: "Too many files are arriving here; try again in a minute.",
}
#: The same for any other status, and where no response arrives.
UNRECEIVED = "The file did not arrive; try again, or reload the page."


class ArrivalError(Exception):
    """A file that is not received; the message is one sentence.

    Attributes:
        status: One of `REFUSALS`.
    """

    def __init__(self, status: int) -> None:
        super().__init__(REFUSALS[status])
        self.status = status


class Arrivals:
    """Files that are arriving: one of each session, and of each address a share of what fits.

    All methods are called on one event loop.

    Args:
        max_bytes: How many bytes may arrive at a time; a single file always may.
        max_queue: Seconds that a file waits for room.
        grace: Seconds that a file may take in addition to those that what has arrived allows.
    """

    def __init__(
        self, max_bytes: float, *, max_queue: float = MAX_QUEUE, grace: float = GRACE
    ) -> None:
        self._max_bytes, self._max_queue, self._grace = max_bytes, max_queue, grace
        self._room = asyncio.Condition()
        # By their sessions: address and size.
        self._files: dict[str, tuple[str, int]] = {}

    async def receive(
        self,
        session: str,
        address: str,
        size: int,
        receive: Callable[[Callable[[int], None]], Awaitable[T]],
    ) -> T:
        """Receives a file once there is room.

        Args:
            session: The session that it is for.
            address: Network address that it comes from.
            size: Its size in bytes.
            receive: Receives it; calls its argument with the number of bytes of each part.

        Raises:
            ArrivalError: If there is no room for it, or if it comes too slowly.
        """
        async with self._room:
            try:
                async with asyncio.timeout(self._max_queue):
                    await self._room.wait_for(lambda: self._fits(session, address, size))
            except TimeoutError:
                raise ArrivalError(503) from None
            self._files[session] = (address, size)
        try:
            async with asyncio.timeout(self._grace) as patience:

                def note(count: int) -> None:
                    end = patience.when()
                    if end is not None:
                        patience.reschedule(end + count / MIN_RATE)

                return await receive(note)
        except TimeoutError:
            raise ArrivalError(408) from None
        finally:
            del self._files[session]
            async with self._room:
                self._room.notify_all()

    def _fits(self, session: str, address: str, size: int) -> bool:
        everywhere = sum(held for _, held in self._files.values())
        here = sum(held for other, held in self._files.values() if other == address)
        return (
            session not in self._files
            and (not here or here + size <= SENDER_SHARE * self._max_bytes)
            and (not everywhere or everywhere + size <= self._max_bytes)
        )


class Untaken:
    """Files that have arrived: the last one of each session, for a while, and the latest of all.

    Streamlit keeps them until their session ends. A field of the page that takes one removes it.
    All methods are called on one event loop.

    Args:
        files: Returns what Streamlit keeps.
        max_bytes: How many bytes may wait at a time; a single file always may.
        seconds: How long a file waits.
    """

    def __init__(
        self,
        files: Callable[[], MemoryUploadedFileManager],
        max_bytes: float,
        *,
        seconds: float = MAX_WAIT,
    ) -> None:
        self._files, self._max_bytes, self._seconds = files, max_bytes, seconds
        # What removes the file of each session after a while, the oldest first.
        self._timers: dict[str, asyncio.TimerHandle] = {}

    def make_room(self, session: str, size: int) -> None:
        """Makes room for a file that Streamlit is about to keep.

        Args:
            session: The session that it is for.
            size: Its size in bytes.
        """
        if session in self._timers:
            self._remove(session)
        while self._timers and self._kept_bytes + size > self._max_bytes:
            self._remove(next(iter(self._timers)))
        loop = asyncio.get_running_loop()
        self._timers[session] = loop.call_later(self._seconds, self._remove, session)

    @property
    def _kept_bytes(self) -> int:
        """What Streamlit keeps, by its own count."""
        stats = self._files().get_stats()
        return sum(stat.byte_length for family in stats.values() for stat in family)

    def _remove(self, session: str) -> None:
        self._timers.pop(session).cancel()
        self._files().remove_session_files(session)
