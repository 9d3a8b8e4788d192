"""How long a paired step of training takes: one step of both networks on the same batch.

    python tests/benchmarks/training.py [--data mnist.npz] [--rounds 7] [--quick]

Four ways take turns in every round, so that what disturbs one disturbs all; a ratio is taken within
a round, and its median over the rounds is given with the lowest and the highest.

- fit: two Keras models, compiled with Keras's defaults, and `fit` on the very batches of the run,
  all in one epoch, without metrics, callbacks or output. Nothing is seen of their inside.
- fit + histograms: the same with a callback that, after each batch, passes 512 examples through the
  model and counts the activations of each hidden layer with `np.histogram`.
- ours: `bnviz.lab.experiment.run` of 50,000 steps with every frame measured and handed over. The
  frames of a run stand denser at its start, where this looks, than on average.
- floor: the bare matrix products of one forward and backward pass of both networks in NumPy, at
  whichever is faster of one thread and as many as NumPy's library takes.

Without `--data` (an NPZ in the layout of keras.datasets) the images are random numbers.
"""

import argparse
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import keras
import machine
import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from bnviz import uploads
from bnviz.dataset import Dataset
from bnviz.frames import ARMS, PROBE_SIZE, Frame
from bnviz.lab import experiment
from bnviz.lab.data import load
from bnviz.lab.training import BatchOrder
from bnviz.settings import Key, Settings

WAYS = ("fit", "fit + histograms", "ours", "floor")
IMAGES, FEATURES, CLASSES = 60_000, 784, 10


class Histograms(keras.callbacks.Callback):
    """Counts the activations of every hidden layer after each batch."""

    def __init__(self, model: keras.Model, x: NDArray[np.float32]):
        super().__init__()
        layers = [layer for layer in model.layers if isinstance(layer, keras.layers.Activation)]
        self._inside = keras.Model(model.inputs, [layer.output for layer in layers])
        self._x = x
        self.histograms: list[NDArray[np.int64]] = []

    def on_train_batch_end(self, batch: int, logs: object = None) -> None:  # noqa: ARG002
        activations = self._inside(self._x, training=False)
        self.histograms = [np.histogram(values.numpy(), bins=64)[0] for values in activations]


