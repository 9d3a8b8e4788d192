"""LiveFigure: a Plotly figure whose traces name the numbers of a frame that they draw.

A figure is built once. Each of its moving traces has a binding, which tells how its points follow
from a recording and a cursor. `LiveFigure.at` applies the bindings in Python, for a still figure;
the player's `bindings.js` applies them in the browser, at the browser's own frame rate.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import plotly.graph_objects as go

from bnviz.figures.bindings.binding import Binding, column
from bnviz.figures.bindings.constants import CONSTANTS
from bnviz.figures.bindings.shapes import Ridges
from bnviz.figures.style import STILL_COLOURS
from bnviz.recording import Recording


@dataclass(frozen=True)
class LiveFigure:
    """A figure and what moves in it.

    Attributes:
        traces: Plotly traces; the moving ones have no points.
        layout: The Plotly layout.
        bindings: Binding of each moving trace, by the trace's index.
        layouts: Changes to the layout by width of the screen, "wide" and "narrow"; `until` is the
            widest screen that counts as narrow, in pixels, if it is not the player's usual one.
        diagram: What the player draws beside the histograms of layers, as from
            `bnviz.figures.diagram`; empty if nothing.
        formula: Of a neuron with BN, the `trace` of the example whose numbers the player puts into
            the formula, and the name of the `activation`; empty for other figures.
        maps: Of a channel of a convolution, which of its maps the player draws, as from
            `bnviz.figures.views.channel_maps`, or the `reason` for which there are none; empty for
            other figures.
        run: Which axes run by the square root, as `bnviz.figures.run_axis.RunAxis.to_json`.
        ghosts: Indices of the traces that draw each other recording, see `bnviz.figures.ghosts`.
    """

    traces: Sequence[Mapping[str, Any]]
    layout: Mapping[str, Any]
    bindings: Mapping[int, Binding]
    layouts: Mapping[str, Any] = field(default_factory=dict)
    diagram: Mapping[str, Any] = field(default_factory=dict)
    formula: Mapping[str, Any] = field(default_factory=dict)
    maps: Mapping[str, Any] = field(default_factory=dict)
    run: Mapping[str, Any] = field(default_factory=dict)
    ghosts: Sequence[Sequence[int]] = ()

    @property
    def figure(self) -> go.Figure:
        """The figure without points, validated by Plotly, which takes longer than building it."""
        return go.Figure(_still(self.traces), _still(self.layout))

    def at(
        self,
        recording: Recording,
        index: int = -1,
        layout: str = "wide",
        *,
        ghosts: Sequence[Recording] = (),
    ) -> go.Figure:
        """Returns a still figure of one frame.

        Args:
            recording: The recording that the figure was built for, with at least one frame.
            index: Index of the frame under the cursor; -1 is the last.
            layout: A key of `layouts`.
            ghosts: What the ghosts draw; they stay without points if it is empty, and histograms
                after their last frame and where they have no counts.

        Raises:
            IndexError: If there is no such frame.
        """
        frames = recording.frames
        index = range(len(frames))[index]
        step = int(frames["step"][index])
        drawn_by = {
            trace: other
            for traces, other in zip(self.ghosts, ghosts, strict=False)
            for trace in traces
        }
        own = self.bindings.keys() - {trace for traces in self.ghosts for trace in traces}
        snapshot = self.figure
        changes = {**self.layouts.get(layout, {})}
        changes.pop("until", None)
        snapshot.update_layout(_still(changes))
        for trace, binding in self.bindings.items():
            if trace in own:
                snapshot.data[trace].update(binding.points(frames, index))
            elif trace in drawn_by:
                other = drawn_by[trace]
                there = other.index_at_step(step)
                if not isinstance(binding, Ridges) or not (
                    other.frames["step"][-1] < step or _is_empty(binding, other, there)
                ):
                    snapshot.data[trace].update(binding.points(other.frames, there))
        return snapshot

    def to_json(self) -> dict[str, Any]:
        """Returns the figure for the player, in JSON types only."""
        parts = {
            "data": list(self.traces),
            "layout": dict(self.layout),
            "layouts": dict(self.layouts),
            "diagram": dict(self.diagram),
            "formula": dict(self.formula),
            "maps": dict(self.maps),
            "run": dict(self.run),
            "ghosts": [list(traces) for traces in self.ghosts],
            "bindings": {
                str(trace): {"kind": binding.kind, **asdict(binding)}
                for trace, binding in self.bindings.items()
            },
            "constants": CONSTANTS,
        }
        figure: dict[str, Any] = json.loads(json.dumps(parts, default=list))
        return figure


def _is_empty(binding: Ridges, recording: Recording, index: int) -> bool:
    """Whether none of the histograms has a count in a frame."""
    frame = recording.frames[index : index + 1]
    return not any(column(frame, f"{binding.counts}/{row}").any() for row in binding.rows)


def _still(part: Any) -> Any:
    """Returns a copy with fixed colours in place of the theme's."""
    if isinstance(part, Mapping):
        return {name: _still(value) for name, value in part.items()}
    if isinstance(part, list | tuple):
        return [_still(value) for value in part]
    return STILL_COLOURS.get(part, part) if isinstance(part, str) else part
