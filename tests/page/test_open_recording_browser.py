"""Opening recordings and comparing two of them, in a real browser."""

import pytest
from playwright.sync_api import expect

from bnviz.settings import Settings
from tests.support.recordings import random_recording

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.widest]

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
    visitor.page.get_by_role("combobox", name="compare with").click()
    visitor.page.get_by_role("option", name="first.npz").click()
    visitor.until("s.ghostHeld === '21'")
    visitor.page.wait_for_function(f"{picture} !== {alone!r}")
    row = visitor.page.locator(".bnviz-differences tr").filter(has_text="learning rate")
    expect(row).to_contain_text("20.1", timeout=60_000)
    visitor.page.get_by_role("combobox", name="compare with").click()
    visitor.page.get_by_role("option", name="nothing").click()
    visitor.until("s.ghostHeld === '0'")
    visitor.page.wait_for_function(f"{picture} === {alone!r}")
