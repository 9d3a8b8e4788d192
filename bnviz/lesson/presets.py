"""Presets: named experiments that the page offers first, each with a recorded run.

What a preset says must hold in every seed that its recording knows, its own and the others; the
command that makes the recordings checks it, and so does a test. They name every setting that
decides what a run does, as the experiments of the claims do.
"""

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bnviz.findings.wording import percent
from bnviz.lesson.claims.experiments import DEFAULT, FILES, RECORDED
from bnviz.recording import BUNDLED, Recording
from bnviz.recording.frames import ARMS
from bnviz.recording.other_seeds import OTHER_SEEDS
from bnviz.settings import Settings

#: Folder with the recordings, and with the curves that their cards draw.
FOLDER = BUNDLED / "presets"
CURVES = "curves.json"
#: Maximum size of all recordings together, in bytes.
MAX_BYTES = 4_000_000
#: Points of a curve on a card, at equal distances over the root of the step: what happens early is
#: drawn wider.
NUM_POINTS = 72


class Accuracies(NamedTuple):
    """Validation accuracies of a pair of one seed.

    Attributes:
        steps: The recorded steps, shape (num_frames,).
        none: The accuracies without BN at these steps, same shape.
        bn: Those with BN.
    """

    steps: NDArray[np.int64]
    none: NDArray[np.float32]
    bn: NDArray[np.float32]

    def steps_to(self, arm: str, accuracy: float) -> float:
        """The first recorded step at which an arm is so accurate; infinite if there is none."""
        there = np.flatnonzero(getattr(self, arm) >= accuracy)
        return float(self.steps[there[0]]) if len(there) else math.inf


@dataclass(frozen=True)
class Preset:
    """A named experiment.

    Attributes:
        title: Its name on the card.
        statement: What every one of its seeds shows, without a full stop.
        settings: Settings of its run.
        shows: Whether one seed shows it.
        view: Name of the view in which its recording opens; empty for the viewer's own.
    """

    title: str
    statement: str
    settings: Settings
    shows: Callable[[Accuracies], bool]
    view: str = ""

    @property
    def sentence(self) -> str:
        """The statement with the seeds that show it."""
        return f"{self.statement}. So in each of {1 + OTHER_SEEDS} seeds."


#: Accuracy below which a network has learnt nothing of ten classes.
_NOTHING = 0.3
#: Accuracies that differ by less are close.
_CLOSE = 0.05


def _only_bn(least: float) -> Callable[[Accuracies], bool]:
    """Whether the network without BN never learns and the one with it ends at `least` or more."""
    return lambda seed: bool(seed.none.max() < _NOTHING and seed.bn[-1] >= least)


def _only_bn_in_words(least: float) -> str:
    return (
        f"the network without BN never gets to {percent(_NOTHING)} accuracy; with BN it ends at "
        f"{percent(least)} or more"
    )


