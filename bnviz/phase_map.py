"""PhaseMap: what is known of the runs of a sweep; it fills while they are trained."""

from collections.abc import Sequence
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from bnviz.frames import ARMS
from bnviz.study import BLOCK_SIZE, Block, Outcome, program
from bnviz.sweep import Cell, Sweep

#: What is kept of each run of each arm: the last validation loss and accuracy, the first watched
#: step at which the target accuracy was met, or -1, and the step of divergence, or -1.
CELL = np.dtype(
    [
        ("validation_loss", np.float32),
        ("validation_accuracy", np.float32),
        ("steps_to_target", np.int32),
        ("diverged_at", np.int32),
    ]
)


class PhaseMap:
    """A sweep and what is known of its runs; a `Study`.

    Args:
        sweep: What is run.
        block_size: Networks of one arm that are trained together, at the most.

    Attributes:
        sweep: What is run.
        runs: By arm `CELL` of each run, shape (rows, columns, seeds).
        known: Which runs are in, shape (rows, columns, seeds).
    """

    def __init__(self, sweep: Sweep, *, block_size: int = BLOCK_SIZE):
        self.sweep = sweep
        self.runs = {arm: np.zeros(sweep.shape, CELL) for arm in ARMS}
        self.known = np.zeros(sweep.shape, bool)
        self._places: dict[Block, list[tuple[int, int, int]]] = {}
        self._waiting = self._divided(block_size)

    @property
    def digest(self) -> str:
        return self.sweep.digest

    @property
    def complete(self) -> bool:
        return bool(self.known.all())

    @property
    def progress(self) -> float:
        return float(self.known.mean())

    def blocks(self) -> Sequence[Block]:
        waiting, self._waiting = self._waiting, []
        return [block for block in waiting if not all(self.known[p] for p in self._places[block])]

    def put(self, block: Block, outcomes: dict[str, Outcome]) -> None:
        watch = np.array(block.watch)
        for number, place in enumerate(self._places[block]):
            for arm, outcome in outcomes.items():
                hits = np.flatnonzero(outcome.validation_accuracy[number] >= self.sweep.target)
                self.runs[arm][place] = (
                    outcome.validation_loss[number, -1],
                    outcome.validation_accuracy[number, -1],
                    watch[hits[0]] if len(hits) else -1,
                    outcome.diverged_at[number],
                )
            self.known[place] = True

    def filled(self) -> NDArray[np.bool_]:
        """Cells of which all seeds are in, shape (rows, columns)."""
        return np.asarray(self.known.all(axis=2))

    def values(self, arm: str, measure: str = "") -> NDArray[np.float64]:
        """What the cells show of an arm: the median over their seeds.

        A run that diverged counts as an infinite loss, one that did not reach the target as
        infinitely many steps.

        Args:
            arm: One of `ARMS`.
            measure: One of `MEASURES` but "speed_up"; that of the sweep if empty.

        Returns:
            Shape (rows, columns); NaN where a cell is not filled.
        """
        measure = measure or self.sweep.measure
        values = np.median(self.of_runs(arm, measure), axis=2)
        if measure == "diverged":
            values = (self.runs[arm]["diverged_at"] >= 0).mean(axis=2)
        return np.where(self.filled(), values, np.nan)

    def of_runs(self, arm: str, measure: str) -> NDArray[np.float64]:
        """A measure of every run of an arm, shape (rows, columns, seeds); see `values`."""
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

    def speed_up(self) -> NDArray[np.float64]:
        """Steps to the target without BN over those with it, medians over the seeds.

        Returns:
            Shape (rows, columns); infinite where BN alone reaches it, 0 where the other alone does,
            NaN where neither does, where BN starts there, or where a cell is not filled.
        """
        none, bn = (self.values(arm, "steps_to_target") for arm in ARMS)
        with np.errstate(invalid="ignore", divide="ignore"):
            ratio = np.where(np.isinf(bn) & ~np.isinf(none), 0.0, none / bn)
        return np.where(bn == 0, np.nan, ratio)

    def _divided(self, block_size: int) -> list[Block]:
        """The runs in blocks of one program each, coarse to fine."""
        sweep = self.sweep
        jobs = [
            (sweep.settings(cell, seed), (cell.row, cell.column, seed))
            for cell in sweep.cells()
            for seed in range(sweep.seeds)
        ]
        # The sort is stable, so that every program's runs stay coarse to fine.
        order = {key: i for i, key in enumerate(dict.fromkeys(program(job[0]) for job in jobs))}
        jobs.sort(key=lambda job: order[program(job[0])])
        blocks = []
        for _, group in groupby(jobs, key=lambda job: program(job[0])):
            members = list(group)
            for start in range(0, len(members), block_size):
                part = members[start : start + block_size]
                block = Block(tuple(settings for settings, _ in part), sweep.watch)
                self._places[block] = [place for _, place in part]
                blocks.append(block)
        return blocks

    def seeds_of(self, cell: Cell, arm: str, measure: str) -> NDArray[np.float64]:
        """A measure of each seed of a cell, shape (seeds,)."""
        return np.asarray(self.of_runs(arm, measure)[cell.row, cell.column])
