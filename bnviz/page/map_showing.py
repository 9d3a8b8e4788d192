"""MapShowing: which map the stage shows, and the message that brings it there."""

import math
from contextlib import nullcontext
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from bnviz.engine.engine import Engine
from bnviz.engine.studies import StudyRun
from bnviz.figures import map_axes, map_lines
from bnviz.figures.phase_map import phase_map, reading
from bnviz.map_numbers import MapNumbers
from bnviz.map_words import cell_in_words
from bnviz.page import studies
from bnviz.page.map_component import Want
from bnviz.page.pace import pause
from bnviz.phase_map import PhaseMap
from bnviz.settings import Settings
from bnviz.stability import DEFINITION, StableRates
from bnviz.sweep import MEASURES, Axis, Cell, Sweep

#: The map that is shown before anyone has filled one.
RECORDED = Path(__file__).parents[2] / "assets" / "sweep.npz"
#: How the picture's height follows from its width where the maps are square.
_SQUARE = {"share": 0.294, "more": 126}


@dataclass(frozen=True)
class MapShowing:
    """What the stage shows of a sweep.

    Attributes:
        token: Names the map; with another token the browser begins anew.
        version: Changes whenever more is known.
        known: What is known.
        lock: Held while `known` is read.
        state: As of `StudyRun`, or "recorded".
        message: One sentence on it.
        viewers: How many look at something that goes on, all sessions together.
    """

    token: str
    version: int
    known: PhaseMap
    lock: Any
    state: str
    message: str
    viewers: int = 1

    @classmethod
    def recorded(cls) -> "MapShowing":
        """The map that comes with the page."""
        known = recorded_map()
        message = "A recorded map of the default settings. Press Fill the map to train yours."
        return cls("recorded", 0, known, nullcontext(), "recorded", message)

    @classmethod
    def of(cls, run: StudyRun[PhaseMap], engine: Engine) -> "MapShowing":
        """A map as far as it is filled."""
        networks = 2 * run.study.known.size
        message = studies.progress(run, engine, "Filling the map", f"{networks:,} networks trained")
        return cls(run.token, run.version, run.study, run.lock, run.state, message, engine.viewers)

    @property
    def sweep(self) -> Sweep:
        """What is run."""
        return self.known.sweep

    def answer(self, want: Want, measure: str) -> dict[str, Any]:
        """The message that brings the browser what it lacks.

        Args:
            want: The browser's last question.
            measure: What the cells show, one of `MEASURES`; that of the sweep if empty.
        """
        version = f"{self.token} {self.version} {measure}"
        with self.lock:
            filled, sentence = int(self.known.filled().sum()), self.known.sentence()
            held = want.held == version
            numbers = None if held else MapNumbers.of(self.known, measure)
        message: dict[str, Any] = {
            "token": self.token,
            "version": version,
            "state": self.state,
            "message": self.message,
            "ask": want.ask,
            "poll": pause(self.state, self.viewers),
            "filled": filled,
            "headline": sentence,
        }
        if numbers is not None:
            message["picture"] = _picture(numbers, sentence)
        return message


def rates_note(run: StudyRun[StableRates], engine: Engine) -> dict[str, Any]:
    """What the search for the largest stable rates has found, as parts of a message."""
    with run.lock:
        found, shared = run.study.sentence(), run.study.settings
        seeds = run.study.seeds
    note: dict[str, Any] = {"definition": DEFINITION}
    if run.active:
        note["poll"] = pause("running", engine.viewers)
        found = studies.progress(run, engine, "Searching for the largest stable rates", "Found")
    elif run.state != "finished":
        found = studies.progress(run, engine, "", "")
    else:
        where = f"At initial scale {shared.init_scale:g}, over {seeds} seeds"
        found = f"{where}: {found[0].lower()}{found[1:]}"
    return note | {"note": found}


@cache
def recorded_map() -> PhaseMap:
    """The recorded map."""
    return PhaseMap.load(RECORDED)


def _picture(numbers: MapNumbers, sentence: str) -> dict[str, Any]:
    rows, columns, _ = numbers.sweep.shape
    name = MEASURES[numbers.of_arms]
    return {
        "figure": phase_map(numbers).to_json(),
        "lines": map_lines.to_json(numbers)
        | {"label": f"The {name} along the row and the column of the chosen cell"},
        "square": _SQUARE,
        "cells": {
            "x": map_axes.edges(numbers.sweep.x),
            "y": map_axes.edges(numbers.sweep.y),
            "words": [
                [cell_in_words(numbers, Cell(row, column)) for column in range(columns)]
                for row in range(rows)
            ],
            "start": _start(numbers.sweep),
        },
        "reading": reading(numbers),
        "label": f"Maps of the {name}: without BN, with BN, and what BN gains. {sentence}",
    }


def _start(sweep: Sweep) -> dict[str, int]:
    """The cell nearest to the default settings."""
    return {"row": _nearest(sweep.y), "column": _nearest(sweep.x)}


def _nearest(axis: Axis) -> int:
    usual = getattr(Settings(), axis.name)
    spread = math.log if axis.scale == "log" else float
    places = np.array([spread(value) for value in axis.values])
    if axis.scale == "log" and usual <= 0:
        return 0
    return int(np.abs(places - spread(usual)).argmin())
