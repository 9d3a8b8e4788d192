"""Markup: text from outside, shown as text."""

_SIGNS = set(r"\`*_{}[]()<>#+-.!|~$:&@^=\"'")


def plain(text: str) -> str:
    """Text in which nothing is Markdown, HTML, a formula or an emoji's name."""
    return "".join(f"\\{sign}" if sign in _SIGNS else sign for sign in text)
