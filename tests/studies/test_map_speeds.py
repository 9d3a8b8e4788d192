"""MapSpeeds: where a speed-up lies if the networks are evaluated at few steps."""

import math

import numpy as np
import pytest

from bnviz.findings.speed import speeds
from bnviz.settings import Settings
from bnviz.studies.map_speeds import EARLIER, between, bracket, median
from bnviz.studies.sweep import Sweep

STEPS = (0, 9, 20, 30, 45, 60, 90)
NONE = [0.1, 0.1, 0.2, 0.3, 0.5, 0.85, 0.9]
BN = [0.1, 0.4, 0.82, 0.9, 0.9, 0.9, 0.9]


def found(none, bn, steps=STEPS):
    return speeds(steps, {"none": none, "bn": bn}, {"none": -1, "bn": -1})["bn"]


class TestBracket:
    def test_spans_the_steps_since_the_previous_evaluation(self):
        low, high = bracket(found(NONE, BN))
        assert low <= 46 / 20
        assert high >= 60 / 10

    def test_is_at_least_as_wide_as_an_accuracy_wavers(self):
        fine = range(91)
        rising = np.clip(0.1 + 0.02 * np.arange(91), 0, 0.9)
        low, high = bracket(found(rising, rising, fine))
        assert low == pytest.approx(1 / EARLIER, rel=0.03)
        assert high == pytest.approx(EARLIER, rel=0.03)

    def test_holds_the_ratio_of_a_run_whose_accuracy_rises(self):
        rng = np.random.default_rng(0)
        fine = np.arange(301)
        coarse = np.array(Sweep(Settings(steps=300)).evaluation_steps)
        for _ in range(50):
            none, bn = (0.1 + 0.85 * (1 - 2.0 ** (-fine / half)) for half in rng.uniform(10, 70, 2))
            exact, rough = found(none, bn, fine), found(none[coarse], bn[coarse], coarse)
            assert rough.target == exact.target
            low, high = bracket(rough)
            assert low <= exact.speed_up.ratio <= high

    def test_is_open_on_the_side_of_a_bound(self):
        never = [0.1] * 7
        assert bracket(found(never, BN)) == (90 / 20, math.inf)
        assert bracket(found(BN, never)) == (0, 20 / 90)
        assert all(map(math.isnan, bracket(found(never, never))))


@pytest.mark.parametrize(
    ("ends", "words"),
    [
        ((5.14, 7.26), "between 5.1 and 7.3 times"),
        ((5.14, math.inf), "more than 5.1 times"),
        ((0.0, 0.5), "less than 0.5 times"),
    ],
)
def test_a_bracket_in_words(ends, words):
    assert between(*ends) == words


def test_a_median_needs_half_of_the_values():
    nan = math.nan
    values = np.array([[1, 2, 3], [1, nan, 3], [nan, nan, 3], [nan, nan, nan], [1, math.inf, 9]])
    np.testing.assert_array_equal(median(values), [2, 2, nan, nan, 9])
    np.testing.assert_array_equal(median(np.array([[nan, 4.0]])), [4])