#: The preset with which the page starts. Its recording is that of the default experiment.
FIRST = "default"
#: By name.
PRESETS = {
    FIRST: Preset(
        "Five layers",
        "To 80 % accuracy, a fixed mark, BN takes less than a third of the steps",
        DEFAULT,
        lambda seed: 3 * seed.steps_to("bn", 0.8) < seed.steps_to("none", 0.8),
    ),
    "start": Preset(
        "Better start",
        "From weights made for ReLUs (He) and at a low rate BN adds little: the networks end less "
        "than 5 points of accuracy apart, and it is less than twice as fast to 80 %, a fixed mark",
        DEFAULT.replace(initializer="he_normal", learning_rate=0.02),
        lambda seed: bool(
            abs(seed.bn[-1] - seed.none[-1]) < _CLOSE
            and seed.steps_to("none", 0.8) < 2 * seed.steps_to("bn", 0.8)
        ),
    ),
    "rate": Preset(
        "Rate × 10",
        f"At ten times the learning rate, {_only_bn_in_words(0.85)}",
        DEFAULT.replace(learning_rate=2.0),
        _only_bn(0.85),
    ),
    "depth": Preset(
        "20 layers",
        f"With 20 layers, {_only_bn_in_words(0.5)}",
        DEFAULT.replace(hidden_layers=20, steps=240),
        _only_bn(0.5),
    ),
    "scale": Preset(
        "Tiny weights",
        f"From a tenth of the usual weights, {_only_bn_in_words(0.85)}",
        DEFAULT.replace(init_scale=0.1, steps=300),
        _only_bn(0.85),
    ),
    "sigmoid": Preset(
        "3×100 sigmoids",
        "The network of Ioffe & Szegedy (2015) on 8×8 digits: in so few steps only the one with BN "
        "gets to 90 % accuracy",
        DEFAULT.replace(
            hidden_layers=3,
            units=100,
            activation="sigmoid",
            initializer="random_normal",
            init_stddev=0.1,
            learning_rate=0.5,
            batch_size=60,
        ),
        lambda seed: bool(seed.none.max() < 0.9 <= seed.bn.max()),
    ),
    "moons": Preset(
        "Two moons",
        "Points in a plane: both networks end at 85 % accuracy or more; the picture shows the line "
        "that each draws between the classes",
        DEFAULT.replace(
            dataset="moons",
            hidden_layers=3,
            units=16,
            initializer="he_normal",
            learning_rate=0.1,
            steps=160,
        ),
        lambda seed: bool(min(seed.none[-1], seed.bn[-1]) >= 0.85),
        view="decision",
    ),
    "pairs": Preset(
        "Batches of 2",
        "With batches of two examples BN loses: it ends more than 30 points of accuracy lower",
        DEFAULT.replace(hidden_layers=3, initializer="he_normal", learning_rate=0.02, batch_size=2),
        lambda seed: bool(seed.none[-1] - seed.bn[-1] > 0.3),
    ),
}

#: What precedes the name of a chapter's recording among all that come with the package.
_CHAPTER = "lesson "
#: Settings of all recorded runs that come with the package: the presets and those of the lesson.
BUNDLED_RUNS = {name: preset.settings for name, preset in PRESETS.items()} | {
    _CHAPTER + name: settings for name, settings in RECORDED.items()
}


def name_of(settings: Settings | None) -> str:
    """Name of the preset with these settings; empty if there is none."""
    named = (name for name, preset in PRESETS.items() if preset.settings == settings)
    return next(named, "")


def path_of(name: str, folder: Path = FOLDER) -> Path:
    """Where one of `BUNDLED_RUNS` is, the presets in another folder if need be."""
    if name.startswith(_CHAPTER):
        return FILES[name.removeprefix(_CHAPTER)]
    return FILES[FIRST] if name == FIRST else folder / f"{name}.npz"


@cache
def recording_of(name: str) -> Recording:
    """One of `BUNDLED_RUNS`."""
    return Recording.load(path_of(name))


def seeds_of(recording: Recording) -> list[Accuracies]:
    """The accuracies of a recorded pair and of the same with each other seed that is known."""
    others = [] if recording.other_seeds is None else [*recording.other_seeds]
    sources = (recording.frames, *others)
    return [
        Accuracies(recording.steps, *(each[arm]["validation_accuracy"] for arm in ARMS))
        for each in sources
    ]


def is_shown(preset: Preset, recording: Recording) -> bool:
    """Whether every seed of a recording shows what a preset says."""
    return all(preset.shows(each) for each in seeds_of(recording))


def curves_of(recordings: Mapping[str, Recording]) -> dict[str, dict[str, list[float]]]:
    """The points of the curves on each card: accuracies by arm, see `NUM_POINTS`."""
    return {name: _curves(recording) for name, recording in recordings.items()}


@cache
def recorded_curves() -> Mapping[str, Mapping[str, Sequence[float]]]:
    """The same, as they come with the package."""
    curves: dict[str, dict[str, list[float]]] = json.loads((FOLDER / CURVES).read_text())
    return curves


def _curves(recording: Recording) -> dict[str, list[float]]:
    last = recording.header.num_steps
    at = [recording.index_at_step(round(last * x**2)) for x in np.linspace(0, 1, NUM_POINTS)]
    frames = recording.frames[at]
    return {
        arm: [round(float(value), 3) for value in frames[arm]["validation_accuracy"]]
        for arm in recording.layout.arms
    }
