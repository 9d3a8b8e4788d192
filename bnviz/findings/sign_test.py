"""Sign test: whether paired seeds bear that one arm has more of something than another."""

import math
from collections.abc import Sequence

#: A comparison holds if chance alone would give as many seeds on one side with less probability.
SIGNIFICANCE = 0.05
#: A statement that compares nothing holds if at least this share of the seeds shows it.
NEARLY_ALL = 8 / 9


def sign_test(wins: int, pairs: int) -> float:
    """Returns the exact two-sided p of the sign test.

    The probability that, if each pair were decided by the toss of a coin, one side or the other
    won at least as many pairs:

        min(1, 2 * sum(binomial(pairs, k) for k from wins to pairs) / 2^pairs)

    Pairs that are tied stay among the pairs and are nobody's win, so that they speak against a
    difference.

    Args:
        wins: Pairs won by the side that won more.
        pairs: All pairs, at least 1.
    """
    tail = sum(math.comb(pairs, count) for count in range(wins, pairs + 1))
    return float(min(1, tail / 2 ** (pairs - 1)))


def decision(votes: Sequence[int]) -> int:
    """Returns which side the seeds decide for: 1, -1, or 0 if they bear no difference.

    Args:
        votes: What each seed shows: 1, -1, or 0 if it shows no difference worth saying.
    """
    for side in (1, -1):
        wins = votes.count(side)
        if wins > votes.count(-side) and sign_test(wins, len(votes)) < SIGNIFICANCE:
            return side
    return 0