@dataclass
class Contest:
    """The four ways of training one architecture.

    Attributes:
        settings: What all of them train.
        data: On what.
        fit_steps: Steps of `fit` in a round.
        frames: Frames of ours in a round.
        rates: Frames a second of ours, by round.
    """

    settings: Settings
    data: Dataset
    fit_steps: int
    frames: int
    rates: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        upload = self.data if self.settings.dataset == "upload" else None
        self._run: Iterator[Frame] = experiment.run(self.settings, upload)
        self._models = [plain_model(self.settings, self.data, arm) for arm in ARMS]
        self._order = BatchOrder(
            len(self.data.x_train), self.settings.batch_size, seed=self.settings.seed
        )
        self._products = products(self.settings, self.data)
        self._ways: dict[str, Callable[[], float]] = {
            "fit": lambda: self._fit(self.fit_steps),
            "fit + histograms": lambda: self._fit(max(10, self.fit_steps // 8), watched=True),
            "ours": self._ours,
            "floor": self._floor,
        }
        for way in self._ways.values():
            way()
        self.rates.clear()

    def round(self) -> dict[str, float]:
        """Seconds of a paired step by each way in turn."""
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

    def _ours(self) -> float:
        # Between two rounds the last frame is measured for nothing, so one goes untimed.
        first = next(self._run)
        start = time.perf_counter()
        for _ in range(self.frames):
            last = next(self._run)
        seconds = time.perf_counter() - start
        self.rates.append(self.frames / seconds)
        return seconds / int(last["step"] - first["step"])

    def _floor(self) -> float:
        best = np.inf
        for threads in (1, None):
            with ExitStack() as limits:
                limits.enter_context(threadpool_limits(threads, "blas"))
                start = time.perf_counter()
                for _ in range(self.fit_steps):
                    self._products()
                best = min(best, (time.perf_counter() - start) / self.fit_steps)
        return best


def plain_model(settings: Settings, data: Dataset, arm: str) -> keras.Model:
    """The network as anyone would write and compile it in Keras."""
    layers: list[keras.layers.Layer] = [keras.Input((data.num_features,))]
    for _ in range(settings.hidden_layers):
        layers.append(keras.layers.Dense(settings.units, use_bias=arm == "none"))
        if arm == "bn":
            layers.append(keras.layers.BatchNormalization())
        layers.append(keras.layers.Activation(settings.activation))
    model = keras.Sequential([*layers, keras.layers.Dense(len(data.classes))])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.SGD(settings.learning_rate), loss)
    return model


def products(settings: Settings, data: Dataset) -> Callable[[], None]:
    """The matrix products of a paired step, and nothing else of it."""
    sizes = [data.num_features, *[settings.units] * settings.hidden_layers, len(data.classes)]
    generator = np.random.default_rng(0)

    def matrix(rows: int, columns: int) -> NDArray[np.float32]:
        return generator.normal(size=(rows, columns)).astype(np.float32)

    shapes = list(zip(sizes, sizes[1:], strict=False))
    kernels = [matrix(*shape) for shape in shapes]
    inputs = [matrix(settings.batch_size, width) for width in sizes[:-1]]
    slopes = [matrix(settings.batch_size, width) for width in sizes[1:]]

    def paired_step() -> None:
        for _ in ARMS:
            for number, (x, kernel, slope) in enumerate(zip(inputs, kernels, slopes, strict=True)):
                _ = x @ kernel
                _ = x.T @ slope
                # Nothing lies before the first layer for which a gradient were needed.
                if number:
                    _ = slope @ kernel.T

    return paired_step


def images(file: Path | None) -> Dataset:
    """MNIST or the like from a file, else random numbers of MNIST's shape."""
    if file is not None:
        return uploads.read(file.name, file.read_bytes())
    generator = np.random.default_rng(0)
    x = generator.random((IMAGES, FEATURES), np.float32)
    y = generator.integers(0, CLASSES, IMAGES).astype(np.int32)
    return Dataset(x, y, x[:2_000], y[:2_000], tuple("0123456789"))


def contests(data: Dataset, *, quick: bool) -> dict[str, Contest]:
    """The two architectures, each with its four ways made ready."""
    upload = data.digest.hex()[: Key.length]
    a = Settings(dataset="upload", upload=upload, units=100, batch_size=60, steps=50_000)
    b = Settings(dataset="moons", hidden_layers=5, units=16, activation="tanh", steps=50_000)
    share = 4 if quick else 1
    sizes = f"{data.num_features}-100-100-100-{len(data.classes)}"
    return {
        f"{sizes} sigmoid, batch 60, SGD": Contest(a, data, 400 // share, 28 // share),
        "2-16x5-2 tanh, batch 32, SGD": Contest(b, load(b), 400 // share, 28 // share),
    }


def main() -> None:
    """Measures and prints the table."""
    parser = argparse.ArgumentParser(description="Time of a paired training step.")
    parser.add_argument("--data", type=Path, help="NPZ in the layout of keras.datasets")
    parser.add_argument("--rounds", type=int, default=7, help="how often each way takes its turn")
    parser.add_argument("--quick", action="store_true", help="short rounds, to see that it works")
    given = parser.parse_args()
    rows = []
    for name, contest in contests(images(given.data), quick=given.quick).items():
        rounds = [contest.round() for _ in range(2 if given.quick else given.rounds)]
        times = [machine.spread([1e3 * each[way] for each in rounds], 3) for way in WAYS]
        pairs = (("fit", "ours"), ("fit + histograms", "ours"), ("ours", "floor"))
        ratios = [machine.spread([each[a] / each[b] for each in rounds], 2) for a, b in pairs]
        rows.append([name, *times, machine.spread(contest.rates, 0), *ratios])
    columns = ["network", *(f"{way}, ms a paired step" for way in WAYS), "frames a second of ours"]
    columns += ["fit / ours", "fit + histograms / ours", "ours / floor"]
    machine.print_table("Training: median (lowest-highest) of the rounds", columns, rows)


if __name__ == "__main__":
    main()
