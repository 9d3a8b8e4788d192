"""Networks of convolutions: what is said of neurons is said of channels."""

import numpy as np
import pytest

from bnviz.figures.view import View
from bnviz.figures.views.catalogue import VIEWS, choices, tabs
from bnviz.findings.events import events
from bnviz.recording import Recording
from bnviz.settings import Settings


def recorded(architecture: str) -> Recording:
    """A run in which most of the neurons of the network without BN have died."""
    recording = Recording(Settings(architecture=architecture, hidden_layers=3, units=8, steps=4))
    for step in recording.steps:
        frame = np.zeros((), recording.layout.dtype)
        frame["step"] = step
        for arm in recording.layout.arms:
            frame[arm]["diverged_at"] = -1
            frame[arm]["gradient_norm"] = frame[arm]["update_ratio"] = 1
        frame["none"]["dead"][1] = 0.9
        recording.append(frame[()])
    return recording


def test_findings_and_views_speak_of_channels_of_convolutions_alone():
    for architecture, word, other in (
        ("dense", "neuron", "channel"),
        ("conv", "channel", "neuron"),
    ):
        recording = recorded(architecture)
        [dead] = [event for event in events(recording) if event.kind == "dead"]
        assert f"{word}s die in layer 2" in dead.sentence
        assert dead.name == f"layer 2 loses {word}s"
        reading = VIEWS["neurons"].reading_of(recording)
        assert word in reading
        assert other not in reading
        assert choices(recording, View("neurons"))["neuron"]["label"] == word
        assert f"Inside a {word}" in [tab["title"] for tab in tabs(recording.layout)]
    assert "read at 16 positions of each example" in reading


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "3 × 3 pixels; after layer 1, average pooling halves height and width."),
        ({"dataset": "mnist"}, "after layers 1 and 2, average pooling"),
        ({"dataset": "mnist", "hidden_layers": 1}, "3 × 3 pixels."),
        ({"dataset": "upload", "upload": "0" * 32}, "average pooling is not drawn."),
    ],
)
def test_how_to_read_the_diagram_tells_of_convolutions_and_pooling(changes, said):
    settings = Settings(dataset="digits", architecture="conv", hidden_layers=3, units=8)
    reading = VIEWS["layers"].reading_of(Recording(settings.replace(**changes)))
    assert said in reading
    assert "pixels" not in VIEWS["layers"].reading_of(Recording(Settings()))
