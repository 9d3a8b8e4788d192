"""How long a paired step of convolutions or residual networks takes, and a run's first frames.

    python tests/benchmarks/convolutions.py [--architecture conv] [--rounds 7] [--units 8]
                                            [--layers 3] [--page]

On digits, batches of 32. Two Keras models, compiled with Keras's defaults and trained by `fit`, and
ours, one network after the other, take turns in every round; the ratio is that of a round, reported
as the median with the lowest and highest values. The first frames are those of an architecture that
was not compiled before, in a process that has trained the default run. With `--page` the page is
watched instead, in headless Chromium: each round trains an architecture that was not compiled
before, with a channel less than the one before it.
"""

import argparse
import os
import time
from contextlib import closing

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import machine
import numpy as np
import tensorflow as tf
from browsing import View, chromium
from picture import rates
from serving import Server

from bnviz.data.dataset import Dataset
from bnviz.data.image_shape import ImageShape
from bnviz.lab import experiment
from bnviz.lab.arms import new_arm
from bnviz.lab.datasets import load
from bnviz.lab.training import BatchOrder
from bnviz.recording.frames import ARMS
from bnviz.settings import Settings
from bnviz.settings.architectures import ARCHITECTURES, closing_layers

#: Steps of a round.
STEPS = 256


def plain_model(settings: Settings, arm: str, data: Dataset) -> keras.Model:
    """The network of an arm in plain Keras, compiled with its defaults."""
    image, kind = ImageShape.of(settings, data), settings.architecture
    closing = closing_layers(kind, settings.hidden_layers)
    pooled = image.pooled_after(settings.hidden_layers, kind) if image else ()
    x = inputs = keras.Input((data.num_features,))
    x = keras.layers.Reshape((8, 8, 1))(x) if image else x
    for number in range(1, settings.hidden_layers + 1):
        if number not in closing:
            skip = x
        bias = arm == "none"
        if image:
            x = keras.layers.Conv2D(settings.units, 3, padding="same", use_bias=bias)(x)
        else:
            x = keras.layers.Dense(settings.units, use_bias=bias)(x)
        x = x if bias else keras.layers.BatchNormalization(momentum=settings.bn_momentum)(x)
        x = keras.layers.Add()([x, skip]) if number in closing else x
        x = keras.layers.Activation(settings.activation)(x)
        x = keras.layers.AveragePooling2D(2)(x) if number in pooled else x
    x = keras.layers.GlobalAveragePooling2D()(x) if image else x
    model = keras.Model(inputs, keras.layers.Dense(len(data.classes))(x))
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.SGD(settings.learning_rate), loss)
    return model


def in_words(values: list[float], digits: int) -> str:
    """Median, lowest and highest."""
    low, middle, high = (np.quantile(values, share) for share in (0, 0.5, 1))
    return f"{middle:.{digits}f} ({low:.{digits}f} to {high:.{digits}f})"


def steps(settings: Settings, rounds: int) -> None:
    """Prints milliseconds of a paired step, of ours and of Keras's."""
    data = load(settings)
    indices = BatchOrder(len(data.x_train), settings.batch_size, seed=0).take(STEPS)
    x, y = data.x_train[indices.reshape(-1)], data.y_train[indices.reshape(-1)]
    arms = [new_arm(settings, arm, data) for arm in ARMS]
    models = [plain_model(settings, arm, data) for arm in ARMS]
    tensors = tf.constant(data.x_train), tf.constant(data.y_train)

    def ours() -> None:
        for arm in arms:
            arm.compiled.trainer.train(*tensors, indices)

    def fit() -> None:
        for model in models:
            model.fit(x, y, batch_size=settings.batch_size, shuffle=False, verbose=0)

    taken: dict[str, list[float]] = {"ours": [], "fit": []}
    for number in range(rounds + 1):
        for name, train in (("ours", ours), ("fit", fit)):
            start = time.perf_counter()
            train()
            # The first round compiles.
            if number:
                taken[name].append(1e3 * (time.perf_counter() - start) / STEPS)
    for name, milliseconds in taken.items():
        print(f"{name}: {in_words(milliseconds, 2)} ms a paired step")
    ratios = [fit / ours for ours, fit in zip(taken["ours"], taken["fit"], strict=True)]
    print(f"fit / ours: {in_words(ratios, 1)}")


def frames(settings: Settings) -> None:
    """Prints when the first frames of a run are there, and how many follow a second."""
    experiment.warm_up()
    start, times = time.perf_counter(), []
    for _ in experiment.run(settings):
        times.append(time.perf_counter() - start)
    print(f"step 0 after {times[0]:.1f} s, the first trained step after {times[1]:.1f} s")
    print(f"then {(len(times) - 2) / (times[-1] - times[1]):.0f} frames a second")


def page(settings: Settings, rounds: int) -> None:
    """Prints when the page draws the first frame after a click, and how many it draws a second."""
    waits, shown = [], []
    with closing(Server(machine.ROOT / "app.py")) as server, chromium() as browser:
        with closing(View(browser, server.url)) as view:
            view.train()
        for fewer in range(rounds):
            chosen = settings.replace(units=settings.units - fewer)
            with closing(View(browser, server.link(chosen))) as view:
                clicked, number = view.begin()
                view.first(lambda change: change["state"] == "finished", after=clicked)
                run, before = view.seen[number:], view.seen[number - 1]["drawn"]
            drawn = next(change for change in run if change["drawn"] > before)
            waits.append(drawn["at"] / 1e3 - clicked)
            # Between step 0 and the first trained step the training is compiled.
            trained = [each for each in run if each["held"] > 1 and each["state"] == "running"]
            shown.append(rates(trained))
    print(f"click to the first live frame: {in_words(waits, 2)} s")
    print("frames drawn a second (made):", "; ".join(shown))


def main() -> None:
    """Prints what is asked for."""
    parser = argparse.ArgumentParser()
    kinds = [each for each in ARCHITECTURES if each != "dense"]
    parser.add_argument("--architecture", default="conv", choices=kinds)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--units", type=int, default=8)
    parser.add_argument("--layers", type=int, default=3)
    parser.add_argument("--page", action="store_true", help="watch the page instead")
    given = parser.parse_args()
    sizes = {"units": given.units, "hidden_layers": given.layers}
    settings = Settings(architecture=given.architecture, **sizes)
    if given.page:
        page(settings, given.rounds)
        return
    frames(settings)
    steps(settings, given.rounds)


if __name__ == "__main__":
    main()
