"""The laboratory before a class, on a projector."""

import pytest
from playwright.sync_api import expect

from tests.support.visitor import STAGE

pytestmark = pytest.mark.browser

#: Least size of letters on a screen 720 pixels high.
LEAST = 17
#: The smallest letters of the player that can be seen: on the page, and in the figure.
SMALLEST = f"""() => {{
    const sizes = [];
    const stage = document.querySelector("{STAGE}");
    const walker = document.createTreeWalker(stage, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {{
        const each = node.parentElement;
        if (!node.data.trim() || each.closest("option, .bnviz-unseen, dialog")) continue;
        // The names of the boxes are as large as these are.
        if (each.closest("[data-part=wiring]")) continue;
        if (!each.checkVisibility({{ visibilityProperty: true }})) continue;
        const scale = each.getScreenCTM ? each.getScreenCTM().a : 1;
        sizes.push([scale * parseFloat(getComputedStyle(each).fontSize), node.data]);
    }}
    return sizes.sort((a, b) => a[0] - b[0])[0];
}}"""


def test_the_laboratory_before_a_class_is_on_one_screen_in_large_letters_and_is_left_by_a_key(
    visit,
):
    visitor = visit("present=1", width=1280, height=720)
    page = visitor.page
    headline = page.locator(f"{STAGE} [data-part=headline]")
    for width, height in ((1280, 720), (1024, 768), (1920, 1080)):
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_function(
            """(height) => {
                const line = document.querySelector("[data-part=headline]").getBoundingClientRect();
                return line.bottom <= height && line.bottom > 0.8 * height;
            }""",
            arg=height,
        )
        size, text = page.evaluate(SMALLEST)
        assert size >= LEAST * height / 720 - 0.1, (text, width, height)
        assert visitor.overflow() <= 0
    assert page.get_by_test_id("stSidebar").locator("visible=true").count() == 0
    visitor.key("?")
    keys = page.get_by_role("dialog", name="Keys")
    expect(keys).to_contain_text("play or pause")
    visitor.key("Escape")
    expect(keys).to_have_count(0)
    assert headline.is_visible()
    visitor.key("Escape")
    page.wait_for_url(lambda url: "present" not in url)
    page.get_by_test_id("stSidebar").locator("visible=true").first.wait_for()


def test_views_layers_and_a_spoken_summary_have_keys(visit):
    visitor = visit("")
    page = visitor.page
    visitor.until("+s.framesHeld === 301")
    visitor.key("Home")
    for _ in range(5):
        visitor.key("Shift+ArrowRight")
    visitor.until("+s.step > 20")
    visitor.key("s")
    spoken = page.locator(f"{STAGE} [data-part=spoken]")
    expect(spoken).to_contain_text(f"Layers, layer 5, step {visitor.data('step')} of 800.")
    expect(spoken).to_contain_text("Ahead: with BN, by")
    visitor.key("[")
    chosen = page.locator(f"{STAGE} [data-key='row 4']")
    expect(chosen).to_have_attribute("aria-pressed", "true")
    visitor.key("}")
    visitor.until("s.view === 'drift'")
    page.locator(f"{STAGE} [data-part=tabs] button[aria-pressed=true]").focus()
    visitor.key("ArrowLeft")
    assert page.evaluate("document.activeElement.textContent") == "Layers"
