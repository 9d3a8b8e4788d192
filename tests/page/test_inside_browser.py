"""Inside a neuron, in a real browser: formula, picture and steps are one."""

import pytest

from bnviz.figures.view import TITLES
from tests.page.test_lesson_browser import serious
from tests.support.visitor import STAGE

pytestmark = pytest.mark.browser

LIT = "[...document.querySelectorAll('#bnviz-stage [data-lit]')].map((e) => e.dataset.stage)"


@pytest.mark.widest
def test_pointing_at_any_part_lights_up_all_that_belongs_to_it(visit):
    visitor = visit()
    page = visitor.page
    page.get_by_role("group", name="Views").get_by_text(TITLES["inside"], exact=True).click()
    visitor.until("s.view === 'inside'")
    steps = page.locator(f"{STAGE} .bnviz-steps button")
    steps.nth(3).locator("strong", has_text=".").wait_for()
    assert steps.count() == 5
    for part in (
        steps.nth(2),
        page.locator(f"{STAGE} [data-part=columns] > div").nth(2),
        page.locator(f"{STAGE} .bnviz-formula [data-stage='2']").first,
    ):
        page.mouse.move(0, 0)
        part.hover()
        # Its column, its step, and its part in both formulas.
        assert page.evaluate(LIT) == ["2"] * 4
    page.mouse.move(0, 0)
    steps.nth(1).focus()
    assert page.evaluate(LIT) == ["1"] * 4
    value, *numbers = (
        float(steps.nth(stage).locator("strong").inner_text().replace("−", "-"))
        for stage in range(5)
    )
    *_, minus, mean, relation = steps.nth(1).locator("span").inner_text().split()
    written = round(value + (-1 if minus == "−" else 1) * float(mean), 2)
    assert written == pytest.approx(numbers[0], abs=0.0151)
    # What is written adds up, or it is said that it is rounded.
    assert relation == ("=" if written == numbers[0] else "≈")
    assert max(numbers[2], 0) == numbers[3]
    assert serious(page, STAGE) == []
    assert not visitor.errors


@pytest.mark.widest
def test_gamma_and_beta_are_dragged_in_the_formula_where_they_are_set_by_hand(visit):
    visitor = visit()
    page = visitor.page
    page.get_by_role("group", name="Views").get_by_text(TITLES["inside"], exact=True).click()
    visitor.until("s.view === 'inside'")
    numbers = page.locator(f"{STAGE} [data-part=numbers] [data-hand]")
    assert numbers.count() == 0
    visitor.button("by hand").click()
    numbers.first.wait_for()
    scaled = page.locator(f"{STAGE} .bnviz-steps button").nth(3).locator("strong")
    before = float(scaled.inner_text().replace("−", "-"))
    field = page.get_by_label("γ", exact=True)
    box = numbers.first.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 40, y, steps=4)
    # The picture follows before the host has been told.
    assert [numbers.first.inner_text(), field.input_value()] == ["2.00", "2"]
    after = float(scaled.inner_text().replace("−", "-"))
    assert after == pytest.approx(2 * before, abs=0.011)
    field.evaluate("field => { field.dataset.before = '' }")
    page.mouse.up()
    # What the host then draws, with another field, has the same number.
    page.locator(f"{STAGE} input[name=gamma]:not([data-before])").wait_for()
    assert [numbers.first.inner_text(), field.input_value()] == ["2.00", "2"]


#: Convolutions that are trained within seconds.
CONV = "v=2&train=1&dataset=digits&architecture=conv&hidden_layers=2&units=4&steps=20"
MAPS = f"{STAGE} [data-part=maps]"
#: The colours of a map, pixel by pixel.
PIXELS = """canvas => [...canvas.getContext('2d')
    .getImageData(0, 0, canvas.width, canvas.height).data].join()"""


