"""LiveFigure: a Plotly figure whose traces name the numbers of a frame that they draw.

A figure is built once. Each of its moving traces has a binding, which tells how its points follow
from a recording and a cursor. `LiveFigure.at` applies them in Python, for a still figure;
the player's `bindings.js` applies the same ones in the browser, at its own frame rate.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import plotly.graph_objects as go

from bnviz.figures.bindings.binding import Binding
from bnviz.figures.bindings.constants import CONSTANTS
from bnviz.figures.style import STILL_COLOURS
from bnviz.recording import Recording


@dataclass(frozen=True)
class LiveFigure:
    """A figure and what moves in it.

    Attributes:
        traces: Plotly's traces; the moving ones without points.
        layout: Plotly's layout.
        bindings: By the number of the trace.
        layouts: Changes to the layout by width of the screen: "wide" and "narrow".
    """

    traces: Sequence[Mapping[str, Any]]
    layout: Mapping[str, Any]
    bindings: Mapping[int, Binding]
    layouts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def figure(self) -> go.Figure:
        """The figure without points, checked by Plotly, which takes longer than to build it."""
        return go.Figure(_still(self.traces), _still(self.layout))

    def at(self, recording: Recording, index: int = -1, layout: str = "wide") -> go.Figure:
        """A still figure of one frame.

        Args:
            recording: With at least one frame.
            index: Which frame is under the cursor; -1 is the last.
            layout: One of `layouts`.

        Raises:
            IndexError: If there is no such frame.
        """
        frames = recording.frames
        index = range(len(frames))[index]
        snapshot = self.figure
        snapshot.update_layout(_still(self.layouts.get(layout, {})))
        for trace, binding in self.bindings.items():
            snapshot.data[trace].update(binding.points(frames, index))
        return snapshot

    def to_json(self) -> dict[str, Any]:
        """The figure for the player, in the types of JSON alone."""
        parts = {
            "data": list(self.traces),
            "layout": dict(self.layout),
            "layouts": dict(self.layouts),
            "bindings": {
                str(trace): {"kind": binding.kind, **asdict(binding)}
                for trace, binding in self.bindings.items()
            },
            "constants": CONSTANTS,
        }
        figure: dict[str, Any] = json.loads(json.dumps(parts, default=list))
        return figure


def _still(part: Any) -> Any:
    """A copy with the theme's colours replaced by those of a still figure."""
    if isinstance(part, Mapping):
        return {name: _still(value) for name, value in part.items()}
    if isinstance(part, list | tuple):
        return [_still(value) for value in part]
    return STILL_COLOURS.get(part, part) if isinstance(part, str) else part
