"""Watching: what `bnviz.Watch` costs the training of any Keras model, and how many frames it gets.

    python tests/benchmarks/watching.py [--rounds 3] [--only MLP]

Three models are trained for 540 steps of 32 random examples (MobileNet: 60), in turn alone, with
Watch, with a callback that computes as many histograms of activations as Watch makes frames, and
with Keras's TensorBoard callback, which writes histograms of weights at the end of ten epochs. The
train step is compiled before. What Watch prepares, tracing the model and measuring step 0, and what
it measures after the training are apart.

At the end, how long `import bnviz` and `import keras` take, each in a process of its own.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from statistics import median

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import machine
import numpy as np
from rivals import BINS, tensorboard

import bnviz

EPOCHS, BATCH, PROBE, VALIDATION, CLASSES = 10, 32, 256, 2_000, 10
COLUMNS = (
    "",
    "a step alone",
    "with Watch / alone",
    "with histograms / alone",
    "with TensorBoard / alone",
    "frames",
    "examples",
    "prepared",
    "measured after",
)
layers = keras.layers


def mlp() -> keras.Model:
    """Three dense layers with BN."""
    parts: list[keras.layers.Layer] = [keras.Input((64,))]
    for _ in range(3):
        parts += [layers.Dense(100), layers.BatchNormalization(), layers.Activation("relu")]
    return keras.Sequential([*parts, layers.Dense(CLASSES)])


def cnn() -> keras.Model:
    """Three convolutions with BN and a dense layer."""
    parts: list[keras.layers.Layer] = [keras.Input((8, 8, 1))]
    for width in (8, 16, 16):
        convolution = layers.Conv2D(width, 3, padding="same", use_bias=False)
        parts += [convolution, layers.BatchNormalization(), layers.ReLU()]
    parts += [layers.Flatten(), layers.Dense(64, activation="relu"), layers.Dense(CLASSES)]
    return keras.Sequential(parts)


def mobile_net() -> keras.Model:
    """MobileNet of a quarter of its width."""
    return keras.applications.MobileNet(
        (32, 32, 3), alpha=0.25, weights=None, classes=CLASSES, classifier_activation=None
    )


MODELS: dict[str, tuple[Callable[[], keras.Model], int]] = {
    "MLP 64-100×3-10": (mlp, 540),
    "CNN 8×8, 8-16-16 channels": (cnn, 540),
    "MobileNet 32×32, alpha 0.25": (mobile_net, 60),
}


class Histograms(keras.callbacks.Callback):
    """Computes histograms of activations every few steps, as one would without Watch."""

    def __init__(self, model: keras.Model, x: np.ndarray, every: int):
        super().__init__()
        kinds = (layers.Activation, layers.ReLU)
        outputs = [layer.output for layer in model.layers if isinstance(layer, kinds)]
        self._inside = keras.Model(model.inputs[0], outputs)
        self._x, self._every, self._step = x, every, 0

    def on_train_batch_end(self, batch: int, logs: object = None) -> None:  # noqa: ARG002
        """Computes the histograms; called by Keras."""
        self._step += 1
        if self._step % self._every == 0:
            for values in self._inside(self._x, training=False):
                np.histogram(values.numpy(), BINS)


def row(name: str, rounds: int) -> list[str]:
    """The row of one model."""
    make, steps = MODELS[name]
    model = make()
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.SGD(0.01), loss, metrics=["accuracy"])
    generator = np.random.default_rng(0)
    count = max(steps * BATCH // EPOCHS, VALIDATION)
    x = generator.normal(size=(count, *model.input_shape[1:])).astype(np.float32)
    y = generator.integers(0, CLASSES, count)
    trained = slice(steps * BATCH // EPOCHS)

    def fit(*callbacks: keras.callbacks.Callback) -> float:
        begun = time.perf_counter()
        model.fit(
            x[trained],
            y[trained],
            batch_size=BATCH,
            epochs=EPOCHS,
            verbose=0,
            callbacks=[*callbacks],
        )
        return time.perf_counter() - begun

    fit()
    alone, prepared, after, frames = [], [], [], []
    ratios: dict[str, list[float]] = {"Watch": [], "histograms": [], "TensorBoard": []}
    for _ in range(rounds):
        alone.append(fit())
        watch = bnviz.Watch(x, y, validation=(x[:VALIDATION], y[:VALIDATION]))
        arm = watch.arm("mine")
        seconds = fit(arm)
        prepared.append(arm.pace.prepared)
        ratios["Watch"].append((seconds - arm.pace.prepared) / alone[-1])
        begun = time.perf_counter()
        recording = watch.recording
        after.append(time.perf_counter() - begun)
        frames.append(len(recording))
        called = Histograms(model, x[:PROBE], max(1, steps // frames[-1]))
        ratios["histograms"].append(fit(called) / alone[-1])
        with tempfile.TemporaryDirectory() as folder:
            board = tensorboard(folder)
            if board is not None:
                ratios["TensorBoard"].append(fit(board) / alone[-1])
    on = recording.header.about.rpartition("measured on ")[2]
    return [
        name,
        f"{1e3 * median(alone) / steps:.1f} ms",
        *(machine.spread(each) if each else "" for each in ratios.values()),
        f"{median(frames):.0f}",
        on,
        f"{median(prepared):.1f} s",
        f"{median(after):.1f} s",
    ]


def imports(rounds: int) -> list[list[str]]:
    """What imports take, in processes of their own."""
    programs = {
        "Python alone": "pass",
        "import bnviz": "import bnviz",
        "import keras": "import keras",
        "import keras, then bnviz.Watch": "import keras, bnviz; bnviz.Watch",
    }
    times: dict[str, list[float]] = {name: [] for name in programs}
    for _ in range(rounds):
        for name, program in programs.items():
            begun = time.perf_counter()
            subprocess.run(
                [sys.executable, "-c", program],
                check=True,
                cwd=machine.ROOT,
                capture_output=True,
            )
            times[name].append(time.perf_counter() - begun)
    return [[name, f"{machine.spread(found)} s"] for name, found in times.items()]


def main() -> None:
    """Prints the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", default="", help="the models whose names begin so")
    given = parser.parse_args()
    rounds, names = given.rounds, [name for name in MODELS if name.startswith(given.only)]
    machine.print_table("Watching", COLUMNS, (row(name, rounds) for name in names))
    machine.print_table("Imports", ("", "seconds"), imports(rounds))


if __name__ == "__main__":
    main()
