"""Preview: what is shown of a page where a link to it is shared.

Of a picture most of those who show previews take whole addresses alone, so it needs that of the
site; the Open Graph protocol (https://ogp.me) names what else there may be.
"""

import html

from bnviz.player import BROWSER

#: The picture of all pages, which `tests/benchmarks/preview.py` makes, and its size in pixels.
PICTURE = BROWSER / "site" / "preview.png"
WIDTH, HEIGHT = 1200, 630
_SAYS = (
    "Ten digits with the answers of two networks, the distribution of the values in each of their "
    "layers, and their curves: without BN in orange, with BN in blue."
)


def preview(name: str, title: str, description: str, address: str) -> str:
    """Returns what tells others of a page, as HTML.

    Args:
        name: Name of the page's file.
        title: Its title, plain text.
        description: What is on it, in a sentence, plain text.
        address: Where the site is, ending in a slash; empty if that is not known.
    """
    told = {
        "og:title": title,
        "og:description": description,
        "og:type": "website",
        "og:image": f"{address}{PICTURE.name}",
        "og:image:width": str(WIDTH),
        "og:image:height": str(HEIGHT),
        "og:image:alt": _SAYS,
    }
    if address:
        told["og:url"] = address if name == "index.html" else f"{address}{name}"
    lines = [f'<meta property="{each}" content="{html.escape(told[each])}">' for each in told]
    return "\n".join([*lines, '<meta name="twitter:card" content="summary_large_image">'])
