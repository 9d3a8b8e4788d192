"""How long a paired step of training takes: one step of both networks on the same batch.

    python tests/benchmarks/training.py [--data mnist.npz] [--rounds 7] [--steps 50000] [--quick]

The following take turns in every round, so that a disturbance hits all of them; ratios are taken
within a round and reported as the median over the rounds with the lowest and highest values.

- fit: two Keras models, compiled with Keras's defaults and trained by `fit` on exactly the batches
  of the run, all in one epoch, without metrics, callbacks or output. Their layers stay unobserved.
- fit + histograms: the same with a callback that, after each batch, passes 256 examples through the
  model and computes a histogram of each hidden layer's activations with `np.histogram`.
- fit + TensorBoard: the same with Keras's TensorBoard callback, which writes histograms of the
  weights, not of activations, as often as ours records frames.
- PyTorch + hooks: both networks in eager PyTorch with hooks that keep the mean, standard deviation
  and a histogram of every hidden layer's outputs for each batch.
- ours: `bnviz.lab.experiment.run` for 50,000 or `--steps` steps, every frame measured and handed
  over.
  The rounds proceed through the run from its start, where frames are densest, to its end.
- floor: the bare matrix products of one forward and backward pass of both networks in NumPy,
  with one thread or with the default number of BLAS threads, whichever is faster.

TensorBoard and PyTorch are skipped if they are not installed
(`pip install -r tests/benchmarks/requirements.txt`).

Without `--data` (an NPZ in the layout of keras.datasets) the images are random.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import machine
import numpy as np
from rivals import (
    Histograms,
    Torch,
    matrix_products,
    plain_model,
    tensorboard,
    torch_is_installed,
)
from threadpoolctl import threadpool_limits

from bnviz.data import uploads
from bnviz.data.dataset import Dataset
from bnviz.lab import experiment
from bnviz.lab.datasets import load
from bnviz.lab.training import BatchOrder
from bnviz.recording.frames import ARMS, NUM_FRAMES, PROBE_SIZE, Frame, frame_steps
from bnviz.settings import Settings
from bnviz.settings.choices import UPLOAD
from bnviz.settings.kinds import Key

RATIOS = (
    ("fit", "ours"),
    ("fit + histograms", "ours"),
    ("fit + TensorBoard", "ours"),
    ("PyTorch + hooks", "ours"),
    ("ours", "floor"),
)
#: Steps of our run by default, steps of `fit` per round, and their divisor for `fit` with the
#: callback.
RUN_STEPS, FIT_STEPS, WATCHED = 50_000, 400, 8
#: Shape of the random images.
IMAGES, FEATURES, CLASSES = 60_000, 784, 10


@dataclass
class Contest:
    """The methods compared on one architecture.

    Attributes:
        settings: Settings that all of them train.
        data: Dataset to train on.
        rounds: Number of rounds.
        share: Factor by which rounds are shorter than full ones.
        frames: Frames of ours so far.
        steps: Steps of ours so far.
        seconds: Seconds that these steps took.
    """

    settings: Settings
    data: Dataset
    rounds: int
    share: int
    frames: int = field(default=0, init=False)
    steps: int = field(default=0, init=False)
    seconds: float = field(default=0.0, init=False)

    def __post_init__(self) -> None:
        upload = self.data if self.settings.dataset == UPLOAD else None
        self._run = cast(Generator[Frame, None, None], experiment.run(self.settings, upload))
        self._models = [plain_model(self.settings, self.data, arm) for arm in ARMS]
        self._order = BatchOrder(
            len(self.data.x_train), self.settings.batch_size, seed=self.settings.seed
        )
        self._products = matrix_products(self.settings, self.data)
        self._fit_steps = FIT_STEPS // self.share
        # One frame of each round is untimed; an extra first round compiles.
        frames = len(frame_steps(self.settings.steps))
        self._frames = (frames // (self.rounds + 1) - 1) // self.share
        self._ways: dict[str, Callable[[], float]] = {
            "fit": lambda: self._fit(self._fit_steps),
            "fit + histograms": lambda: self._fit(self._fit_steps // WATCHED, watched=True),
            "ours": self._ours,
            "floor": self._floor,
        }
        if tensorboard(".") is not None:
            self._ways["fit + TensorBoard"] = self._tensorboard
        if torch_is_installed():
            self._torch = Torch(self.settings, self.data)
            self._ways["PyTorch + hooks"] = self._hooks
        self._round()
        self.frames, self.steps, self.seconds = 0, 0, 0.0

    def close(self) -> None:
        """Ends the run: a process trains only one at a time."""
        self._run.close()

    def times(self) -> list[dict[str, float]]:
        """Seconds per paired step by method, one dict per round."""
        return [self._round() for _ in range(self.rounds)]

    def _round(self) -> dict[str, float]:
        return {name: way() for name, way in self._ways.items()}

    def _fit(self, steps: int, *, watched: bool = False) -> float:
        indices = self._order.take(steps).reshape(-1)
        x, y = self.data.x_train[indices], self.data.y_train[indices]
        seen = self.data.x_train[:PROBE_SIZE]
        callbacks = [[Histograms(model, seen)] if watched else [] for model in self._models]
        size = self.settings.batch_size
        start = time.perf_counter()
        for model, called in zip(self._models, callbacks, strict=True):
            model.fit(x, y, batch_size=size, shuffle=False, verbose=0, callbacks=called)
        return (time.perf_counter() - start) / steps

    def _tensorboard(self) -> float:
        # One epoch per frame of ours, so that histograms are written as often as frames.
        size, every = self.settings.batch_size, RUN_STEPS // NUM_FRAMES
        epochs = max(1, self._fit_steps // every)
        indices = self._order.take(epochs * every).reshape(-1)
        x, y = self.data.x_train[indices], self.data.y_train[indices]
        with tempfile.TemporaryDirectory() as folder:
            start = time.perf_counter()
            for number, model in enumerate(self._models):
                model.fit(
                    x,
                    y,
                    batch_size=size,
                    shuffle=False,
                    verbose=0,
                    epochs=epochs,
                    steps_per_epoch=every,
                    callbacks=[tensorboard(f"{folder}/{number}")],
                )
            return (time.perf_counter() - start) / (epochs * every)

    def _hooks(self) -> float:
        steps = self._fit_steps
        batches = self._order.take(steps)
        start = time.perf_counter()
        for batch in batches:
            self._torch.step(batch)
        return (time.perf_counter() - start) / steps

    def _ours(self) -> float:
        # The frame computed between rounds would distort the timing, so the first is untimed.
        first = next(self._run)["step"]
        start = time.perf_counter()
        for _ in range(self._frames):
            last = next(self._run)["step"]
        seconds = time.perf_counter() - start
        steps = int(last - first)
        self.frames += self._frames
        self.steps += steps
        self.seconds += seconds
        return seconds / steps

    def _floor(self) -> float:
        times = []
        for threads in (1, None):
            with threadpool_limits(threads, "blas"):
                start = time.perf_counter()
                for _ in range(self._fit_steps):
                    self._products()
                times.append((time.perf_counter() - start) / self._fit_steps)
        return min(times)


def images(file: Path | None) -> Dataset:
    """MNIST or a similar dataset from a file, otherwise random images of MNIST's shape."""
    if file is not None:
        return uploads.read(file.name, file.read_bytes()).dataset
    generator = np.random.default_rng(0)
    x = generator.random((IMAGES, FEATURES), np.float32)
    y = generator.integers(0, CLASSES, IMAGES).astype(np.int32)
    return Dataset(x, y, x[:2_000], y[:2_000], tuple("0123456789"))


