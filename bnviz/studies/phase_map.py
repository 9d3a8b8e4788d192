"""PhaseMap: the runs of a sweep and what is known of them; it fills while they are trained."""

from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from bnviz.findings.comparison import compare
from bnviz.findings.wording import percent
from bnviz.frames import ARM_LABELS, ARMS
from bnviz.settings import KINDS, Settings
from bnviz.studies import map_file
from bnviz.studies.map_file import CELL, PhaseMapError
from bnviz.studies.planned_study import PlannedStudy
from bnviz.studies.study import BLOCK_SIZE, Block, Outcome, compile_key
from bnviz.studies.sweep import Cell, Sweep

__all__ = ["PhaseMap", "PhaseMapError"]


class PhaseMap(PlannedStudy):
    """A sweep and what is known of its runs; a `Study`.

    Args:
        sweep: The runs.
        block_size: Maximum number of networks of one arm that are trained together.

    Attributes:
        sweep: The runs.
        runs: What is kept of each run, by arm: dtype `CELL`, shape (rows, columns, seeds).
        known: Whether each run is in, shape (rows, columns, seeds).
    """

    def __init__(self, sweep: Sweep, *, block_size: int = BLOCK_SIZE):
        super().__init__(sweep.shape, _plan(sweep, block_size))
        self.sweep = sweep
        self.runs = {arm: np.zeros(sweep.shape, CELL) for arm in ARMS}

    @property
    def digest(self) -> str:
        return self.sweep.digest

    def _keep(self, arm: str, index: Any, outcome: Outcome) -> None:
        runs, accuracy = self.runs[arm], outcome.validation_accuracy
        reached = accuracy >= self.sweep.target
        first = np.array(self.sweep.evaluation_steps)[reached.argmax(axis=1)]
        runs["validation_loss"][index] = outcome.validation_loss[:, -1]
        runs["validation_accuracy"][index] = accuracy[:, -1]
        runs["steps_to_target"][index] = np.where(reached.any(axis=1), first, -1)
        runs["diverged_at"][index] = outcome.diverged_at

    def filled(self) -> NDArray[np.bool_]:
        """Returns which cells have all of their seeds, shape (rows, columns)."""
        return np.asarray(self.known.all(axis=2))

    def values(self, arm: str, measure: str = "") -> NDArray[np.float64]:
        """Returns a measure of an arm in each cell: the median over the seeds.

        Args:
            arm: One of `ARMS`.
            measure: One of `MEASURES`; the sweep's own if empty. The speed-up belongs to both arms,
                so the steps to the target take its place.

        Returns:
            Shape (rows, columns). The loss is infinite for a run that diverged, the steps for one
            that did not reach the target. For "diverged" it is the share of the seeds. NaN where a
            cell is not filled.
        """
        measure = measure or self.sweep.measure
        values = np.median(self.run_values(arm, measure), axis=2)
        if measure == "diverged":
            values = (self.runs[arm]["diverged_at"] >= 0).mean(axis=2)
        return np.where(self.filled(), values, np.nan)

    def run_values(self, arm: str, measure: str) -> NDArray[np.float64]:
        """Returns a measure of every run of an arm, shape (rows, columns, seeds); see `values`."""
        runs = self.runs[arm]
        diverged = runs["diverged_at"] >= 0
        match measure:
            case "diverged":
                return np.asarray(diverged, float)
            case "steps_to_target" | "speed_up":
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

    def speed_up(self) -> NDArray[np.float64]:
        """Returns the steps to the target without BN divided by those with BN.

        Both are medians over the seeds.

        Returns:
            Shape (rows, columns). Infinite where only BN reaches the target, 0 where only the
            network without BN does. NaN where neither does, where BN starts at the target, and
            where a cell is not filled.
        """
        none, bn = (self.values(arm, "steps_to_target") for arm in ARMS)
        with np.errstate(invalid="ignore", divide="ignore"):
            ratio = np.where(np.isinf(bn) & ~np.isinf(none), 0.0, none / bn)
        return np.where(bn == 0, np.nan, ratio)

    def sentence(self) -> str:
        """Says how much of the map each arm learns, and where."""
        filled, target = self.filled(), f"{percent(self.sweep.target)} validation accuracy"
        known, total = int(filled.sum()), filled.size
        if not known:
            return "No cell has been trained yet."
        reached = {arm: np.isfinite(self.values(arm, "steps_to_target")) for arm in ARMS}
        none, bn = (int(reached[arm].sum()) for arm in ARMS)
        cells = f"{total:,} cells" if known == total else f"the {known:,} cells trained so far"
        if not none and not bn:
            return f"Of {cells}, none reaches {target}, with or without BN."
        counts = f"Of {cells}, {none:,} reach {target} without BN and {bn:,} with BN"
        if compare(bn, none) == 0:
            counts = f"{counts}: no clear difference"
        where = [self._where(reached[arm], ARM_LABELS[arm]) for arm in ARMS if reached[arm].any()]
        return f"{counts}. They lie at {'; '.join(where)}."

    def _where(self, cells: NDArray[np.bool_], label: str) -> str:
        """Returns the ranges of both settings in which cells lie."""
        ranges = []
        for axis, others in ((self.sweep.x, 0), (self.sweep.y, 1)):
            numbers = np.flatnonzero(cells.any(axis=others))
            low, high = (axis.label(number) for number in numbers[[0, -1]].tolist())
            ranges.append(
                f"{KINDS[axis.name].label} {low}" + (f" to {high}" if high != low else "")
            )
        return f"{' and '.join(ranges)} {label}"

    def save(self, file: str | Path | BinaryIO) -> None:
        """Writes the map, complete or not, as a compressed NumPy archive without pickles."""
        map_file.write(file, self.sweep, self.known, self.runs)

    @classmethod
    def load(cls, file: str | Path | BinaryIO) -> "PhaseMap":
        """Reads a map; the inverse of `save`. It is safe on files from others.

        Raises:
            PhaseMapError: If the file is not a map that this version can read.
        """
        sweep, known, runs = map_file.read(file)
        loaded = cls(sweep)
        loaded.known, loaded.runs = known, runs
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
