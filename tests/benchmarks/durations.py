"""How well durations are predicted: what `bnviz.engine.duration` says, beside what was measured.

    python tests/benchmarks/durations.py [--runs 40] [--blocks 20] [--seed 0] [--quick]

First come extremes, then settings drawn at random from all that is allowed, sizes in equal ratios.
A run is trained for some seconds, at least for two frames; what is predicted for so many steps and
frames stands beside it. A block has its steps halved until it fits. Everything is trained once
before, so that it is compiled; what that took is a column of its own. A new process takes over
after a few.

Seconds are the least of several tries, and so is the processor time of all threads. Where others
use the machine, only the latter still says something. The last table counts the rows that are
within a factor of two.
"""

import argparse
import json
import math
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import machine
import numpy as np

from bnviz.data.choices import Choices
from bnviz.data.dataset import Dataset
from bnviz.data.file_source import FileSource
from bnviz.engine import duration
from bnviz.engine.data_shapes import DataShape
from bnviz.settings import Settings
from bnviz.settings.choices import OPTIMIZERS, UPLOAD
from bnviz.settings.settings import bounds
from bnviz.studies.study import UNUSED, Block
from bnviz.studies.sweep import Sweep

#: Settings that one process measures, frames of a run that are not timed, and tries.
SETTINGS_PER_PROCESS, UNTIMED, TRIES = 4, 2, 3
#: A file of random numbers, by its features; how many examples it holds cannot be known before.
CLASSES, FEATURES = 10, (20, 300, 784)
DATASETS = ("digits", "moons", "breast_cancer", "wine", UPLOAD, UPLOAD)
SIZES = ("hidden_layers", "units", "batch_size", "steps")
_DEEPEST: dict[str, Any] = {"hidden_layers": 50, "units": 256}
EXTREMES: tuple[dict[str, Any], ...] = (
    {},
    _DEEPEST | {"batch_size": 1, "steps": 50_000},
    _DEEPEST | {"batch_size": 1024, "steps": 50_000, "optimizer": "adam"},
    {"hidden_layers": 50, "units": 2, "batch_size": 1, "steps": 50_000},
    {"hidden_layers": 1, "units": 2, "batch_size": 1, "steps": 50_000},
    {"dataset": UPLOAD, "features": 784, "units": 100, "batch_size": 60, "steps": 50_000},
    {"dataset": UPLOAD, "features": 784, "hidden_layers": 1, "units": 256, "batch_size": 1024},
    {"batch_size": 1024, "deep": True},
    {"hidden_layers": 20, "units": 128, "deep": True},
    {"dataset": UPLOAD, "features": 784, "units": 256, "deep": True, "third_arm": "layer_norm"},
)
EXTREME_BLOCKS: tuple[dict[str, Any], ...] = (
    {"steps": 300},
    {"hidden_layers": 50, "units": 64, "batch_size": 1, "steps": 300},
    {"dataset": UPLOAD, "features": 784, "units": 100, "batch_size": 60, "steps": 300},
    {"hidden_layers": 1, "units": 256, "batch_size": 1024, "steps": 300},
)


@dataclass(frozen=True)
class Part:
    """What was predicted of a part of a run, or of a block, and what it took.

    Attributes:
        predicted: Seconds that were predicted.
        predicted_processor: Processor time of all threads that was predicted, in seconds.
        seconds: Seconds that it took.
        processor: Processor time that it took.
    """

    predicted: float
    predicted_processor: float
    seconds: float
    processor: float

    @classmethod
    def timed(cls, load: duration.Load, taken: tuple[float, float]) -> "Part":
        """A part with its predicted load and what it took: seconds and processor time."""
        return cls(load.seconds, load.processor, *taken)


