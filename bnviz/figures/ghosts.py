"""Ghosts: another run in the same figure, as dashed lines and pale shapes.

The shapes are those of the same step, and end with the other run; or those of the same accuracy.

A ghost has the binding of a curve or of the histograms of the figure, and takes its points from the
frames of the other recording. What that one has not measured, or not in the same bins, has none.
"""

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np

from bnviz.figures.bindings.binding import ROOT, Binding
from bnviz.figures.bindings.series import Series
from bnviz.figures.bindings.shapes import Ridges
from bnviz.figures.live import LiveFigure
from bnviz.figures.run_axis import RunAxis
from bnviz.figures.style import translucent
from bnviz.figures.view import View
from bnviz.recording import Recording

_LINE: dict[str, Any] = {"width": 1.6, "dash": "dash"}
_OPACITY = 0.75
#: Width up to which a curve is thin, in pixels.
_THIN = 1
#: Opacity of the inside of a histogram.
_FILL = 0.1


def with_ghost(
    figure: LiveFigure,
    recording: Recording,
    view: View,
    ghost: Recording,
    *,
    aligned: bool = False,
) -> LiveFigure:
    """Returns a figure with the ghosts of another recording; its axes stay as they are.

    Args:
        figure: Of the recording.
        recording: The recording that it was built for.
        view: What it shows.
        ghost: The other recording, with at least one frame; its detail is not drawn.
        aligned: Whether its frames stand for those of the recording, so that its curves run over
            the same.
    """
    fields = ghost.layout.overview.schema()["fields"]
    run = RunAxis(recording, view)
    ghost_run = run if aligned else RunAxis(ghost, view)
    traces, bindings = list(figure.traces), dict(figure.bindings)
    for number, binding in figure.bindings.items():
        trace, found = figure.traces[number], None
        match binding:
            case Series(part="past" | "all") if _is_drawn(binding, trace["line"]):
                found = _curve(binding, fields, ghost_run) if run.unit == ghost_run.unit else None
            case Ridges(start=False):
                found = _histograms(binding, fields, recording, ghost)
        if found is not None:
            bindings[len(traces)] = found
            traces.append(_ghostly(trace))
    return dataclasses.replace(
        figure,
        traces=traces,
        bindings=bindings,
        ghosts=tuple(range(len(figure.traces), len(traces))),
    )


def _is_drawn(binding: Series, line: Mapping[str, Any]) -> bool:
    """Whether a curve has a ghost.

    Ghosts look alike, so that of a dotted or thin curve would be taken for that of the curve beside
    which it stands.
    """
    thin = binding.part == "past" and line["width"] <= _THIN
    return not thin and line.get("dash", "solid") == "solid"


def _ghostly(trace: Mapping[str, Any]) -> dict[str, Any]:
    colour = trace["line"]["color"]
    changed: dict[str, Any] = {"line": {"color": colour} | _LINE, "opacity": _OPACITY}
    if "fillcolor" in trace:
        changed["fillcolor"] = translucent(colour, _FILL)
    return {**trace, **changed, "hoverinfo": "skip"}


def _curve(binding: Series, fields: Mapping[str, Any], run: RunAxis) -> Binding | None:
    """The same measure over the other run; None if it has not measured it."""
    arm = binding.y.removeprefix(ROOT).partition("/")[0]
    if not all(_is_measured(path, fields) for path in binding.y.removeprefix(ROOT).split(" - ")):
        return None
    return dataclasses.replace(binding, **run.binding(arm), part="all")


def _is_measured(path: str, fields: Mapping[str, Any]) -> bool:
    """Whether a frame has the number or the row that a path names."""
    parts = path.partition("@")[0].split("/")
    field = fields.get("/".join(part for part in parts if not part.isdigit()))
    indices = [int(part) for part in parts if part.isdigit()]
    return field is not None and all(
        index < size for index, size in zip(indices, field["shape"], strict=False)
    )


def _histograms(
    binding: Ridges, fields: Mapping[str, Any], recording: Recording, ghost: Recording
) -> Binding | None:
    """The histograms of the layers that both have; None if their bins differ or it has none."""
    quantity = binding.counts.partition("/")[2].removesuffix("_counts")
    if binding.counts not in fields or not np.array_equal(
        recording.header.edges(quantity), ghost.header.edges(quantity)
    ):
        return None
    drawn = zip(binding.rows, binding.baselines, strict=True)
    kept = [(row, baseline) for row, baseline in drawn if row < ghost.layout.hidden_layers]
    rows, baselines = zip(*kept, strict=True) if kept else ((), ())
    return dataclasses.replace(binding, rows=rows, baselines=baselines)
