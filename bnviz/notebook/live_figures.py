"""LiveFigures: the figures of a recording that grows, drawn one view after the other.

A player in a notebook cannot ask for a figure: the kernel is busy with the training. So all figures
are made beforehand, as for a file, but no longer than the training pays for.
"""

import json
import zlib
from typing import Any

from bnviz.export.figure_table import FigureTable
from bnviz.figures.view import TITLES, View
from bnviz.figures.views.catalogue import figure_version, missing
from bnviz.player.content import StageContent
from bnviz.recording import Recording

#: What stands in place of a view whose figure is not drawn yet.
_PENDING = (
    "This view comes as soon as drawing it costs the training little. If it is still missing when "
    "the training has ended, run this cell again."
)
#: A view that every recording has.
_FIRST = View().name


class LiveFigures:
    """The figures of one recording, by view.

    Args:
        content: What the player shows.
        detail: Whether the player gets frames with detail.
    """

    def __init__(self, content: StageContent, *, detail: bool):
        layout = content.recording.layout
        self._layout = layout if detail else layout.overview
        # Each with its version, see `figure_version`.
        self._drawn: dict[str, tuple[str, Any]] = {}
        self.draw(content, _FIRST)

    def due(self, recording: Recording) -> str | None:
        """The next view to draw: one without a figure, else one whose figure has changed."""
        names = [name for name in TITLES if missing(self._layout, name) is None]
        changed = (
            name
            for name in names
            if name in self._drawn and self._drawn[name][0] != figure_version(recording, View(name))
        )
        return next((name for name in names if name not in self._drawn), None) or next(
            changed, None
        )

    def draw(self, content: StageContent, name: str) -> None:
        """Draws a view with all its choices."""
        version = figure_version(content.recording, View(name))
        self._drawn[name] = version, FigureTable.of(content, [name]).to_json()[name]

    def packed(self, token: str) -> bytes:
        """What the player needs beside a header and frames: `Content` in JSON, compressed.

        Args:
            token: Names the recording to the player.
        """
        figure = self._drawn[_FIRST][1][-1]["figure"] | {"choices": {}, "reading": ""}
        blank = [{"fixed": {}, "figure": figure, "groups": []}]
        drawn = {name: table for name, (_, table) in self._drawn.items()}
        content = {
            "run": token,
            "table": {name: drawn.get(name, blank) for name in TITLES},
            "missing": {name: None if name in drawn else self._reason(name) for name in TITLES},
            "view": View().to_dict(),
        }
        return zlib.compress(json.dumps(content, separators=(",", ":")).encode())

    def _reason(self, name: str) -> dict[str, str]:
        """Why a view is not there; the player has nothing to offer."""
        return (missing(self._layout, name) or {"sentence": _PENDING}) | {"offer": ""}