@dataclass(frozen=True)
class Row:
    """The parts of all tries of one run or block.

    Attributes:
        what: The settings, in a few words.
        parts: The parts; tries of a run may differ in their lengths.
        compilation: Processor time of compiling it; that of several threads at once.
        predicted_compilation: Seconds that were predicted for it.
    """

    what: str
    parts: Sequence[Part]
    compilation: float
    predicted_compilation: float

    @property
    def ratios(self) -> tuple[float, float]:
        """Predicted over measured: seconds, and processor time."""
        return (
            max(part.predicted / part.seconds for part in self.parts),
            max(part.predicted_processor / part.processor for part in self.parts),
        )

    def cells(self) -> list[str]:
        """The cells of its line in the table."""
        part = min(self.parts, key=lambda each: each.seconds / each.predicted)
        by_seconds, by_processor = self.ratios
        return [
            self.what,
            *(f"{value:.2f}" for value in (part.predicted, part.seconds, by_seconds)),
            *(f"{value:.2f}" for value in (part.predicted_processor, part.processor)),
            f"{by_processor:.2f}",
            f"{self.predicted_compilation:.1f}",
            f"{self.compilation:.1f}",
        ]


def drawn(generator: random.Random, *, block: bool) -> dict[str, Any]:
    """Settings by name, drawn at random."""

    def size(name: str) -> int:
        low, high = bounds(name)
        return round(math.exp(generator.uniform(math.log(low), math.log(high))))

    chosen: dict[str, Any] = {name: size(name) for name in SIZES}
    chosen |= {
        "dataset": generator.choice(DATASETS),
        "features": generator.choice(FEATURES),
        "activation": generator.choice(("sigmoid", "tanh", "relu", "gelu", "elu")),
        "optimizer": generator.choice(OPTIMIZERS),
        "bn_position": generator.choice(("before", "after")),
        "l2": generator.choice((0.0, 0.0, 1e-4)),
        "dropout": generator.choice((0.0, 0.0, 0.0, 0.3)),
        "third_arm": generator.choice(("no", "no", "no", "layer_norm", "bn_other", "noisy_bn")),
        "deep": generator.random() < 0.2,
    }
    return {name: value for name, value in chosen.items() if not (block and name in UNUSED)}


def measured(chosen: dict[str, Any], *, block: bool, seconds: float) -> Row:
    """Measures one run or block in this process."""
    source = data = None
    features = chosen.pop("features", FEATURES[0])
    if chosen.get("dataset") == UPLOAD:
        source = FileSource("own.npz", b"", Choices(), features, CLASSES)
        data = _random_data(source)
        chosen["upload"] = "0" * 32
    # A small rate, so that nothing diverges: numbers that are not finite take other paths.
    settings = Settings(**{"learning_rate": 1e-3} | chosen)
    measure = _block if block else _run
    return measure(settings, source, data, seconds)


def _random_data(source: FileSource) -> Dataset:
    shape = DataShape(source.num_features, source.num_classes, 12_000, 2_000)
    generator = np.random.default_rng(0)
    x = generator.random((shape.training + shape.validation, shape.features), np.float32)
    y = generator.integers(0, shape.classes, len(x)).astype(np.int32)
    names = tuple(map(str, range(shape.classes)))
    cut = shape.training
    return Dataset(x[:cut], y[:cut], x[cut:], y[cut:], names)


def _taken(action: Callable[[], object]) -> tuple[float, float]:
    """Seconds and processor time of an action."""
    start, processor = time.perf_counter(), time.process_time()
    action()
    return time.perf_counter() - start, time.process_time() - processor


def _run(
    settings: Settings, source: FileSource | None, data: Dataset | None, seconds: float
) -> Row:
    from bnviz.lab.experiment import run

    short = settings.replace(steps=1)
    cold, warm = (_taken(lambda: list(run(short, data)))[1] for _ in range(2))

    def part() -> Part:
        frames = run(settings, data)
        first = [next(frames) for _ in range(min(UNTIMED, settings.steps))][-1]
        last_steps = []

        def train() -> None:
            end = time.perf_counter() + seconds
            for frame in frames:
                last_steps.append(int(frame["step"]))
                if len(last_steps) > 1 and time.perf_counter() > end:
                    break

        taken = _taken(train)
        frames.close()
        steps, count = last_steps[-1] - int(first["step"]), len(last_steps)
        return Part.timed(duration.run_load(settings, source, steps=steps, frames=count), taken)

    parts = [part() for _ in range(TRIES)]
    predicted = duration.compile_seconds(settings, source)
    return Row(_words(settings, source), parts, cold - warm, predicted)


