"""The notes of a first visit, in a real browser."""

import pytest
from playwright.sync_api import expect

from tests.support.visitor import STAGE

pytestmark = pytest.mark.browser

NOTES = f"{STAGE} .bnviz-notes"

CARDS_AND_MODES = "[data-testid=stSidebar] :is(.st-key-presets, [role=radiogroup]) button"
#: Those that a note covers.
COVERED = f"""() => {{
    const boxes = (selector) => [...document.querySelectorAll(selector)].map((each) => {{
        return {{ text: each.textContent, box: each.getBoundingClientRect() }};
    }});
    const notes = boxes("{NOTES} p");
    return boxes("{CARDS_AND_MODES}").filter(({{ box: a }}) =>
        notes.some(({{ box: b }}) => a.right > b.left && b.right > a.left &&
            a.bottom > b.top && b.bottom > a.top)).map(({{ text }}) => text);
}}"""


@pytest.mark.slow
def test_notes_are_for_those_who_come_first_and_without_a_wish(visit):
    visitor = visit(newcomer=True)
    page = visitor.page
    expect(page.locator(f"{NOTES} p:visible")).to_have_text(
        ["1 Watch the last layer here", "2 Here BN normalizes", "3 Begin the lesson"]
    )
    # The sidebar lies over all else.
    assert page.locator(NOTES).evaluate("layer => layer.matches(':popover-open')")
    covered = page.evaluate(COVERED)
    assert covered == []
    visitor.open("units=16")
    assert page.locator(NOTES).count() == 0
    visitor.open()
    page.locator(f"{NOTES} p").first.wait_for()
    visitor.key("Escape")
    page.locator(NOTES).wait_for(state="detached")
    visitor.open()
    assert page.locator(NOTES).count() == 0
    assert not visitor.errors
