"""TypedBatch: every step equals NumPy's, and bad text is refused with a helpful sentence."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bnviz.lesson import typed_batch
from bnviz.settings import Settings

NUMBERS = st.floats(-1e3, 1e3).map(lambda value: round(value, 3))
BATCHES = st.lists(NUMBERS, min_size=typed_batch.MIN_VALUES, max_size=typed_batch.MAX_VALUES)


@given(
    BATCHES, NUMBERS, NUMBERS, st.sampled_from([1e-7, 1e-3, 1.0]), st.sampled_from([", ", " ", ";"])
)
def test_every_step_equals_that_of_numpy(values, gamma, beta, epsilon, between):
    steps = typed_batch.parse(
        between.join(map(str, values)), gamma=gamma, beta=beta, epsilon=epsilon
    )
    x = np.array(values)
    x_hat = (x - x.mean()) / np.sqrt(x.var() + epsilon)
    assert steps.x == tuple(values)
    np.testing.assert_allclose(steps.mean, x.mean(), atol=1e-9)
    np.testing.assert_allclose(steps.variance, x.var(), rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(steps.x_hat, x_hat, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(steps.y, gamma * x_hat + beta, rtol=1e-4, atol=2e-3)


@pytest.mark.parametrize("text", ["0,5; 1,5;-2", "0,5;1.5 -2", ".5, 1.5,−2"])
def test_decimal_commas_are_read_between_semicolons(text):
    assert typed_batch.parse(text).x == (0.5, 1.5, -2.0)


@given(BATCHES)
def test_gamma_and_beta_of_the_identity_return_the_input(values):
    gamma, beta = typed_batch.normalize(tuple(values)).identity
    y = typed_batch.normalize(tuple(values), gamma=gamma, beta=beta).y
    np.testing.assert_allclose(y, values, rtol=1e-9, atol=1e-9)


def test_the_example_and_the_default_epsilon():
    steps = typed_batch.parse(typed_batch.EXAMPLE)
    assert steps.epsilon == Settings().bn_epsilon
    assert (steps.mean, steps.variance, steps.note) == (6.0, 14.0, "")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("7", "its own mean"),
        ("3 3 3", "the same"),
        ("1 9", "+1 and the other"),
        ("1 1.01", "compared with epsilon"),
    ],
)
def test_the_note_names_what_is_special_about_a_batch(text, words):
    assert words in typed_batch.parse(text).note


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"text": " , "}, "Type a few numbers"),
        ({"text": "0,5 1,5"}, "0,5; 1,5"),
        ({"text": "1, two"}, "'two', which is not a number"),
        ({"text": "nan 1"}, "'nan', which is not a number"),
        ({"text": "1e9"}, "numbers up to 1,000,000"),
        ({"text": "1 " * 13}, "13 numbers; type at most 12"),
        ({"text": "1 2", "gamma": "much"}, "Gamma contains 'much'"),
        ({"text": "1 2", "beta": float("inf")}, "Beta contains 'inf'"),
        ({"text": "1 2", "epsilon": 0.0}, "Epsilon is '0.0'; it must be a number from 1e−7"),
    ],
)
def test_bad_input_is_refused_with_a_sentence_that_helps(given, words):
    with pytest.raises(typed_batch.BatchError, match=r"^[A-Z].*\.$") as raised:
        typed_batch.parse(**given)
    assert words in str(raised.value)