def of_the_paper(data: Dataset, steps: int = RUN_STEPS) -> Settings:
    """The network of section 4.1 of Ioffe & Szegedy 2015 on these examples."""
    return Settings(
        dataset=UPLOAD,
        upload=data.digest.hex()[: Key.length],
        hidden_layers=3,
        units=100,
        activation="sigmoid",
        batch_size=60,
        steps=steps,
    )


def contests(data: Dataset, rounds: int, share: int, steps: int) -> Iterator[tuple[str, Contest]]:
    """Yields the title and the prepared contest of each of the two architectures in turn."""
    sizes = f"{data.num_features}-100-100-100-{len(data.classes)}"
    with closing(Contest(of_the_paper(data, steps), data, rounds, share)) as contest:
        yield f"{sizes} sigmoid, batch 60, SGD", contest
    settings = Settings(dataset="moons", hidden_layers=5, units=16, activation="tanh", steps=steps)
    with closing(Contest(settings, load(settings), rounds, share)) as contest:
        yield "2-16×5-2 tanh, batch 32, SGD", contest


def figures(contest: Contest) -> dict[str, str]:
    """Times and ratios by row label."""
    times = contest.times()
    found = {
        f"{way}, ms a paired step": machine.spread([1e3 * each[way] for each in times], 3)
        for way in times[0]
    }
    whole = contest.seconds / contest.steps * contest.settings.steps
    found[f"ours, s for {contest.settings.steps} paired steps"] = f"{whole:.1f}"
    found["ours, frames a second"] = f"{contest.frames / contest.seconds:.1f}"
    for one, other in RATIOS:
        if one not in times[0]:
            continue
        ratios = [each[one] / each[other] for each in times]
        found[f"**{one} / {other}**"] = machine.spread(ratios)
    return found


def main() -> None:
    """Measures and prints the table."""
    parser = argparse.ArgumentParser(description="Time a paired training step.")
    parser.add_argument("--data", type=Path, help="NPZ file in the layout of keras.datasets")
    parser.add_argument("--rounds", type=int, default=7, help="number of rounds")
    parser.add_argument("--steps", type=int, default=RUN_STEPS, help="steps of our run")
    parser.add_argument("--quick", action="store_true", help="trial: two short rounds")
    given = parser.parse_args()
    rounds, share = (2, 4) if given.quick else (given.rounds, 1)
    contested = contests(images(given.data), rounds, share, given.steps)
    columns = {name: figures(contest) for name, contest in contested}
    names = next(iter(columns.values()))
    rows = [[name, *(column[name] for column in columns.values())] for name in names]
    title = f"Training: median (lowest-highest) of {rounds} rounds"
    machine.print_table(title, ["", *columns], rows)


if __name__ == "__main__":
    main()
