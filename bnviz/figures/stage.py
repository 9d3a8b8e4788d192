"""Stage: every layer's histograms of all arms side by side, losses, accuracies and percentiles."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go

from bnviz.figures.live import (
    Band,
    Binding,
    CursorLine,
    LiveFigure,
    Marker,
    Outside,
    Ridges,
    Series,
    symlog,
)
from bnviz.figures.style import ARM_COLOURS, GRID, INK, MUTED, translucent
from bnviz.frames import ACTIVATION_RANGES, ARM_LABELS, PERCENTILES, edges
from bnviz.recording import Recording

#: End of the linear value axis; shares beyond it are written at its ends.
LINEAR_RANGE = 6.0
#: Frames between the present and each of the outlines behind it.
ECHOES = (6, 12, 18, 24)
#: Passes of the histograms' smoothing as drawn; the counts themselves stay as they are.
SMOOTHING = 2
_MANY_LAYERS = 8
_SYMLOG_TICKS = (-1e6, -1e3, -10, -1, 0, 1, 10, 1e3, 1e6)
_TRACE = {"hoverinfo": "skip", "showlegend": False}


@dataclass(frozen=True)
class View:
    """What the stage shows of a recording; every choice and its names stand in `CHOICES`.

    Attributes:
        quantity: Distributions of the inputs or the outputs of the activations.
        value_axis: Linear, or logarithmic to both sides of 0.
        loss_axis: Linear or logarithmic.
        x_axis: What the curves run over.
        layer: Whose percentiles are drawn, from 1; 0 is the last hidden layer.
    """

    quantity: str = "pre_activation"
    value_axis: str = "linear"
    loss_axis: str = "linear"
    x_axis: str = "steps"
    layer: int = 0

    @classmethod
    def read(cls, given: object) -> "View":
        """The view that a browser asks for; what is not among the choices stays the default."""
        if not isinstance(given, Mapping):
            return cls()
        chosen = {
            name: given[name]
            for name, choice in CHOICES.items()
            if isinstance(given.get(name), str) and given[name] in choice["options"]
        }
        layer = given.get("layer")
        if isinstance(layer, int) and not isinstance(layer, bool):
            chosen["layer"] = max(0, layer)
        return cls(**chosen)

    def to_dict(self) -> dict[str, Any]:
        """The view by the names of its attributes; `read` is the inverse."""
        return asdict(self)


#: Label, and options with their names, by the attribute of `View`.
CHOICES: dict[str, dict[str, Any]] = {
    "quantity": {
        "label": "show",
        "options": {"pre_activation": "inputs", "activation": "outputs"},
        "help": "the values that enter each activation, or those that leave it",
    },
    "value_axis": {
        "label": "values",
        "options": {"linear": "linear", "symlog": "log ±"},
        "help": "a logarithmic axis to both sides of 0 shows values up to a million",
    },
    "loss_axis": {
        "label": "loss",
        "options": {"linear": "linear", "log": "log"},
        "help": "a logarithmic axis shows small losses",
    },
    "x_axis": {
        "label": "over",
        "options": {"steps": "steps", "examples": "examples", "seconds": "seconds"},
        "help": "BN can win in steps and lose in seconds: each of its steps costs more",
    },
}

_X_TITLES = {
    "steps": "training step",
    "examples": "examples trained on",
    "seconds": "seconds spent training the arm",
}
_QUANTITY_TITLES = {
    "pre_activation": "inputs of each activation",
    "activation": "outputs of each activation",
}


def stage(recording: Recording, view: View | None = None) -> LiveFigure:
    """The main figure: a column of layer histograms an arm, and the curves beside them.

    All histograms share one locked axis. The ranges follow from the first frame alone, so that
    nothing rescales during a run.

    Args:
        recording: Complete or growing; may have no frame yet.
        view: What to show of it.
    """
    return _Stage(recording, view or View()).build()


class _Stage:
    def __init__(self, recording: Recording, view: View):
        self._recording = recording
        self._view = view
        self._arms = recording.layout.arms
        self._traces: list[go.Scatter] = []
        self._bindings: dict[int, Binding] = {}
        layers = recording.layout.hidden_layers
        self._layers = layers
        self._layer = min(view.layer, layers) or layers
        self._rows = tuple(range(layers))
        self._baselines = tuple(float(layers - 1 - row) for row in self._rows)
        self._titles: list[tuple[int, str, str]] = []
        self._x_scale = 1.0
        if view.x_axis == "examples":
            self._x_scale = float(recording.settings.batch_size)

    def build(self) -> LiveFigure:
        columns = len(self._arms)
        layout: dict[str, Any] = {
            "margin": {"l": 8, "r": 8, "t": 26, "b": 42},
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "font": {"color": INK, "size": 13},
            "hovermode": "closest",
            "dragmode": "zoom",
            # Zoom is kept as long as the axes mean the same.
            "uirevision": f"{self._recording.settings.digest} {self._view}",
        }
        for number, arm in enumerate(self._arms, start=1):
            self._ridges(layout, number, arm)
        first = columns + 1
        self._losses(layout, first)
        self._accuracies(layout, first + 1)
        self._fan(layout, first + 2)
        return LiveFigure(
            go.Figure(self._traces, layout),
            self._bindings,
            {"wide": self._wide(columns), "narrow": self._narrow(columns)},
        )

    def _add(self, axis: int, binding: Binding, **attributes: Any) -> None:
        suffix = "" if axis == 1 else str(axis)
        self._bindings[len(self._traces)] = binding
        self._traces.append(
            go.Scatter(
                x=[], y=[], xaxis=f"x{suffix}", yaxis=f"y{suffix}", **{**_TRACE, **attributes}
            )
        )

    def _value_axis(self) -> tuple[list[float], int, dict[str, Any]]:
        """Edges as drawn, which of the counts is the first drawn, and the axis."""
        view, activation = self._view, self._recording.layout.activation
        values = edges(view.quantity, activation).astype(float)
        bounds = ACTIVATION_RANGES.get(activation) if view.quantity == "activation" else None
        if view.value_axis == "symlog":
            drawn = symlog(values)
            ticks = [tick for tick in _SYMLOG_TICKS if values[0] <= tick <= values[-1]]
            axis: dict[str, Any] = {
                "tickvals": symlog(ticks).tolist(),
                "ticktext": [f"{tick:g}".replace("e+0", "e") for tick in ticks],
            }
            return drawn.tolist(), 1, axis | {"range": [drawn[0], drawn[-1]]}
        low, high = bounds or (-LINEAR_RANGE, LINEAR_RANGE)
        shown = np.flatnonzero((values >= low - 1e-6) & (values <= high + 1e-6))
        room = 0.02 * (high - low)
        return values[shown].tolist(), int(shown[0]) + 1, {"range": [low - room, high + room]}

    def _ridges(self, layout: dict[str, Any], number: int, arm: str) -> None:
        positions, first, axis = self._value_axis()
        quantity, colour = self._view.quantity, ARM_COLOURS[arm]
        counts, bins = f"{arm}/{quantity}_counts", len(positions) - 1
        common: dict[str, Any] = {
            "counts": counts,
            "rows": self._rows,
            "baselines": self._baselines,
        }
        shape: dict[str, Any] = {
            "positions": tuple(positions),
            "first": first,
            "scale": 1.1,
            "cap": 1.9,
        }
        shape["smoothing"] = SMOOTHING
        echoes = ECHOES if self._layers <= _MANY_LAYERS else ECHOES[1::2]
        self._add(
            number,
            Ridges(**common, **shape, lags=echoes, lift=0.1),
            mode="lines",
            line={"color": translucent(colour, 0.4), "width": 1},
        )
        self._add(
            number,
            Ridges(**common, **shape),
            mode="lines",
            fill="toself",
            fillcolor=translucent(colour, 0.32),
            line={"color": colour, "width": 2},
        )
        total = len(edges(quantity, self._recording.layout.activation)) + 1
        sides = (
            ("left", axis["range"][0], 0, first, "", "◂ {} %"),
            ("right", axis["range"][1], first + bins, total, f"{arm}/{quantity}_nan", "{} % ▸"),
        )
        for side, x, start, stop, nan, text in sides:
            self._add(
                number,
                Outside(**common, nan=nan, x=x, start=start, stop=stop, text=text),
                mode="text",
                textposition="top right" if side == "left" else "top left",
                textfont={"size": 12, "color": INK},
            )
        top = self._layers + 0.45
        layout[_axis("x", number)] = {
            "showgrid": True,
            "gridcolor": GRID,
            "zeroline": True,
            "zerolinecolor": MUTED,
            "zerolinewidth": 1,
            "color": MUTED,
            "title": {"text": "value", "standoff": 4},
            **axis,
            **({"matches": "x"} if number > 1 else {}),
        }
        layout[_axis("y", number)] = {
            "range": [-0.12, top],
            "showgrid": False,
            "zeroline": False,
            "tickvals": self._baselines,
            "ticktext": [f"layer {row + 1}" for row in self._rows],
            "color": INK,
            "showticklabels": number == 1,
            **({"matches": "y"} if number > 1 else {}),
        }
        self._title(number, f"<b>{ARM_LABELS[arm]}</b>", _QUANTITY_TITLES[quantity])

    def _x(self, arm: str) -> dict[str, Any]:
        path = f"{arm}/seconds" if self._view.x_axis == "seconds" else "step"
        return {"x": path, "x_scale": self._x_scale}

    def _x_end(self) -> float:
        """The end of the run on the axis; of seconds, a guess from the frames so far."""
        frames, steps = self._recording.frames, self._recording.settings.steps
        if self._view.x_axis != "seconds":
            return steps * self._x_scale
        if len(frames) == 0 or frames["step"][-1] == 0:
            return 1.0
        seconds = max(float(frames[arm]["seconds"][-1]) for arm in self._arms)
        return seconds * steps / float(frames["step"][-1])

    def _curve_axes(
        self, layout: dict[str, Any], number: int, y_axis: dict[str, Any], *title: str
    ) -> None:
        end = self._x_end()
        layout[_axis("x", number)] = {
            "range": [0, end * 1.005],
            "gridcolor": GRID,
            "zeroline": False,
            "color": MUTED,
            "nticks": 6,
        }
        layout[_axis("y", number)] = {
            "gridcolor": GRID,
            "zeroline": False,
            "color": MUTED,
            "nticks": 5,
            **y_axis,
        }
        self._title(number, *title)

    def _title(self, number: int, name: str, explanation: str = "") -> None:
        """A heading above an axis pair: its name, and an explanation where there is room."""
        self._titles.append((number, name, explanation))

    def _curve(self, number: int, arm: str, path: str, width: float = 2.5, **more: Any) -> None:
        colour = ARM_COLOURS[arm]
        y = f"{arm}/{path}"
        for part, opacity in (("future", 0.32), ("past", 1.0)):
            self._add(
                number,
                Series(**self._x(arm), y=y, part=part, transform=more.get("transform", "")),
                mode="lines",
                line={"color": colour, "width": width, "dash": more.get("dash", "solid")},
                opacity=opacity,
                hoverinfo="x+y+name",
                name=f"{ARM_LABELS[arm]} · {path.replace('_', ' ')}",
            )

    def _markers(self, number: int, path: str, low: float, high: float, **more: Any) -> None:
        self._add(
            number,
            CursorLine(**self._x(self._arms[0]), low=low, high=high),
            mode="lines",
            line={"color": INK, "width": 1.5, "dash": "dot"},
        )
        log = more.pop("log", False)
        for arm in self._arms:
            self._add(
                number,
                Marker(
                    **self._x(arm),
                    y=f"{arm}/{path}",
                    low=10**low if log else low,
                    high=10**high if log else high,
                    middle=0.6 * self._x_end(),
                    text=f"{ARM_LABELS[arm]} {{}}",
                    rivals=tuple(f"{other}/{path}" for other in self._arms if other != arm),
                    yields=arm != self._arms[0],
                    **more,
                ),
                mode="markers+text",
                marker={"color": ARM_COLOURS[arm], "size": 9},
                textfont={"color": INK, "size": 12},
                cliponaxis=False,
            )

    def _losses(self, layout: dict[str, Any], number: int) -> None:
        first = self._first_loss()
        log = self._view.loss_axis == "log"
        low, high = (
            (float(np.log10(first)) - 3.5, float(np.log10(first)) + 1.2)
            if log
            else (-0.2 * first, 1.35 * first)
        )
        y_axis = {"range": [low, high], **({"type": "log", "dtick": 1} if log else {"tick0": 0})}
        self._curve_axes(layout, number, y_axis, "<b>Loss</b>", "validation; training dotted")
        for arm in self._arms:
            self._curve(number, arm, "train_loss", width=1.5, dash="dot")
            self._curve(number, arm, "validation_loss")
        line = (10**low, 10**high) if log else (low, high)
        self._markers(number, "validation_loss", low, high, log=log)
        cursor = next(i for i, b in self._bindings.items() if isinstance(b, CursorLine))
        self._bindings[cursor] = CursorLine(**self._x(self._arms[0]), low=line[0], high=line[1])

    def _first_loss(self) -> float:
        """The smallest training loss at step 0; before it is known that of guessing one of ten.

        A network that starts far off, or Batch Normalization's validation by moving statistics
        that have not moved yet, would leave the others a line at the bottom.
        """
        frames = self._recording.frames
        losses = [float(frames[arm]["train_loss"][0]) for arm in self._arms if len(frames)]
        finite = [loss for loss in losses if np.isfinite(loss) and loss > 0]
        return min(finite, default=float(np.log(10)))

    def _accuracies(self, layout: dict[str, Any], number: int) -> None:
        y_axis = {"range": [-0.16, 1.18], "tickvals": [0, 0.5, 1], "tickformat": ".0%"}
        self._curve_axes(layout, number, y_axis, "<b>Validation accuracy</b>")
        for arm in self._arms:
            self._curve(number, arm, "validation_accuracy")
        self._markers(number, "validation_accuracy", -0.16, 1.18, unit="%")

    def _fan(self, layout: dict[str, Any], number: int) -> None:
        _, _, axis = self._value_axis()
        quantity, layer = self._view.quantity, self._layer - 1
        transform = "symlog" if self._view.value_axis == "symlog" else ""
        kind = "inputs" if quantity == "pre_activation" else "outputs"
        ends = {k: v for k, v in axis.items() if k in ("tickvals", "ticktext", "range")}
        name = f"<b>Layer {self._layer} {kind}</b>"
        self._curve_axes(layout, number, ends, name, "15, 50, 85 % lie below")
        layout[_axis("x", number)]["title"] = {"text": _X_TITLES[self._view.x_axis], "standoff": 4}
        for arm in self._arms:
            path = f"{arm}/{quantity}_percentiles/{layer}"
            low, median, high = (PERCENTILES.index(percent) for percent in (15, 50, 85))
            for part, opacity in (("future", 0.1), ("past", 0.28)):
                self._add(
                    number,
                    Band(
                        **self._x(arm),
                        lower=f"{path}/{low}",
                        upper=f"{path}/{high}",
                        part=part,
                        transform=transform,
                    ),
                    mode="lines",
                    fill="toself",
                    fillcolor=translucent(ARM_COLOURS[arm], opacity),
                    line={"width": 0},
                )
            self._curve(
                number, arm, f"{quantity}_percentiles/{layer}/{median}", transform=transform
            )
        self._markers(
            number,
            f"{quantity}_percentiles/{layer}/{PERCENTILES.index(50)}",
            *axis["range"],
            transform=transform,
        )

    def _wide(self, columns: int) -> dict[str, Any]:
        """Histograms in columns on the left, the three curves one above the other on the right."""
        layout: dict[str, Any] = {"annotations": self._headings(explained=True)}
        left, gap, right = 0.055, 0.02, 0.70
        width = (right - 0.045 - left + gap) / columns
        for number in range(1, columns + 1):
            start = left + (number - 1) * width
            layout |= _domains(number, [start, start + width - gap], [0, 1])
        for place, number in enumerate(range(columns + 1, columns + 4)):
            top = 1 - place * 0.365
            layout |= _domains(number, [right, 1], [top - 0.27, top])
        return layout

    def _narrow(self, columns: int) -> dict[str, Any]:
        """Histograms in columns above, the curves one below the other."""
        layout: dict[str, Any] = {"height": 1040, "annotations": self._headings(explained=False)}
        left, gap = 0.14, 0.03
        width = (1 - left + gap) / columns
        for number in range(1, columns + 1):
            start = left + (number - 1) * width
            layout |= _domains(number, [start, start + width - gap], [0.58, 1])
        for place, number in enumerate(range(columns + 1, columns + 4)):
            top = 0.49 - place * 0.175
            layout |= _domains(number, [left, 1], [top - 0.13, top])
        return layout

    def _headings(self, *, explained: bool) -> list[dict[str, Any]]:
        return [
            _heading(number, f"{name} · {more}" if explained and more else name)
            for number, name, more in self._titles
        ]


def _axis(letter: str, number: int) -> str:
    return f"{letter}axis{'' if number == 1 else number}"


def _domains(number: int, x: list[float], y: list[float]) -> dict[str, Any]:
    anchor = "" if number == 1 else str(number)
    return {
        _axis("x", number): {"domain": x, "anchor": f"y{anchor}"},
        _axis("y", number): {"domain": y, "anchor": f"x{anchor}"},
    }


def _heading(number: int, text: str) -> dict[str, Any]:
    """A heading above an axis pair, which keeps its place in every layout."""
    suffix = "" if number == 1 else str(number)
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
