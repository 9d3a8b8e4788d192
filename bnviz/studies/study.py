"""Study: many short runs that answer one question, and what is known of their networks.

A sweep over two settings, an experiment over many seeds and the search for the largest stable
learning rate are studies. Each says which runs it needs next, in blocks that are trained together,
and takes in their outcomes. The engine and the terminal carry out all studies alike.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from bnviz.settings import Settings
from bnviz.settings.choices import PLANE_DATASETS, SEEDS, STUDY_ARMS
from bnviz.settings.kinds import Value
from bnviz.settings.problem import Problem
from bnviz.settings.settings import KINDS

#: Settings in which the networks of one block may differ; all others decide how it is compiled.
STACKABLE = (
    "learning_rate",
    "init_scale",
    "init_stddev",
    "bn_momentum",
    "bn_epsilon",
    "zero_last_gamma",
    "seed",
)
#: Settings that a study leaves at their defaults, because a block cannot do what they ask for.
UNUSED = ("dropout", "dropout_position", "interventions", "third_arm", "deep")
#: Why a network with noise has no place in a study.
TOGETHER = "whose networks are trained together and draw no noise"
_COMPILED = tuple(name for name in KINDS if name not in STACKABLE)
_COMPILED_IN_PLANE = tuple(name for name in _COMPILED if name != "noise")
#: Maximum number of networks of one arm that are trained together. Fewer take longer per network.
#: More gain nothing, and a block that is not full trains more copies in vain.
BLOCK_SIZE = 16

#: What is known of a network at each evaluation step.
CURVES = ("train_loss", "validation_loss", "validation_accuracy")


@dataclass(frozen=True)
class Block:
    """Runs that are trained together.

    Attributes:
        settings: The settings of each run; they differ only in `STACKABLE`
            settings and, on points in a plane, in `noise`.
        evaluation_steps: Steps after which the networks are evaluated, increasing from 0 to the
            last step of the runs.
        compares: Whether the outcome is to have all that a run's sentences compare, `Outcome.end`.

    Raises:
        ValueError: If there are no runs or more than `BLOCK_SIZE`, if the runs differ in other
            settings, or if the evaluation steps do not rise from 0 to the last step.
    """

    settings: tuple[Settings, ...]
    evaluation_steps: tuple[int, ...]
    compares: bool = False

    def __post_init__(self) -> None:
        if not 1 <= len(self.settings) <= BLOCK_SIZE:
            count = len(self.settings)
            raise ValueError(f"got {count} runs; a block has 1 to {BLOCK_SIZE}: make several")
        if len({compile_key(settings) for settings in self.settings}) != 1:
            raise ValueError(f"the runs of a block may differ only in {', '.join(STACKABLE)}")
        steps, last = self.evaluation_steps, self.settings[0].steps
        ends = (steps[0], steps[-1]) if steps else ()
        if ends != (0, last) or any(stop <= start for start, stop in pairwise(steps)):
            raise ValueError(f"evaluation steps are {steps}; they must rise from 0 to {last}")


def _unknown() -> NDArray[np.float32]:
    return np.full(1, np.nan, np.float32)


@dataclass(frozen=True, eq=False)
class Outcome:
    """What training a block gave for the networks of one arm.

    Attributes:
        train_loss: Loss on the probe; BN uses the probe's own statistics. Shape
            (runs, evaluation steps).
        validation_loss: Loss on the validation examples; BN uses the moving statistics. Same shape.
        validation_accuracy: Accuracy on the same, from 0 to 1. Same shape.
        diverged_at: First step at which the loss was not finite or exceeded 1,000 times its first
            value; -1 if it never did. Shape (runs,).
        majority_share: Share of the largest class among the validation examples, shape (runs,);
            0 where it is not known.
        accuracy_by_batch: Accuracy after the last step if BN uses the mean and variance of the
            validation examples, shape (runs,); NaN where it is not known.
        accuracy_by_exact_statistics: The same by the mean and variance of the training examples.
        end: Further measures after the last step, by the names that frames give them, each of shape
            (runs,): the training loss in inference and, for the last hidden layer, who moved its
            values. Empty unless the block asks for them.
    """

    train_loss: NDArray[np.float32]
    validation_loss: NDArray[np.float32]
    validation_accuracy: NDArray[np.float32]
    diverged_at: NDArray[np.int32]
    majority_share: NDArray[np.float32] = field(default_factory=lambda: np.zeros(1, np.float32))
    accuracy_by_batch: NDArray[np.float32] = field(default_factory=_unknown)
    accuracy_by_exact_statistics: NDArray[np.float32] = field(default_factory=_unknown)
    end: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)


class Study(Protocol):
    """Runs that answer one question. Not safe to use from several threads."""

    @property
    def digest(self) -> str:
        """Identifies the study; the same question has the same digest."""

    @property
    def complete(self) -> bool:
        """Whether every outcome that the study needs is in."""

    @property
    def progress(self) -> float:
        """Share of the runs whose outcomes are in, from 0 to 1."""

    @property
    def architectures(self) -> Sequence[Block]:
        """A block of each architecture; each of them has as many runs as the others."""

    @property
    def num_runs(self) -> int:
        """Number of runs, of which each trains the networks of all arms."""

    def blocks(self) -> Sequence[Block]:
        """Returns the blocks that can be trained now, in order; hands out each block once.

        A study whose next runs depend on earlier outcomes has none until these are in.
        """

    def put(self, block: Block, outcomes: dict[str, Outcome]) -> None:
        """Takes in the outcomes of a block, by arm; repeating this changes nothing."""


def reset_unused(settings: Settings) -> Settings:
    """Returns the settings as a study trains them: `UNUSED` settings at their defaults.

    So is a second network that cannot be trained together with others, see `second_problem`.
    """
    default = Settings()
    unused = [*UNUSED, *["second_arm"] * (settings.second_arm not in STUDY_ARMS)]
    return settings.replace(**{name: getattr(default, name) for name in unused})


def second_problem(settings: Settings) -> Problem | None:
    """What is wrong with the second network of a study; None if it can be trained so."""
    if settings.second_arm in STUDY_ARMS:
        return None
    allowed = f"one of {', '.join(STUDY_ARMS)} in maps and seeds, {TOGETHER}"
    used = Settings().second_arm
    return Problem("second_arm", settings.second_arm, allowed, used=used)


def compile_key(settings: Settings) -> tuple[Value, ...]:
    """Returns the values that decide the compiled function of a run.

    Runs with equal keys can share a block. Data sets in the plane follow from noise and seed but
    all have one shape, so they are inputs of the function, not part of the key.
    """
    names = _COMPILED if settings.dataset not in PLANE_DATASETS else _COMPILED_IN_PLANE
    return tuple(getattr(settings, name) for name in names)


def digest(*parts: Value | Settings) -> str:
    """Returns 16 hexadecimal characters that identify a study by its parts."""
    texts = [part.to_json() if isinstance(part, Settings) else part for part in parts]
    text = json.dumps([Settings.VERSION, *texts])
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def seed_problems(first: int, seeds: object, *, low: int, high: int) -> list[Problem]:
    """Checks a number of seeds.

    Args:
        first: The first seed.
        seeds: How many consecutive seeds are wanted.
        low: The fewest allowed.
        high: The most allowed.

    Returns:
        At most one problem: too few or too many seeds, or seeds above the highest one.
    """
    if not isinstance(seeds, int) or isinstance(seeds, bool) or not low <= seeds <= high:
        return [Problem("seeds", str(seeds), f"a whole number from {low} to {high}")]
    if first + seeds - 1 > SEEDS.high:
        allowed = f"at most {SEEDS.high - seeds + 1} with {seeds} seeds"
        return [Problem("seed", str(first), allowed)]
    return []
