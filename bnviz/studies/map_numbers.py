"""MapNumbers: the numbers behind the picture of a phase map, as arrays by cell."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bnviz.studies.map_speeds import CellSpeeds
from bnviz.studies.phase_map import PhaseMap
from bnviz.studies.sweep import ACCURACIES, BY_OTHER_STATISTICS, Sweep, arm_measure, measures_of

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class MapNumbers:
    """What is known of the cells of a sweep, in arrays of shape (rows, columns).

    Attributes:
        sweep: The runs.
        measure: What is shown, one of `MEASURES`.
        arm_measure: What the maps of the single arms show, one of `ARM_MEASURES`.
        filled: Whether all runs of a cell are in.
        values: Median over the seeds, by arm. Infinite for the loss of a run that diverged and for
            the steps of a run that did not reach the target; NaN where a cell is not filled.
        low: Lowest value over the seeds, by arm.
        high: Highest value over the seeds, by arm.
        diverged: Share of the seeds that diverged, by arm; NaN where a cell is not filled.
        reached: Whether most of the seeds reached the target accuracy, by arm. A cell that is not
            filled takes this from its nearest filled cell.
        gain: How much better the second network is: the difference of accuracies, shares or steps,
            `log10(first loss / second loss)`, or `log2(speed-up)`. Except for the speed-up,
            infinite where only one arm has a number. NaN where there is none and where a cell is
            not filled.
        kept: Whether the map has numbers of this measure; one of an earlier version may lack them.
        by_other_statistics: The second network's by `BY_OTHER_STATISTICS`; NaN where not kept.
        speeds: The speed-up of each cell.
        nearest: Row and column of the nearest filled cell, shape (2, rows, columns); -1 where no
            cell is filled.
    """

    sweep: Sweep
    measure: str
    arm_measure: str
    filled: NDArray[np.bool_]
    values: dict[str, Floats]
    low: dict[str, Floats]
    high: dict[str, Floats]
    diverged: dict[str, Floats]
    reached: dict[str, NDArray[np.bool_]]
    gain: Floats
    kept: bool
    by_other_statistics: dict[str, Floats]
    speeds: CellSpeeds
    nearest: NDArray[np.int64]

    @classmethod
    def of(cls, phase_map: PhaseMap, measure: str = "") -> "MapNumbers":
        """Computes the numbers of a map in its present state.

        Args:
            phase_map: Complete or growing; it must not grow during the call.
            measure: What is shown, one of `MEASURES`; the sweep's own if empty, and if its
                networks have no such measure.
        """
        sweep, filled = phase_map.sweep, phase_map.filled()
        if measure not in measures_of(sweep.base.second_arm):
            measure = sweep.measure
        of_arms = arm_measure(measure)
        values = {arm: phase_map.values(arm, of_arms) for arm in sweep.arms}
        ends: list[dict[str, Floats]] = []
        for end in (np.fmin, np.fmax):  # which leave out NaN
            over = {
                arm: end.reduce(phase_map.run_values(arm, of_arms), axis=2) for arm in sweep.arms
            }
            ends.append({arm: np.where(filled, over[arm], np.nan) for arm in sweep.arms})
        if of_arms == "diverged":  # a share of the seeds has no range over the seeds
            ends = [values, values]
        steps = {arm: phase_map.values(arm, "steps_to_target") for arm in sweep.arms}
        speeds = phase_map.speeds()
        nearest = nearest_filled(filled, sweep)
        return cls(
            sweep=sweep,
            measure=measure,
            arm_measure=of_arms,
            filled=filled,
            values=values,
            low=ends[0],
            high=ends[1],
            diverged={arm: phase_map.values(arm, "diverged") for arm in sweep.arms},
            reached={arm: np.isfinite(steps[arm])[tuple(nearest)] for arm in sweep.arms},
            gain=_gain(speeds, values, measure),
            speeds=speeds,
            kept=phase_map.keeps(measure),
            by_other_statistics={
                name: phase_map.values(sweep.arms[1], name) for name in BY_OTHER_STATISTICS
            },
            nearest=nearest,
        )

    def provisional(self, values: Floats) -> Floats:
        """Returns the nearest filled cell's value where a cell is not filled; NaN elsewhere."""
        row, column = self.nearest
        return np.where(self.filled | (row < 0), np.nan, values[row, column])


def nearest_filled(filled: NDArray[np.bool_], sweep: Sweep) -> NDArray[np.int64]:
    """Returns the nearest filled cell of every cell; a filled cell is its own.

    Among equally near cells the coarsest wins. It has been known longest, so a cell changes its
    provisional colour as rarely as possible.

    Args:
        filled: Whether each cell is filled, shape (rows, columns).
        sweep: Determines the order of the cells.

    Returns:
        Rows and columns, shape (2, rows, columns); -1 where no cell is filled.
    """
    known = np.array([(c.row, c.column) for c in sweep.cells() if filled[c.row, c.column]])
    if not len(known):
        return np.full((2, *filled.shape), -1)
    cells = np.moveaxis(np.indices(filled.shape), 0, -1)[:, :, None]
    distance = ((cells - known) ** 2).sum(axis=-1)
    return np.moveaxis(known[distance.argmin(axis=-1)], -1, 0)


def _gain(speeds: CellSpeeds, values: dict[str, Floats], measure: str) -> Floats:
    none, second = values.values()
    with np.errstate(invalid="ignore", divide="ignore"):
        match measure:
            case "speed_up":
                return np.asarray(np.log2(speeds.shown))
            case "validation_loss":
                return np.asarray(np.log10(none / second))
            case _ if measure in ACCURACIES:
                return second - none
            case _:
                return none - second
