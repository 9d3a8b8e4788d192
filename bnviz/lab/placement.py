"""Placement: which processors the threads of this process run on while something is timed."""

import os
import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

#: Where Linux lists the threads of this process.
_THREADS = Path("/proc/self/task")


@contextmanager
def taking_turns() -> Iterator[Callable[[], None]]:
    """Lets the calling thread and all others of this process take turns on the processors.

    TensorFlow runs one program in the calling thread and another in a thread of its own, and a
    processor can be slow for a while because of what else its core does. Without turns, the program
    on the slow one would be taken for the costlier one.

    Yields:
        A function that moves the calling thread to the next processor, and all others to the one
        after that. It moves nothing where there is but one, or where a process cannot choose.
    """
    places = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set()
    processors, this, turn = sorted(places), threading.get_native_id(), 0

    def move() -> None:
        nonlocal turn
        if len(processors) < 2:
            return
        mine, others = (processors[(turn + ahead) % len(processors)] for ahead in (0, 1))
        _place({mine}, lambda thread: thread == this)
        _place({others}, lambda thread: thread != this)
        turn += 1

    try:
        yield move
    finally:
        if turn:
            _place(places, lambda _: True)


def _place(processors: Collection[int], moves: Callable[[int], bool]) -> None:
    """Has some threads of this process run on these processors."""
    # A thread may end in the meantime, and a sandbox may forbid it.
    with suppress(OSError):
        for thread in [int(path.name) for path in _THREADS.iterdir()]:
            if moves(thread):
                with suppress(OSError):
                    os.sched_setaffinity(thread, processors)
