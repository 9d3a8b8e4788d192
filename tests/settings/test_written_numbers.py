"""Numbers in words: a minus sign, short exponents, and read as the same numbers."""

import math

import pytest

from bnviz.figures.bindings.binding import format_value
from bnviz.settings import typed_numbers
from bnviz.settings.written_numbers import written


@pytest.mark.parametrize(
    ("value", "form", "text"),
    [
        (-0.14, ".2f", "−0.14"),
        (1e-5, "g", "1e−5"),
        (-2e-10, ".1e", "−2.0e−10"),
        (1e6, "g", "1e6"),
        (0.0, ".1e", "0.0e0"),
        (-1234.5, ",.1f", "−1,234.5"),
        (12, "+g", "+12"),
        (-math.inf, "g", "−inf"),
    ],
)
def test_a_negative_number_has_a_minus_sign_and_no_hyphen(value, form, text):
    assert written(value, form) == text


@pytest.mark.parametrize("form", ["g", ".2f", ".0f", ".1%", ","])
def test_zero_has_no_sign(form):
    assert "−" not in written(-0.0, form)
    assert written(-1e-9, ".2f") == "0.00"


@pytest.mark.parametrize("value", [-0.14, 1e-5, -3e-7, 2e9, 0.0])
def test_what_is_written_is_read_as_the_same_number(value):
    assert typed_numbers.real(written(value)) == value


def test_labels_of_figures_have_minus_signs():
    assert [format_value(value) for value in (-0.14, -1e-3, -0.0)] == ["−0.14", "−1.0e−3", "0.00"]
    assert format_value(-0.004, "%") == "0 %"
    assert [format_value(value, ".01") for value in (0.0059, -0.004)] == ["0.01", "0.00"]
