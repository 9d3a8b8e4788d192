"""Open files: the limit is raised, and its exhaustion reported once."""

import asyncio
import errno
import json
import logging
import subprocess
import sys
from types import SimpleNamespace

import pytest
from streamlit.runtime.app_session import AppSession

from bnviz.page.launch.open_files import Exhaustion, but_half_made
from tests.support import ROOT

resource = pytest.importorskip("resource")

#: Sets a limit, lets the page raise it, and prints the limit and what was logged.
PROGRAM = """
import json, logging, resource
from bnviz.page.launch import open_files
resource.setrlimit(resource.RLIMIT_NOFILE, ({soft}, {hard}))
said = []
logging.getLogger("bnviz").addHandler(type("", (logging.Handler,), {{
    "emit": lambda self, record: said.append(record.getMessage())
}})())
open_files.prepare()
print(json.dumps([resource.getrlimit(resource.RLIMIT_NOFILE)[0], said]))
"""
_, HARD = resource.getrlimit(resource.RLIMIT_NOFILE)


def after_start(soft, hard):
    """Limit of a process that was started with these, and what the page said about it."""
    program = PROGRAM.format(soft=soft, hard=hard)
    outcome = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, check=True
    )
    return json.loads(outcome.stdout)


@pytest.mark.skipif(0 <= HARD < 2_048, reason="the tests may open too few files themselves")
def test_the_limit_is_raised_as_far_as_the_system_lets_it():
    assert after_start(256, 2_048) == [2_048, []]


def test_a_low_limit_is_said_with_the_viewers_that_it_is_enough_for():
    limit, said = after_start(200, 256)
    assert limit == 256
    assert ["256 files" in each and "about 54 viewers" in each for each in said] == [True]


def record(error):
    try:
        raise error
    except OSError:
        return logging.LogRecord("asyncio", 40, "", 0, "out of %s", ("it",), sys.exc_info())


def test_too_many_open_files_are_one_line_a_minute():
    now = [0.0]
    exhaustion = Exhaustion(clock=lambda: now[0])
    first, second, later = (record(OSError(errno.EMFILE, "Too many")) for _ in range(3))
    assert exhaustion.filter(first)
    assert first.exc_info is None
    assert "no more viewers fit" in first.getMessage()
    now[0] = 59.0
    assert not exhaustion.filter(second)
    now[0] = 61.0
    assert exhaustion.filter(later)


def test_other_errors_are_logged_as_they_are():
    other = record(OSError(errno.ECONNRESET, "reset"))
    assert Exhaustion().filter(other)
    assert other.getMessage() == "out of it"
    assert other.exc_info is not None


@pytest.mark.parametrize(
    ("deleted", "error", "reported"),
    [
        (AppSession.__del__, AttributeError, False),
        (asyncio.BaseEventLoop.__del__, AttributeError, False),
        (AppSession.__del__, ValueError, True),
        (asyncio.BaseEventLoop.run_forever, AttributeError, True),
    ],
)
def test_sessions_half_made_are_not_reported_and_everything_else_is(deleted, error, reported):
    found = []
    unraisable = SimpleNamespace(object=deleted, exc_type=error)
    but_half_made(found.append)(unraisable)
    assert found == [unraisable] * reported
