"""Other seeds in a real browser: a run is checked on them, and each opens its run."""

import os
import re

import pytest
from playwright.sync_api import expect

from tests.support.engine import free_port
from tests.support.server import page_server
from tests.support.visitor import STAGE

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SHORT = "dataset=moons&hidden_layers=2&units=8&steps=60&learning_rate=0.1"


@pytest.fixture(scope="module")
def address():
    """A page whose runs are checked on other seeds."""
    port = free_port()
    with page_server(port, env=os.environ | {"BNVIZ_CHECK_SEEDS": "1"}):
        yield f"http://127.0.0.1:{port}"


def test_a_run_is_checked_on_other_seeds_and_a_dot_opens_one(visit, address):
    visitor = visit(f"{SHORT}&seed=3", address=address)
    visitor.train()
    visitor.page.locator(f"{STAGE} [data-part=headline]").click()
    strip = visitor.page.locator(f"{STAGE} [data-part=seeds]")
    dots = strip.get_by_role("button")
    expect(dots).to_have_count(8, timeout=120_000)
    expect(strip).to_contain_text("speed-up in 9 seeds")
    expect(visitor.page.locator(f"{STAGE} [data-part=says]")).to_contain_text("of 9 seeds")
    expect(visitor.page.locator(f"{STAGE} [data-part=headline]")).to_contain_text("seeds")
    # Dots may lie on top of one another.
    dots.last.dispatch_event("click")
    visitor.page.wait_for_url(re.compile(r"seed=(4|5|6|7|8|9|10|11)\b"))
    visitor.until("s.state === 'finished'")
