"""Phase maps filled with made-up outcomes, for tests of what draws them."""

import numpy as np

from bnviz.settings import Settings
from bnviz.studies.axis import Axis
from bnviz.studies.phase_map import PhaseMap
from bnviz.studies.study import Outcome
from bnviz.studies.sweep import Sweep

#: Five places along x, four along y, three seeds.
SWEEP = Sweep(
    base=Settings(steps=100),
    x=Axis("learning_rate", 0.01, 100**0.5, "log", 5),
    y=Axis("init_scale", 0.1, 10.0, "log", 4),
    seeds=3,
)


def built_map(sweep=SWEEP, blocks=None):
    """A map whose outcomes follow from the cells' settings by a simple rule.

    Each arm learns while learning rate times initial scale is between its own two bounds; above
    100 times the lower bound of the other it diverges.

    Args:
        sweep: Over learning rate and initial scale.
        blocks: How many blocks are taken in; all, unless given.
    """
    phase_map = PhaseMap(sweep)
    for block in phase_map.blocks()[:blocks]:
        phase_map.put(block, {arm: outcome(block, arm) for arm in sweep.arms})
    return phase_map


def outcome(block, arm):
    low, high = {"none": (0.2, 2.0)}.get(arm, (0.02, 20.0))
    loss, accuracy, diverged_at = [], [], []
    share = np.array(block.evaluation_steps) / block.evaluation_steps[-1]
    for settings in block.settings:
        power = settings.learning_rate * settings.init_scale * (1 + 0.05 * (settings.seed % 3))
        learns = low <= power <= high
        diverges = power > 4 * high
        speed = 1 + 3 * np.clip(np.log10(max(power / low, 1)), 0, 1) if learns else 0.02
        reached = 0.1 + 0.87 * (1 - np.exp(-3 * speed * share))
        accuracy.append(np.where(diverges, 0.1, reached))
        loss.append(np.where(diverges, np.inf, 2.3 * (1 - reached) + 0.05))
        diverged_at.append(7 if diverges else -1)
    values = np.array(loss, np.float32)
    curves = np.array(accuracy, np.float32)
    share = np.zeros(len(values), np.float32)
    others = np.minimum(curves[:, -1] + 0.01, 1.0), np.minimum(curves[:, -1] + 0.02, 1.0)
    return Outcome(values, values, curves, np.array(diverged_at, np.int32), share, *others)
