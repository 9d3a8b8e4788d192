"""The example notebook, and a run of the laboratory, without what only the page needs."""

import os

import nbformat
import pytest
from nbclient import NotebookClient

from tests.support import ROOT

pytestmark = pytest.mark.slow

ALONE = """
import sys
for package in ("streamlit", "distributed", "dask", "marimo"):
    sys.modules[package] = None
"""
#: A run in another process gives the frames that it gives in this one.
RUN = """
from bnviz.lab import experiment
settings = bnviz.Settings(dataset="moons", hidden_layers=1, units=4, steps=20)
recording = bnviz.run(settings)
assert recording.complete and recording.shown is not None
assert recording.frames.tobytes() == b"".join(f.tobytes() for f in experiment.run(settings))
"""


def test_the_example_and_a_run_are_shown_as_pages_where_only_the_core_is_installed(monkeypatch):
    monkeypatch.setenv("PYTHONPATH", os.fspath(ROOT))
    book = nbformat.read(ROOT / "assets" / "watch.ipynb", 4)
    assert not any(cell.get("outputs") for cell in book.cells)
    count = len(book.cells)
    book.cells.insert(0, nbformat.v4.new_code_cell(ALONE))
    book.cells.append(nbformat.v4.new_code_cell(RUN))
    NotebookClient(book, timeout=300, kernel_name="python3").execute()
    outputs = [output for cell in book.cells for output in cell.get("outputs", ())]
    pages = [output for output in outputs if "text/html" in output.get("data", {})]
    assert len(book.cells) == count + 2
    assert len(pages) == 2
    assert all("<iframe" in page.data["text/html"] for page in pages)
    assert not any("widget" in kind for page in pages for kind in page.data)
    # Two pages of about 2 MB; the widgets before them leave nothing.
    assert len(nbformat.writes(book)) < 6e6
    assert "frames; watched at 5 activations" in outputs[-2].text
