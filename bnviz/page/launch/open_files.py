"""Open files: how many the page may have open, and what it says when it has no more.

A viewer takes four: the connection, and three of the event loop that Streamlit (1.67) keeps for
each session, which stay for as long as it keeps the session of a closed page. A limit of 256, the
default of macOS, is enough for some fifty viewers; so the page raises it as far as the system lets
it.
"""

import errno
import logging
import sys
import time
from collections.abc import Callable
from functools import cache
from typing import Any

#: More than enough, where the system sets no limit: macOS refuses more for a process of its own.
ENOUGH = 10_240
#: Below this the page says at its start how many files it may open.
FEW = 1_024
#: Files of one viewer, and of the page itself with its engine.
A_VIEWER, THE_PAGE = 4, 40
#: Loggers of what fails without a free file: accepting connections, and answering them.
_LOGGERS = ("asyncio", "uvicorn.error")
#: What Python finds half made when a session could not be opened, and complains about in ten lines.
_HALF_MADE = ("AppSession.__del__", "BaseEventLoop.__del__")
#: Seconds between two messages about it.
_PAUSE = 60.0

_log = logging.getLogger(__name__)


@cache
def prepare() -> None:
    """Raises the limit of this process, once, and has its exhaustion reported in one line."""
    limit = raise_limit()
    if limit is not None and limit < FEW:
        _log.warning(
            "This process may open %d files, enough for about %d viewers at a time; "
            "`ulimit -n` raises that.",
            limit,
            max(0, limit - THE_PAGE) // A_VIEWER,
        )
    exhaustion = Exhaustion()
    for name in _LOGGERS:
        logging.getLogger(name).addFilter(exhaustion)
    sys.unraisablehook = but_half_made(sys.unraisablehook)


def but_half_made(hook: Callable[[Any], object]) -> Callable[[Any], None]:
    """Like a hook for exceptions that cannot be raised, without those of sessions half made."""

    def report(unraisable: Any) -> None:
        where = getattr(unraisable.object, "__qualname__", "")
        if not (where in _HALF_MADE and issubclass(unraisable.exc_type, AttributeError)):
            hook(unraisable)

    return report


def raise_limit() -> int | None:
    """Raises the number of files that this process may open to what the system allows it.

    Returns:
        The number; None on a system without such a limit.
    """
    if sys.platform == "win32":
        return None
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = ENOUGH if hard == resource.RLIM_INFINITY else hard
    if soft == resource.RLIM_INFINITY or soft >= most:
        return soft if soft != resource.RLIM_INFINITY else None
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    except (ValueError, OSError):
        return soft
    return most


class Exhaustion(logging.Filter):
    """Turns records about too many open files into one line, at most once a minute.

    asyncio alone logs a traceback for each of 2,048 attempts a second to accept a connection.

    Args:
        clock: The time in seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._next = float("-inf")

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether to log a record; rewrites the first about too many open files."""
        error = record.exc_info[1] if record.exc_info else None
        if not (isinstance(error, OSError) and error.errno in (errno.EMFILE, errno.ENFILE)):
            return True
        now = self._clock()
        if now < self._next:
            return False
        self._next = now + _PAUSE
        record.msg = "Too many open files: no more viewers fit until some leave (`ulimit -n`)."
        record.args, record.exc_info, record.exc_text = (), None, None
        return True
