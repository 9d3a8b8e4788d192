"""MapNumbers: everything that a picture of a phase map is drawn from, as arrays by cell."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bnviz.frames import ARMS
from bnviz.studies.phase_map import PhaseMap
from bnviz.studies.sweep import Sweep

#: What the maps of the arms show where the sweep asks for something of both.
_OF_ARMS = {"speed_up": "steps_to_target"}

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class MapNumbers:
    """What is known of the cells of a sweep; every array has the shape (rows, columns) at its end.

    Attributes:
        sweep: What was run.
        measure: What is shown, one of `MEASURES`.
        arm_measure: What the maps of the arms show of it, one of `MEASURES` but "speed_up".
        filled: Cells of which all runs are in.
        values: By arm the median over the seeds; infinite for the loss of a run that diverged and
            the steps of one that did not reach the target, NaN where a cell is not filled.
        low: By arm the lowest over the seeds.
        high: By arm the highest.
        diverged: By arm the share of the seeds that diverged, NaN where a cell is not filled.
        reached: By arm whether most of the seeds reached the target accuracy; before a cell is
            filled whether its nearest one did.
        gain: How much better it is with BN: the difference of accuracies, of shares or of steps,
            the decimal logarithm of the losses' ratio, the binary one of the speed-up. Infinite
            where one arm alone has a number, NaN where none has one or a cell is not filled.
        nearest: Row and column of the nearest cell that is filled, shape (2, rows, columns), or
            -1 where there is none.
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
    nearest: NDArray[np.int64]

    @classmethod
    def of(cls, phase_map: PhaseMap, measure: str = "") -> "MapNumbers":
        """The numbers of a map as it stands.

        Args:
            phase_map: Complete or growing; must not grow meanwhile.
            measure: What is shown; that of the sweep if empty.
        """
        sweep, filled = phase_map.sweep, phase_map.filled()
        measure = measure or sweep.measure
        arm_measure = _OF_ARMS.get(measure, measure)
        values = {arm: phase_map.values(arm, arm_measure) for arm in ARMS}
        ends: list[dict[str, Floats]] = []
        for end in (np.min, np.max):
            over = {arm: end(phase_map.run_values(arm, arm_measure), axis=2) for arm in ARMS}
            ends.append({arm: np.where(filled, over[arm], np.nan) for arm in ARMS})
        if arm_measure == "diverged":  # a share of the seeds has no range over them
            ends = [values, values]
        steps = {arm: phase_map.values(arm, "steps_to_target") for arm in ARMS}
        nearest = nearest_filled(filled, sweep)
        return cls(
            sweep=sweep,
            measure=measure,
            arm_measure=arm_measure,
            filled=filled,
            values=values,
            low=ends[0],
            high=ends[1],
            diverged={arm: phase_map.values(arm, "diverged") for arm in ARMS},
            reached={arm: np.isfinite(steps[arm])[tuple(nearest)] for arm in ARMS},
            gain=_gain(phase_map, values, measure),
            nearest=nearest,
        )

    def provisional(self, values: Floats) -> Floats:
        """The nearest known number of each cell that is not filled; NaN elsewhere."""
        row, column = self.nearest
        return np.where(self.filled | (row < 0), np.nan, values[row, column])


def nearest_filled(filled: NDArray[np.bool_], sweep: Sweep) -> NDArray[np.int64]:
    """The nearest filled cell of every cell, itself where it is filled.

    Of several equally near ones it is the coarsest, which is known the longest, so that a cell
    changes its early colour as seldom as can be.

    Args:
        filled: Shape (rows, columns).
        sweep: From which the order of the cells follows.

    Returns:
        Rows and columns, shape (2, rows, columns); -1 where no cell is filled.
    """
    known = np.array([(c.row, c.column) for c in sweep.cells() if filled[c.row, c.column]])
    if not len(known):
        return np.full((2, *filled.shape), -1)
    places = np.moveaxis(np.indices(filled.shape), 0, -1)[:, :, None]
    distance = ((places - known) ** 2).sum(axis=-1)
    return np.moveaxis(known[distance.argmin(axis=-1)], -1, 0)


def _gain(phase_map: PhaseMap, values: dict[str, Floats], measure: str) -> Floats:
    none, bn = (values[arm] for arm in ARMS)
    with np.errstate(invalid="ignore", divide="ignore"):
        match measure:
            case "speed_up":
                return np.asarray(np.log2(phase_map.speed_up()))
            case "validation_loss":
                return np.asarray(np.log10(none / bn))
            case "validation_accuracy":
                return bn - none
            case _:
                return none - bn
