"""Scores: the standard scores of single examples, in one byte each.

A code grows with the logarithm of `1 + |score|`, so that its steps are fine around 0, where most
scores are, and no score of the probe is out of reach: of n values none is further from their mean
than `sqrt(n - 1)` standard deviations.
"""

import math

import numpy as np
from numpy.typing import NDArray

from bnviz.recording.frames import PROBE_SIZE

#: The score of the largest code, and that code.
MAX_SCORE, MAX_CODE = math.sqrt(PROBE_SIZE), 127
#: Code of a score that is not known.
NO_SCORE = -128


def encode(scores: NDArray[np.floating]) -> NDArray[np.int8]:
    """Codes of standard scores.

    Args:
        scores: Any shape; beyond `MAX_SCORE` they are taken for it, by rounding alone.

    Returns:
        In the same shape; `NO_SCORE` where a score is not finite.
    """
    known = np.isfinite(scores)
    finite = np.clip(np.where(known, scores, 0), -MAX_SCORE, MAX_SCORE)
    steps = MAX_CODE * np.log1p(np.abs(finite)) / math.log1p(MAX_SCORE)
    codes = np.copysign(np.round(steps), finite)
    return np.where(known, codes, NO_SCORE).astype(np.int8)


def decode(codes: NDArray[np.int8]) -> NDArray[np.float64]:
    """The scores of codes, in the same shape; NaN where one is not known."""
    whole = codes.astype(np.float64)
    scores = np.sign(whole) * np.expm1(np.abs(whole) / MAX_CODE * math.log1p(MAX_SCORE))
    return np.where(codes == NO_SCORE, np.nan, scores)
