"""Framed: a player as a page of its own inside the page of a notebook."""

import html

from bnviz.export.html_page import HtmlPage
from bnviz.export.replay import replay
from bnviz.findings.headline import headline
from bnviz.recording import Recording

#: How the frame stands in its cell: the player fits itself into its height.
LOOK = "border: 0; display: block; width: 100%; height: clamp(540px, 78vh, 860px);"


def live_page() -> str:
    """The page of a player that is told of a recording while it grows."""
    return HtmlPage(
        title="bnviz", about="", script="live.js", data={}, training=None, notebook=True
    ).text()


def still(recording: Recording) -> str:
    """A recording that plays in a cell, as HTML; of frames where front ends show none, its words.

    Args:
        recording: With at least one frame.
    """
    page = html.escape(replay(recording, notebook=True))
    header = recording.header
    words = html.escape(f"{header.title}: {''.join(headline(recording))}")
    return (
        f'<iframe srcdoc="{page}" style="{LOOK}" title="Player: {html.escape(header.title)}">'
        f"</iframe>\n<p><small>{words}</small></p>"
    )
