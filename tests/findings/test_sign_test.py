"""Sign test: exact, and what seeds it lets decide."""

import itertools
from fractions import Fraction

import pytest

from bnviz.findings.sign_test import decision, sign_test


@pytest.mark.parametrize("pairs", range(1, 13))
def test_equals_the_share_of_all_tosses_that_are_as_one_sided(pairs):
    heads = [sum(toss) for toss in itertools.product((0, 1), repeat=pairs)]
    for wins in range(pairs // 2, pairs + 1):
        extreme = sum(max(each, pairs - each) >= wins for each in heads)
        assert sign_test(wins, pairs) == Fraction(extreme, 2**pairs)


def test_is_what_is_printed_in_tables():
    # Conover, Practical Nonparametric Statistics: the binomial with p = 1/2, both tails.
    assert sign_test(9, 9) == pytest.approx(0.0039, abs=5e-5)
    assert sign_test(8, 9) == pytest.approx(0.0391, abs=5e-5)
    assert sign_test(7, 9) == pytest.approx(0.1797, abs=5e-5)
    assert sign_test(5, 9) == sign_test(5, 10) == 1


@pytest.mark.parametrize(
    ("votes", "decided"),
    [
        ([1] * 9, 1),
        ([1] * 8 + [-1], 1),
        ([-1] * 8 + [0], -1),
        ([1] * 7 + [0, 0], 0),
        ([1] * 5, 0),
        ([0] * 9, 0),
        ([1], 0),
    ],
)
def test_seeds_decide_where_chance_alone_would_hardly_give_as_many(votes, decided):
    assert decision(votes) == decided
