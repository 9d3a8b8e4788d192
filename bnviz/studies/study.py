"""Study: many short runs that answer one question, and what is known of their networks.

A sweep over two settings, an experiment over many seeds and the search for the largest stable
learning rate are studies. Each says which runs it needs next, in blocks that are trained together,
and takes in what came of them; the engine and the terminal carry any of them out alike.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from bnviz.kinds import Value
from bnviz.settings import KINDS, PLANE_DATASETS, Settings

#: Settings in which the networks of one block may differ; all others decide the program.
STACKABLE = ("learning_rate", "init_scale", "init_stddev", "bn_momentum", "bn_epsilon", "seed")
#: Settings that a study leaves at their defaults: what they ask for has no place in a block.
UNUSED = ("dropout", "interventions", "third_arm", "deep")
_DECIDING = tuple(name for name in KINDS if name not in STACKABLE)
_DECIDING_IN_PLANE = tuple(name for name in _DECIDING if name != "noise")
#: Networks of one arm that are trained together, at the most. With fewer each takes longer; with
#: more nothing is gained, and a block that is not full trains more copies for nothing.
BLOCK_SIZE = 16

#: What is known of one network: at every watched step, and over the whole run.
#: `diverged_at` is the step from which on its loss was no finite number or over 1,000 times the
#: first; -1 if it never was.
CURVES = ("train_loss", "validation_loss", "validation_accuracy")


@dataclass(frozen=True)
class Block:
    """Runs that are trained together.

    Attributes:
        settings: Of each run; they differ in `STACKABLE` settings alone.
        watch: Steps after which the networks are evaluated, increasing, from 0 to the runs' last.

    Raises:
        ValueError: If there is no run or there are more than `BLOCK_SIZE`, if the runs differ in
            more, or if the watched steps are others.
    """

    settings: tuple[Settings, ...]
    evaluation_steps: tuple[int, ...]

    def __post_init__(self) -> None:
        if not 1 <= len(self.settings) <= BLOCK_SIZE:
            count = len(self.settings)
            raise ValueError(f"{count} runs came; a block has 1 to {BLOCK_SIZE}: make several")
        if len({compile_key(settings) for settings in self.settings}) != 1:
            raise ValueError(f"the runs of a block may differ in {', '.join(STACKABLE)} alone")
        steps, last = self.evaluation_steps, self.settings[0].steps
        ends = (steps[0], steps[-1]) if steps else ()
        if ends != (0, last) or any(stop <= start for start, stop in pairwise(steps)):
            raise ValueError(f"evaluation steps are {steps}; they must rise from 0 to {last}")


@dataclass(frozen=True, eq=False)
class Outcome:
    """What came of one arm's networks of a block.

    Attributes:
        train_loss: Loss on the probe by its own statistics, shape (runs, watched steps).
        validation_loss: By the moving statistics, of the same shape.
        validation_accuracy: Likewise, from 0 to 1.
        diverged_at: Step of divergence, or -1, shape (runs,).
    """

    train_loss: NDArray[np.float32]
    validation_loss: NDArray[np.float32]
    validation_accuracy: NDArray[np.float32]
    diverged_at: NDArray[np.int32]


class Study(Protocol):
    """Runs that answer one question. Not safe to use from several threads."""

    @property
    def digest(self) -> str:
        """Names the study; the same question has the same digest."""

    @property
    def complete(self) -> bool:
        """Whether everything is known that was asked for."""

    @property
    def progress(self) -> float:
        """Share of the runs that are known, from 0 to 1."""

    def blocks(self) -> Sequence[Block]:
        """Blocks that can be trained now and have not been given out yet, the first one first.

        A study whose next runs follow from the outcome of earlier ones has none until these are in.
        """

    def put(self, block: Block, outcomes: dict[str, Outcome]) -> None:
        """Takes in what came of a block that was given out, by arm; once more changes nothing."""


def reset_unused(settings: Settings) -> Settings:
    """The settings as a study trains them: without what has no place in a block."""
    default = Settings()
    return settings.replace(**{name: getattr(default, name) for name in UNUSED})


def compile_key(settings: Settings) -> tuple[Value, ...]:
    """What decides the program of a run: the values of the settings that are not its inputs.

    Examples in the plane follow from the seed, but all have one shape, so they are inputs, too.
    """
    names = _DECIDING if settings.dataset not in PLANE_DATASETS else _DECIDING_IN_PLANE
    return tuple(getattr(settings, name) for name in names)


def digest(*parts: Value | Settings) -> str:
    """16 hexadecimal characters that name a study of these parts."""
    texts = [part.to_json() if isinstance(part, Settings) else part for part in parts]
    text = json.dumps([Settings.VERSION, *texts])
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def choose_evaluation_steps(steps: int, points: int) -> tuple[int, ...]:
    """Steps at which networks are evaluated: 0, and about so many more, denser at the start."""
    share = np.linspace(0.0, 1.0, min(points, steps) + 1)
    return tuple(np.unique(np.ceil(steps * share**1.25).astype(int)).tolist())
