"""PhaseMap: the runs of a sweep and what is known of them; it fills while they are trained."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from bnviz.findings.comparison import compare
from bnviz.findings.speed import first_at
from bnviz.findings.wording import percent
from bnviz.recording.header import arm_addition, arm_label
from bnviz.settings import Settings
from bnviz.studies import map_file
from bnviz.studies.axis import setting_label
from bnviz.studies.best_rates import BestRates, best_rates
from bnviz.studies.map_file import MapRuns, PhaseMapError
from bnviz.studies.map_speeds import CellSpeeds, RunSpeeds, median
from bnviz.studies.planned_study import PlannedStudy
from bnviz.studies.study import BLOCK_SIZE, Block, Outcome, compile_key
from bnviz.studies.sweep import BY_OTHER_STATISTICS, STEPS_TO_SHARE, Cell, Sweep, arm_measure

__all__ = ["PhaseMap", "PhaseMapError"]


class PhaseMap(PlannedStudy):
    """A sweep and what is known of its runs; a `Study`.

    Args:
        sweep: The runs.
        block_size: Maximum number of networks of one arm that are trained together.

    Attributes:
        sweep: The runs.
        kept: What is kept of the runs.
        runs: The ends of the runs, by arm: `kept.ends`.
        known: Whether each run is in, shape (rows, columns, seeds).
    """

    def __init__(self, sweep: Sweep, *, block_size: int = BLOCK_SIZE):
        super().__init__(sweep.shape, _plan(sweep, block_size))
        self.sweep = sweep
        self._hold(MapRuns.empty(sweep))

    def _hold(self, kept: MapRuns) -> None:
        """Takes runs as what is known."""
        self.kept, self.known, self.runs = kept, kept.known, kept.ends
        self._speeds = RunSpeeds(self.sweep)
        self._speeds.add(kept, kept.known)

    @property
    def digest(self) -> str:
        return self.sweep.digest

    @property
    def architectures(self) -> Sequence[Block]:
        return self.sweep.architectures

    def _keep(self, arm: str, index: Any, outcome: Outcome) -> None:
        runs, accuracy = self.runs[arm], outcome.validation_accuracy
        first = [first_at(curve, self.sweep.target) for curve in accuracy]
        steps = self.sweep.evaluation_steps
        runs["validation_loss"][index] = outcome.validation_loss[:, -1]
        runs["validation_accuracy"][index] = accuracy[:, -1]
        runs["steps_to_target"][index] = [-1 if place is None else steps[place] for place in first]
        runs["diverged_at"][index] = outcome.diverged_at
        for name in BY_OTHER_STATISTICS:
            runs[name][index] = getattr(outcome, name)
        self.kept.accuracy[arm][index] = accuracy
        self.kept.majority_share[index] = outcome.majority_share

    def put(self, block: Block, outcomes: dict[str, Outcome]) -> None:
        super().put(block, outcomes)
        self._speeds.add(self.kept, self._indices[block])

    def filled(self) -> NDArray[np.bool_]:
        """Returns which cells have all of their seeds, shape (rows, columns)."""
        return np.asarray(self.known.all(axis=2))

    def values(self, arm: str, measure: str = "") -> NDArray[np.float64]:
        """Returns a measure of an arm in each cell: the median over the seeds.

        Args:
            arm: One of `Sweep.arms`.
            measure: One of `MEASURES` or `STEPS_TO_SHARE`; the sweep's own if empty. The speed-up
                belongs to both arms, so the steps to its target take its place.

        Returns:
            Shape (rows, columns). The loss is infinite for a run that diverged, the steps for one
            that did not reach the target. For "diverged" it is the share of the seeds. NaN where a
            cell is not filled, and for the steps to a target that says nothing.
        """
        measure = arm_measure(measure or self.sweep.measure)
        values = median(self.run_values(arm, measure))
        if measure == "diverged":
            values = (self.runs[arm]["diverged_at"] >= 0).mean(axis=2)
        return np.where(self.filled(), values, np.nan)

    def run_values(self, arm: str, measure: str) -> NDArray[np.float64]:
        """Returns a measure of every run of an arm, shape (rows, columns, seeds); see `values`."""
        if measure == STEPS_TO_SHARE:
            return self._speeds.steps[arm]
        runs = self.runs[arm]
        diverged = runs["diverged_at"] >= 0
        match measure:
            case "diverged":
                return np.asarray(diverged, float)
            case "steps_to_target":
                steps = np.asarray(runs["steps_to_target"], float)
                return np.where(steps < 0, np.inf, steps)
            case "validation_loss":
                loss = np.asarray(runs["validation_loss"], float)
                return np.where(diverged | ~np.isfinite(loss), np.inf, loss)
            case _:
                return np.asarray(runs[measure], float)

    def seed_values(self, cell: Cell, arm: str, measure: str) -> NDArray[np.float64]:
        """Returns a measure of each seed of a cell, shape (seeds,)."""
        return np.asarray(self.run_values(arm, measure)[cell.row, cell.column])

    def keeps(self, measure: str) -> bool:
        """Returns whether the map has a measure; those saved by earlier versions lack some."""
        return measure not in BY_OTHER_STATISTICS or self.kept.keeps(measure)

    def speeds(self) -> CellSpeeds:
        """Returns the speed-up of the second network in each cell, as for a run of its settings.

        The networks are evaluated at few steps, so it is known to lie between two ratios.
        """
        return self._speeds.cells(self.filled())

    def best_rates(self) -> BestRates | None:
        """Returns the speed-up with each arm at its best learning rate; None if not known."""
        return best_rates(self.sweep, self.kept)

    def sentence(self) -> str:
        """Says how much of the map each arm learns, and where."""
        filled, target = self.filled(), f"{percent(self.sweep.target)} validation accuracy"
        known, total = int(filled.sum()), filled.size
        if not known:
            return "No cell has been trained yet."
        base, arms = self.sweep.base, self.sweep.arms
        reached = {arm: np.isfinite(self.values(arm, "steps_to_target")) for arm in arms}
        first, second = (int(reached[arm].sum()) for arm in arms)
        without, having = (arm_addition(base, arm) for arm in arms)
        cells = f"{total:,} cells" if known == total else f"the {known:,} cells trained so far"
        best = self.best_rates()
        rates = f" {best.sentence()}" if best else ""
        if not first and not second:
            return f"Of {cells}, none reaches {target} with either network.{rates}"
        counts = f"Of {cells}, {first:,} reach {target} {without} and {second:,} {having}"
        if compare(second, first) == 0:
            counts = f"{counts}: no clear difference"
        where = [
            self._where(reached[arm], arm_label(base, arm)) for arm in arms if reached[arm].any()
        ]
        return f"{counts}. They lie at {'; '.join(where)}.{rates}"

    def _where(self, cells: NDArray[np.bool_], label: str) -> str:
        """Returns the ranges of both settings in which cells lie."""
        ranges = []
        for axis, others in ((self.sweep.x, 0), (self.sweep.y, 1)):
            numbers = np.flatnonzero(cells.any(axis=others))
            low, high = (axis.label(number) for number in numbers[[0, -1]].tolist())
            ranges.append(
                f"{setting_label(axis.name, self.sweep.base.second_arm)} {low}"
                + (f" to {high}" if high != low else "")
            )
        return f"{' and '.join(ranges)} {label}"

    def save(self, file: str | Path | BinaryIO) -> None:
        """Writes the map, complete or not, as a compressed NumPy archive without pickles."""
        map_file.write(file, self.sweep, self.kept)

    @classmethod
    def load(cls, file: str | Path | BinaryIO) -> "PhaseMap":
        """Reads a map; the inverse of `save`. It is safe on files from others.

        Raises:
            PhaseMapError: If the file is not a map that this version can read.
        """
        sweep, kept = map_file.read(file)
        loaded = cls(sweep)
        loaded._hold(kept)
        return loaded


def _plan(sweep: Sweep, block_size: int) -> dict[Block, tuple[NDArray[np.intp], ...]]:
    """Divides a sweep into blocks that are each compiled once, with the indices of their runs.

    The runs of each compiled function stay in the order of `Sweep.cells`, coarse to fine.
    """
    groups: dict[Any, list[tuple[Settings, tuple[int, int, int]]]] = {}
    for cell in sweep.cells():
        for seed in range(sweep.seeds):
            settings = sweep.settings(cell, seed)
            run = settings, (cell.row, cell.column, seed)
            groups.setdefault(compile_key(settings), []).append(run)
    plan = {}
    for runs in groups.values():
        for start in range(0, len(runs), block_size):
            part = runs[start : start + block_size]
            block = Block(tuple(settings for settings, _ in part), sweep.evaluation_steps)
            plan[block] = tuple(np.array([index for _, index in part]).T)
    return plan
