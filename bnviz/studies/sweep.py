"""Sweep: the runs of a phase map, which varies two settings."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product
from typing import Any

import numpy as np

from bnviz.findings.speed import MIN_STEPS, TARGET_SHARE
from bnviz.findings.wording import percent
from bnviz.recording.frames import frame_steps, pair
from bnviz.recording.header import arm_name
from bnviz.settings import Settings, SettingsError, typed_numbers
from bnviz.settings.bn_changes import MOVING_ARMS
from bnviz.settings.problem import Problem
from bnviz.studies import study
from bnviz.studies.axis import DEFAULT_AXES, Axis, axes_of
from bnviz.studies.study import Block

#: Maximum number of seeds of each cell.
MAX_SEEDS = 10
#: Evaluations of each network after step 0, in equal ratios of steps. 40 take 1.7 times the
#: processor time of the 12 that there were before, and miss the step at which a run reaches a
#: target by half as much; all recorded steps would take about 6 times.
EVALUATIONS = 40
#: Final validation accuracies by other statistics of BN than the moving ones, with their labels. In
#: short runs the moving statistics may lag so far behind that a network fails that has learnt.
BY_OTHER_STATISTICS = {
    "accuracy_by_batch": "final validation accuracy by the batch's statistics",
    "accuracy_by_exact_statistics": "final validation accuracy by exact statistics",
}
#: The measures that are accuracies.
ACCURACIES = ("validation_accuracy", *BY_OTHER_STATISTICS)
#: What a cell can show, with its label.
MEASURES = {
    "validation_accuracy": "final validation accuracy",
    **BY_OTHER_STATISTICS,
    "validation_loss": "final validation loss",
    "steps_to_target": "steps to the fixed target accuracy",
    "diverged": "share of seeds that diverged",
    "speed_up": "speed-up in steps",
}
#: What the maps of the single arms show for a measure of both together, with its label.
STEPS_TO_SHARE = "steps_to_share"
ARM_MEASURES = {name: label for name, label in MEASURES.items() if name != "speed_up"} | {
    STEPS_TO_SHARE: f"steps to {percent(TARGET_SHARE)} of the better network's final accuracy"
}


def measures_of(second_arm: str) -> dict[str, str]:
    """Returns the `MEASURES` that a map has, with their labels.

    Args:
        second_arm: Its second network; only some keep moving statistics, without which the
            accuracies by others are the final one again.
    """
    return {
        name: label
        for name, label in MEASURES.items()
        if second_arm in MOVING_ARMS or name not in BY_OTHER_STATISTICS
    }


def arm_measure(measure: str) -> str:
    """Returns what the maps of the single arms show for one of `MEASURES`."""
    return STEPS_TO_SHARE if measure == "speed_up" else measure


@dataclass(frozen=True)
class Cell:
    """A cell of the map.

    Attributes:
        row: Index into the values of `Sweep.y`.
        column: Index into the values of `Sweep.x`.
    """

    row: int
    column: int


@dataclass(frozen=True)
class Sweep:
    """The runs of a map that varies two settings.

    Attributes:
        base: The settings that all runs share; its seed is the first one.
        x: The setting along the columns.
        y: The setting along the rows.
        seeds: Number of consecutive seeds of each cell, 1 to `MAX_SEEDS`.
        measure: What a cell shows, one of those of `measures_of`; it does not change the runs.
        target: A fixed validation accuracy, above 0 and at most 1, for counting the steps to it.
            The speed-up does not use it: its target follows from each run.

    Raises:
        SettingsError: If an attribute is not as allowed.
    """

    base: Settings = field(default_factory=lambda: Settings(steps=300))
    x: Axis = DEFAULT_AXES["learning_rate"]
    y: Axis = DEFAULT_AXES["init_scale"]
    seeds: int = 1
    measure: str = "validation_accuracy"
    target: float = 0.9

    def __post_init__(self) -> None:
        object.__setattr__(self, "base", study.reset_unused(self.base))
        problems = []
        second = self.base.second_arm
        readable = axes_of(second)
        problems += [
            Problem(
                side,
                axis.name,
                f"one of {', '.join(readable)}: {arm_name(self.base, second)} does not read others",
            )
            for side, axis in (("x", self.x), ("y", self.y))
            if axis.name not in readable
        ]
        if self.x.name == self.y.name:
            allowed = f"another setting than that of x, which is {self.x.name}"
            problems.append(Problem("y", self.y.name, allowed))
        problems += study.seed_problems(self.base.seed, self.seeds, low=1, high=MAX_SEEDS)
        measures = measures_of(second)
        if self.measure not in measures:
            problems.append(Problem("measure", self.measure, f"one of {', '.join(measures)}"))
        if not 0 < self.target <= 1:
            problems.append(Problem("target", str(self.target), "a number above 0, at most 1"))
        if problems:
            raise SettingsError(problems)

    @classmethod
    def nearest(cls, base: Settings, given: Mapping[str, str]) -> tuple["Sweep", list[Problem]]:
        """Reads a sweep from text by name, as in a URL, replacing bad values by defaults.

        Args:
            base: The settings that all runs share.
            given: Any of `x`, `y`, `seeds`, `measure` and `target`.

        Returns:
            The sweep, and the values that were replaced.
        """
        readers: dict[str, Callable[[str], object]] = {
            "x": Axis.typed,
            "y": Axis.typed,
            "seeds": typed_numbers.whole,
            "measure": str,
            "target": typed_numbers.real,
        }
        values: dict[str, Any] = {}
        problems: list[Problem] = []
        for name, text in given.items():
            try:
                value = readers[name](text)
                # Each value is tried alone with the defaults, so that each bad one is named.
                alone: dict[str, object] = {name: value}
                if isinstance(value, Axis):
                    others = (axis for axis in DEFAULT_AXES.values() if axis.name != value.name)
                    alone["y" if name == "x" else "x"] = next(others)
                cls(base, **alone)  # type: ignore[arg-type]
            except SettingsError as error:
                problems += [Problem(name, each.given, each.allowed) for each in error.problems]
            except ValueError:
                allowed = "a whole number" if name == "seeds" else "a number"
                problems.append(Problem(name, text, f"{allowed} such as {getattr(Sweep(), name)}"))
            else:
                values[name] = value
        try:
            return cls(base, **values), problems
        except SettingsError as error:
            # Each value is allowed alone, so both axes are of one setting.
            x = values.get("x", cls.x)
            values["y"] = next(
                axis for axis in (cls.y, *DEFAULT_AXES.values()) if axis.name != x.name
            )
            return cls(base, **values), [*problems, *error.problems]

    def to_query(self) -> dict[str, str]:
        """Returns what differs from the defaults, apart from the settings, as a URL query."""
        default = Sweep()
        return {
            name: str(value)
            for name in ("x", "y", "seeds", "measure", "target")
            if (value := getattr(self, name)) != getattr(default, name)
        }

    @classmethod
    def from_json(cls, text: str) -> "Sweep":
        """Reads a sweep; the inverse of `to_json`.

        Raises:
            SettingsError: If the text is not the JSON object of a sweep of this version.
        """
        try:
            given = json.loads(text)
            if not isinstance(given, dict) or given.pop("version", None) != Settings.VERSION:
                raise ValueError(text)
            base = Settings.read(given.pop("base"))
            return cls(base, Axis.parse(given.pop("x")), Axis.parse(given.pop("y")), **given)
        except SettingsError:
            raise
        except (ValueError, TypeError, AttributeError, KeyError, RecursionError):
            allowed = "the JSON object of a sweep of this version of the laboratory"
            raise SettingsError([Problem("sweep", text, allowed)]) from None

    def to_json(self) -> str:
        """Returns the whole sweep as one JSON object."""
        values = {
            "version": Settings.VERSION,
            "base": json.loads(self.base.to_json()),
            "x": str(self.x),
            "y": str(self.y),
            "seeds": self.seeds,
            "measure": self.measure,
            "target": self.target,
        }
        return json.dumps(values)

    @property
    def arms(self) -> tuple[str, str]:
        """The networks that are compared."""
        return pair(self.base)

    @property
    def shape(self) -> tuple[int, int, int]:
        """Number of rows, columns and seeds."""
        return len(self.y.values), len(self.x.values), self.seeds

    @property
    def evaluation_steps(self) -> tuple[int, ...]:
        """Steps at which every network is evaluated: some of those at which a run is recorded.

        Step 0, the last recorded step at which there is no speed-up yet, about `EVALUATIONS` in
        equal ratios from there on, and the last step.
        """
        recorded = frame_steps(self.base.steps)
        first = recorded[recorded < MIN_STEPS][-1]
        if first == self.base.steps:
            return tuple(recorded.tolist())
        wanted = np.geomspace(max(first, 1), self.base.steps, EVALUATIONS)
        later = recorded[np.searchsorted(recorded, wanted)]
        return tuple(np.unique([0, first, *later]).tolist())

    @property
    def digest(self) -> str:
        """16 hexadecimal characters that identify the runs and what is kept of them."""
        return study.digest(self.base, str(self.x), str(self.y), self.seeds, self.target)

    def settings(self, cell: Cell, seed: int = 0) -> Settings:
        """Returns the settings of one run of a cell; `seed` counts from 0."""
        return self.base.replace(
            **{
                self.x.name: self.x.values[cell.column],
                self.y.name: self.y.values[cell.row],
                "seed": self.base.seed + seed,
            }
        )

    @cached_property
    def architectures(self) -> Sequence[Block]:
        """A block of each architecture; each of them has as many runs as the others."""
        rows, columns, _ = self.shape
        varied = [
            range(1) if axis.name in study.STACKABLE else range(count)
            for axis, count in ((self.y, rows), (self.x, columns))
        ]
        steps = self.evaluation_steps
        cells = (Cell(*place) for place in product(*varied))
        return [Block((self.settings(cell),), steps) for cell in cells]

    def cells(self) -> Iterator[Cell]:
        """Yields all cells, coarse to fine: each finer grid fills the gaps of the one before."""
        rows, columns, _ = self.shape
        stride = 1 << (max(rows, columns) - 1).bit_length()
        seen: set[Cell] = set()
        while stride:
            for row in range(0, rows, stride):
                for column in range(0, columns, stride):
                    cell = Cell(row, column)
                    if cell not in seen:
                        seen.add(cell)
                        yield cell
            stride //= 2
