"""Compiler: a thread in which networks are compiled while others train.

Compiling takes a second for a few layers and a minute for fifty, cannot be interrupted, and lets
other threads run meanwhile. So whoever has nothing compiled yet gives up its turn until it has.

To compile a function means to call it. A network that is being compiled must not be used otherwise,
so each has a lock, which is held by whoever has its turn with it, or compiles it.
"""

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from threading import Lock

#: Seconds between two looks at whether it is done.
TICK = 0.05

_thread = ThreadPoolExecutor(1, "compiler")
#: What is being compiled or waits for it.
_pending: set[Future[None]] = set()
#: The names of what has been compiled.
_done: set[Hashable] = set()


class Compilation:
    """What is compiled in the compiler's thread, side by side, after what came before it.

    What has been compiled before is not compiled again, so it waits for nothing.

    Args:
        parts: What compiles each part, by a name that says what it is compiled for.
    """

    def __init__(self, parts: Mapping[Hashable, Callable[[], None]]):
        self._parts = {name: part for name, part in parts.items() if name not in _done}
        self._future: Future[None] | None = None
        if self._parts:
            self._future = _thread.submit(self._compile)
            _pending.add(self._future)
            self._future.add_done_callback(_pending.discard)

    def _compile(self) -> None:
        with ThreadPoolExecutor(len(self._parts)) as threads:
            list(threads.map(lambda part: part(), self._parts.values()))
        _done.update(self._parts)

    def cancel(self) -> None:
        """Compiles nothing of it, unless that has begun."""
        if self._future is not None and self._future.cancel():
            # The thread keeps this until it comes to it.
            self._parts.clear()

    def waits(self) -> Iterator[None]:
        """Waits until all is compiled, and gives way now and then.

        Raises:
            Exception: What went wrong while it was compiled.
        """
        if self._future is None:
            return
        while not wait([self._future], TICK).done:
            yield
        self._future.result()


def compile_ahead(
    parts: Mapping[Hashable, Callable[[], None]], should_continue: Callable[[], bool]
) -> None:
    """Compiles parts before anybody needs them, in this thread, one after another.

    A `Compilation` that comes meanwhile does not wait for it, unless it has the same parts.

    Args:
        parts: As a `Compilation` takes them.
        should_continue: Asked before each of them.
    """
    for name, part in parts.items():
        if not should_continue():
            return
        if name not in _done:
            part()
            _done.add(name)


def acquire_all(locks: Sequence[Lock]) -> bool:
    """Acquires the locks of some networks, or none if one of them is held for more than a tick.

    To wait until it is not would take everybody's turns.

    Returns:
        Whether they are acquired.
    """
    for number, lock in enumerate(locks):
        if not lock.acquire(timeout=TICK):
            for acquired in locks[:number]:
                acquired.release()
            return False
    return True


def is_busy() -> bool:
    """Whether something is being compiled in this process's compiler."""
    return bool(_pending)
