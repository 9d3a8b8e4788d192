"""Compiler: one thing is compiled after the other, and what nobody waits for is not."""

import threading

import pytest

from bnviz.lab import compiler
from bnviz.lab.compiler import Compilation, compile_ahead
from tests.support.engine import PATIENCE, until


@pytest.fixture
def first():
    """What is being compiled until the test ends, or ends it."""
    begun, end = threading.Event(), threading.Event()

    def part():
        begun.set()
        assert end.wait(PATIENCE)

    compilation = Compilation({object(): part})
    assert begun.wait(PATIENCE)
    yield end
    end.set()
    for _ in compilation.waits():
        pass
    until(lambda: not compiler.is_busy())


def test_what_nobody_waits_for_any_more_is_not_compiled(first):
    compiled = []
    cancelled, kept = (Compilation({object(): lambda n=n: compiled.append(n)}) for n in range(2))
    cancelled.cancel()
    first.set()
    for _ in kept.waits():
        pass
    assert compiled == [1]


def test_it_is_busy_until_all_is_compiled_whatever_was_cancelled(first):
    Compilation({object(): lambda: None}).cancel()
    assert compiler.is_busy()
    first.set()
    until(lambda: not compiler.is_busy())


@pytest.mark.usefixtures("first")
def test_what_is_compiled_ahead_waits_for_nothing_and_is_not_compiled_again():
    name, compiled = object(), []
    compile_ahead({name: lambda: compiled.append("ahead")}, lambda: True)
    assert compiled == ["ahead"]
    assert list(Compilation({name: lambda: compiled.append("again")}).waits()) == []
    assert compiled == ["ahead"]


def test_nothing_more_is_compiled_ahead_once_it_should_not():
    compiled = []
    parts = {object(): lambda n=n: compiled.append(n) for n in range(3)}
    compile_ahead(parts, lambda: not compiled)
    assert compiled == [0]
