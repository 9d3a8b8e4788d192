"""Markup: text from outside, shown as text."""

import re


def plain(text: str) -> str:
    """Text in which nothing is Markdown, HTML, a formula, an icon's name or a link.

    It is a code span, which the style sheet shows in the surrounding type. Backslashes would not
    do: links, icons and arrows are found in a text after its escapes are read.

    Returns:
        Markdown on one line.
    """
    line = " ".join(text.split())
    runs = re.findall("`+", line)
    fence = "`" * (1 + max(map(len, runs), default=0))
    return f"{fence} {line} {fence}" if line else ""
