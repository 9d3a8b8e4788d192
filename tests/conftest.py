"""What several tests share: a running page and a browser."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

# A busy machine is no fault. Where the tests decide on a change they decide the same each time.
CI = os.environ.get("CI") == "true"
hypothesis.settings.register_profile(
    "bnviz", deadline=None, derandomize=CI, max_examples=40 if CI else 100
)
hypothesis.settings.load_profile("bnviz")

# Before TensorFlow is imported by any test: its start-up lines say nothing.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

ROOT = Path(__file__).parents[1]
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session", autouse=True)
def nothing_ahead() -> Iterator[None]:
    """Spares engines of the tests' own process what is compiled for a first visitor's sake."""
    from bnviz.engine import dispatch

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dispatch, "warm_up", dispatch.load)
        yield


@pytest.fixture(scope="session")
def page_address() -> Iterator[str]:
    """The page, served by a process of its own, to one test after the other."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.headless=true"]
    command += [f"--server.port={port}", "--server.address=127.0.0.1"]
    server = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(f"{address}/_stcore/health")
        yield address
    finally:
        server.terminate()
        output, _ = server.communicate(timeout=30)
    assert "Traceback" not in output, output


def wait_for(address: str, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while True:
        try:
            urllib.request.urlopen(address, timeout=1).close()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return


@pytest.fixture(scope="session")
def browser():
    """An installed Chromium; without one these tests are skipped, but not where CI is true."""
    executable = next(filter(None, map(shutil.which, BROWSERS)), None)
    if executable is None:
        word = "no Chromium is installed"
        if CI:
            pytest.fail(word)
        pytest.skip(word)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def visit(browser, page_address):
    """Opens tabs that are closed afterwards and must have seen no script error."""
    from tests.support.visitor import Visitor

    visitors = []

    def opened(query="", *, address=page_address, **options):
        visitors.append(Visitor(browser, address, **options))
        return visitors[-1].open(query)

    yield opened
    errors = [error for visitor in visitors for error in visitor.errors]
    for visitor in visitors:
        visitor.context.close()
    assert errors == []