def _block(
    settings: Settings, source: FileSource | None, data: Dataset | None, seconds: float
) -> Row:
    from bnviz.lab.block_training import train

    def block_of(steps: int) -> Block:
        whole = settings.replace(steps=steps)
        return Block((whole,), Sweep(whole).evaluation_steps)

    cold, warm = (_taken(lambda: train(block_of(1), data))[1] for _ in range(2))
    steps = settings.steps
    while steps > 1 and duration.block_seconds(block_of(steps), source) > seconds:
        steps //= 2
    block = block_of(steps)
    load = duration.block_load(block, source)
    parts = [Part.timed(load, _taken(lambda: train(block, data))) for _ in range(TRIES)]
    predicted = duration.block_compile_seconds(block, source)
    return Row(_words(block.settings[0], source), parts, cold - warm, predicted)


def _words(settings: Settings, source: FileSource | None) -> str:
    """The settings that decide how long a run takes, in a few words."""
    features = DataShape.of(settings, source).features
    more = [settings.optimizer, settings.activation, *["deep"] * settings.deep]
    more += [f"dropout {settings.dropout}"] * bool(settings.dropout)
    more += [settings.third_arm] * (settings.third_arm != "no")
    sizes = f"{features}-{settings.units}×{settings.hidden_layers}"
    return f"{sizes}, batch {settings.batch_size}, {settings.steps:,} steps, {', '.join(more)}"


def rows(tasks: Sequence[dict[str, Any]], *, block: bool, seconds: float) -> Iterator[Row]:
    """Measures runs or blocks, a few in each process."""
    for start in range(0, len(tasks), SETTINGS_PER_PROCESS):
        part = json.dumps([tasks[start : start + SETTINGS_PER_PROCESS], block, seconds])
        command = [sys.executable, __file__, "--measure", part]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
        for line in done.stdout.splitlines():
            found = json.loads(line)
            yield Row(**found | {"parts": [Part(**each) for each in found["parts"]]})


def main() -> None:
    """Measures and prints the tables."""
    parser = argparse.ArgumentParser(description="Compare predicted with measured durations.")
    parser.add_argument("--runs", type=int, default=40, help="number of random runs")
    parser.add_argument("--blocks", type=int, default=20, help="number of random blocks")
    parser.add_argument("--seed", type=int, default=0, help="seed of what is drawn")
    parser.add_argument("--seconds", type=float, default=1.5, help="seconds of a try")
    parser.add_argument("--quick", action="store_true", help="trial: four random runs and blocks")
    parser.add_argument("--measure", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.measure:
        tasks, block, seconds = json.loads(given.measure)
        for task in tasks:
            print(json.dumps(asdict(measured(task, block=block, seconds=seconds))), flush=True)
        return
    generator = random.Random(given.seed)
    columns = ["", "predicted, s", "measured, s", "ratio", "predicted, s of processors"]
    columns += ["measured", "ratio", "to compile: predicted, s", "measured, s of processors"]
    totals = []
    for title, extremes, count, block in (
        ("Runs", EXTREMES, given.runs, False),
        ("Blocks", EXTREME_BLOCKS, given.blocks, True),
    ):
        tasks = [] if given.quick else [*extremes]
        tasks += [drawn(generator, block=block) for _ in range(4 if given.quick else count)]
        found = list(rows(tasks, block=block, seconds=given.seconds))
        machine.print_table(title, columns, [row.cells() for row in found])
        for number, name in enumerate(("seconds", "processor time")):
            ratios = [row.ratios[number] for row in found]
            within = sum(0.5 <= ratio <= 2 for ratio in ratios)
            totals.append([title, name, f"{within} of {len(ratios)}", machine.spread(ratios)])
    names = ["", "by", "within a factor of two", "predicted / measured"]
    machine.print_table("Within a factor of two", names, totals)


if __name__ == "__main__":
    main()
