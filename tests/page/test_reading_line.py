"""ReadingLine: two files are read at a time, one of each address, in turn."""

import threading
from concurrent.futures import CancelledError

import pytest

from bnviz.engine.origin import Origin
from bnviz.page.shell.reading_line import ReadingLine
from tests.support.engine import PATIENCE, until

HERE, THERE, ELSEWHERE = (Origin("browser", each) for each in ("here", "there", "elsewhere"))


class Host:
    """Files that are read for as long as a test wants."""

    def __init__(self):
        self.line = ReadingLine()
        self.begun = []
        self._ends = {}

    def join(self, owner, origin, key="file"):
        end = self._ends.setdefault(owner, threading.Event())

        def read(unwanted):
            self.begun.append((owner, key))
            while not (end.is_set() or unwanted.is_set()):
                end.wait(0.01)
            return owner

        return self.line.join(owner, key, origin, read)

    def end(self, owner):
        self._ends[owner].set()

    def end_all(self):
        for end in self._ends.values():
            end.set()


@pytest.fixture
def host():
    host = Host()
    yield host
    host.end_all()


def test_two_are_read_at_a_time_and_one_of_each_address(host):
    futures = [host.join(*each) for each in (("a", HERE), ("b", HERE), ("c", THERE), ("d", THERE))]
    until(lambda: len(host.begun) == 2)
    assert {owner for owner, _ in host.begun} == {"a", "c"}
    host.end_all()
    assert [future.result(PATIENCE) for future in futures] == ["a", "b", "c", "d"]


def test_who_has_used_less_is_next(host):
    host.join("a", HERE)
    host.join("b", THERE)
    until(lambda: len(host.begun) == 2)
    waiting = host.join("c", HERE), host.join("d", ELSEWHERE)
    host.end("a")
    until(lambda: len(host.begun) == 3)
    assert host.begun[-1] == ("d", "file")
    host.end_all()
    assert [future.result(PATIENCE) for future in waiting] == ["c", "d"]


def test_who_joins_again_for_the_same_waits_for_the_same(host):
    assert host.join("a", HERE) is host.join("a", HERE)
    host.end("a")


def test_another_file_of_the_same_owner_takes_the_place_of_the_first(host):
    first = host.join("a", HERE)
    until(lambda: host.begun)
    second = host.join("a", HERE, "other")
    with pytest.raises(CancelledError):
        first.result(PATIENCE)
    host.end("a")
    assert second.result(PATIENCE) == "a"
    assert host.begun == [("a", "file"), ("a", "other")]


def test_a_file_that_leaves_the_line_is_not_read(host):
    host.join("a", HERE)
    until(lambda: host.begun)
    waiting, next_one = host.join("b", HERE), host.join("c", HERE)
    host.line.leave("b")
    host.end_all()
    assert next_one.result(PATIENCE) == "c"
    assert waiting.cancelled()
    assert [owner for owner, _ in host.begun] == ["a", "c"]


def test_what_cannot_be_read_says_why_and_lets_the_next_one_in(host):
    def fail(_):
        raise ValueError("no")

    failed, after = host.line.join("a", "file", HERE, fail), host.join("b", HERE)
    with pytest.raises(ValueError, match="no"):
        failed.result(PATIENCE)
    host.end("b")
    assert after.result(PATIENCE) == "b"
