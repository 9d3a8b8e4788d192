"""The picture of axes in a real browser: touched, read, and operated by keys."""

import pytest
from playwright.sync_api import expect

from bnviz.lesson import axes_picture
from tests.page.test_lesson_browser import serious

pytestmark = pytest.mark.browser

AXES = "#bnviz-axes"


def test_a_group_lights_up_with_its_numbers(visit):
    visitor = visit("chapter=relatives")
    picture = visitor.page.locator(AXES)
    x = axes_picture.recorded()["dense"][..., 0]

    def part(name):
        return picture.locator(f"[data-part={name}]")

    def numbers(values, value):
        formula = part("formula").inner_text().replace("−", "-")
        for number in (values.mean(), values.var(), value):
            assert f"{number:.2f}" in formula, (number, formula)

    # The third of eight neurons, in the first of 32 examples.
    sheet = part("before")
    box = sheet.bounding_box()
    sheet.hover(position={"x": 26 + 2.5 * (box["width"] - 27) / 8, "y": 25}, force=True)
    expect(part("who")).to_contain_text("Neuron 3 of all 32 examples: 32 values share")
    numbers(x[:, 2], x[0, 2])
    visitor.button("Layer").click()
    expect(part("who")).to_contain_text("All 8 neurons of example 1: 8 values share")
    numbers(x[0], x[0, 2])
    picture.get_by_role("button", name="2", exact=True).click()
    visitor.button("Batch").click()
    expect(part("who")).to_contain_text("Neuron 3 of both examples: 2 values")
    expect(part("effect")).to_contain_text("one becomes −1, the other +1")
    picture.get_by_role("button", name="1", exact=True).click()
    expect(part("effect")).to_contain_text("All 8 values become 0")
    visitor.button("Convolution").click()
    part("touch").focus()
    visitor.key("ArrowRight")
    expect(part("words")).to_contain_text("Example 1, channel 3, position 7")
    visitor.button("Instance").click()
    visitor.button("Dense").click()
    expect(part("who")).to_contain_text("1 value, with")
    expect(part("effect")).to_contain_text("All 8 values become 0")
    assert serious(visitor.page, within=AXES) == []
    assert visitor.overflow() == 0
