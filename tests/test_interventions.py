"""Changes in mid-run, as text and as what they do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bnviz.interventions import (
    ACTIONS,
    LEARNING_RATE,
    MOST,
    Intervention,
    InterventionError,
    parse,
    written,
)

BOUNDS = {"steps": (1, 50_000), "learning_rates": (1e-5, 10.0)}

changes = st.builds(
    lambda step, action, rate: Intervention(
        step, action, float(f"{rate:g}") if action == LEARNING_RATE else 0.0
    ),
    st.integers(1, 50_000),
    st.sampled_from(list(ACTIONS)),
    st.floats(1e-5, 10),
)


@given(st.lists(changes, max_size=MOST, unique_by=lambda change: change.action))
def test_text_gives_back_what_was_written(given):
    ordered = tuple(sorted(given))
    assert parse(written(ordered), **BOUNDS) == ordered


def test_they_come_in_the_order_of_their_steps():
    found = parse("300:insert_bn,20:learning_rate=0.5", **BOUNDS)
    assert [change.step for change in found] == [20, 300]
    assert [change.label for change in found] == [
        "learning rate 0.5",
        "BN inserted into the network without it",
    ]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("0:insert_bn", "step"),
        ("50001:insert_bn", "step"),
        ("-1:insert_bn", "step"),
        ("²:insert_bn", "step"),
        ("x", "step"),
        (",", "step"),
        ("5:melt", "unknown"),
        ("5:insert_bn=1", "unknown"),
        ("5:learning_rate", "number"),
        ("5:learning_rate=a", "number"),
        ("5:learning_rate=nan", "from"),
        ("5:learning_rate=11", "from"),
        ("5:insert_bn,6:insert_bn", "twice"),
        (",".join(f"{n}:learning_rate=1" for n in range(1, MOST + 2)), "more than"),
        ("5:" * 1000, "long"),
    ],
)
def test_what_is_none_gets_a_reason(text, reason):
    with pytest.raises(InterventionError, match=reason):
        parse(text, **BOUNDS)


@given(st.text(max_size=80))
def test_any_text_is_read_or_refused(text):
    try:
        found = parse(text, **BOUNDS)
    except InterventionError:
        return
    assert parse(written(found), **BOUNDS) == found
