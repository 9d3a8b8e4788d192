"""Runs that the browser keeps across visits, in a real browser: a reload is the next visit."""

import pytest
from playwright.sync_api import expect

from bnviz.settings import Settings
from tests.page.test_lesson_browser import serious
from tests.page.test_open_recording_browser import opened
from tests.support.recordings import random_recording

pytestmark = [pytest.mark.browser, pytest.mark.slow]

#: Milliseconds within which the page answers on a busy machine.
LONG = 60_000
SWITCH, LIST = "Keep runs in this browser", "Runs kept in this browser"
SETTINGS = Settings(hidden_layers=2, units=4, steps=20)
#: What the browser's own storage holds: the runs, and the bytes of each file.
STORED = """async () => {
  const names = (await indexedDB.databases()).map(({ name }) => name);
  if (!names.includes("bnviz")) return null;
  const wait = (request) => new Promise((resolve) => {
    request.onsuccess = () => resolve(request.result);
  });
  const database = await wait(indexedDB.open("bnviz", 1));
  const stores = database.transaction(["runs", "files"]);
  const runs = await wait(stores.objectStore("runs").getAll());
  const files = await wait(stores.objectStore("files").getAll());
  database.close();
  return [runs.map(({ name }) => name), files.map(({ byteLength }) => byteLength)];
}"""
#: Puts what its owner may have put there into the browser's own storage.
PUT = """async (run) => {
  const wait = (request) => new Promise((resolve) => {
    request.onsuccess = () => resolve(request.result);
  });
  const database = await wait(indexedDB.open("bnviz", 1));
  const stores = database.transaction(["runs", "files"], "readwrite");
  await wait(stores.objectStore("runs").put(run));
  await wait(stores.objectStore("files").put(new TextEncoder().encode("PK").buffer, run.id));
  database.close();
}"""


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "mine & <b>.npz"
    random_recording(SETTINGS.replace(learning_rate=0.5), 21).save(path)
    return path


def kept(visitor):
    return visitor.page.get_by_role("list", name=LIST)


def card(visitor, name):
    return kept(visitor).get_by_role("button", name=name, exact=True)


def keep(visitor):
    """Has the browser keep runs, without a pointer."""
    switch = visitor.page.get_by_role("checkbox", name=SWITCH)
    expect(switch).not_to_be_checked(timeout=LONG)
    switch.focus()
    visitor.key("Space")


def test_an_opened_recording_is_there_at_the_next_visit_and_can_be_removed(visit, file):
    visitor = visit()
    expect(visitor.page.get_by_role("checkbox", name=SWITCH)).to_have_count(0)
    opened(visitor, file)
    assert visitor.page.evaluate(STORED) is None
    keep(visitor)
    expect(card(visitor, file.name)).to_be_visible(timeout=LONG)
    names, (size,) = visitor.page.evaluate(STORED)
    assert names == [file.name]
    assert size > 1000

    visitor.open()
    expect(visitor.page.get_by_role("heading", name="Runs of this visit")).to_have_count(0)
    card(visitor, file.name).click()
    visitor.until("s.framesHeld === '21'")
    status = visitor.page.locator("#bnviz-stage")
    expect(status.get_by_text(f"{file.name}: a recording of 20 steps")).to_be_visible(timeout=LONG)
    expect(card(visitor, file.name)).to_have_attribute("aria-current", "true", timeout=LONG)
    assert visitor.page.evaluate(STORED) == [[file.name], [size]]

    kept(visitor).get_by_role("button", name=f"Remove {file.name}").click()
    expect(kept(visitor)).to_be_hidden(timeout=LONG)
    assert visitor.page.evaluate(STORED) == [[], []]


