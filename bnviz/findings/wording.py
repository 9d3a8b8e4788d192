"""Wording: numbers, lists and network names as they are written in sentences."""

from collections.abc import Iterable

from bnviz.recording import Recording
from bnviz.settings.written_numbers import written


def with_arm(recording: Recording, arm: str) -> str:
    """Returns an arm as an addition to a noun: "without BN", "in “my network”"."""
    return recording.header.arm(arm).with_it


def percent(share: float) -> str:
    """Returns a share from 0 to 1 as a whole percentage: "90 %"."""
    return f"{100 * share:.0f} %"


def number(value: float) -> str:
    """Returns a number to two digits, or whole from 100 on."""
    return written(value, ",.0f" if value >= 100 else ".2g")


def listed(words: Iterable[str]) -> str:
    """Returns words as a list: "a, b and c"."""
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last


def capitalized(words: str) -> str:
    """Capitalizes the first letter."""
    return words[0].upper() + words[1:]


def hundredths(value: float) -> str:
    """Returns a number with two decimals."""
    return written(value, ".2f")
