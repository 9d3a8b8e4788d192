"""What a frame costs, part by part: observing the networks, the split of drift, the rest.

    python tests/benchmarks/frame_costs.py [--data mnist.npz] [--rounds 30]

Processor time of both networks of a run for one frame, in milliseconds: the median over the rounds,
in each of which all parts take their turn. The networks are trained a few steps between rounds.

- observed: what TensorFlow computes in one call for each network, without the split of drift.
- split, observed: the same with the split of drift, less that without.
- split, measured: distances of each neuron's values, in NumPy.
- measured: all other numbers of the frame, in NumPy.

Without `--data` (an NPZ in the layout of keras.datasets) the images are random.
"""

import argparse
import os
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import machine
import numpy as np
import tensorflow as tf
from training import images, of_the_paper

from bnviz.data.dataset import Dataset
from bnviz.data.sampling import MeasuredExamples
from bnviz.lab.answers import answers
from bnviz.lab.arms import new_arm
from bnviz.lab.datasets import load
from bnviz.lab.drift import DriftReference
from bnviz.lab.measures import measure
from bnviz.lab.observer import Observation
from bnviz.recording.frame_layout import FrameLayout
from bnviz.settings import Settings

#: Steps of training before each round.
_STEPS = 5
_COLUMNS = ("both networks", "observed", "split, observed", "split, measured", "measured", "all")


def costs(settings: Settings, data: Dataset, rounds: int) -> list[str]:
    """Returns the row of one experiment."""
    layout, measured = FrameLayout.of(settings), MeasuredExamples.of(data)
    probe, validation = (
        tuple(tf.constant(each) for each in pair) for pair in (measured.probe, measured.validation)
    )
    shown, labels = tf.constant(measured.shown), measured.validation[1][measured.shown]
    x, y = tf.constant(data.x_train), tf.constant(data.y_train)
    arms = [new_arm(settings, name, data) for name in layout.arms]
    references = {arm.name: (arm.compiled.observer.reference(probe[0]),) for arm in arms}
    drift = DriftReference()
    generator = np.random.default_rng(0)
    spent: dict[str, list[float]] = {"bare": [], "whole": [], "measured": [], "unsplit": []}

    def timed(part: str, work: Callable[[], list[Any]]) -> list[Any]:
        start = time.process_time()
        results = work()
        spent[part].append(1e3 * (time.process_time() - start))
        return results

    def observed(*, split: bool) -> list[Observation]:
        return [
            arm.compiled.observer.observe(
                probe, validation, references[arm.name] if split else (), shown
            )
            for arm in arms
        ]

    def numbers(*, split: bool) -> list[dict[str, Any]]:
        observations = whole if split else [replace(each, crossed=()) for each in whole]
        measured = measure(observations, layout, drift)
        return [
            measures | answers(observation.shown.numpy(), labels)
            for measures, observation in zip(measured, observations, strict=True)
        ]

    for _ in range(rounds + 3):
        shape = (_STEPS, settings.batch_size)
        indices = generator.integers(0, len(x), shape).astype(np.int32)
        for arm in arms:
            arm.compiled.trainer.train(x, y, indices)
        timed("bare", partial(observed, split=False))
        whole = timed("whole", partial(observed, split=True))
        timed("measured", partial(numbers, split=True))
        timed("unsplit", partial(numbers, split=False))
    bare, with_split, of_measures, unsplit = (median(values[3:]) for values in spent.values())
    size = f"{data.num_features}-{settings.units}×{settings.hidden_layers}-{len(data.classes)}"
    parts = (
        bare,
        with_split - bare,
        of_measures - unsplit,
        unsplit,
        with_split + of_measures,
    )
    return [f"{size} {settings.activation}", *(f"{part:.2f}" for part in parts)]


def main() -> None:
    """Measures and prints the table."""
    parser = argparse.ArgumentParser(description="Time the parts of a frame.")
    parser.add_argument("--data", type=Path, help="NPZ in the layout of keras.datasets")
    parser.add_argument("--rounds", type=int, default=30)
    given = parser.parse_args()
    digits = Settings(dataset="digits")
    plane = Settings(dataset="spiral", hidden_layers=5, units=16, activation="tanh")
    data = images(given.data)
    experiments = [
        (digits, load(digits)),
        (digits.replace(hidden_layers=3, activation="sigmoid"), load(digits)),
        (plane, load(plane)),
        (of_the_paper(data), data),
    ]
    machine.print_table(
        "A frame, ms",
        _COLUMNS,
        [costs(settings, data, given.rounds) for settings, data in experiments],
    )


if __name__ == "__main__":
    main()
