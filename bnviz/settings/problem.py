"""Problem: a bad value, in words for whoever gave it."""

from collections.abc import Iterable
from dataclasses import dataclass

#: How many names that are no settings are listed one by one; a link may hold a thousand.
MAX_UNKNOWN = 5
#: What is said of a name that is none of a setting.
UNKNOWN = "left out, since no setting has this name"


@dataclass(frozen=True)
class Problem:
    """A bad value.

    Attributes:
        name: Of the field.
        given: The value, as text.
        allowed: What is allowed, in words that follow "must be".
        used: What it is read as instead, as text; None where it is refused.
    """

    name: str
    given: str
    allowed: str
    used: str | None = None

    def __str__(self) -> str:
        text = f"{_shorten(self.name)} is {_shorten(self.given)!r}; it must be {self.allowed}"
        if self.used is None:
            return text
        return f"{text}, and is read as {_shorten(self.used) or 'nothing'}"


def describe_problems(problems: Iterable[Problem]) -> str:
    """Problems as text: every bad setting, and the first few names that are no settings."""
    found = sorted(problems, key=lambda problem: problem.allowed == UNKNOWN)
    unknown = [problem for problem in found if problem.allowed == UNKNOWN]
    rest = len(unknown) - MAX_UNKNOWN
    shown = found[: len(found) - max(rest, 0)]
    more = [f"{rest} more names are not settings"] if rest > 0 else []
    return "; ".join([*map(str, shown), *more])


class SettingsError(ValueError):
    """Settings that cannot be run.

    Attributes:
        problems: All bad values, not just the first.
    """

    def __init__(self, problems: Iterable[Problem]):
        self.problems = tuple(problems)
        super().__init__(describe_problems(self.problems))

    def __reduce__(self) -> tuple[type, tuple[tuple[Problem, ...]]]:
        return type(self), (self.problems,)


def _shorten(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "..."


def as_text(value: object) -> str:
    """Any value as text; some, such as whole numbers of 5,000 digits, cannot be converted."""
    try:
        return str(value)
    except Exception:
        return f"a value of type {type(value).__name__} that cannot be shown"
