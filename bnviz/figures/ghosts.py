"""Ghosts: other runs in the same figure, as dashed lines, and the first as pale shapes, too.

The shapes are those of the same step, and end with the other run; or those of the same accuracy.
Those of several runs could not be told apart: their colour is that of the network.

A ghost has the binding of a curve or of the histograms of the figure, and takes its points from the
frames of the other recording, of the network that stands for the same. What that one has not
measured, or not in the same bins, has none; nor have layers that are not those of the figure.
Where there are several, one curve of each in every panel ends with the letter of its run.
"""

import dataclasses
import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from bnviz.figures.bindings.binding import ROOT, Binding
from bnviz.figures.bindings.series import EndLabels, Series
from bnviz.figures.bindings.shapes import Ridges
from bnviz.figures.live import LiveFigure
from bnviz.figures.run_axis import RunAxis
from bnviz.figures.style import INK, translucent
from bnviz.figures.view import View
from bnviz.recording import Recording

#: What the runs are called beside their curves, and how these are drawn, in this order; in words,
#: and in Plotly's.
LETTERS = "ABC"
LINES = ("dashed", "long dashes", "dashes and dots")
_DASHES = ("dash", "longdash", "dashdot")
_OPACITIES = (0.75, 0.65, 0.65)
_WIDTH = 1.6
_LETTER_SIZE = 13
#: Width up to which a curve is thin, in pixels.
_THIN = 1
#: What the path of a measure of one layer has: its number.
_OF_LAYER = re.compile(r"/\d")
#: Opacity of the inside of a histogram.
_FILL = 0.1


def with_ghosts(
    figure: LiveFigure,
    recording: Recording,
    view: View,
    others: Sequence[Recording],
    *,
    aligned: bool = False,
) -> LiveFigure:
    """Returns a figure with the ghosts of other recordings; its axes stay as they are.

    Args:
        figure: Of the recording.
        recording: The recording that it was built for.
        view: What it shows.
        others: The other recordings, with at least one frame each, not more than `LETTERS`; their
            detail is not drawn.
        aligned: Whether their frames stand for those of the recording, so that their curves run
            over the same.
    """
    run = RunAxis(recording, view)
    traces, bindings = list(figure.traces), dict(figure.bindings)
    ghosts = []
    for place, other in enumerate(others):
        first = len(traces)
        lettered = set()
        other_run = run if aligned else RunAxis(other, view)
        fields = other.layout.overview.schema()["fields"]
        same_layers = recording.header.shares_layers(other.header)
        for number, binding in figure.bindings.items():
            trace, found = figure.traces[number], None
            match binding:
                case Series(part="past" | "all") if _is_drawn(binding, trace["line"]):
                    renamed = _renamed(binding.y, recording, other)
                    comparable = same_layers or not _OF_LAYER.search(binding.y)
                    if run.unit == other_run.unit and renamed and comparable:
                        of = binding.y if aligned else renamed
                        found = _curve(binding, renamed, fields, other_run.binding(_arm(of)))
                case Ridges(start=False) if not place and same_layers:
                    renamed = _renamed(binding.counts, recording, other)
                    found = _histograms(binding, renamed, fields, recording, other)
            if found is None:
                continue
            bindings[len(traces)] = found
            traces.append(_ghostly(trace, place))
            if len(others) > 1 and isinstance(found, Series) and trace["yaxis"] not in lettered:
                end = _end(found, figure.layout, trace, LETTERS[place])
                if end is not None:
                    bindings[len(traces)] = end
                    traces.append(_lettered(trace))
                    lettered.add(trace["yaxis"])
        ghosts.append(tuple(range(first, len(traces))))
    return dataclasses.replace(figure, traces=traces, bindings=bindings, ghosts=tuple(ghosts))


