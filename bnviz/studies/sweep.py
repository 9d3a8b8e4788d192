"""Sweep: which runs a map over two settings is made of."""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from bnviz.kinds import Float, Integer
from bnviz.settings import KINDS, SEEDS, Problem, Settings, SettingsError
from bnviz.studies import study

#: Settings that an axis can run over.
AXES = (
    "learning_rate",
    "init_scale",
    "hidden_layers",
    "units",
    "batch_size",
    "bn_momentum",
    "bn_epsilon",
)
SCALES = ("linear", "log")
#: Most places along an axis, and most seeds of a cell.
MAX_VALUES, MAX_SEEDS = 24, 10
#: Evaluations of each network after step 0, so that the steps to the target are known to about
#: a twelfth of the run.
EVALUATIONS = 12
#: What a cell can show, and what it is called.
MEASURES = {
    "validation_accuracy": "final validation accuracy",
    "validation_loss": "final validation loss",
    "steps_to_target": "steps to the target accuracy",
    "diverged": "share of seeds that diverged",
    "speed_up": "speed-up of BN in steps",
}
_AXIS_RULE = (
    "NAME=LOW:HIGH:SCALE:COUNT such as learning_rate=0.001:10:log:16, with NAME one of "
    f"{', '.join(AXES)}, LOW below HIGH, SCALE one of {', '.join(SCALES)} (log needs LOW above 0) "
    f"and a COUNT from 2 to {MAX_VALUES}"
)


@dataclass(frozen=True)
class Axis:
    """A setting and the values that it takes along one side of a map.

    Raises:
        SettingsError: If anything is not as allowed.
    """

    name: str
    low: float
    high: float
    scale: str
    count: int

    def __post_init__(self) -> None:
        problem = self._problem()
        if problem:
            raise SettingsError([Problem("axis", str(self), problem)])

    def _problem(self) -> str:
        """What is allowed, where this is not."""
        kind = KINDS.get(self.name)
        if self.name not in AXES or not isinstance(kind, Integer | Float):
            return _AXIS_RULE
        if self.scale not in SCALES or not 2 <= self.count <= MAX_VALUES:
            return _AXIS_RULE
        if not self.low < self.high:
            return "a range whose low end is below its high end"
        if self.scale == "log" and self.low <= 0:
            return "a range above 0, or the scale linear"
        if self.low < kind.low or self.high > kind.high:
            return f"a range within {self.name}'s own, which is {kind.allowed()}"
        return ""

    @classmethod
    def parse(cls, text: str) -> "Axis":
        """An axis from text such as "learning_rate=0.001:10:log:16"; `str` is the inverse.

        Raises:
            SettingsError: If it is none.
        """
        name, _, rest = text.partition("=")
        parts = rest.split(":")
        try:
            if len(text) > 100 or len(parts) != 4:
                raise ValueError(text)
            low, high, count = float(parts[0]), float(parts[1]), int(parts[3])
        except ValueError:
            raise SettingsError([Problem("axis", text, _AXIS_RULE)]) from None
        return cls(name.strip(), low, high, parts[2], count)

    def label(self, place: int) -> str:
        """One of the values as it is written beside the map: whole, or to three digits."""
        value = self.values[place]
        return f"{value:,}" if isinstance(value, int) else f"{value:.3g}"

    def __str__(self) -> str:
        low, high = (repr(float(end)).removesuffix(".0") for end in (self.low, self.high))
        return f"{self.name}={low}:{high}:{self.scale}:{self.count}"

    @cached_property
    def values(self) -> tuple[float, ...] | tuple[int, ...]:
        """The values, increasing: whole where the setting is, else to four digits."""
        spread = np.geomspace if self.scale == "log" else np.linspace
        values = spread(self.low, self.high, self.count).tolist()
        if isinstance(KINDS[self.name], Integer):
            return tuple(sorted({round(value) for value in values}))
        return tuple(sorted({float(f"{value:.4g}") for value in values}))


#: The range that each axis has unless another is asked for.
DEFAULT_AXES = {
    axis.name: axis
    for axis in (
        Axis("learning_rate", 0.01, 10.0, "log", 16),
        Axis("init_scale", 0.1, 10.0, "log", 16),
        Axis("hidden_layers", 1, 12, "linear", 12),
        Axis("units", 4, 128, "log", 6),
        Axis("batch_size", 2, 256, "log", 8),
        Axis("bn_momentum", 0.0, 0.99, "linear", 12),
        Axis("bn_epsilon", 1e-5, 1.0, "log", 11),
    )
}


@dataclass(frozen=True)
class Cell:
    """A place on the map: its row, by `Sweep.y`, and its column, by `Sweep.x`."""

    row: int
    column: int


