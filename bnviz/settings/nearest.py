"""Nearest: which of several runs is most like one of other settings."""

from collections.abc import Collection, Mapping
from typing import TypeVar

from bnviz.settings.choices import UPLOAD
from bnviz.settings.kinds import Float, Integer
from bnviz.settings.settings import KINDS, Settings, is_relevant

N = TypeVar("N")
#: Settings that name networks.
_ARMS = ("second_arm", "third_arm")


def nearest(chosen: Settings, candidates: Mapping[N, Settings]) -> N | None:
    """The name of the run that is most like one of the chosen settings.

    First come those with the same networks, then those in which
    the fewest settings differ, then those in which these differ least, each on its own scale; of
    equals, the first one.

    Args:
        chosen: The settings.
        candidates: Settings of the runs, by name.

    Returns:
        The name; None if no run is of the same data set. No two files of viewers are the same here.
    """
    if chosen.dataset == UPLOAD:
        return None
    different = {
        name: _different(chosen, each)
        for name, each in candidates.items()
        if each.dataset == chosen.dataset
    }
    order = {
        name: (any(arm in each for arm in _ARMS), len(each)) for name, each in different.items()
    }
    first = min(order.values(), default=None)
    equals = [name for name in different if order[name] == first]
    return min(
        equals,
        key=lambda name: _distance(chosen, candidates[name], different[name]),
        default=None,
    )


def _different(chosen: Settings, other: Settings) -> list[str]:
    """The settings that differ and that have an effect on the other run."""
    values, wanted = vars(other), vars(chosen)
    return [
        name
        for name, value in wanted.items()
        if values[name] != value and is_relevant(name, values)
    ]


def _distance(chosen: Settings, other: Settings, different: Collection[str]) -> float:
    """How far some settings are apart, all together."""
    return sum(_part(name, getattr(other, name), getattr(chosen, name)) for name in different)


def _part(name: str, one: float, other: float) -> float:
    """The share of a number's scale that lies between two values; 1 if it is not a number."""
    kind = KINDS[name]
    if not isinstance(kind, Integer | Float):
        return 1.0
    first, second = (kind.scale.position(each, kind.low, kind.high) for each in (one, other))
    return abs(first - second)
