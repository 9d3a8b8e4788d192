"""The diagram of the way through the layers in a real browser: where it stands, what it chooses."""

import re

import pytest
from playwright.sync_api import expect

from tests.support.visitor import STAGE

pytestmark = pytest.mark.browser

HEADINGS = f"{STAGE} .annotation-text"
#: Where each lead ends, and how far below that the canvas has the baseline of the histogram: in
#: the column of pixels right of the lead's end, where it is most opaque.
ENDS = """(stage) => {
    const canvas = stage.querySelector("canvas");
    const context = canvas.getContext("2d");
    return [...stage.querySelectorAll(".bnviz-lead")].map((lead) => {
        const [x, y] = lead.getAttribute("d").split("L").at(-1).split(",").map(Number);
        const column = context.getImageData(Math.ceil(x), Math.round(y) - 8, 1, 17).data;
        const opaque = Array.from({ length: 17 }, (_, i) => column[4 * i + 3]);
        const most = Math.max(...opaque);
        const rows = opaque.flatMap((each, i) => (each > 0.8 * most ? [i] : []));
        const middle = rows.reduce((sum, row) => sum + row, 0) / rows.length;
        return [x, most, Math.round(y) - 8 + middle + 0.5 - y];
    });
}"""
PICTURE = "(stage) => stage.querySelector('canvas').toDataURL()"


def held(visit, **options):
    """A tab with the recorded run, which does not play, at its first step."""
    visitor = visit(**options)
    visitor.until("+s.framesHeld === 301")
    return visitor


def taps(visitor, key):
    return visitor.page.locator(f'{STAGE} [data-part=taps] [data-key="{key}"]')


@pytest.mark.widest
@pytest.mark.parametrize("size", [(1400, 900), (1280, 720)])
def test_each_lead_runs_into_the_baseline_of_its_histogram(visit, size):
    visitor = held(visit, width=size[0], height=size[1])
    expect(visitor.page.locator(f"{STAGE} .bnviz-dot")).to_have_count(10)
    ends = visitor.page.locator(STAGE).evaluate(ENDS)
    assert len(ends) == 10
    for _, opaque, distance in ends:
        assert opaque > 100
        assert abs(distance) <= 1


@pytest.mark.widest
def test_a_click_before_or_after_the_activation_chooses_what_the_histograms_show(visit):
    visitor = held(visit)
    stage = visitor.page.locator(STAGE)
    values = stage.evaluate(PICTURE)
    expect(taps(visitor, "pre_activation 3 1")).to_have_attribute("aria-pressed", "true")
    dot = visitor.page.locator(f"{STAGE} .bnviz-dot").first
    before = float(dot.get_attribute("cx"))
    taps(visitor, "activation 3 1").click()
    expect(visitor.page.locator(HEADINGS).nth(1)).to_contain_text("outputs")
    expect(taps(visitor, "activation 3 1")).to_have_attribute("aria-pressed", "true")
    assert float(dot.get_attribute("cx")) > before
    assert stage.evaluate(PICTURE) != values
    # The keyboard leads back.
    tap = taps(visitor, "pre_activation 5 0")
    tap.focus()
    visitor.key("Enter")
    expect(visitor.page.locator(HEADINGS).nth(1)).to_contain_text("values")
    expect(tap).to_be_focused()


@pytest.mark.widest
def test_a_row_chooses_its_layer_by_mouse_and_keyboard(visit):
    visitor = held(visit)
    chosen = visitor.page.locator(f"{STAGE} .bnviz-chosen").first
    expect(chosen).to_have_text("layer 5")
    taps(visitor, "row 2").click(position={"x": 2, "y": 2})
    expect(chosen).to_have_text("layer 2")
    heading = visitor.page.locator(HEADINGS).filter(has_text=re.compile("Layer . values"))
    expect(heading).to_contain_text("Layer 2 values")
    taps(visitor, "row 2").focus()
    visitor.key("ArrowDown")
    expect(heading).to_contain_text("Layer 3 values")
    expect(taps(visitor, "row 3")).to_be_focused()
    # A click in the histograms of the other network, beside the diagram.
    tap = taps(visitor, "activation 4 1").bounding_box()
    visitor.page.mouse.click(tap["x"] + 160, tap["y"])
    expect(heading).to_contain_text("Layer 4 values")
    band = visitor.page.locator(f"{STAGE} .bnviz-band").bounding_box()
    assert band["y"] < tap["y"] < band["y"] + band["height"]


@pytest.mark.widest
def test_what_the_diagram_offers_is_not_in_the_menu_too_but_on_a_phone(visit):
    for width, offered in ((1400, 0), (390, 1)):
        visitor = held(visit, width=width)
        visitor.page.locator(f"{STAGE} [data-part=more]").click()
        toolbar = visitor.page.locator(f"{STAGE} [data-part=toolbar]")
        expect(toolbar.get_by_role("button", name="symmetric log")).to_be_visible()
        expect(toolbar.get_by_role("button", name="outputs", exact=True)).to_have_count(offered)
        expect(toolbar.get_by_label("layer", exact=True)).to_have_count(0)


@pytest.mark.widest
@pytest.mark.parametrize("width", [1400, 390])
def test_a_click_or_tap_in_a_curve_moves_the_cursor_to_that_step(visit, width):
    visitor = held(visit, width=width, has_touch=width < 700)
    if width < 700:
        visitor.button("Curves").click()
    loss = visitor.page.locator(f"{STAGE} .draglayer .x3y3 .nsewdrag")
    loss.wait_for()
    visitor.page.wait_for_function(
        "(e) => e.getBoundingClientRect().right <= innerWidth", arg=loss.element_handle()
    )
    box = loss.bounding_box()
    place = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    if width < 700:
        visitor.page.touchscreen.tap(*place)
    else:
        visitor.page.mouse.click(*place)
    # A quarter of 800 steps lies at half of an axis that runs by the square root.
    visitor.until("Math.abs(s.step - 200) < 8")
    expect(visitor.page.locator(f"{STAGE} .bnviz-chosen").first).to_have_text("layer 5")
