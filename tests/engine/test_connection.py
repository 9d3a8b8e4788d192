"""A server that restarts while a page is open."""

import subprocess

import psutil
import pytest

from tests.support.engine import free_port
from tests.support.proxy import Proxy
from tests.support.server import page_server

pytestmark = pytest.mark.browser

STAGE = "document.querySelector('#bnviz-stage')?.dataset"
#: Long enough to interfere with.
STEPS = 50_000
LINK = f"dataset=wine&hidden_layers=2&units=16&batch_size=256&steps={STEPS}&v=2&train=1"


@pytest.mark.widest
def test_a_restarted_server_shows_the_experiment_of_an_open_page(browser):
    port = free_port()
    proxy, page = Proxy(port), browser.new_page()
    with page_server(port, stdout=subprocess.DEVNULL) as server:
        page.goto(f"http://127.0.0.1:{proxy.port}/?{LINK}")
        # Live, and before it has received a frame of the run.
        until(page, "s.state === 'queued'")
        for _ in range(600):
            page.wait_for_timeout(100)
            processes = psutil.Process(server.pid).children(recursive=True)
            if processes:
                break
        assert processes, "no worker was started"
    assert psutil.wait_procs(processes, 10)[1] == []
    with page_server(port, stdout=subprocess.DEVNULL):
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
