"""Files that are made in a process of their own."""

import pytest

from bnviz.export.bundle import curves
from bnviz.export.replay import replay
from bnviz.export.replay_process import ReplayProcessError, made_of
from bnviz.export.tidy import tidy
from bnviz.settings import Settings
from tests.support.recordings import random_recording

RECORDING = random_recording(Settings(hidden_layers=1, units=4, steps=20), 21)


LINK = "https://example.org/bnviz?v=2&train=1"


@pytest.mark.parametrize(
    ("kind", "make"),
    [
        ("html", lambda: replay(RECORDING).encode()),
        ("csv", lambda: tidy(RECORDING).encode()),
        ("tensorboard", lambda: curves(RECORDING, LINK)),
    ],
)
def test_they_are_those_that_are_made_here(kind, make):
    assert made_of(RECORDING, kind, LINK) == make()


def test_what_cannot_be_made_is_one_sentence():
    empty = random_recording(Settings(hidden_layers=1, units=4, steps=20), 0)
    with pytest.raises(ReplayProcessError, match="cannot be saved"):
        made_of(empty, "html")