def _is_drawn(binding: Series, line: Mapping[str, Any]) -> bool:
    """Whether a curve has a ghost.

    Ghosts look alike, so that of a dotted or thin curve would be taken for that of the curve beside
    which it stands.
    """
    thin = binding.part == "past" and line["width"] <= _THIN
    return not thin and line.get("dash", "solid") == "solid"


def _ghostly(trace: Mapping[str, Any], place: int) -> dict[str, Any]:
    """The trace of the ghost of a run at some place among the others."""
    colour = trace["line"]["color"]
    line = {"color": colour, "width": _WIDTH, "dash": _DASHES[place]}
    changed: dict[str, Any] = {"line": line, "opacity": _OPACITIES[place]}
    if "fillcolor" in trace:
        changed["fillcolor"] = translucent(colour, _FILL)
    return {**trace, **changed, "hoverinfo": "skip"}


def _lettered(trace: Mapping[str, Any]) -> dict[str, Any]:
    """The trace of the letter at the end of a ghost."""
    return {
        "type": "scatter",
        "mode": "text",
        "xaxis": trace["xaxis"],
        "yaxis": trace["yaxis"],
        "hoverinfo": "skip",
        "showlegend": False,
        "cliponaxis": False,
        "textposition": "middle left",
        "textfont": {"size": _LETTER_SIZE, "color": INK},
    }


def _end(
    curve: Series, layout: Mapping[str, Any], trace: Mapping[str, Any], letter: str
) -> Binding | None:
    """The letter at the last point of a curve; None where its axis is not known or another."""
    axis = layout[f"yaxis{trace['yaxis'][1:]}"]
    if "range" not in axis or curve.transform or " - " in curve.y:
        return None
    low, high = axis["range"]
    return EndLabels(
        x=curve.x,
        x_scale=curve.x_scale,
        measures=(curve.y,),
        names=(letter,),
        low=low,
        high=high,
        log=axis.get("type") == "log",
    )


def _arm(path: str) -> str:
    """The network whose measure a path names."""
    return path.removeprefix(ROOT).partition("/")[0]


def _renamed(path: str, recording: Recording, other: Recording) -> str:
    """The path of the same measure in another recording; "" if that has no such network."""
    arm = _arm(path)
    there = recording.header.counterpart(arm, other.header)
    root = ROOT if path.startswith(ROOT) else ""
    parts = path.removeprefix(ROOT).split(" - ")
    named = (f"{there}/{part.removeprefix(f'{arm}/')}" for part in parts)
    return root + " - ".join(named) if there else ""


def _curve(
    binding: Series, path: str, fields: Mapping[str, Any], run: Mapping[str, Any]
) -> Binding | None:
    """The measure of a path over the other run; None if it has not measured it."""
    if not all(_is_measured(part, fields) for part in path.removeprefix(ROOT).split(" - ")):
        return None
    return dataclasses.replace(binding, **run, y=path, part="all")


def _is_measured(path: str, fields: Mapping[str, Any]) -> bool:
    """Whether a frame has the number or the row that a path names."""
    parts = path.partition("@")[0].split("/")
    field = fields.get("/".join(part for part in parts if not part.isdigit()))
    indices = [int(part) for part in parts if part.isdigit()]
    return field is not None and all(
        index < size for index, size in zip(indices, field["shape"], strict=False)
    )


def _histograms(
    binding: Ridges, path: str, fields: Mapping[str, Any], recording: Recording, ghost: Recording
) -> Binding | None:
    """The histograms of the layers that both have; None if their bins differ or it has none."""
    quantity = binding.counts.partition("/")[2].removesuffix("_counts")
    if path not in fields or not np.array_equal(
        recording.header.edges(quantity), ghost.header.edges(quantity)
    ):
        return None
    drawn = zip(binding.rows, binding.baselines, strict=True)
    kept = [(row, baseline) for row, baseline in drawn if row < ghost.layout.hidden_layers]
    rows, baselines = zip(*kept, strict=True) if kept else ((), ())
    return dataclasses.replace(binding, counts=path, rows=rows, baselines=baselines)
