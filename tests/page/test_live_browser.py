"""Live training in a real browser: a changed setting trains by itself."""

import pytest
from playwright.sync_api import expect

from tests.support.visitor import STAGE

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SHORT = "dataset=moons&hidden_layers=2&units=8&steps=200&learning_rate=0.1&v=2"


def choose(visitor, label, value):
    field = visitor.page.get_by_label(label, exact=True).locator("visible=true")
    field.fill(value)
    field.press("Enter")


def test_a_change_trains_by_itself_without_an_entry_in_the_history(visit):
    visitor = visit(SHORT)
    page = visitor.page
    visitor.train()
    visitor.until("s.state === 'finished'")
    page.get_by_text("Train as I change things").click()
    expect(page.get_by_role("switch", name="Train as I change things")).to_be_checked()
    entries = page.evaluate("history.length")
    for rate in ("0.3", "0.4"):
        choose(visitor, "learning rate", rate)
        page.wait_for_url(f"**/*learning_rate={rate}*train=1*")
        visitor.until("s.state === 'finished' && s.other === undefined")
    assert page.evaluate("history.length") == entries
    choose(visitor, "hidden layers", "3")
    expect(page.locator(".st-key-live_line")).to_contain_text("press “Train both”")
    expect(page.locator(f"{STAGE} [data-part=other]")).to_contain_text("hidden layers 2")
    choose(visitor, "hidden layers", "2")
    visitor.until("s.state === 'finished' && s.other === undefined")
    expect(page.locator(".st-key-live_line")).to_have_text("")
