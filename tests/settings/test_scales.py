"""Scales of the settings' numbers."""

from itertools import pairwise

import pytest

from bnviz.settings.kinds import Float, Integer
from bnviz.settings.scales import LINEAR, LOGARITHMIC
from bnviz.settings.settings import KINDS

NUMBERS = {name: kind for name, kind in KINDS.items() if isinstance(kind, Integer | Float)}


@pytest.mark.parametrize("kind", NUMBERS.values(), ids=NUMBERS)
def test_a_line_goes_from_the_lowest_value_to_the_highest(kind):
    low, high = kind.low, kind.high
    values = [low + (high - low) * share / 50 for share in range(51)]
    places = [kind.scale.position(value, low, high) for value in values]
    assert (places[0], places[-1]) == pytest.approx((0, 1))
    assert all(first < second for first, second in pairwise(places))


def test_the_middle_is_the_mean_or_the_geometric_mean():
    assert LINEAR.position(5, 0, 10) == pytest.approx(0.5)
    assert LOGARITHMIC.position(1, 0.01, 100) == pytest.approx(0.5)
