"""What stands in for a run that there is not yet, in a real browser."""

import pytest
from playwright.sync_api import expect

from bnviz.lesson.presets import PRESETS
from tests.support.visitor import STAGE

pytestmark = pytest.mark.browser

SHORT = "dataset=moons&hidden_layers=2&units=8&steps=60&v=2"


def choose(visitor, label, value):
    field = visitor.page.get_by_role("spinbutton", name=label, exact=True)
    field.fill(value)
    field.press("Enter")


def says(visitor, words):
    expect(visitor.page.locator(f"{STAGE} [data-part=other]")).to_contain_text(words)


@pytest.mark.widest
def test_the_nearest_preset_stands_in_and_a_card_shows_the_picture_on_a_phone(visit):
    visitor = visit()
    choose(visitor, "learning rate", "1.9")
    says(visitor, "Shown: learning rate 2.")
    assert visitor.data("state") == "recorded"
    choose(visitor, "learning rate", "0.21")
    says(visitor, "Shown: learning rate 0.2.")
    choose(visitor, "learning rate", "0.2")
    visitor.until("s.state === 'recorded' && s.other === undefined")
    visitor.page.set_viewport_size({"width": 390, "height": 844})
    sidebar = visitor.page.get_by_test_id("stSidebar")
    visitor.page.get_by_test_id("stExpandSidebarButton").click()
    expect(sidebar).to_have_attribute("data-collapsed", "false")
    sidebar.get_by_role("button", name=PRESETS["rate"].title).click()
    expect(sidebar).to_have_attribute("data-collapsed", "true")
    visitor.page.wait_for_url("**/*learning_rate=2.0*")
    visitor.until("s.state === 'recorded' && s.other === undefined")


@pytest.mark.widest
def test_a_run_of_another_viewer_stands_in(visit):
    first = visit(f"{SHORT}&learning_rate=0.1&train=1")
    first.until("s.state === 'finished'")
    second = visit(f"{SHORT}&learning_rate=0.3")
    choose(second, "learning rate", "0.12")
    says(second, "Shown: learning rate 0.1. Press “Train both”")
    second.until("s.state === 'finished'")
    second.train()
    second.until("s.state === 'finished' && s.other === undefined")
