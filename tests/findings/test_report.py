"""Tests of the figures of a run as text."""

import numpy as np
import pytest

from bnviz.findings import report
from bnviz.recording import Recording
from bnviz.settings import Settings


def printed(none: list[float], bn: list[float]) -> str:
    """The text on a run with these validation accuracies in its first frames."""
    recording = Recording(Settings(hidden_layers=1, units=2))
    for index, accuracies in enumerate(zip(none, bn, strict=True)):
        frame = np.zeros((), recording.layout.dtype)
        frame["step"] = recording.steps[index]
        for arm, accuracy in zip(("none", "bn"), accuracies, strict=True):
            frame[arm]["validation_accuracy"] = accuracy
            frame[arm]["diverged_at"] = -1
        recording.append(frame[()])
    return report.as_text(recording, 1.0)


def test_a_target_is_printed_with_what_it_is():
    text = printed([0.1] * 20 + [0.9], [0.1] * 12 + [0.9] * 9)
    assert "to 81.0% accuracy" in text
    assert "(target: 90 % of the better network's final accuracy)" in text


@pytest.mark.parametrize("last", [0.1, 0.12, float("nan")])
def test_a_target_that_chance_reaches_is_not_printed(last):
    text = printed([0.1] * 21, [0.1] * 20 + [last])
    assert "speed-up in steps with BN: none, no network has learnt" in text
    assert "target" not in text.replace("the target is", "")
    assert "% accuracy" not in text
