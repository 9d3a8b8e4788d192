"""SitePage: one page of the site, with what all of them share."""

import base64
import hashlib
import html
import string
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bnviz.player import BROWSER, PLOTLY
from bnviz.site.preview import preview

#: Folder of the site's scripts, style sheets and frame.
FOLDER = BROWSER / "site"
#: Ends the title of every page.
TITLE = " · Batch Normalization, seen"
#: The lesson's first page, and the page after its last one.
LESSON, QUIZ_PAGE = "problem.html", "quiz.html"
#: The pages that every page leads to: address and words.
SECTIONS = {
    "index.html": "Start",
    LESSON: "Lesson",
    "experiments.html": "Experiments",
    "map.html": "Phase map",
    "seeds.html": "Seeds",
    QUIZ_PAGE: "Quiz",
    "glossary.html": "Glossary",
}
#: How whoever wants to train gets the page that does, in HTML.
START = "<code>pip install '.[page]'</code> in a checkout of bnviz, then <code>bnviz page</code>"


@dataclass(frozen=True)
class SitePage:
    """A page to be written.

    Attributes:
        name: Name of its file.
        title: Its title, plain text.
        description: What is on it, in a sentence, plain text.
        body: What is on it, as HTML.
        section: Which of `SECTIONS` it belongs to.
        picture: What draws its data: a key of `PICTURES` in `site.js`; empty without a picture.
        data: Makes what it draws, by the id of its element, compressed; this takes a while.
        remark: Makes what is said in place of `REMARK`, in a sentence; this takes a while.
        layout: Class of what is on it.
        asks: Whether its picture may not go on before its question is answered.
    """

    name: str
    title: str
    description: str
    body: str
    section: str
    picture: str = ""
    data: Callable[[], Mapping[str, bytes]] = dict
    remark: Callable[[], str] = str
    layout: str = "site-page"
    asks: bool = False

    def text(self, address: str = "") -> str:
        """Returns the file's text.

        Args:
            address: Where the site will be, ending in a slash; empty if that is not known.
        """
        title = f"{self.title}{TITLE}"
        scheme = (FOLDER / "scheme.js").read_text(encoding="utf-8")
        marks = f' data-picture="{self.picture}"' if self.picture else ""
        ahead = f'<link rel="preload" href="{PLOTLY.name}" as="script">' if self.picture else ""
        frame = (FOLDER / "site.html").read_text(encoding="utf-8")
        return string.Template(frame).substitute(
            title=html.escape(title),
            description=html.escape(self.description),
            preview=preview(self.name, title, self.description, address),
            policy=_policy(scheme),
            scheme=scheme,
            ahead=ahead,
            marks=marks + (" data-unanswered" if self.asks else ""),
            navigation=" ".join(
                f'<a href="{address}"{" aria-current=page" if address == self.section else ""}>'
                f"{words}</a>"
                for address, words in SECTIONS.items()
            ),
            layout=self.layout,
            body=self.body.replace(REMARK, html.escape(self.remark())),
            data="\n".join(
                f'<script type="text/plain" id="{name}">{base64.b64encode(part).decode()}</script>'
                for name, part in self.data().items()
            ),
        )


#: What stands where the picture will be.
WAITING = '<p data-replay="waiting" role="status">Loading the picture …</p>'
#: What stands where the page's remark will be.
REMARK = "<!-- remark -->"
#: A run's picture, and below it how many of its frames the page has.
STAGE = f'<div class="site-stage">{WAITING}</div>\n<p class="site-small">{REMARK}</p>'


def _policy(script: str) -> str:
    """What a page may do: run the site's own scripts and the given one, and load no other."""
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return (
        "default-src 'none'; base-uri 'none'; form-action 'none'; img-src data: blob:; "
        # The drawing library and the formulas set styles of their own.
        f"style-src 'self' 'unsafe-inline'; script-src 'self' 'sha256-{digest}'"
    )
