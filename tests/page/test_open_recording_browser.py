"""Opening recordings and comparing two of them, in a real browser."""

import pytest
from playwright.sync_api import expect

from bnviz.settings import Settings
from tests.page.test_lesson_browser import serious
from tests.support.recordings import random_recording
from tests.support.visitor import STAGE

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.widest]

#: Keeps the encoders of videos, to see which are still at work, and counts their frames.
FOLLOWED = """() => {
  window.encoders = [];
  window.VideoEncoder = class extends VideoEncoder {
    constructor(init) { super(init); this.frames = 0; window.encoders.push(this); }
    encode(...args) { this.frames += 1; super.encode(...args); }
  };
}"""
#: The most frames that one has had, once none is at work any more.
CLOSED = """encoders.every(({ state }) => state === 'closed')
  && Math.max(...encoders.map(({ frames }) => frames))"""
#: Frames of a film of the recorded run.
ALL = 125
BEGUN = "document.querySelector('.bnviz-files progress').value > 0"
#: Chosen behind an open dialog, as by the browser's way back.
TO_SEEDS = """[...document.querySelectorAll('[role=radio]')]
  .find((each) => each.checkVisibility() && each.textContent.includes('Seeds')).click()"""
SETTINGS = Settings(hidden_layers=2, units=4, steps=20)


@pytest.fixture
def files(tmp_path):
    """Two recordings, of different learning rates."""
    paths = []
    for name, rate in (("first", 0.1), ("second", 2.0)):
        paths.append(tmp_path / f"{name}.npz")
        random_recording(SETTINGS.replace(learning_rate=rate), 21, seed=int(rate)).save(paths[-1])
    return paths


def opened(visitor, path):
    """Opens a file, and waits until the player shows it."""
    visitor.button("Open a recording").click()
    visitor.page.locator("input[type=file]").set_input_files(path)
    status = visitor.page.locator("#bnviz-stage").get_by_text(
        f"{path.name}: a recording of 20 steps"
    )
    expect(status).to_be_visible(timeout=60_000)
    visitor.until("s.framesHeld === '21'")


def compare_with(visitor, *names):
    """Draws these runs beside the one on the stage in place of another."""
    field = visitor.page.get_by_role("combobox", name="compare with")
    if visitor.data("ghost-held") != "0":
        field.press("Backspace")  # which takes the last one out
        visitor.until("s.ghostHeld === '0'")
    for name in names:
        field.click()
        visitor.page.get_by_role("option", name=name).click()
    if names:
        field.press("Escape")  # the list hides the rest of the page from screen readers


def test_a_run_is_opened_beside_another(visit, files, tmp_path):
    visitor = visit()
    wrong = tmp_path / "wrong.npz"
    wrong.write_bytes(files[0].read_bytes()[:-9])
    visitor.button("Open a recording").click()
    visitor.page.locator("input[type=file]").set_input_files(wrong)
    refusal = visitor.page.get_by_text("wrong.npz cannot be opened")
    expect(refusal).to_be_visible(timeout=60_000)
    visitor.key("Escape")
    for path in files:
        opened(visitor, path)
    picture = "document.querySelector('#bnviz-stage canvas').toDataURL()"
    visitor.key("End")
    visitor.until("s.step === '20'")
    alone = visitor.page.evaluate(picture)
    compare_with(visitor, "first.npz")
    visitor.until("s.ghostHeld === '21'")
    visitor.page.wait_for_function(f"{picture} !== {alone!r}")
    row = visitor.page.locator(".bnviz-differences tr").filter(has_text="learning rate")
    expect(row).to_contain_text("20.1", timeout=60_000)
    compare_with(visitor)
    visitor.page.wait_for_function(f"{picture} === {alone!r}")


def test_films_are_stopped_by_their_viewer_and_with_their_player(visit, files):
    visitor = visit()
    page = visitor.page
    page.evaluate(FOLLOWED)
    save = page.get_by_role("button", name="Save", exact=True)
    for path in files:
        opened(visitor, path)
    sizes = []
    for chosen, held in (([], 0), (["first.npz"], 21)):
        compare_with(visitor, *chosen)
        visitor.until(f"s.ghostHeld === '{held}'")
        save.click()
        with page.expect_download() as download:
            visitor.button("GIF").click()
        assert download.value.suggested_filename == "bnviz-layers-steps-0-to-20.gif"
        sizes.append(len(download.value.path().read_bytes()))
        visitor.key("Escape")
    assert sizes[0] < sizes[1]
    save.click()
    with page.expect_download() as download:
        visitor.button("Video").click()
    video = download.value.path().read_bytes()
    assert b"ftyp" in video[:16] or video.startswith(b"\x1a\x45\xdf\xa3")
    visitor.key("Escape")
    assert page.evaluate(CLOSED) == 21
    visitor.open()
    page.evaluate(FOLLOWED)
    visitor.key("Home")
    visitor.until("s.step === '0'")
    save.click()
    visitor.key("ArrowRight")  # for the dialog, not for the player behind it
    visitor.button("Video").click()
    page.wait_for_function(BEGUN)
    expect(visitor.button("Stop")).to_be_focused()
    visitor.key("Enter")
    expect(page.get_by_text("Stopped; nothing is saved.")).to_be_visible()
    expect(visitor.button("Video")).to_be_focused()
    assert 0 < page.evaluate(CLOSED) < ALL
    assert visitor.data("step") == "0"
    page.evaluate("encoders.length = 0")
    visitor.button("Video").click()
    page.wait_for_function(BEGUN)
    page.evaluate(TO_SEEDS)
    page.wait_for_function(CLOSED)
    assert page.evaluate(CLOSED) < ALL


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_core_finds_no_serious_violation_in_what_is_opened(visit, files, scheme):
    visitor = visit(scheme=scheme)
    page = visitor.page
    visitor.button("Save").click()
    page.get_by_label("to step").wait_for()
    assert serious(page) == []
    visitor.key("Escape")
    page.get_by_text("Train as I change things").click()
    expect(page.get_by_role("switch", name="Train as I change things")).to_be_checked()
    assert serious(page) == []
    visitor.button("Open a recording").click()
    page.locator("input[type=file]").wait_for(state="attached")
    assert serious(page) == []
    visitor.key("Escape")
    for path in files:
        opened(visitor, path)
    compare_with(visitor, "first.npz")
    visitor.until("s.ghostHeld === '21'")
    page.locator(".bnviz-differences").wait_for()
    assert serious(page) == []
    visitor.button("Present").click()
    page.locator(f"{STAGE}[data-presented]").wait_for()
    assert serious(page) == []
    visitor.key("?")
    page.get_by_role("dialog", name="Keys").wait_for()
    assert serious(page) == []
