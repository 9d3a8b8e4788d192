"""The laboratory before a class, on a projector."""

import pytest
from playwright.sync_api import expect

from tests.support.visitor import STAGE, Visitor

pytestmark = pytest.mark.browser

#: Sizes of projectors.
SCREENS = ((1280, 720), (1024, 768), (1920, 1080))
#: Least size of letters, as a share of the height of the screen.
LEAST = 1 / 45
#: Whether all of the laboratory is on the screen, and large.
ON_SCREEN = f"""(height) => {{
    const line = document.querySelector("{STAGE} [data-part=headline]").getBoundingClientRect();
    return line.bottom <= height && line.bottom > 0.8 * height;
}}"""

PLAYER, VERDICT = (
    f"document.querySelector('{STAGE} [data-part={part}]')" for part in ("transport", "headline")
)


def check_letters(visitor, height):
    visitor.page.evaluate("bnvizGeometry.settled()")
    size, *words = visitor.page.evaluate("bnvizGeometry.smallest()")
    assert size >= LEAST * height - 0.1, (size, words, height)


@pytest.mark.slow
def test_the_laboratory_before_a_class_is_on_one_screen_in_large_letters_and_is_left_by_a_key(
    visit,
):
    visitor = visit("present=1", width=1280, height=720, measured=True)
    page = visitor.page
    visitor.until("+s.framesHeld === 301")
    for width, height in SCREENS:
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_function(ON_SCREEN, arg=height)
        for place in (0, 0.3, 1):
            page.evaluate("(place) => bnvizGeometry.seek(place)", place)
            check_letters(visitor, height)
        assert visitor.overflow() <= 0
    assert page.get_by_test_id("stSidebar").locator("visible=true").count() == 0
    visitor.key("?")
    keys = page.get_by_role("dialog", name="Keys")
    expect(keys).to_contain_text("play or pause")
    visitor.key("Escape")
    expect(keys).to_have_count(0)
    assert page.locator(f"{STAGE} [data-part=headline]").is_visible()
    visitor.key("Escape")
    page.wait_for_url(lambda url: "present" not in url)
    page.get_by_test_id("stSidebar").locator("visible=true").first.wait_for()


@pytest.mark.widest
def test_three_networks_before_a_class_are_on_one_screen(visit):
    query = "dataset=digits&hidden_layers=5&units=8&steps=20&third_arm=layer_norm&v=2&train=1"
    visitor = visit(f"{query}&present=1", width=1280, height=720, measured=True)
    visitor.until("s.state === 'finished'")
    visitor.page.wait_for_function(ON_SCREEN, arg=720)
    visitor.page.evaluate("bnvizGeometry.seek(1)")
    check_letters(visitor, 720)
    assert visitor.overflow() <= 0


@pytest.mark.widest
@pytest.mark.parametrize("place", ["1", "quiz"])
def test_the_lesson_before_a_class_is_in_large_letters(browser, page_address, place):
    visitor = Visitor(browser, page_address, width=1280, height=720, measured=True)
    page = visitor.page
    page.goto(f"{page_address}/?chapter={place}&present=1")
    page.locator(".st-key-lesson_text h1").wait_for()
    if place != "quiz":
        visitor.until("+s.framesDrawn > 0")
    for skipped in (False, True) if place != "quiz" else (False,):
        if skipped:
            visitor.button("Skip the prediction").click()
            page.get_by_role("heading", name="Measured").wait_for()
        for width, height in SCREENS:
            page.set_viewport_size({"width": width, "height": height})
            check_letters(visitor, height)
            if place == "quiz":
                continue
            last = VERDICT if skipped else PLAYER
            assert page.evaluate(f"{last}.getBoundingClientRect().bottom") <= height
            if not skipped:
                dotted = page.locator(STAGE).get_by_text("dotted: step 0")
                expect(dotted.locator("visible=true")).to_have_count(1)
        assert visitor.overflow() <= 0
    visitor.context.close()


@pytest.mark.slow
def test_before_a_class_on_a_phone_no_words_are_cut(visit):
    visitor = visit("present=1", width=390, height=844, measured=True)
    visitor.page.evaluate("bnvizGeometry.settled()")
    assert visitor.page.evaluate("bnvizGeometry.faults()") == []


@pytest.mark.slow
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
