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
