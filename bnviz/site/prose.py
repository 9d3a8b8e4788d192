"""Prose: the lesson's texts as HTML.

They are Markdown with paragraphs, emphasis, code, formulas as $TeX$ and terms as `[[term]]`;
nothing else is read.
"""

import html
import re

from bnviz.lesson import glossary
from bnviz.lesson.glossary import Mention
from bnviz.site.formulas import mathml

#: Page of the glossary, and what precedes a term there.
GLOSSARY = "glossary.html"
_TERM = "term-"
_CODE_BLOCK = re.compile(r"```\w*\n(.*?)\n```", re.DOTALL)
_DISPLAYED = re.compile(r"\$\$(.+)\$\$", re.DOTALL)
_INLINE = re.compile(
    r"(?P<term>\[\[[^\]]+\]\])|`(?P<code>[^`]+)`|\$(?P<tex>[^$]+)\$|\*(?P<stressed>[^*]+)\*"
)


def prose(text: str) -> str:
    """Returns a text of several paragraphs as HTML.

    Raises:
        GlossaryError: If a term is not in the glossary.
        FormulaError: If a formula cannot be read.
    """
    blocks = []
    # Every second piece is the inside of a block of code, whose empty lines end no paragraph.
    for at, piece in enumerate(_CODE_BLOCK.split(text)):
        if at % 2:
            blocks.append(f"<pre><code>{html.escape(piece)}</code></pre>")
        else:
            blocks += [_block(each.strip()) for each in piece.split("\n\n") if each.strip()]
    return "\n".join(blocks)


def inline(text: str) -> str:
    """Returns a text within a paragraph as HTML; see `prose`."""
    parts, end = [], 0
    for found in _INLINE.finditer(text):
        parts += [html.escape(text[end : found.start()]), _marked(found)]
        end = found.end()
    return "".join([*parts, html.escape(text[end:])])


def anchor(term: str) -> str:
    """Id of a term in the glossary."""
    return _TERM + term.lower().replace(" ", "-")


def _block(text: str) -> str:
    displayed = _DISPLAYED.fullmatch(text)
    inner = mathml(displayed[1], display=True) if displayed else inline(text)
    return f"<p>{inner}</p>"


def _marked(found: re.Match[str]) -> str:
    match found.lastgroup:
        case "term":
            return "".join(map(_term, glossary.parts(found["term"])))
        case "code":
            return f"<code>{html.escape(found['code'])}</code>"
        case "tex":
            return mathml(found["tex"])
        case _:
            return f"<em>{inline(found['stressed'])}</em>"


def _term(part: str | Mention) -> str:
    if isinstance(part, str):
        return html.escape(part)
    return (
        f'<a href="{GLOSSARY}#{anchor(part.term)}" title="{html.escape(part.explanation)}">'
        f"{html.escape(part.words)}</a>"
    )
