"""MapContent: what the map of a sweep shows, and the responses to its requests."""

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from bnviz.figures.studies import map_axes, map_lines
from bnviz.figures.studies.map_figure import map_figure, reading
from bnviz.player.request import MapRequest
from bnviz.recording import BUNDLED
from bnviz.recording.header import arm_label, arm_name
from bnviz.settings import Settings
from bnviz.studies.map_numbers import MapNumbers
from bnviz.studies.map_words import describe_cell
from bnviz.studies.phase_map import PhaseMap
from bnviz.studies.sweep import ARM_MEASURES, Cell, Sweep

#: The map shown before anyone has filled one.
RECORDED = BUNDLED / "sweep.npz"
#: Height of the picture if the maps are square: share of its width, plus pixels.
_SQUARE = {"share": 0.294, "more": 126}


@dataclass(frozen=True)
class MapContent:
    """What the map of a sweep shows.

    Attributes:
        token: Names the map; another token makes the browser begin anew.
        version: Changes whenever the map grows.
        known: The map so far.
        state: State of the study, as `bnviz.engine.job.State`, or "recorded".
        message: One sentence about the study.
        poll: Milliseconds until the browser's next request; 0 if no more will come.
        lock: Held while `known` is read.
    """

    token: str
    version: int
    known: PhaseMap
    state: str
    message: str
    poll: int = 0
    lock: AbstractContextManager[Any] = field(default_factory=nullcontext)

    @classmethod
    def recorded(cls) -> "MapContent":
        """The map that comes with the package."""
        message = "A recorded map of the default settings. Press “Fill the map” to train your own."
        return cls("recorded", 0, recorded_map(), "recorded", message)

    @property
    def sweep(self) -> Sweep:
        """The sweep of the map."""
        return self.known.sweep

    def respond(self, request: MapRequest, measure: str) -> dict[str, Any]:
        """Responds to a request with what the browser lacks.

        Args:
            request: The browser's last request.
            measure: What the cells show, one of `MEASURES`; the sweep's own if empty.

        Returns:
            A message in JSON types.
        """
        version = f"{self.token} {self.version} {measure}"
        with self.lock:
            filled, sentence = int(self.known.filled().sum()), self.known.sentence()
            up_to_date = request.held == version
            numbers = None if up_to_date else MapNumbers.of(self.known, measure)
        message: dict[str, Any] = {
            "token": self.token,
            "version": version,
            "state": self.state,
            "message": self.message,
            "ask": request.ask,
            "poll": self.poll,
            "filled": filled,
            "headline": sentence,
        }
        if numbers is not None:
            message["picture"] = _picture(numbers, sentence)
        return message


@cache
def recorded_map() -> PhaseMap:
    """The map of the default sweep that comes with the package."""
    return PhaseMap.load(RECORDED)


def _picture(numbers: MapNumbers, sentence: str) -> dict[str, Any]:
    """The maps, the lines through a cell, and what describes each cell."""
    rows, columns, _ = numbers.sweep.shape
    name, base = ARM_MEASURES[numbers.arm_measure], numbers.sweep.base
    networks = ", ".join(arm_label(base, arm) for arm in numbers.sweep.arms)
    who = arm_name(base, base.second_arm)
    return {
        "figure": map_figure(numbers).to_json(),
        "lines": map_lines.to_json(numbers)
        | {"label": f"The {name} along the row and the column of the chosen cell"},
        "square": _SQUARE,
        "cells": {
            "x": map_axes.cell_edges(numbers.sweep.x),
            "y": map_axes.cell_edges(numbers.sweep.y),
            "words": [
                [describe_cell(numbers, Cell(row, column)) for column in range(columns)]
                for row in range(rows)
            ],
            "start": _first_cell(numbers.sweep),
        },
        "reading": reading(numbers),
        "label": f"Maps of the {name}: {networks}, and what {who} gains. {sentence}",
    }


def _first_cell(sweep: Sweep) -> dict[str, int]:
    """The cell nearest to the default settings, chosen at first."""
    default = Settings()
    row, column = (axis.nearest(getattr(default, axis.name)) for axis in (sweep.y, sweep.x))
    return {"row": row, "column": column}
