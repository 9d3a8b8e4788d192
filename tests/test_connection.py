"""A browser whose connection is cut, and a server that starts anew, behind a proxy of the test."""

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress

import psutil
import pytest
from conftest import ROOT, wait_for

pytestmark = pytest.mark.browser

STAGE = "document.querySelector('#bnviz-stage')?.dataset"
#: Long enough to be interfered with.
STEPS = 50_000
LINK = f"dataset=wine&hidden_layers=2&units=16&batch_size=256&steps={STEPS}&train=1"


class Proxy:
    """Passes what comes at one port on to another, until it is cut."""

    def __init__(self, target: int):
        self._target = target
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        self._open: list[socket.socket] = []
        self._through = True
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        self._through = False
        for each in self._open:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        self._open.clear()

    def mend(self) -> None:
        self._through = True

    def close(self) -> None:
        self.cut()
        self._server.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                ours, _ = self._server.accept()
                try:
                    if not self._through:
                        raise OSError
                    theirs = socket.create_connection(("127.0.0.1", self._target))
                except OSError:
                    ours.close()
                    continue
                self._open += [ours, theirs]
                for ends in ((ours, theirs), (theirs, ours)):
                    threading.Thread(target=self._pass_on, args=ends, daemon=True).start()

    def _pass_on(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError), source, target:
            while data := source.recv(65_536):
                target.sendall(data)
            target.shutdown(socket.SHUT_RDWR)


@contextmanager
def served(port: int) -> Iterator[psutil.Process]:
    """The page's server, ended without a warning."""
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.headless=true"]
    command += [f"--server.port={port}", "--server.address=127.0.0.1"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, env=os.environ) as server:
        try:
            wait_for(f"http://127.0.0.1:{port}/_stcore/health")
            yield psutil.Process(server.pid)
        finally:
            server.kill()


@pytest.fixture(scope="module")
def restarted():
    """A server behind a proxy, and what starts it anew."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    proxy, stack = Proxy(port), ExitStack()
    server = stack.enter_context(served(port))

    def restart() -> list[psutil.Process]:
        nonlocal server
        left = server.children(recursive=True)
        stack.close()
        server = stack.enter_context(served(port))
        return left

    yield proxy, restart
    left = server.children(recursive=True)
    stack.close()
    proxy.close()
    assert psutil.wait_procs(left, 10)[1] == []


def until(page, condition):
    page.wait_for_function(
        f"(() => {{ const s = {STAGE}; return s && ({condition}); }})()", timeout=90_000
    )


def running(page):
    """Waits until the page shows a run of the link in its midst."""
    # Until its first frame there is the recorded run, of fewer steps.
    readout = page.locator("#bnviz-stage [data-part=readout]")
    readout.filter(has_text=f"/ {STEPS}").wait_for(timeout=90_000)
    until(page, "s.state === 'running' && +s.framesHeld > 10 && +s.step > 0")


def certificate(page):
    return page.locator("#bnviz-stage [data-part=proof]").inner_text().split("·")[0]


def test_a_cut_connection_is_taken_up_where_it_was(browser, restarted):
    proxy, _ = restarted
    page = browser.new_page()
    page.goto(f"http://127.0.0.1:{proxy.port}/?{LINK}&seed=1")
    running(page)
    page.eval_on_selector("#bnviz-stage .main-svg", "node => { node.dataset.mark = 'kept'; }")
    proxy.cut()
    # Meanwhile the player goes on with what it holds, and asks in vain for more.
    page.wait_for_timeout(1_000)
    names = ("framesHeld", "framesDrawn", "step")
    held, drawn, step = (int(page.evaluate(f"{STAGE}.{name}")) for name in names)
    proxy.mend()
    until(page, f"+s.framesHeld > {held} && +s.framesDrawn > {drawn} && +s.step > {step}")
    assert page.locator("#bnviz-stage .main-svg[data-mark=kept]").count() == 1
    page.close()


def test_a_server_started_anew_shows_the_experiment_of_the_link(browser, restarted):
    proxy, restart = restarted
    page = browser.new_page()
    page.goto(f"http://127.0.0.1:{proxy.port}/?{LINK}&seed=2")
    running(page)
    proof = certificate(page)
    left = restart()
    assert psutil.wait_procs(left, 10)[1] == []
    until(page, "s.state === 'queued'")
    running(page)
    assert certificate(page) == proof
    page.close()