@dataclass(frozen=True)
class Sweep:
    """A map of runs over two settings.

    Attributes:
        base: The settings that all runs share; its seed is the first of `seeds`.
        x: The setting along the columns.
        y: The setting along the rows.
        seeds: Runs of each cell, 1 to 10, with following seeds.
        measure: What a cell shows, one of `MEASURES`; it does not change what is run.
        target: Validation accuracy whose steps are counted, above 0 and at most 1.

    Raises:
        SettingsError: If anything is not as allowed.
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
        if self.x.name == self.y.name:
            allowed = f"another setting than that of x, which is {self.x.name}"
            problems.append(Problem("y", self.y.name, allowed))
        whole = isinstance(self.seeds, int) and not isinstance(self.seeds, bool)
        if not whole or not 1 <= self.seeds <= MAX_SEEDS:
            allowed = f"a whole number from 1 to {MAX_SEEDS}"
            problems.append(Problem("seeds", str(self.seeds), allowed))
        if self.measure not in MEASURES:
            problems.append(Problem("measure", self.measure, f"one of {', '.join(MEASURES)}"))
        if not 0 < self.target <= 1:
            problems.append(Problem("target", str(self.target), "a number above 0, at most 1"))
        if self.base.seed + self.seeds - 1 > SEEDS.high:
            problems.append(Problem("seed", str(self.base.seed), "a smaller one for so many seeds"))
        if problems:
            raise SettingsError(problems)

    @classmethod
    def nearest(cls, base: Settings, given: Mapping[str, str]) -> tuple["Sweep", list[Problem]]:
        """The sweep that text by name describes, as in a URL, and what was wrong with it.

        Args:
            base: The settings that all runs share.
            given: Any of `x`, `y`, `seeds`, `measure` and `target`; what is not as allowed is
                replaced by its default.
        """
        readers: dict[str, Callable[[str], object]] = {
            "x": Axis.parse,
            "y": Axis.parse,
            "seeds": int,
            "measure": str,
            "target": float,
        }
        values: dict[str, object] = {}
        problems: list[Problem] = []
        for name, text in given.items():
            try:
                value = readers[name](text[:200])
                # Alone with the defaults first, so that each bad value is named by itself.
                other = {"y": Axis("bn_epsilon", 0.001, 1, "log", 2)} if name == "x" else {}
                other = {"x": Axis("bn_epsilon", 0.001, 1, "log", 2)} if name == "y" else other
                cls(base, **other | {name: value})  # type: ignore[arg-type]
            except SettingsError as error:
                problems += [Problem(name, each.given, each.allowed) for each in error.problems]
            except ValueError:
                allowed = "a whole number" if name == "seeds" else "a number"
                problems.append(Problem(name, text, f"{allowed} such as {getattr(Sweep(), name)}"))
            else:
                values[name] = value
        try:
            return cls(base, **values), problems  # type: ignore[arg-type]
        except SettingsError as error:
            for each in error.problems:
                values.pop(each.name, None)
                values.pop("x" if each.name == "y" else "", None)
            return cls(base, **values), [*problems, *error.problems]  # type: ignore[arg-type]

    def to_query(self) -> dict[str, str]:
        """What differs from the defaults beside the settings, as a URL query."""
        default = Sweep()
        return {
            name: f"{value:g}" if isinstance(value, float) else str(value)
            for name in ("x", "y", "seeds", "measure", "target")
            if (value := getattr(self, name)) != getattr(default, name)
        }

    @classmethod
    def from_json(cls, text: str) -> "Sweep":
        """The inverse of `to_json`.

        Raises:
            SettingsError: If the text is no JSON object of a sweep, or of another version.
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
            allowed = "a JSON object of a sweep of this version of the laboratory"
            raise SettingsError([Problem("sweep", text, allowed)]) from None

    def to_json(self) -> str:
        """All of the sweep as one JSON object."""
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
    def shape(self) -> tuple[int, int, int]:
        """Rows, columns and seeds."""
        return len(self.y.values), len(self.x.values), self.seeds

    @property
    def evaluation_steps(self) -> tuple[int, ...]:
        """Steps at which every network is evaluated."""
        return study.choose_evaluation_steps(self.base.steps, EVALUATIONS)

    @property
    def digest(self) -> str:
        """16 hexadecimal characters that name the runs and what is kept of them."""
        runs = [self.base.VERSION, self.base.to_json(), str(self.x), str(self.y), self.seeds]
        parts = [*runs, self.target]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]

    def settings(self, cell: Cell, seed: int = 0) -> Settings:
        """The settings of one run: a cell's, with the first seed or a following one."""
        return self.base.replace(
            **{
                self.x.name: self.x.values[cell.column],
                self.y.name: self.y.values[cell.row],
                "seed": self.base.seed + seed,
            }
        )

    def cells(self) -> Iterator[Cell]:
        """All cells, coarse to fine: each finer grid lies between the places of the one before."""
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
