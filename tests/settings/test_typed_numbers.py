"""Numbers as people type them."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bnviz.settings import typed_numbers


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("64", 64),
        ("64.0", 64),
        ("64,0", 64),
        (" +64. ", 64),
        ("6.4e1", 64),
        ("1e3", 1000),
        ("1E+03", 1000),
        ("-0", 0),
        ("−7", -7),
        ("007", 7),
        # No float holds it.
        ("9007199254740993.0", 2**53 + 1),
        ("1e22", 10**22),
        ("0,5", 0.5),
        (".5", 0.5),
        (",5", 0.5),
        ("1,25", 1.25),
        ("0,125", 0.125),
        ("1,0005", 1.0005),
        ("64.5", 64.5),
        ("1e-3", 0.001),
    ],
)
def test_are_read_exactly(text, value):
    found = typed_numbers.number(text)
    assert (found, type(found)) == (value, type(value))
    assert typed_numbers.real(text) == float(value)


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", ".", ",", "e5", "5e", "--5", "1_0", "٣", "½", "0x10", "nan", "inf", "1e9999"),
        *("1,000", "-12,500", "1.000,5", "1,000.5", "1,2,3", "1 000", "1\n2", "9" * 61, "5 %"),
    ],
)
def test_other_text_is_refused(text):
    for read in (typed_numbers.number, typed_numbers.whole, typed_numbers.real):
        with pytest.raises(ValueError, match="is not a number"):
            read(text)


@pytest.mark.parametrize("text", ["64.5", "64,5", "1e-1", "9007199254740993.5"])
def test_a_fraction_is_no_whole_number(text):
    with pytest.raises(ValueError, match="is not a whole number"):
        typed_numbers.whole(text)


def test_what_no_float_can_hold_is_infinite_as_one():
    assert typed_numbers.real("1e999") == math.inf
    assert typed_numbers.whole("1e999") == 10**999


@given(st.integers(-(10**40), 10**40), st.sampled_from(["{}", "{}.0", "{}.", "{},0", "{}e0"]))
def test_whole_numbers_come_back_however_they_are_written(value, form):
    assert typed_numbers.whole(form.format(value)) == value


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_floats_come_back_as_python_writes_them(value):
    assert typed_numbers.real(repr(value)) == value


@given(st.text(max_size=70))
def test_any_text_is_read_or_refused(text):
    try:
        found = typed_numbers.number(text)
    except ValueError:
        return
    assert float(str(found)) == typed_numbers.real(text)
