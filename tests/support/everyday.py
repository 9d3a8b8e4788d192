"""Cases of a test of which only some are tried for every change."""

from collections.abc import Collection, Iterable
from typing import Any

import pytest


def everyday(
    cases: Iterable[Any],
    daily: Collection[int],
    otherwise: pytest.MarkDecorator = pytest.mark.widest,
) -> list[Any]:
    """Returns the cases; those at other positions than `daily` are tried in another set.

    Args:
        cases: What `pytest.mark.parametrize` or a fixture takes: a value, a tuple of values, or
            `pytest.param`.
        daily: Positions of the cases that are tried for every change.
        otherwise: Mark of the others; that of the widest set by default.
    """

    def rare(case: Any) -> Any:
        if isinstance(case, type(pytest.param())):
            return case
        values = case if isinstance(case, tuple) else (case,)
        return pytest.param(*values, marks=otherwise)

    return [case if number in daily else rare(case) for number, case in enumerate(cases)]
