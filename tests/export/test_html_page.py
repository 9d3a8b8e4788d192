"""The command that a page tells."""

import re

import pytest

from bnviz.export.html_page import HtmlPage, PageError, command
from bnviz.export.study_page import map_page
from bnviz.settings import Settings
from bnviz.settings.choices import UPLOAD
from bnviz.studies.phase_map import PhaseMap
from bnviz.studies.sweep import Sweep


def test_it_tells_what_differs_from_what_it_trains_by_itself():
    settings = Settings(learning_rate=1.0, steps=300)
    assert command("train", settings, Settings(), "--out a.npz") == (
        "bnviz train --set learning_rate=1.0 --set steps=300 --out a.npz"
    )
    assert command("sweep", settings, Settings(steps=300), "") == (
        "bnviz sweep --set learning_rate=1.0 "
    )


def test_with_own_data_it_asks_for_the_file():
    settings = Settings(dataset=UPLOAD, upload="0" * 32)
    assert command("train", settings, Settings(), "--out a.npz") == (
        "bnviz train --data FILE --out a.npz"
    )


def test_that_of_a_map_has_all_its_options():
    sweep = Sweep(Sweep().base.replace(steps=800), seeds=2, target=0.5)
    page = map_page(PhaseMap(sweep))
    assert "bnviz sweep --set steps=800 --seeds 2 --target 0.5 --out map.npz" in page


def test_a_preview_of_it_says_what_it_shows_or_what_its_owner_notes():
    def told(note):
        text = HtmlPage("A & B", "32 neurons", "study.js", {}, None, note=note).text()
        return re.findall('<meta property="og:(title|description)" content="(.*?)">', text)

    assert told("") == [("title", "A &amp; B"), ("description", "32 neurons")]
    assert told('"><b>') == [("title", "A &amp; B"), ("description", "&quot;&gt;&lt;b&gt;")]


def test_a_note_has_a_limit():
    page = HtmlPage("", "", "study.js", {}, None, note="a" * 2_001)
    with pytest.raises(PageError, match="2,000 characters"):
        page.text()
