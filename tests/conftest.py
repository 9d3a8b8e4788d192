"""Fixtures of several rooms: a running page and a browser."""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator

import hypothesis
import pytest

# A busy machine is not a defect. Where a change is decided on, the tests decide the same each time.
CI = os.environ.get("CI") == "true"
hypothesis.settings.register_profile(
    "bnviz", deadline=None, derandomize=CI, max_examples=40 if CI else 100
)
hypothesis.settings.load_profile("bnviz")

# Set before any test imports TensorFlow, whose start-up messages are of no interest.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

# Other seeds are trained only where they are what is tested: they take a core for seconds.
os.environ["BNVIZ_CHECK_SEEDS"] = "0"

# A shell has what it starts in the background ignore Ctrl-C, and so would the programs under test.
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

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
def _no_warm_up() -> Iterator[None]:
    """Spares engines of the test process what they compile ahead of the first visitor."""
    from bnviz.engine import dispatch

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dispatch, "warm_up", dispatch.load)
        yield


@pytest.fixture(scope="session")
def page_address() -> Iterator[str]:
    """Address of the page, served by a process of its own; it must not print a traceback."""
    from tests.support.engine import free_port
    from tests.support.server import page_server

    port = free_port()
    with page_server(port, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as server:
        yield f"http://127.0.0.1:{port}"
        server.terminate()
        output, _ = server.communicate(timeout=30)
    assert "Traceback" not in output, output


@pytest.fixture(scope="session")
def browser():
    """An installed Chromium; without one, browser tests are skipped, except where CI is true."""
    executable = next(filter(None, map(shutil.which, BROWSERS)), None)
    if executable is None:
        reason = "no Chromium is installed"
        if CI:
            pytest.fail(reason)
        pytest.skip(reason)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def visit(browser, page_address):
    """Opens tabs; afterwards closes them and checks that their scripts raised no errors."""
    from tests.support.visitor import Visitor

    visitors = []

    def open_tab(query="", *, address=page_address, **options):
        visitors.append(Visitor(browser, address, **options))
        return visitors[-1].open(query)

    yield open_tab
    errors = [error for visitor in visitors for error in visitor.errors]
    for visitor in visitors:
        visitor.context.close()
    assert errors == []