def inside_of_convolutions(visit, **options):
    visitor = visit(CONV, **options)
    visitor.until("s.state === 'finished'", 300)
    tabs = visitor.page.locator(f"{STAGE} [data-part=tabs] button")
    tabs.get_by_text("Inside").evaluate("each => each.click()")
    visitor.until("s.view === 'inside'")
    visitor.page.locator(f"{MAPS} .bnviz-map-arm").nth(1).wait_for()
    return visitor


@pytest.mark.widest
def test_maps_of_a_channel_follow_the_slider_the_example_and_the_channel(visit):
    visitor = inside_of_convolutions(visit, measured=True)
    page = visitor.page
    arms = page.locator(f"{MAPS} .bnviz-map-arm")
    large = page.locator(f"{MAPS} .bnviz-map-large canvas")
    assert [arms.nth(i).locator("figcaption").all_inner_texts() for i in range(2)] == [
        ["values x", "relu"],
        ["values x", "γ x̂ + β", "relu"],
    ]
    # 8 × 8 pixels are halved once, and no output of relu is below 0.
    assert large.first.evaluate("each => [each.width, each.height]") == [4, 4]
    for output in (1, 4):
        assert ": from 0.00 to " in large.nth(output).get_attribute("aria-label")

    # What BN is given, and what it makes of it.
    of_bn = large.nth(2), large.nth(3)
    page.evaluate("bnvizGeometry.seek(0)")
    first = [each.evaluate(PIXELS) for each in of_bn]
    page.evaluate("bnvizGeometry.seek(1)")
    last = [each.evaluate(PIXELS) for each in of_bn]
    assert first[0] != last[0]
    assert first[1] != last[1]
    # The value in the mark is the one that the formula begins with.
    mark = page.locator(f"{MAPS} .bnviz-map-mark").nth(2).bounding_box()
    page.mouse.move(mark["x"] + mark["width"] / 2, mark["y"] + mark["height"] / 2)
    said = page.locator(f"{MAPS} > .bnviz-small").inner_text().split()[-1].replace("−", "-")
    step = page.locator(f"{STAGE} .bnviz-steps button").first.locator("strong").text_content()
    assert float(said) == pytest.approx(float(step.replace("−", "-")), abs=0.02)

    page.get_by_label("example", exact=True).select_option("2")
    page.locator(f"{MAPS} [aria-label^='example 3: ']").wait_for()
    assert of_bn[0].evaluate(PIXELS) != last[0]
    small = arms.nth(1).get_by_role("button", name="channel 3", exact=True)
    small.click()
    page.locator(f"{MAPS} h3", has_text="Channel 3 of layer 2").wait_for()
    assert page.get_by_label("channel", exact=True).first.input_value() == "2"
    assert small.get_attribute("aria-pressed") == "true"
    assert serious(page, STAGE) == []

    page.get_by_role("button", name="Formula", exact=True).click()
    assert page.locator(f"{STAGE} [data-part=formula]").is_visible()
    assert not page.locator(MAPS).is_visible()


@pytest.mark.widest
@pytest.mark.parametrize(("width", "height"), [(1400, 900), (1280, 720), (390, 844)])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_maps_fit_their_room(visit, width, height, scheme):
    visitor = inside_of_convolutions(
        visit, width=width, height=height, scheme=scheme, measured=True
    )
    page = visitor.page
    page.evaluate("bnvizGeometry.settled()")
    assert page.evaluate("bnvizGeometry.faults()") == []
    assert visitor.overflow() == 0
    # Nothing in the panel is wider than it.
    assert page.locator(MAPS).evaluate("each => each.scrollWidth - each.clientWidth") <= 0
    if width > 900:
        # The chosen maps of a network and its small ones stand in one line.
        lines = page.locator(f"{MAPS} .bnviz-map-line").evaluate_all(
            "all => all.map(({ lastElementChild: last, firstElementChild: first }) =>"
            " last.offsetTop - first.offsetTop)"
        )
        assert lines == [0, 0]
