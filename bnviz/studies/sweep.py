"""Sweep: the runs of a phase map, which varies two settings."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from bnviz.settings import Problem, Settings, SettingsError
from bnviz.studies import study
from bnviz.studies.axis import DEFAULT_AXES, Axis

#: Maximum number of seeds of each cell.
MAX_SEEDS = 10
#: Evaluations of each network after step 0: the steps to the target are known to about a twelfth
#: of the run.
EVALUATIONS = 12
#: What a cell can show, with its label.
MEASURES = {
    "validation_accuracy": "final validation accuracy",
    "validation_loss": "final validation loss",
    "steps_to_target": "steps to the target accuracy",
    "diverged": "share of seeds that diverged",
    "speed_up": "speed-up of BN in steps",
}


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
        measure: What a cell shows, one of `MEASURES`; it does not change the runs.
        target: Validation accuracy for counting the steps to it, above 0 and at most 1.

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
        if self.x.name == self.y.name:
            allowed = f"another setting than that of x, which is {self.x.name}"
            problems.append(Problem("y", self.y.name, allowed))
        problems += study.seed_problems(self.base.seed, self.seeds, low=1, high=MAX_SEEDS)
        if self.measure not in MEASURES:
            problems.append(Problem("measure", self.measure, f"one of {', '.join(MEASURES)}"))
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
                # Each value is tried alone with the defaults, so that each bad one is named.
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
        """Returns what differs from the defaults, apart from the settings, as a URL query."""
        default = Sweep()
        return {
            name: f"{value:g}" if isinstance(value, float) else str(value)
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
    def shape(self) -> tuple[int, int, int]:
        """Number of rows, columns and seeds."""
        return len(self.y.values), len(self.x.values), self.seeds

    @property
    def evaluation_steps(self) -> tuple[int, ...]:
        """Steps at which every network is evaluated."""
        return study.choose_evaluation_steps(self.base.steps, EVALUATIONS)

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
