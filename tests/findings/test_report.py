"""Tests of the figures of a run as text."""

import pytest

from bnviz.findings import report
from tests.support.recordings import recorded_accuracies


def printed(none: list[float], bn: list[float]) -> str:
    """The text on a run with these validation accuracies in its first frames."""
    return report.as_text(recorded_accuracies(none, bn), 1.0)


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
