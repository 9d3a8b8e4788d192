"""A viewer's own file in a real browser: what keeps it, and who gets it."""

import re
from urllib.parse import urlsplit

import numpy as np
import pytest
from playwright.sync_api import expect

from bnviz.data.bounds import MAX_FILE_BYTES
from bnviz.page.shell.arrivals import REFUSALS
from tests.support.proxy import Proxy

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SMALL = "steps=20&hidden_layers=1&units=4"


@pytest.fixture
def file(tmp_path):
    """A table of two features and two classes."""
    return write(tmp_path / "own.csv", seed=0)


def write(path, *, seed):
    rows = np.random.default_rng(seed).normal(size=(80, 2)).round(3)
    lines = [f"{a},{b},{'big' if a + b > 0 else 'small'}" for a, b in rows]
    path.write_text("\n".join(["a,b,size", *lines]))
    return path


def choose(visitor, file):
    """Chooses a file where the form offers to."""
    visitor.page.locator("input[type=file]").set_input_files(file)


def choose_as_data(visitor, file):
    """Makes a file the data set."""
    visitor.page.get_by_role("combobox", name="data set").click()
    visitor.page.get_by_role("option", name="your own file").click()
    choose(visitor, file)
    held(visitor, file)


def held(visitor, file):
    """Waits until the form says that it holds a file."""
    place = visitor.page.locator(".st-key-held_file")
    expect(place).to_contain_text(file.name, timeout=60_000)
    expect(visitor.page.get_by_role("combobox", name="data set")).to_have_value("your own file")


def trained(visitor, file):
    """The tab's digest of a run on the file."""
    choose_as_data(visitor, file)
    visitor.train()
    visitor.until("s.state === 'finished'")
    expect(visitor.page).to_have_url(re.compile("train=1"))


def open_mode(visitor, name):
    visitor.page.get_by_role("radio", name=name).locator("visible=true").first.click()


@pytest.mark.widest
def test_back_and_forward_keep_the_file(visit, file):
    visitor = visit(SMALL)
    trained(visitor, file)
    visitor.page.go_back()
    expect(visitor.page).not_to_have_url(re.compile("train=1"))
    visitor.until("s.state === 'recorded'")
    held(visitor, file)
    expect(visitor.button("Train both")).to_be_enabled()
    visitor.page.go_back()
    expect(visitor.page).not_to_have_url(re.compile("upload"))
    expect(visitor.page.get_by_role("combobox", name="data set")).to_have_value("digits 8×8")
    visitor.page.go_forward()
    held(visitor, file)
    visitor.page.go_forward()
    visitor.until("s.state === 'finished'")
    held(visitor, file)


@pytest.mark.widest
@pytest.mark.parametrize("mode", ["Lesson", "Phase map"])
def test_another_mode_and_the_way_back_keep_the_file(visit, file, mode):
    visitor = visit(SMALL)
    choose_as_data(visitor, file)
    open_mode(visitor, mode)
    expect(visitor.page).to_have_url(re.compile("mode="))
    open_mode(visitor, "Laboratory")
    held(visitor, file)
    expect(visitor.button("Train both")).to_be_enabled()


@pytest.mark.widest
def test_a_changed_setting_keeps_the_file(visit, file):
    visitor = visit(SMALL)
    choose_as_data(visitor, file)
    field = visitor.page.get_by_role("spinbutton", name="hidden layers")
    field.fill("6")
    field.press("Enter")
    expect(visitor.page).to_have_url(
        re.compile("hidden_layers=6.*upload=|upload=.*hidden_layers=6")
    )
    held(visitor, file)
    expect(visitor.button("Train both")).to_be_enabled()


@pytest.mark.widest
def test_a_reload_keeps_the_file_and_returns_to_its_run(visit, file):
    visitor = visit(SMALL)
    trained(visitor, file)
    link = visitor.page.url
    for _ in range(2):
        visitor.page.reload()
        held(visitor, file)
        visitor.until("s.state === 'finished'")
        assert visitor.page.url == link
    assert visitor.page.get_by_text("needs a file").count() == 0


@pytest.mark.widest
def test_back_undoes_a_choice_and_a_reload_keeps_it(visit, file):
    visitor = visit(SMALL)
    choose_as_data(visitor, file)
    said = visitor.page.locator(".st-key-reading")
    visitor.page.get_by_text("Correct the reading").click()
    visitor.page.get_by_role("combobox", name="columns left out").click()
    visitor.page.get_by_role("option", name="a", exact=True).click()
    expect(said).to_contain_text("80 examples with 1 feature (")
    expect(visitor.page).to_have_url(re.compile("reading="))
    visitor.page.reload()
    held(visitor, file)
    expect(said).to_contain_text("80 examples with 1 feature (")
    visitor.page.go_back()
    expect(said).to_contain_text("80 examples with 2 features (")
    visitor.page.go_forward()
    expect(said).to_contain_text("80 examples with 1 feature (")


