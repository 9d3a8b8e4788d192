"""RunAxis: the axis that curves run over, linear or by the square root, and its ticks."""

import math
from typing import Any

from bnviz.figures.bindings.binding import ROOT
from bnviz.figures.view import View
from bnviz.findings import step_costs
from bnviz.recording import Recording
from bnviz.settings.written_numbers import written

#: Title of the axis, by what the curves run over.
TITLES = {
    "steps": "training step",
    "examples": "training examples seen",
    "seconds": "seconds of processor time: steps × cost",
}
#: Follows the title; the player leaves out a span's text where it does not fit.
_BY_ROOT = "<span>, early steps wider</span>"
#: Room beyond the end, as a share of the axis.
_ROOM = 0.005
#: Least distance of two ticks in a still figure, as a share of the axis. The player, which knows
#: the size of a panel, chooses others.
_APART = 0.16
#: Ticks are at most so many times the least distance apart, unless no number lies between.
_REACH = 2.4
#: Pixels at the right of a figure, and those that half a digit of the last tick takes there.
_MARGIN, _DIGIT = 8, 3


class RunAxis:
    """The axis that the curves of a recording run over.

    By the square root, step 60 of 800 lies at 27 % of the axis and not at 7 %.

    Attributes:
        unit: "steps", "examples" or "seconds"; steps in place of others that are not known.
        is_root: Whether it is drawn by the square root.
    """

    def __init__(self, recording: Recording, view: View):
        costs = step_costs.of_recording(recording)
        header = recording.header
        unknown = {"seconds": not costs, "examples": header.batch_size is None}
        self.unit = "steps" if unknown.get(view.x_axis) else view.x_axis
        self.is_root = view.run_scale == "root"
        self._steps = header.num_steps
        per_step = {"steps": 1.0, "examples": float(header.batch_size or 1)}
        arms = recording.layout.arms
        self._scales = costs if self.unit == "seconds" else dict.fromkeys(arms, per_step[self.unit])

    @property
    def end(self) -> float:
        """Where the run ends, in its unit; of several arms, the last one."""
        return self._steps * max(self._scales.values())

    def binding(self, arm: str) -> dict[str, Any]:
        """Returns what an arm's curves run over, as attributes of a binding."""
        path = f"{ROOT}step" if self.is_root else "step"
        return {"x": path, "x_scale": self._drawn(self._scales[arm])}

    def place(self, share: float) -> float:
        """Returns where a share of the width lies, as drawn."""
        return share * self._drawn(self.end)

    def place_of_step(self, arm: str, step: float) -> float:
        """Returns where a step of an arm lies, as drawn."""
        return self._drawn(step * self._scales[arm])

    def axis(self, *, titled: bool = False, ticks: bool = True) -> dict[str, Any]:
        """Returns the axis as attributes of Plotly's.

        Args:
            titled: Whether it has a title.
            ticks: Whether its ticks have numbers.
        """
        text = TITLES[self.unit] + (_BY_ROOT if self.is_root else "")
        title = {"title": {"text": text, "standoff": 4}} if titled else {}
        axis = {"range": [0, self.place(1 + _ROOM)], "showticklabels": ticks, **title}
        if not self.is_root:
            return {"nticks": 6, **axis}
        whole = self.unit != "seconds"
        values = root_ticks(self.end, self.place(_APART), whole=whole)
        return {
            **axis,
            "tickvals": [math.sqrt(value) for value in values],
            "ticktext": [tick_text(value, whole=whole) for value in values],
        }

    @property
    def margin(self) -> int:
        """Pixels at the right of a figure, into which half of the last number reaches."""
        text = tick_text(self.end, whole=self.unit != "seconds") if self.is_root else ""
        return _MARGIN + _DIGIT * len(text)

    @property
    def hover(self) -> dict[str, Any]:
        """Attributes of a trace whose label at the mouse tells what is drawn, not its root."""
        label = "(%{customdata:,.6~r}, %{y})<extra>%{fullData.name}</extra>"
        return {"hovertemplate": label} if self.is_root else {}

    def to_json(self, axes: list[str]) -> dict[str, Any]:
        """Returns what the player needs to choose other ticks.

        Args:
            axes: Names of the axes in the layout; Plotly chooses the ticks of linear ones.
        """
        whole = self.unit != "seconds"
        return {"axes": axes if self.is_root else [], "end": self.end, "whole": whole}

    def _drawn(self, value: float) -> float:
        return math.sqrt(value) if self.is_root else value


def root_ticks(end: float, apart: float, *, whole: bool) -> list[float]:
    """Returns the ticks of an axis by the square root: 0, the end, and round numbers between.

    The player's `ticks.js` does the same for any part of the axis.

    Args:
        end: Last value on the axis.
        apart: Least distance of two ticks, as drawn.
        whole: Whether only whole numbers may be ticks.
    """
    ticks, place = [end], math.sqrt(end)
    while place - apart > apart:
        lowest = max(place - _REACH * apart, apart)
        value = _roundest(lowest**2, (place - apart) ** 2, whole=whole)
        if value is not None:
            ticks.append(value)
        place = lowest + apart if value is None else math.sqrt(value)
    return [0.0, *reversed(ticks)]


def _roundest(low: float, high: float, *, whole: bool) -> float | None:
    """The roundest number between two; None if it must be whole and none is."""
    exponent = math.floor(math.log10(high))
    while True:
        for digit in (5, 2, 1):
            step = digit * 10.0**exponent
            if whole and step < 1:
                return None
            value = math.floor(high / step + 1e-9) * step
            if value >= low * (1 - 1e-9):
                return value
        exponent -= 1


def tick_text(value: float, *, whole: bool) -> str:
    """Returns a tick as text: "50,000", or with up to three digits if it need not be whole."""
    return written(value, ",.0f" if whole else ".3g")
