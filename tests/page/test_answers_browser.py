"""What the networks say of examples, in a real browser."""

import json
import re
from itertools import pairwise

import pytest
from playwright.sync_api import expect

from bnviz.player.content import RECORDED
from bnviz.recording import Recording
from bnviz.recording.frames import ARM_LABELS, NO_ANSWER, NUM_GUESSES, NUM_SHOWN
from bnviz.recording.shown_examples import ShownExamples
from tests.support.visitor import STAGE

pytestmark = pytest.mark.browser

ROWS = f"{STAGE} .bnviz-of-arm .bnviz-examples"
#: Text, state, colour and line through the text of each answer in a row.
ANSWERS = """(row) => [...row.querySelectorAll(".bnviz-answer")].map((node) => {
    const { color, textDecorationLine } = getComputedStyle(node);
    return [node.textContent, node.dataset.state, color, textDecorationLine];
})"""
COLOURS = {"none": "rgb(213, 94, 0)", "bn": "rgb(0, 114, 178)"}


def still(visit, **options):
    """A tab with the recorded run, all of which it holds, and which does not play."""
    visitor = visit(**options)
    visitor.until("+s.framesHeld === 301")
    visitor.key("ArrowLeft")
    return visitor


def move(visitor, recording, index):
    share = recording.steps[index] / recording.steps[-1]
    # The slider runs by the square root of the step.
    visitor.page.get_by_role("slider", name="Time").fill(f"{share**0.5}")
    visitor.until(f"+s.step === {recording.steps[index]}")


@pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=pytest.mark.widest)])
def test_the_row_has_the_answers_of_the_frame_at_the_cursor(visit, scheme):
    recording = Recording.load(RECORDED)
    visitor, seen = still(visit, scheme=scheme), []
    for index in (0, 60, 20, 300):
        move(visitor, recording, index)
        for arm, row in zip(recording.layout.arms, visitor.page.locator(ROWS).all(), strict=True):
            found = row.evaluate(ANSWERS)
            answers = recording.frames[index][arm]["answers"][:, 0]
            seen.append([text for text, *_ in found])
            assert seen[-1] == [str(answer) for answer in answers]
            for label, (text, state, colour, line) in enumerate(found):
                right = text == str(label)
                assert state == ("right" if right else "wrong")
                assert (colour == COLOURS[arm]) == right
                assert line == ("none" if right else "line-through")
    assert len({tuple(each) for each in seen}) > 4


@pytest.mark.slow
def test_a_screen_reader_hears_what_each_example_is_and_is_taken_for(visit):
    recording = Recording.load(RECORDED)
    visitor = still(visit)
    move(visitor, recording, 20)
    for arm, row in zip(recording.layout.arms, visitor.page.locator(ROWS).all(), strict=True):
        for label, button in enumerate(row.get_by_role("button").all()):
            answer = recording.frames[20][arm]["answers"][label, 0]
            word = "right" if answer == label else "wrong"
            says = f"digit {label}: {ARM_LABELS[arm]} says {answer}, {word}"
            expect(button).to_have_accessible_name(says)


@pytest.mark.widest
def test_hover_focus_and_tap_show_the_probabilities_of_both_arms(visit):
    recording = Recording.load(RECORDED)
    visitor = still(visit)
    move(visitor, recording, 40)
    row = visitor.page.locator(ROWS).first
    panel = visitor.page.locator(f"{STAGE} .bnviz-odds").locator("visible=true")
    expect(panel).to_have_count(0)

    def shown(label):
        expect(panel.locator(".bnviz-odds-title")).to_have_text(f"digit {label}")
        for arm, column in zip(
            recording.layout.arms, panel.locator(".bnviz-odds-arm").all(), strict=True
        ):
            frame = recording.frames[40][arm]
            first = column.locator(".bnviz-odds-line").first
            percent = round(100 * int(frame["answer_probabilities"][label, 0]) / 255)
            expect(first).to_contain_text(str(frame["answers"][label, 0]))
            expect(first).to_contain_text("> 99 %" if percent > 99 else f"{percent} %")
            own = column.locator(".bnviz-odds-line[data-own=true] .bnviz-odds-class")
            expect(own).to_have_text(str(label))

    row.get_by_role("button").nth(3).hover()
    shown(3)
    visitor.page.mouse.move(5, 5)
    expect(panel).to_have_count(0)
    row.get_by_role("button").nth(7).click()
    visitor.page.mouse.move(5, 5)
    shown(7)
    step = visitor.data("step")
    visitor.key("ArrowRight")
    shown(8)
    visitor.key("Home")
    shown(0)
    assert visitor.data("step") == step
    visitor.key("Escape")
    expect(panel).to_have_count(0)