@pytest.mark.widest
def test_a_reload_in_the_lesson_keeps_the_file(visit, file):
    visitor = visit(SMALL)
    choose_as_data(visitor, file)
    open_mode(visitor, "Lesson")
    expect(visitor.page).to_have_url(re.compile("mode=lesson"))
    visitor.page.reload()
    visitor.page.get_by_role("radio", name="Laboratory").locator("visible=true").first.wait_for()
    visitor.page.go_back()
    held(visitor, file)


@pytest.mark.widest
def test_a_restored_connection_keeps_the_file(visit, file, page_address):
    proxy = Proxy(urlsplit(page_address).port)
    visitor = visit(SMALL, address=f"http://127.0.0.1:{proxy.port}")
    choose_as_data(visitor, file)
    with visitor.page.expect_websocket():  # the browser connects again
        proxy.cut()
        proxy.restore()
    open_mode(visitor, "Seeds")
    expect(visitor.page).to_have_url(re.compile("mode=seeds.*upload="))
    held(visitor, file)
    proxy.close()


@pytest.mark.widest
def test_a_removed_file_is_not_reclaimed(visit, file):
    visitor = visit(SMALL)
    choose_as_data(visitor, file)
    visitor.button("Remove").click()
    visitor.page.locator("input[type=file]").wait_for(state="attached")
    visitor.page.wait_for_function("sessionStorage.getItem('bnviz-file') === null")
    visitor.page.reload()
    expect(visitor.page.get_by_text("needs a file")).to_be_visible()
    expect(visitor.button("Train both")).to_be_disabled()


@pytest.mark.widest
def test_a_link_opened_elsewhere_asks_for_its_file_and_takes_no_other_for_it(visit, file, tmp_path):
    first = visit(SMALL)
    trained(first, file)
    link = first.page.url.split("?")[1]
    second = visit(link)
    expect(second.page.get_by_text("needs a file")).to_be_visible()
    expect(second.button("Train both")).to_be_disabled()
    assert second.page.get_by_text(file.name).count() == 0
    assert second.data("state") == "recorded"
    assert second.page.url.split("?")[1] == link

    other = write(tmp_path / "other.csv", seed=1)
    choose(second, other)
    held(second, other)
    expect(second.page.get_by_text("other.csv is not the file of the link")).to_be_visible()
    expect(second.button("Train both")).to_be_enabled()
    assert second.data("state") == "recorded"

    second.button("Remove").click()
    choose(second, file)
    second.until("s.state === 'finished'")
    held(second, file)
    assert second.page.url.split("?")[1] == link


@pytest.mark.widest
def test_a_duplicated_tab_does_not_take_the_file(visit, file):
    visitor = visit(SMALL)
    trained(visitor, file)
    # A tab that a page opens gets a copy of its storage, as a duplicate does.
    visitor.context.add_init_script("window.copied = sessionStorage.getItem('bnviz-file')")
    with visitor.context.expect_page() as opened:
        visitor.page.evaluate("window.open(location.href, '_blank')")
    duplicate = opened.value
    expect(duplicate.get_by_text("needs a file")).to_be_visible(timeout=60_000)
    assert len(duplicate.evaluate("window.copied")) == 32
    duplicate.wait_for_function("sessionStorage.getItem('bnviz-file') === null")
    duplicate.close()
    visitor.page.reload()
    held(visitor, file)


def test_the_key_of_the_file_is_nowhere_but_in_the_storage_of_the_tab(visit, file):
    visitor = visit(SMALL)
    choose_as_data(visitor, file)
    visitor.page.wait_for_function("sessionStorage.getItem('bnviz-file') !== null")
    key = visitor.page.evaluate("sessionStorage.getItem('bnviz-file')")
    assert re.fullmatch("[0-9a-f]{32}", key)
    assert key not in visitor.page.url
    assert visitor.page.evaluate("JSON.stringify(localStorage)").count(key) == 0
    assert all(key not in cookie["value"] for cookie in visitor.context.cookies())


@pytest.mark.widest
def test_a_file_that_the_server_refuses_has_a_sentence(visit, tmp_path):
    visitor = visit(SMALL)
    visitor.page.get_by_role("combobox", name="data set").click()
    visitor.page.get_by_role("option", name="your own file").click()
    # Streamlit's field would refuse it before it is sent.
    visitor.page.evaluate("Object.defineProperty(File.prototype, 'size', { get: () => 1000 })")
    file = tmp_path / "large.csv"
    file.write_bytes(b"1,2\n" * (MAX_FILE_BYTES // 3))
    choose(visitor, file)
    said = visitor.page.get_by_test_id("stFileChip").get_by_role("alert")
    expect(said).to_have_text(REFUSALS[413], timeout=60_000)
    expect(said).to_be_visible()