@pytest.mark.widest
def test_a_trained_run_is_kept_as_its_settings_and_trained_again_under_its_name(visit):
    visitor = visit("hidden_layers=1&units=4&batch_size=512&steps=40&v=2&train=1")
    visitor.until("s.state === 'finished'")
    keep(visitor)
    expect(kept(visitor).get_by_role("listitem")).to_have_count(1, timeout=LONG)
    name = visitor.page.get_by_label("Name of this run")
    name.fill("“ours” & <i>")
    name.press("Enter")
    expect(card(visitor, "“ours” & <i>")).to_be_visible(timeout=LONG)
    assert visitor.page.evaluate(STORED) == [["“ours” & <i>"], []]
    visitor.open()
    card(visitor, "“ours” & <i>").click()
    visitor.until("s.framesHeld === '41' && s.state === 'finished'")
    expect(name).to_have_value("“ours” & <i>", timeout=LONG)
    expect(kept(visitor).get_by_role("listitem")).to_have_count(1, timeout=LONG)


@pytest.mark.widest
def test_a_run_removed_in_one_tab_is_not_kept_again_by_another(visit):
    link = "hidden_layers=1&units=4&batch_size=512&steps=40&v=2&train=1"
    visitor = visit(link)
    visitor.until("s.state === 'finished'")
    keep(visitor)
    expect(kept(visitor).get_by_role("listitem")).to_have_count(1, timeout=LONG)
    other = visitor.context.new_page()
    other.goto(visitor.page.url)
    cards = other.get_by_role("list", name=LIST)
    expect(cards.get_by_role("listitem")).to_have_count(1, timeout=LONG)
    name = other.get_by_label("Name of this run")
    expect(name).to_be_visible(timeout=LONG)
    kept(visitor).get_by_role("button", name="Remove").click()
    expect(kept(visitor)).to_be_hidden(timeout=LONG)
    # A message of the page's has the other tab look at what is kept.
    name.fill("renamed")
    name.press("Enter")
    expect(cards).to_be_hidden(timeout=LONG)
    assert visitor.page.evaluate(STORED) == [[], []]


@pytest.mark.widest
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_the_storage_gives_is_not_trusted(visit, file, scheme):
    visitor = visit(scheme=scheme)
    opened(visitor, file)
    keep(visitor)
    expect(card(visitor, file.name)).to_be_visible(timeout=LONG)
    curves = [{"colour": "#0072B2", "points": [0, 0.5, 2, None]}]
    odd = {"id": "odd", "name": "<img src=x>", "curves": curves, "size": 2, "since": 1e15}
    for number, wrong in enumerate(
        ({"curves": [{"colour": "red;x", "points": [1]}]}, {"name": 7}, {"query": {"a": {}}})
    ):
        visitor.page.evaluate(PUT, odd | {"id": f"wrong {number}", "query": None} | wrong)
    visitor.page.evaluate(PUT, odd | {"query": None})
    visitor.page.evaluate(
        PUT, odd | {"id": "link", "name": "a link", "query": {"units": "-7", "x": "<b>"}}
    )
    visitor.open()
    expect(kept(visitor).get_by_role("listitem")).to_have_count(3, timeout=LONG)
    assert serious(visitor.page) == []
    card(visitor, "<img src=x>").click()
    expect(visitor.page.get_by_text("<img src=x> cannot be opened")).to_be_visible(timeout=LONG)
    card(visitor, "a link").click()
    expect(visitor.page.get_by_text("Parts of the link are not allowed")).to_be_visible(
        timeout=LONG
    )
    # What is left of the link is trained, and kept as a run of its own.
    expect(kept(visitor).get_by_role("listitem")).to_have_count(4, timeout=LONG)
    remove = visitor.page.get_by_role("button", name="Remove all")
    remove.click()
    visitor.page.get_by_role("button", name="Remove all 4 for good?").click()
    expect(kept(visitor)).to_be_hidden(timeout=LONG)
    assert visitor.page.evaluate(STORED) == [[], []]


@pytest.mark.widest
def test_a_browser_that_stores_nothing_says_so(visit, file):
    visitor = visit()
    visitor.page.context.add_init_script(
        "indexedDB.open = () => { throw new DOMException('', 'SecurityError'); };"
    )
    visitor.open()
    opened(visitor, file)
    keep(visitor)
    expect(visitor.page.get_by_text("This browser lets the page store nothing")).to_be_visible(
        timeout=LONG
    )
    expect(visitor.page.get_by_role("checkbox", name=SWITCH)).not_to_be_checked(timeout=LONG)
    visitor.until("s.framesHeld === '21'")
