"""The notes of a first visit, in a real browser."""

import pytest
from playwright.sync_api import expect

from tests.support.visitor import STAGE

pytestmark = pytest.mark.browser

NOTES = f"{STAGE} .bnviz-notes"

#: What is not drawn, or for the keyboard and screen readers alone.
UNSEEN = "script, style, .bnviz-skip, .bnviz-unseen"
#: Smallest window with notes, and those for which the page is made.
SIZES = ((1400, 900), (1280, 720), (1024, 768), (1000, 640))
#: The words that a note covers, and the cards and modes that one reaches into.
COVERED = f"""() => {{
    const notes = [...document.querySelectorAll("{NOTES} p")].map((e) => e.getBoundingClientRect());
    const covered = (a) => notes.some((b) => a.right > b.left && b.right > a.left &&
        a.bottom - 0.15 * a.height > b.top && b.bottom > a.top + 0.15 * a.height);
    const found = [];
    const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = words.nextNode(); node; node = words.nextNode()) {{
        const element = node.parentElement;
        if (!node.data.trim() || element.closest("{NOTES}, {UNSEEN}, option")) continue;
        if (!element.checkVisibility({{ visibilityProperty: true }})) continue;
        const range = document.createRange();
        range.selectNodeContents(node);
        if ([...range.getClientRects()].some(covered)) found.push(node.data.trim());
    }}
    const controls = "[data-testid=stSidebar] :is(.st-key-presets, [role=radiogroup]) button";
    for (const each of document.querySelectorAll(controls)) {{
        if (covered(each.getBoundingClientRect())) found.push(each.textContent);
    }}
    return found;
}}"""


@pytest.mark.slow
def test_notes_are_for_those_who_come_first_and_without_a_wish(visit):
    visitor = visit(newcomer=True, measured=True)
    page = visitor.page
    expect(page.locator(f"{NOTES} p:visible")).to_have_text(
        ["New here? The lesson", "1 Here BN normalizes", "2 Watch this layer"]
    )
    # The sidebar lies over all else.
    assert page.locator(NOTES).evaluate("layer => layer.matches(':popover-open')")
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        page.evaluate("bnvizGeometry.settled()")
        assert (width, height, page.evaluate(COVERED)) == (width, height, [])
    visitor.open("units=16")
    assert page.locator(NOTES).count() == 0
    visitor.open()
    page.locator(f"{NOTES} p").first.wait_for()
    visitor.key("Escape")
    page.locator(NOTES).wait_for(state="detached")
    visitor.open()
    assert page.locator(NOTES).count() == 0
    assert not visitor.errors
