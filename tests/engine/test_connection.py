"""A server that restarts while a page is open."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import psutil
import pytest

from tests.conftest import wait_for
from tests.support import ROOT
from tests.support.engine import free_port
from tests.support.proxy import Proxy

pytestmark = pytest.mark.browser

STAGE = "document.querySelector('#bnviz-stage')?.dataset"
#: Long enough to interfere with.
STEPS = 50_000
LINK = f"dataset=wine&hidden_layers=2&units=16&batch_size=256&steps={STEPS}&train=1"


@contextmanager
def served(port: int) -> Iterator[psutil.Process]:
    """The page's server, killed at the end."""
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.headless=true"]
    command += [f"--server.port={port}", "--server.address=127.0.0.1"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, env=os.environ) as server:
        try:
            wait_for(f"http://127.0.0.1:{port}/_stcore/health")
            yield psutil.Process(server.pid)
        finally:
            server.kill()


def test_a_restarted_server_shows_the_experiment_of_an_open_page(browser):
    port = free_port()
    proxy, page = Proxy(port), browser.new_page()
    with served(port) as server:
        page.goto(f"http://127.0.0.1:{proxy.port}/?{LINK}")
        # Live, and before it has received a frame of the run.
        until(page, "s.state === 'queued'")
        for _ in range(600):
            page.wait_for_timeout(100)
            processes = server.children(recursive=True)
            if processes:
                break
        assert processes, "no worker was started"
    assert psutil.wait_procs(processes, 10)[1] == []
    with served(port):
        # Until its first frame the page shows the recorded run, which has fewer steps.
        readout = page.locator("#bnviz-stage [data-part=readout]")
        readout.filter(has_text=f"/ {STEPS}").wait_for(timeout=90_000)
        until(page, "s.state === 'running' && +s.step > 0")
        assert page.url.endswith(LINK)
        page.close()
    proxy.close()


def until(page, condition):
    page.wait_for_function(
        f"(() => {{ const s = {STAGE}; return s && ({condition}); }})()", timeout=90_000
    )
