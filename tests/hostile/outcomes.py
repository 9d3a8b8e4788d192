"""Outcomes: how a case may end, and checks of what bnviz sends in response."""

import json
from typing import Any

from bnviz.page.shell.markup import plain

#: Longest message, in characters.
MAX_MESSAGE = 20_000
#: How a case may end.
ACCEPTED, NEAREST, REFUSED, IGNORED = "accepted", "nearest accepted", "refused", "ignored"


def assert_presentable(text: object) -> None:
    """Checks that the page can show a message: on one line, not too long, nothing but text."""
    shown = plain(str(text))
    shown.encode()
    if not 0 < len(shown) < MAX_MESSAGE or "\n" in shown or "Traceback" in shown:
        raise AssertionError(f"not a message: {shown[:300]!r}")


def strict_json(text: str | bytes) -> Any:
    """Reads JSON as strictly as a browser: no NaN, no infinity."""

    def refuse(word: str) -> None:
        raise AssertionError(f"{word} is not JSON")

    return json.loads(text, parse_constant=refuse)
