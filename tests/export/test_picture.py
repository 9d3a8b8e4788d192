"""The picture of a step, drawn by Plotly's own export."""

import shutil
import struct
from xml.etree import ElementTree

import kaleido
import pytest
from choreographer.errors import DevtoolsProtocolError
from kaleido.errors import JavascriptError, KaleidoError

from bnviz.export.picture import (
    _SETTINGS,
    _TITLE,
    DOTS,
    HEIGHT,
    WIDTH,
    PictureError,
    drawing,
    picture,
)
from bnviz.figures.view import TITLES
from bnviz.figures.views.catalogue import missing
from bnviz.player import BROWSER
from bnviz.recording import Recording
from bnviz.recording.described import described
from bnviz.settings import Settings
from tests.conftest import BROWSERS
from tests.support.recordings import random_recording

RECORDING = random_recording(
    Settings(dataset="moons", hidden_layers=2, units=4, steps=1_000, deep=True), 60
)


@pytest.mark.parametrize("view", TITLES)
def test_a_picture_has_the_step_before_and_says_what_was_trained(view):
    assert missing(RECORDING.layout, view) is None
    step = int(RECORDING.steps[40]) + 1
    figure = drawing(RECORDING, view, step)
    texts = [each.text for each in figure.layout.annotations]
    assert f"<b>{TITLES[view]}, step {RECORDING.steps[40]} of 1000</b>" in texts
    assert described(RECORDING.settings) in texts
    assert (figure.layout.width, figure.layout.height) == (WIDTH, HEIGHT)


def test_the_player_draws_pictures_of_the_same_size():
    script = (BROWSER / "player" / "picture.js").read_text()
    assert f"width: {WIDTH}, height: {HEIGHT} }}" in script
    sizes = {"DOTS": DOTS, "TITLE": _TITLE, "SETTINGS": _SETTINGS}
    for name, size in sizes.items():
        assert f"const {name} = {size};" in script


def test_what_cannot_be_drawn_says_why():
    with pytest.raises(PictureError, match="must be one of layers, drift"):
        drawing(RECORDING, "stage")
    with pytest.raises(PictureError, match="has to have begun"):
        drawing(Recording(Settings()))
    with pytest.raises(PictureError, match="This view shows"):
        drawing(random_recording(Settings(hidden_layers=1, units=2), 1), "decision")


@pytest.mark.widest
@pytest.mark.browser
@pytest.mark.skipif(not any(map(shutil.which, BROWSERS)), reason="no Chromium is installed")
def test_a_file_has_the_size_and_the_words_of_the_picture():
    figure = drawing(RECORDING, "layers")
    header = picture(figure, "png")[:24]
    assert header.startswith(b"\x89PNG")
    assert struct.unpack(">II", header[16:]) == (DOTS * WIDTH, DOTS * HEIGHT)
    svg = ElementTree.fromstring(picture(figure, "svg"))
    assert (svg.get("width"), svg.get("height")) == (str(WIDTH), str(HEIGHT))
    words = "".join(svg.itertext())
    assert "Layers, step " in words
    assert described(RECORDING.settings) in words


def test_a_browser_that_is_not_there_is_named(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("BROWSER_PATH", str(tmp_path / "chrome"))
    with pytest.raises(PictureError, match="BROWSER_PATH"):
        picture(drawing(RECORDING, "layers"), "png")


@pytest.mark.parametrize(
    "error",
    [
        TimeoutError(),
        JavascriptError("Plotly is undefined\n at 1:1"),
        KaleidoError(525, "plotly.js error"),
        DevtoolsProtocolError({"error": {"code": -32000, "message": "No target"}}),
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_browser_that_fails_is_an_error_of_one_sentence(error, monkeypatch):
    def fail(*_, **__):
        raise error

    monkeypatch.setattr(kaleido, "calc_fig_sync", fail)
    with pytest.raises(PictureError, match=r"^the browser [^\n]+$"):
        picture(drawing(RECORDING, "layers"), "png")
