"""The notes of a first visit, in a real browser."""

import pytest
from playwright.sync_api import expect

from tests.support.visitor import STAGE

pytestmark = pytest.mark.browser

NOTES = f"{STAGE} .bnviz-notes"

#: Smallest window with notes, and those for which the page is made.
SIZES = ((1400, 900), (1280, 720), (1024, 768), (1000, 640))
#: The words that a note or its line covers, and the cards and modes that one reaches into.
COVERED = f"""() => {{
    const elements = [...document.querySelectorAll("{NOTES} p")];
    const notes = elements.map((note) => note.getBoundingClientRect());
    const lines = elements.map((note) => {{
        const {{ left, top, bottom }} = note.getBoundingClientRect();
        const size = (name) => parseFloat(note.style.getPropertyValue(name));
        const [at, lead] = [size("--at"), size("--lead")];
        const start = note.dataset.side === "below" ? top - lead : bottom;
        return {{ left: left + at, right: left + at + 2, top: start, bottom: start + lead }};
    }});
    const covered = (a, by) => by.some((b) => a.right > b.left && b.right > a.left &&
        a.bottom > b.top && b.bottom > a.top);
    const words = bnvizGeometry.words().filter(({{ element }}) => !element.closest("{NOTES}"));
    const found = words
        .filter(({{ box }}) => covered(box, [...notes, ...lines]))
        .map(({{ text }}) => text);
    const controls = "[data-testid=stSidebar] :is(.st-key-presets, [role=radiogroup]) button";
    for (const each of document.querySelectorAll(controls)) {{
        if (covered(each.getBoundingClientRect(), notes)) found.push(each.textContent);
    }}
    return found;
}}"""


@pytest.mark.widest
def test_notes_are_for_those_who_come_first_and_without_a_wish(visit):
    visitor = visit(newcomer=True, measured=True)
    page = visitor.page
    visitor.until("+s.framesHeld === 301")
    expect(page.locator(f"{NOTES} p:visible")).to_have_text(
        ["New here? The lesson", "1 Here BN normalizes", "2 Watch this layer"]
    )
    # The sidebar lies over all else.
    assert page.locator(NOTES).evaluate("layer => layer.matches(':popover-open')")
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        page.evaluate("bnvizGeometry.settled()")
        # Values beyond the axis are written there.
        page.evaluate("bnvizGeometry.seek(1)")
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