@pytest.mark.slow
def test_the_probabilities_follow_the_cursor_while_they_are_open(visit):
    recording = Recording.load(RECORDED)
    visitor = still(visit)
    move(visitor, recording, 0)
    visitor.page.locator(ROWS).last.get_by_role("button").nth(0).hover()
    line = visitor.page.locator(f"{STAGE} .bnviz-odds").locator("visible=true")
    before = line.inner_text()
    visitor.page.get_by_role("slider", name="Time").evaluate(
        "node => { node.value = 1; node.dispatchEvent(new Event('input', { bubbles: true })); }"
    )
    visitor.until(f"+s.step === {recording.steps[300]}")
    assert line.inner_text() != before


@pytest.mark.widest
@pytest.mark.parametrize("size", [(390, 844), (820, 1180), (1280, 720)])
def test_the_row_fits_and_its_answers_do_not_touch(visit, size):
    visitor = still(visit, width=size[0], height=size[1])
    assert visitor.overflow() <= 0
    rows = visitor.page.locator(f"{STAGE} .bnviz-examples").locator("visible=true")
    expect(rows).to_have_count(1 if size[0] < 700 else 2)
    for row in rows.all():
        boxes = [each.bounding_box() for each in row.locator(".bnviz-picture").all()]
        assert len(boxes) == NUM_SHOWN
        for left, right in pairwise(boxes):
            # In a narrow card the examples stand in two lines.
            below = left["y"] + left["height"] < right["y"]
            assert below or left["x"] + left["width"] < right["x"]
            assert abs(left["width"] - left["height"]) < 1
        assert all(box["x"] >= 0 and box["x"] + box["width"] <= size[0] for box in boxes)
        assert boxes[0]["width"] >= 18


HOSTILE = "<img src=x onerror=alert(1)>"
#: Draws a row of given examples whose frames say what is given, and returns what it then has.
DRAW = """async (given) => {
    const [shown, frame] = JSON.parse(given);
    const { AnswerRow } = await import("/_stcore/bidi-components/bnviz.player/answers.js");
    const arms = [{ name: "none", label: "without BN", colour: "red" }];
    const row = new AnswerRow(arms, arms, "");
    document.querySelector("#bnviz-stage").append(row.root);
    row.build(shown);
    row.draw({ row: (path) => Uint16Array.from(frame[path.split("/")[1]]) }, 0);
    const buttons = [...row.root.querySelectorAll("button")];
    buttons[0].focus();
    const found = {
        texts: buttons.map((each) => each.textContent),
        labels: buttons.map((each) => each.getAttribute("aria-label")),
        panel: row.panel.innerText,
        images: row.root.querySelectorAll("img, b").length,
        pictures: row.root.querySelectorAll("button svg").length,
    };
    row.root.remove();
    return found;
}"""


def drawn(visitor, shown: ShownExamples, answers: list[int]):
    """What a row has of examples of a table, to all of which the same is answered."""
    size = NUM_SHOWN * NUM_GUESSES
    constants = {"guesses": NUM_GUESSES, "no_answer": NO_ANSWER, "max_byte": 255}
    frame = {
        "answers": answers * NUM_SHOWN,
        "answer_probabilities": [200, 30, 0] * NUM_SHOWN,
        "true_probability": [30] * NUM_SHOWN,
    }
    assert len(frame["answers"]) == size
    return visitor.page.evaluate(DRAW, json.dumps([shown.to_dict() | constants, frame]))


def table(classes: tuple[str, ...], labels: tuple[int, ...]) -> ShownExamples:
    count = len(labels)
    return ShownExamples(
        "values",
        labels,
        classes,
        names=(HOSTILE, "b"),
        values=((1.0, 2.0),) * count,
        places=((0.5, -0.25),) * count,
    )


@pytest.mark.slow
def test_names_from_a_file_many_classes_and_no_answer_are_drawn_as_they_are(visit):
    visitor = visit()
    hostile = drawn(visitor, table((HOSTILE, "<b>no</b>"), (0, 1)), [1, 0, NO_ANSWER])
    assert hostile["images"] == 0
    assert hostile["pictures"] == 2
    assert hostile["labels"][0] == f"{HOSTILE}: without BN says <b>no</b>, wrong"
    assert f"{HOSTILE} 1" in hostile["panel"]
    many = drawn(visitor, table(tuple(f"sort {i}" for i in range(40)), (3, 5)), [7, 3, 9])
    assert many["texts"] == ["7", "7"]
    assert re.search(r"37 others\s+10 %", many["panel"])
    long = drawn(visitor, table(("a very long name " * 3, "another"), (0, 1)), [0, 1, NO_ANSWER])
    assert all(len(text) <= 3 for text in long["texts"])
    none = drawn(visitor, table(("yes", "no"), (0, 1)), [NO_ANSWER] * 3)
    assert none["texts"] == ["–", "–"]
    assert none["labels"][1] == "no: without BN has no answer"
    assert "no answer" in none["panel"]
