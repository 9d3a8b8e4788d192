"""Numbers that are dragged, in a real browser: by the label and by the track."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

SHOWN = "[data-testid=stNumberInput]:visible"


def field_of(visitor, label):
    return visitor.page.get_by_role("spinbutton", name=label, exact=True)


def filled(visitor, label):
    """The share of the track that is filled."""
    return field_of(visitor, label).evaluate(
        "field => +getComputedStyle(field).getPropertyValue('--bnviz-filled')"
    )


def handle_of(visitor, label, part):
    """The middle of a field's label, or of its track."""
    widget = visitor.page.locator(SHOWN).filter(has=field_of(visitor, label))
    box = widget.get_by_test_id(part).first.bounding_box()
    lower = box["height"] - 4 if part == "stNumberInputContainer" else box["height"] / 2
    return box["x"] + 20, box["y"] + lower


@pytest.mark.widest
def test_a_drag_that_takes_several_values_leaves_one_entry_in_the_history(visit):
    visitor = visit()
    page, mouse = visitor.page, visitor.page.mouse
    before = page.evaluate("history.length")
    x, y = handle_of(visitor, "learning rate", "stWidgetLabel")
    mouse.move(x, y)
    mouse.down()
    taken = []
    for by in (30, 60, 90):
        mouse.move(x + by, y, steps=3)
        page.wait_for_url(
            lambda url, taken=tuple(taken): "learning_rate=" in url and url not in taken
        )
        taken.append(page.url)
    mouse.up()
    assert len(set(taken)) == 3
    assert page.evaluate("history.length") == before + 1
    page.go_back()
    page.wait_for_url(lambda url: "learning_rate" not in url)
    expect(field_of(visitor, "learning rate")).to_have_value("0.2")


@pytest.mark.widest
def test_a_number_is_dragged_by_its_label_and_by_its_track(visit):
    visitor = visit()
    mouse = visitor.page.mouse
    before = filled(visitor, "learning rate")
    for label, part, by in (
        ("learning rate", "stWidgetLabel", 40),
        ("batch size", "stNumberInputContainer", -25),
    ):
        field, was = field_of(visitor, label), filled(visitor, label)
        value = float(field.input_value())
        x, y = handle_of(visitor, label, part)
        mouse.move(x, y)
        mouse.down()
        mouse.move(x + by, y, steps=5)
        # The track follows before the page has taken the number.
        assert (filled(visitor, label) > was) == (by > 0)
        mouse.up()
        expect(field).not_to_be_focused()
        dragged = field.input_value()
        assert (float(dragged) > value) == (by > 0)
        name = label.replace(" ", "_")
        visitor.page.wait_for_url(lambda url, ends=f"{name}={dragged}": ends in url)
    mouse.click(*handle_of(visitor, "learning rate", "stWidgetLabel"))
    expect(field_of(visitor, "learning rate")).to_be_focused()
    visitor.key("Control+a")
    visitor.page.keyboard.type("0.2")
    visitor.key("Enter")
    visitor.page.wait_for_url(lambda url: "learning_rate" not in url)
    visitor.page.wait_for_function(
        """([filled, label]) => [...document.querySelectorAll("input")].some((field) =>
            field.ariaLabel === label &&
            +getComputedStyle(field).getPropertyValue("--bnviz-filled") === filled)""",
        arg=[before, "learning rate"],
    )
