"""Scores: the standard scores of single examples, in one byte each, or two.

A code grows with the logarithm of `1 + |score|`, so that its steps are fine around 0, where most
scores are, and no score of the probe is out of reach: of n values none is further from their mean
than `sqrt(n - 1)` standard deviations. A channel of a convolution has a value at each position of
an example, so its scores reach further and have two bytes.
"""

import math

import numpy as np
from numpy.typing import NDArray

from bnviz.recording.frames import PROBE_SIZE

#: The score of the largest code, and that code.
MAX_SCORE, MAX_CODE = math.sqrt(PROBE_SIZE), 127
#: Code of a score that is not known.
NO_SCORE = -128
#: The same of codes of two bytes; an image has at most this many positions.
_MAX_POSITIONS = 2**16
WIDE_MAX_SCORE, WIDE_MAX_CODE = math.sqrt(PROBE_SIZE * _MAX_POSITIONS), 32_767
WIDE_NO_SCORE = -32_768


def encode(scores: NDArray[np.floating], *, wide: bool = False) -> NDArray[np.int8 | np.int16]:
    """Codes of standard scores.

    Args:
        scores: Any shape; beyond the largest score they are taken for it, by rounding alone.
        wide: Whether codes have two bytes.

    Returns:
        int8 or int16, in the same shape; that of no score where a score is not finite.
    """
    kind: type[np.int8 | np.int16] = np.int16 if wide else np.int8
    farthest, most, unknown = _code(np.dtype(kind))
    known = np.isfinite(scores)
    finite = np.clip(np.where(known, scores, 0), -farthest, farthest)
    steps = most * np.log1p(np.abs(finite)) / math.log1p(farthest)
    codes = np.copysign(np.round(steps), finite)
    return np.where(known, codes, unknown).astype(kind)


def decode(codes: NDArray[np.int8 | np.int16]) -> NDArray[np.float64]:
    """The scores of codes, in the same shape; NaN where one is not known."""
    farthest, most, unknown = _code(codes.dtype)
    whole = codes.astype(np.float64)
    scores = np.sign(whole) * np.expm1(np.abs(whole) / most * math.log1p(farthest))
    return np.where(codes == unknown, np.nan, scores)


def no_score(dtype: np.dtype[np.int8 | np.int16]) -> int:
    """The code of a score that is not known, in codes of a type."""
    return _code(dtype)[-1]


def _code(dtype: np.dtype[np.int8 | np.int16]) -> tuple[float, int, int]:
    """The largest score, its code, and the code of no score."""
    if dtype == np.int16:
        return WIDE_MAX_SCORE, WIDE_MAX_CODE, WIDE_NO_SCORE
    return MAX_SCORE, MAX_CODE, NO_SCORE
