"""Leavings: what ended connections hold is freed, although it lies in circles of references."""

import gc
import weakref

from bnviz.page.shell.leavings import MAX_ENDED, PAUSE, Leavings


class Connection:
    def __init__(self):
        self.itself = self


def freed_after(leavings, number):
    """Whether a connection is gone once so many have ended."""
    connection = weakref.ref(Connection())
    for _ in range(number):
        leavings.note()
    return connection() is None


def test_it_is_freed_after_a_few_connections_and_not_at_each():
    now = 0.0
    leavings = Leavings(lambda: now)
    gc.disable()
    try:
        assert not freed_after(leavings, MAX_ENDED - 1)
        assert freed_after(leavings, 1)
        now = PAUSE / 2
        assert not freed_after(leavings, 2 * MAX_ENDED)
        now = PAUSE
        assert freed_after(leavings, 1)
    finally:
        gc.enable()
