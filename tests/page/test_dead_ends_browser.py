"""Tabs of views that the run on the stage cannot show, in a real browser."""

import pytest

from bnviz.figures.view import TABS, TITLES
from bnviz.figures.views.catalogue import VIEWS, missing
from bnviz.player.content import recorded_default
from tests.support.visitor import STAGE

pytestmark = pytest.mark.browser

OFFER = f"{STAGE} [data-part=offer]"
FIGURE = f"{STAGE} .bnviz-figure"


def tab(visitor, name):
    tabs = visitor.page.get_by_role("group", name="Views").locator("button")
    return tabs.get_by_text(TITLES[name], exact=True)


def click(visitor, name):
    menu = visitor.page.get_by_role("button", name="More views")
    # On a phone all views are in one line.
    if name not in TABS and menu.is_visible():
        menu.click()
    tab(visitor, name).click()


def press(visitor, name):
    """Opens a view by the keyboard alone: the tab key from the first tab on, and Enter."""
    tab(visitor, TABS[0]).focus()
    if name not in TABS:
        for _ in TABS:
            visitor.key("Tab")
        visitor.key("Enter")
        tab(visitor, name).wait_for()
    for _ in TITLES:
        if tab(visitor, name).evaluate("each => each === document.activeElement"):
            break
        visitor.key("Tab")
    visitor.key("Enter")


@pytest.mark.widest
@pytest.mark.parametrize("opened", [click, press])
def test_every_tab_opens_and_shows_its_picture_or_what_to_train(visit, opened):
    visitor = visit()
    page = visitor.page
    layout = recorded_default().layout
    for name in [*TITLES][::-1]:
        opened(visitor, name)
        visitor.until(f"s.view === '{name}'")
        assert tab(visitor, name).get_attribute("aria-pressed") == "true"
        lacking = missing(layout, name)
        assert page.locator(FIGURE).is_visible() == (lacking is None)
        assert page.locator(OFFER).is_visible() == (lacking is not None)
        if lacking is not None:
            page.get_by_text(lacking["sentence"]).wait_for()
            assert page.locator(OFFER).inner_text() == lacking["offer"]
            visitor.key("Tab")  # from the tab on; nothing on the way traps the focus
        # Nothing starts by opening a tab.
        assert visitor.data("state") == "recorded"
    assert not visitor.errors


@pytest.mark.widest
@pytest.mark.parametrize(
    ("name", "width", "of_it"),
    [("landscape", 1400, "deep=true"), ("decision", 390, "dataset=moons")],
)
def test_the_button_trains_what_the_view_draws(visit, name, width, of_it):
    visitor = visit("steps=60&hidden_layers=2", width=width)
    click(visitor, name)
    visitor.page.locator(OFFER).click()
    visitor.until("s.state === 'finished'")
    visitor.until(f"s.view === '{name}' && s.missing === undefined")
    assert visitor.page.locator(FIGURE).is_visible()
    assert not visitor.page.locator(OFFER).is_visible()
    title = visitor.page.locator(f"{STAGE} [data-part=reading]").inner_text()
    assert title.startswith(VIEWS[name].reading)
    visitor.page.wait_for_url(lambda url: of_it in url and "train=1" in url)


@pytest.mark.widest
def test_a_view_that_the_lesson_has_not_recorded_is_trained_in_the_laboratory(visit):
    visitor = visit("mode=lesson&chapter=13")
    visitor.button("Skip the prediction").click()
    visitor.page.get_by_role("group", name="Views").wait_for()
    name = next(each for each in ("landscape", "decision") if tab(visitor, each).count())
    click(visitor, name)
    visitor.page.locator(OFFER).click()
    visitor.page.get_by_role("button", name="Back to the lesson").first.wait_for()
    visitor.until(f"s.view === '{name}' && s.missing === undefined")
