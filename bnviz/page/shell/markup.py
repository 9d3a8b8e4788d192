"""Markup: text from outside, shown as text."""

import re


def plain(text: str) -> str:
    """Markdown that shows a text as it is: nothing in it is markup, HTML, a formula or a link.

    The result is a code span, which the style sheet shows in the surrounding type. Backslashes
    would not do: links, icons and arrows are found in a text after its escapes have been read.

    Returns:
        Markdown on one line; empty if the text is.
    """
    line = " ".join(text.split())
    runs = re.findall("`+", line)
    fence = "`" * (1 + max(map(len, runs), default=0))
    return f"{fence} {line} {fence}" if line else ""
