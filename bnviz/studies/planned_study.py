"""PlannedStudy: the bookkeeping of a study whose runs are all known in advance."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from bnviz.studies.study import Block, Outcome


class PlannedStudy(ABC):
    """A study whose runs are all known in advance: what is in, and what is to be handed out.

    Args:
        shape: Shape of `known`.
        plan: For each block, in the order of training, the index of its runs in `known`.

    Attributes:
        known: Whether each run is in, shape `shape`.
    """

    def __init__(self, shape: tuple[int, ...], plan: Mapping[Block, Any]):
        self.known = np.zeros(shape, bool)
        self._indices = plan
        self._waiting = list(plan)

    @property
    def complete(self) -> bool:
        return bool(self.known.all())

    @property
    def progress(self) -> float:
        return float(self.known.mean())

    @property
    def num_runs(self) -> int:
        return int(self.known.size)

    def blocks(self) -> Sequence[Block]:
        waiting, self._waiting = self._waiting, []
        return [block for block in waiting if not self.known[self._indices[block]].all()]

    def put(self, block: Block, outcomes: dict[str, Outcome]) -> None:
        index = self._indices[block]
        for arm, outcome in outcomes.items():
            self._keep(arm, index, outcome)
        self.known[index] = True

    @abstractmethod
    def _keep(self, arm: str, index: Any, outcome: Outcome) -> None:
        """Stores the outcome of an arm at the index of its block's runs."""
