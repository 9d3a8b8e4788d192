"""The lesson in a real browser: every chapter, the quiz, links; and what axe-core finds."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from bnviz.lesson.chapters import CHAPTERS
from bnviz.lesson.quiz import QUIZ
from tests.support.visitor import MAP, STAGE

pytestmark = pytest.mark.browser

TEXT = ".st-key-lesson_text"
CHAPTER_LIST = list(CHAPTERS.values())


def heading(visitor):
    return visitor.page.locator(f"{TEXT} h1")


def serious(page, within=None):
    """Serious violations of axe-core's rules on the page or in a part of it."""
    # Elements that wait for the script are pale, and fade in when it has ended.
    page.wait_for_function(
        f"""() => !document.querySelector("[data-stale=true]") && !document.getAnimations().some(
            (each) => each instanceof CSSTransition && !each.effect.target.closest("{STAGE}"))"""
    )
    found = Axe().run(page, context=within).response["violations"]
    return [
        (each["id"], each["nodes"][0]["html"][:200])
        for each in found
        if each["impact"] in ("serious", "critical")
    ]


def answer(visitor, question, option, key):
    visitor.page.locator(f".st-key-{key}_{question.name}_{option} button").click()


@pytest.mark.widest
def test_every_chapter_plays_asks_and_reveals_its_measurements(visit):
    visitor = visit("chapter=1", moving=True)
    for chapter in CHAPTER_LIST:
        expect(heading(visitor)).to_have_text(f"{chapter.number} · {chapter.title}")
        # Only the beginning is there, and stands still, whatever the view of the chapter is.
        visitor.until(f"s.view === 'layers' && s.step === '{chapter.start_step}'")
        visitor.key("End")
        visitor.until(f"s.step === '{chapter.start_step}'")
        assert f"chapter={chapter.name}" in visitor.page.url
        measured = visitor.page.get_by_role("heading", name="Measured")
        expect(measured).to_have_count(0)
        answer(visitor, chapter.question, chapter.question.right, "predict")
        measured.wait_for()
        visitor.until(f"s.view === '{chapter.view['name']}' && s.state === 'recorded'")
        visitor.until(f"s.step !== '{chapter.start_step}'")
        right = chapter.question.options[chapter.question.right]
        expect(visitor.page.locator(TEXT)).to_contain_text(right.reply)
        assert visitor.page.locator("[data-testid=stException]").count() == 0
        assert serious(visitor.page, within=TEXT) == [], chapter.name
        visitor.key("PageDown")
    expect(heading(visitor)).to_have_text("Quiz")


@pytest.mark.widest
def test_the_quiz_keeps_score_and_leads_to_the_chapter_with_the_answer(visit):
    visitor = visit("chapter=1")  # the quiz itself has no stage to wait for
    visitor.page.goto(f"{visitor.address}/?chapter=quiz")
    expect(heading(visitor)).to_have_text("Quiz")
    for number, item in enumerate(QUIZ, start=1):
        answer(visitor, item.question, item.question.right, "quiz")
        expect(visitor.page.locator(TEXT)).to_contain_text(f"{number} of {number} right")
    assert serious(visitor.page) == []
    item = QUIZ[0]
    visitor.page.locator(f".st-key-see_{item.question.name} button").click()
    chapter = CHAPTERS[item.chapter]
    expect(heading(visitor)).to_have_text(f"{chapter.number} · {chapter.title}")
    # The view waits for the chapter's own question.
    visitor.button("Skip the prediction").click()
    visitor.until(f"s.view === '{item.view['name']}'")


@pytest.mark.widest
def test_a_learners_own_run_is_measured_beside_the_seeds_and_has_a_link(visit):
    visitor = visit("chapter=speed")
    answer(visitor, CHAPTERS["speed"].question, 0, "predict")
    visitor.unfold("Try it yourself")
    field = visitor.page.get_by_role("spinbutton", name="seed")
    field.fill("7")
    field.press("Enter")
    visitor.button("Train both with these").click()
    visitor.until("s.state === 'finished'")
    visitor.page.get_by_text("Your run:").first.wait_for()
    assert "seed=7" in visitor.page.url
    second = visit(visitor.page.url.split("?")[1])
    second.until("s.state === 'finished'")
    expect(heading(second)).to_contain_text(CHAPTERS["speed"].title)


@pytest.mark.slow
def test_back_and_forward_go_through_the_chapters(visit):
    visitor = visit("chapter=1")
    visitor.page.get_by_role("button", name="›").click()
    expect(heading(visitor)).to_contain_text(CHAPTER_LIST[1].title)
    visitor.page.go_back()
    expect(heading(visitor)).to_contain_text(CHAPTER_LIST[0].title)
    visitor.page.go_forward()
    expect(heading(visitor)).to_contain_text(CHAPTER_LIST[1].title)


