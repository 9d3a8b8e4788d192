"""Standard scores in one byte each."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from bnviz.recording.frames import PROBE_SIZE
from bnviz.recording.scores import MAX_CODE, MAX_SCORE, NO_SCORE, decode, encode

fuzzed = settings(database=None)
CODES = np.arange(-MAX_CODE, MAX_CODE + 1, dtype=np.int8)


def test_every_code_is_that_of_its_score():
    np.testing.assert_array_equal(encode(decode(CODES)), CODES)


def test_scores_grow_with_their_codes():
    scores = decode(CODES)
    assert (np.diff(scores) > 0).all()
    np.testing.assert_allclose([scores[0], scores[-1]], [-MAX_SCORE, MAX_SCORE])


@fuzzed
@given(st.floats(-MAX_SCORE, MAX_SCORE))
def test_a_score_is_kept_to_a_fortieth_and_as_much_of_itself(score):
    (kept,) = decode(encode(np.array([score])))
    assert abs(kept - score) <= (1 + abs(score)) / 40


def test_what_is_not_finite_is_not_known():
    codes = encode(np.array([np.nan, np.inf, -np.inf, 0.0]))
    assert codes.tolist() == [NO_SCORE] * 3 + [0]
    assert np.isnan(decode(codes)).tolist() == [True] * 3 + [False]


@fuzzed
@given(arrays(np.float64, st.integers(2, PROBE_SIZE), elements=st.floats(-1e3, 1e3)))
def test_no_score_of_the_probe_is_out_of_reach(values):
    std = values.std()
    if std > 1e-3:
        assert np.abs((values - values.mean()) / std).max() <= MAX_SCORE
