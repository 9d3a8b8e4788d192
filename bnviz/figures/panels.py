"""Panels: pairs of axes with their headings, and the traces on them."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from bnviz.figures.axes import axis_name, axis_suffix, trace_axes
from bnviz.figures.bindings.binding import Binding, symlog
from bnviz.figures.live import LiveFigure
from bnviz.figures.run_axis import RunAxis
from bnviz.figures.style import GRID, INK, MUTED
from bnviz.figures.view import View
from bnviz.recording import Recording
from bnviz.settings.written_numbers import written

#: End of the linear value axis; the share of values beyond it is written there.
LINEAR_RANGE = 6.0
_SYMLOG_TICKS = (-1e6, -1e3, -10, -1, 0, 1, 10, 1e3, 1e6)
_TRACE: dict[str, Any] = {"hoverinfo": "skip", "showlegend": False}

#: Layout that all figures share: ink on the page's own background.
BARE: dict[str, Any] = {
    "paper_bgcolor": "rgba(0,0,0,0)",
    "plot_bgcolor": "rgba(0,0,0,0)",
    "font": {"color": INK, "size": 13},
    "showlegend": False,
}

#: Left and right, then lower and upper end of a panel, as shares of the figure.
Domain = tuple[Sequence[float], Sequence[float]]


def spread(count: int, low: float, high: float, gap: float) -> list[list[float]]:
    """Splits the range from `low` to `high` into equal parts with gaps between them."""
    width = (high - low + gap) / count
    starts = [low + i * width for i in range(count)]
    return [[round(start, 6), round(start + width - gap, 6)] for start in starts]


def stacked(count: int, low: float, high: float, gap: float) -> list[list[float]]:
    """Splits a range like `spread`, with the highest part first."""
    return spread(count, low, high, gap)[::-1]


class Panels:
    """Pairs of axes, numbered from 1, and the traces on them.

    `panel` and `add` collect them; `figure` builds the figure.

    Attributes:
        recording: The recording drawn.
        view: What to show of it.
        arms: Names of the arms.
        layers: Number of hidden layers.
        layer: Index of the chosen hidden layer.
        neurons: How many neurons of it have measures of their own.
        neuron: Index of the chosen one of them.
        run: The axis that the curves run over.
    """

    def __init__(self, recording: Recording, view: View):
        self.recording = recording
        self.view = view
        self.arms = recording.layout.arms
        self.layers = recording.layout.hidden_layers
        self.layer = (min(view.layer, self.layers) or self.layers) - 1
        self.neurons = recording.layout.neurons_of(self.layer)
        self.neuron = min(view.neuron, self.neurons - 1)
        self._traces: list[dict[str, Any]] = []
        self._bindings: dict[int, Binding] = {}
        self._axes: dict[str, Any] = {}
        self._headings: dict[int, dict[str, str]] = {}
        self._guides: list[dict[str, Any]] = []
        self._indents: dict[int, float] = {}
        self.run = RunAxis(recording, view)
        self._run_axes: set[str] = set()

    def panel(
        self,
        number: int,
        heading: str,
        explanation: str = "",
        *,
        narrow: bool = True,
        x: dict[str, Any],
        y: dict[str, Any],
    ) -> None:
        """Adds a pair of axes.

        Args:
            number: Number of the panel, from 1.
            heading: Name above it.
            explanation: Text beside the name, if there is room.
            narrow: Whether it stands there on narrow screens, too.
            x: Attributes of the axis below.
            y: Attributes of the axis at the left.
        """
        for letter, axis in (("x", x), ("y", y)):
            common = {"gridcolor": GRID, "zeroline": False, "color": MUTED}
            self._axes[axis_name(letter, number)] = common | axis
        explanation = self.recording.header.of_channels(explanation)
        # The player leaves out a span's text where it does not fit.
        explained = f"{heading}<span> · {explanation}</span>" if explanation else heading
        self._headings[number] = {"wide": explained, "narrow": explained if narrow else heading}

    def add(self, number: int, binding: Binding, kind: str = "scatter", **attributes: Any) -> None:
        """Adds a moving trace.

        Args:
            number: Number of the panel.
            binding: Where its points come from.
            kind: Plotly's type of the trace.
            attributes: Other attributes of the trace.
        """
        if hasattr(binding, "x_scale"):
            self._run_axes.add(axis_name("x", number))
        self._bindings[len(self._traces)] = binding
        own = {"type": kind, "x": [], "y": [], **trace_axes(number)}
        self._traces.append({**own, **_TRACE, **attributes})

    def value_axis(self, quantity: str) -> tuple[list[float], int, dict[str, Any]]:
        """Returns the locked axis of a quantity's values.

        Returns:
            The edges as drawn, the index of the first count drawn, and the axis.
        """
        header = self.recording.header
        values = header.edges(quantity).astype(float)
        bounds = header.bounds(quantity)
        if self.view.value_axis == "symlog":
            drawn = symlog(values)
            ticks = [tick for tick in _SYMLOG_TICKS if values[0] <= tick <= values[-1]]
            axis: dict[str, Any] = {
                "tickvals": symlog(ticks).tolist(),
                "ticktext": [written(tick) for tick in ticks],
            }
            return drawn.tolist(), 1, axis | {"range": [drawn[0], drawn[-1]]}
        low, high = bounds or (-LINEAR_RANGE, LINEAR_RANGE)
        shown = np.flatnonzero((values >= low - 1e-6) & (values <= high + 1e-6))
        room = 0.02 * (high - low)
        return values[shown].tolist(), int(shown[0]) + 1, {"range": [low - room, high + room]}

    def label(self, arm: str) -> str:
        """What an arm is called."""
        return self.recording.header.arm(arm).label

    def colour(self, arm: str) -> str:
        """An arm's colour."""
        return self.recording.header.arm(arm).colour

    def name(self, layer: int) -> str:
        """What a hidden layer, counted from 0, is called at the beginning of a line."""
        return self.recording.header.layers[layer].title

    def percentile(self, path: str, layer: int, percent: int) -> str:
        """Returns the path of a percentile over the neurons of a layer, counted from 0.

        Args:
            path: Path of a number of each neuron.
            layer: The layer.
            percent: The percentile.
        """
        count = self.recording.layout.neurons_of(layer)
        length = "" if count == self.recording.layout.neurons else f":{count}"
        return f"{path}/{layer}@{percent}{length}"

    @property
    def transform(self) -> str:
        """The transform of values on the value axis: "symlog" or ""."""
        return "symlog" if self.view.value_axis == "symlog" else ""

    def indent(self, number: int, share: float) -> None:
        """Begins a panel's heading left of the panel on wide screens.

        Args:
            number: Number of the panel.
            share: How far, as a share of the panel's width.
        """
        self._indents[number] = share

    def guide(self, number: int, height: float, text: str) -> None:
        """Adds a level line across a panel with a name at its left end."""
        suffix = axis_suffix(number)
        self._guides.append(
            {
                "type": "line",
                "xref": f"x{suffix} domain",
                "yref": f"y{suffix}",
                "x0": 0,
                "x1": 1,
                "y0": height,
                "y1": height,
                "line": {"color": MUTED, "width": 1.5, "dash": "dash"},
                "label": {
                    "text": text,
                    "textposition": "start",
                    "yanchor": "top",
                    "font": {"color": MUTED, "size": 12},
                },
            }
        )

    def figure(self, wide: Sequence[Domain], narrow: Sequence[Domain], height: int) -> LiveFigure:
        """Builds the figure.

        Args:
            wide: Place of each panel on a wide screen, in the order of their numbers.
            narrow: Place of each panel on a narrow screen.
            height: Height of the figure on a narrow screen, in pixels.
        """
        layout: dict[str, Any] = {
            **BARE,
            "margin": {"l": 8, "r": self.run.margin, "t": 26, "b": 42},
            "hovermode": "closest",
            "dragmode": "zoom",
            # The zoom is kept as long as the axes mean the same.
            "uirevision": f"{self.recording.header.digest} {self.view} {self.run.unit}",
            "shapes": self._guides,
            **self._axes,
        }
        layouts = {
            "wide": self._layout(wide, "wide"),
            "narrow": {"height": height, **self._layout(narrow, "narrow")},
        }
        run = self.run.to_json(sorted(self._run_axes))
        return LiveFigure(self._traces, layout, self._bindings, layouts, run=run)

    def _layout(self, domains: Sequence[Domain], screen: str) -> dict[str, Any]:
        layout: dict[str, Any] = {"annotations": []}
        for number, (x, y) in enumerate(domains, start=1):
            suffix = axis_suffix(number)
            layout[axis_name("x", number)] = {"domain": list(x), "anchor": f"y{suffix}"}
            layout[axis_name("y", number)] = {"domain": list(y), "anchor": f"x{suffix}"}
            heading = panel_heading(number, self._headings[number][screen])
            heading["x"] = -self._indents.get(number, 0) if screen == "wide" else 0
            layout["annotations"].append(heading)
        return layout


def panel_heading(number: int, text: str) -> dict[str, Any]:
    """Returns a heading above a panel, as an annotation that keeps its place in every layout."""
    suffix = axis_suffix(number)
    return {
        "text": text,
        "x": 0,
        "y": 1,
        "xref": f"x{suffix} domain",
        "yref": f"y{suffix} domain",
        "xanchor": "left",
        "yanchor": "bottom",
        "yshift": 4,
        "showarrow": False,
        "font": {"size": 14, "color": INK},
    }