def test_a_click_that_coincides_with_a_request_of_the_player_is_not_lost(visit):
    visitor = visit("chapter=3")
    visitor.until("+s.framesDrawn > 0")
    question = CHAPTERS["gamma-and-beta"].question
    # Streamlit sends both as one message, in the name of the player's fragment.
    visitor.page.evaluate(
        f"""() => {{
            document.querySelectorAll("{STAGE} [data-part=tabs] button")[1].click();
            document.querySelector(".st-key-predict_{question.name}_0 button").click();
        }}"""
    )
    visitor.page.get_by_role("heading", name="Measured").wait_for()
    visitor.until("+s.framesHeld > 71")


@pytest.mark.widest
def test_requests_sent_before_the_response_set_no_field_back(visit):
    visitor = visit("chapter=3")
    visitor.until("+s.framesDrawn > 0")
    # Until the next chapter arrives, each of the player's requests still names the open one.
    visitor.page.evaluate(
        f"""async () => {{
            document.querySelector(".st-key-lesson_PageDown button").click();
            for (let number = 0; number < 60; number++) {{
                await new Promise((go) => setTimeout(go, 5));
                document.querySelectorAll("{STAGE} [data-part=tabs] button")[number % 2]?.click();
            }}
        }}"""
    )
    expect(heading(visitor)).to_contain_text(CHAPTER_LIST[3].title)
    visitor.page.wait_for_timeout(1_000)
    expect(heading(visitor)).to_contain_text(CHAPTER_LIST[3].title)
    assert f"chapter={CHAPTER_LIST[3].name}" in visitor.page.url


def test_a_term_is_explained_in_place(visit):
    visitor = visit("chapter=1")
    term = visitor.page.locator('a[href^="#term-"]').first
    # Words can be read before their script has come.
    expect(visitor.page.locator("#bnviz-term")).to_have_count(1)
    term.scroll_into_view_if_needed()
    term.focus()
    bubble = visitor.page.get_by_role("tooltip").locator("visible=true")
    assert len(bubble.inner_text()) > 10
    visitor.key("Escape")
    expect(bubble).to_have_count(0)
    term.click()
    expect(bubble).to_have_count(1)
    assert "#" not in visitor.page.url


def test_a_projected_lesson_has_large_type_and_advances_by_a_key(visit):
    visitor = visit("chapter=3&present=1")
    size = "parseFloat(getComputedStyle(document.querySelector('.st-key-lesson_text h1')).fontSize)"
    assert visitor.page.evaluate(size) > 36
    assert visitor.page.locator("[data-testid=stSidebar]").locator("visible=true").count() == 0
    visitor.key("PageDown")
    expect(heading(visitor)).to_contain_text(CHAPTER_LIST[3].title)
    assert "present=1" in visitor.page.url


def test_a_chapter_on_a_phone_needs_no_horizontal_scrolling(visit):
    visitor = visit("chapter=2", width=390, height=844)
    assert visitor.overflow() <= 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    "query",
    [
        *("", "present=1", "chapter=3&present=1", "mode=map", "mode=seeds"),
        *("chapter=quiz", "chapter=quiz&present=1"),
    ],
)
@pytest.mark.widest
def test_axe_core_finds_no_serious_violation(visit, query, scheme):
    quiz = "quiz" in query  # which has no stage to wait for
    visitor = visit("" if quiz else query, scheme=scheme, root=MAP if "mode" in query else STAGE)
    if quiz:
        visitor.page.goto(f"{visitor.address}/?{query}")
        heading(visitor).wait_for()
    assert serious(visitor.page) == []


@pytest.mark.widest
def test_an_unknown_chapter_is_reported_and_the_first_one_opens(visit):
    visitor = visit("chapter=99")
    assert "chapter" in visitor.page.get_by_role("alert").first.inner_text()
    expect(heading(visitor)).to_contain_text(CHAPTER_LIST[0].title)
    assert visitor.page.locator(STAGE).count() == 1


def test_before_the_prediction_no_words_of_the_player_give_the_answer_away(visit):
    visitor = visit("chapter=1")
    visitor.until("+s.framesDrawn > 0")
    words = ("headline", "event", "events", "reading")
    parts = [visitor.page.locator(f"{STAGE} [data-part={name}]") for name in words]
    for part in parts:
        assert part.evaluate("each => getComputedStyle(each).visibility") == "hidden"
    visitor.button("Skip the prediction").click()
    for part in parts:
        part.evaluate_handle(
            """(each) => new Promise((done) => {
                const look = () => getComputedStyle(each).visibility === "visible"
                    ? done() : requestAnimationFrame(look);
                look();
            })"""
        )
