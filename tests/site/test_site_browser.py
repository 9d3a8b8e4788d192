"""The whole site, served as files and walked through in a browser."""

import functools
import http.server
import threading

import pytest

from bnviz.lesson.chapters import CHAPTERS
from bnviz.lesson.quiz import QUIZ
from bnviz.site.site import files

pytestmark = [pytest.mark.browser, pytest.mark.widest]

STAGE = "#bnviz-stage"


class Walk:
    """A reader, with all that the browser asked for and complained of."""

    def __init__(self, browser, address):
        self.page = browser.new_page(viewport={"width": 1400, "height": 900})
        self.address = address
        self.asked, self.errors = [], []
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on(
            "console",
            lambda said: (
                self.errors.append(said.text) if said.type in ("error", "warning") else None
            ),
        )

    def open(self, place):
        # An address that differs in what is behind the # alone would not open the page anew.
        self.page.goto("about:blank")
        self.page.goto(f"{self.address}/{place}")
        self.until("+s.framesDrawn > 0")

    def until(self, condition, root=STAGE):
        self.page.wait_for_function(
            f"() => {{ const s = document.querySelector('{root}')?.dataset;"
            f" return s && {condition} }}"
        )


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    for name, data in files():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


@pytest.fixture(scope="module")
def address(folder):
    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    handler = functools.partial(Quiet, directory=folder)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def walk(browser, address):
    walk = Walk(browser, address)
    yield walk
    walk.page.close()
    assert walk.errors == []
    assert all(asked.startswith((walk.address, "blob:", "data:", "about:")) for asked in walk.asked)


def test_the_lesson_is_walked_through_from_chapter_to_chapter(walk):
    page = walk.page
    walk.open("problem.html")
    for number, chapter in enumerate(CHAPTERS.values(), start=1):
        assert page.locator("h1").inner_text() == f"{number} · {chapter.title}"
        walk.until("+s.framesDrawn > 0")
        watch = page.get_by_role("heading", name="Watch")
        assert watch.is_hidden()
        assert page.locator(f"{STAGE} [data-part=tabs]").is_hidden()
        assert page.locator(STAGE).get_attribute("data-step") == str(chapter.start_step)
        right = chapter.question.options[chapter.question.right]
        page.get_by_role("button", name=right.text, exact=True).click()
        assert watch.is_visible()
        assert page.get_by_text(right.reply, exact=True).is_visible()
        walk.until(f"s.view === '{chapter.view['name']}' && +s.step > {chapter.start_step}")
        page.get_by_role("link", name="Next", exact=False).last.click()
    assert page.locator("h1").inner_text() == "Quiz"


def test_the_first_page_plays_to_the_end_of_its_run_and_opens_all_its_views(walk):
    walk.open("index.html#step=800")
    walk.until("s.step === '800'")
    for name in ("What moved it", "Inside a neuron", "Gradients", "Layers"):
        walk.page.get_by_role("button", name=name, exact=True).click()
        title = {"What moved it": "drift", "Inside a neuron": "inside"}.get(name, name.lower())
        walk.until(f"s.view === '{title}'")


def test_a_prediction_is_remembered_and_an_address_leads_to_a_view(walk):
    walk.open("problem.html")
    walk.page.get_by_role("button", name="Skip the prediction").click()
    walk.open("problem.html#view=gradients&step=340")
    walk.until("s.view === 'gradients' && +s.step > 320 && +s.step < 360")


def test_the_picture_of_axes_needs_no_server(walk):
    walk.open("relatives.html")
    picture = walk.page.locator("#bnviz-axes")
    picture.get_by_role("button", name="Group").click()
    picture.locator("[data-part=touch]").focus()
    walk.page.keyboard.press("ArrowDown")
    who = picture.locator("[data-part=who]")
    assert who.inner_text().startswith("Neurons 5 to 8 of example 2: 4 values share a mean")


def test_the_quiz_counts_and_leads_to_the_answers(walk):
    page = walk.page
    page.goto(f"{walk.address}/quiz.html")
    score = page.locator("[data-scores]")
    assert score.inner_text() == f"{len(QUIZ)} questions, none answered yet."
    for item in QUIZ:
        question = page.locator(f"[data-question='quiz-{item.question.name}']")
        question.get_by_role("button").nth(item.question.right).click()
    assert "all of them" in score.inner_text()
    item = QUIZ[0]
    page.get_by_role("link", name="See it in chapter").first.click()
    page.get_by_role("button", name="Skip the prediction").click()
    walk.until(f"s.view === '{item.view['name']}'")


@pytest.mark.parametrize("name", ["map", "seeds"])
def test_map_and_seeds_are_drawn(walk, name):
    walk.page.goto(f"{walk.address}/{name}.html")
    walk.until("+s.draws > 0", root="#bnviz-map")


PHONE = {"width": 390, "height": 844}


@pytest.mark.parametrize(
    "name",
    ["index", "problem", "experiments", "experiment-default", "map", "seeds", "quiz", "glossary"],
)
def test_no_page_is_wider_than_a_phone(walk, name):
    walk.page.set_viewport_size(PHONE)
    walk.page.goto(f"{walk.address}/{name}.html")
    if walk.page.locator("body[data-picture]").count():
        walk.until("+(s.framesDrawn ?? s.draws) > 0", root=":is(#bnviz-stage, #bnviz-map)")
    assert walk.page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    for link in walk.page.locator("header nav a").all():
        box = link.bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= PHONE["width"]


def test_on_a_phone_the_picture_follows_its_question_at_once(walk):
    walk.page.set_viewport_size(PHONE)
    walk.open("problem.html")
    question = walk.page.locator("[data-question]").bounding_box()
    picture = walk.page.locator(f"{STAGE} .bnviz-hook").bounding_box()
    assert 0 <= picture["y"] - question["y"] - question["height"] < 40


def test_the_seeds_have_no_box_for_a_cell(walk):
    walk.page.goto(f"{walk.address}/seeds.html")
    walk.until("+s.draws > 0", root="#bnviz-map")
    assert walk.page.locator("[data-part=chosen]").is_hidden()


def test_light_and_dark_go_along_from_page_to_page(walk):
    ground = "getComputedStyle(document.documentElement).backgroundColor"
    walk.open("index.html")
    before = walk.page.evaluate(ground)
    walk.page.get_by_title("Light or dark").click()
    walk.page.get_by_role("link", name="Glossary").first.click()
    walk.page.wait_for_url("**/glossary.html")
    assert walk.page.evaluate(ground) != before


def test_it_opens_from_a_disk(browser, folder):
    walk = Walk(browser, folder.as_uri())
    walk.open("index.html")
    walk.until("+s.step > 200")
    assert walk.errors == []
    assert all(asked.startswith(("file:", "blob:", "data:", "about:")) for asked in walk.asked)
    walk.page.close()
