"""On narrow screens the form is a sheet from below, in a real browser."""

import pytest
from playwright.sync_api import expect

from bnviz.lesson.presets import PRESETS

pytestmark = pytest.mark.browser

SIZES = [
    (390, 844),
    pytest.param(844, 390, marks=pytest.mark.widest),
    pytest.param(820, 1180, marks=pytest.mark.widest),
]


def sheet_of(visitor):
    return visitor.page.get_by_test_id("stSidebar")


def opened(visitor):
    """Opens the sheet, and waits until it has come up."""
    visitor.page.get_by_role("button", name="Expand sidebar").click()
    sheet = sheet_of(visitor)
    expect(sheet).to_have_attribute("data-collapsed", "false")
    expect(sheet).to_be_visible()
    return sheet


def expect_closed(visitor):
    expect(sheet_of(visitor)).to_have_attribute("data-collapsed", "true")
    expect(sheet_of(visitor)).to_be_hidden()


def seen(locator, height):
    """Whether all of an element is on the screen."""
    box = locator.bounding_box()
    return box["y"] >= 0 and box["y"] + box["height"] <= height


@pytest.mark.slow
@pytest.mark.parametrize(("width", "height"), SIZES)
def test_the_form_comes_up_from_below_with_its_actions_and_closes(visit, width, height):
    visitor = visit(width=width, height=height)
    expect_closed(visitor)
    sheet = opened(visitor)
    box = sheet.bounding_box()
    assert box["y"] + box["height"] == pytest.approx(height, abs=1)
    assert 0.1 * height < box["y"] < 0.25 * height
    assert box["x"] + box["width"] / 2 == pytest.approx(width / 2, abs=1)
    train, close = (sheet.get_by_role("button", name=name) for name in ("Train both", "Collapse"))
    content = sheet.get_by_test_id("stSidebarContent")
    for place in (0, 10_000):
        content.evaluate("(each, place) => { each.scrollTop = place; }", place)
        assert seen(train, height)
        assert seen(close, height)
    assert visitor.overflow() <= 0
    close.click()
    expect_closed(visitor)
    expect(visitor.page.get_by_role("button", name="Expand sidebar")).to_be_focused()
    opened(visitor)
    visitor.key("Escape")
    expect_closed(visitor)
    opened(visitor)
    visitor.page.mouse.click(width / 2, box["y"] / 2)
    expect_closed(visitor)
    opened(visitor).get_by_role("button", name=PRESETS["rate"].title).click()
    expect_closed(visitor)
    visitor.until("s.state === 'recorded' && s.other === undefined")
    if (width, height) == SIZES[0]:
        opened(visitor).get_by_role("button", name="Train both").click()
        expect_closed(visitor)
        visitor.until("s.state !== 'recorded'")


@pytest.mark.widest
def test_the_form_beside_the_page_closes_where_it_becomes_a_sheet_and_comes_back(visit):
    visitor = visit()
    expect(sheet_of(visitor)).to_be_visible()
    visitor.page.set_viewport_size({"width": 820, "height": 1180})
    expect_closed(visitor)
    visitor.page.set_viewport_size({"width": 1180, "height": 820})
    expect(sheet_of(visitor)).to_be_visible()
