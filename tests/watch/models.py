"""Keras models of six kinds, small enough to be trained in a test."""

from collections.abc import Callable

import keras
import numpy as np
from keras import layers

CLASSES = 4


class Subclassed(keras.Model):
    """Layers that only `call` joins."""

    def __init__(self) -> None:
        super().__init__()
        self.first = layers.Dense(12, name="first")
        self.norm = layers.BatchNormalization(name="norm")
        self.second = layers.Dense(8, activation="tanh", name="second")
        self.out = layers.Dense(CLASSES, name="out")

    def call(self, x, training=False):
        x = keras.activations.relu(self.norm(self.first(x), training=training))
        return self.out(self.second(x))


def mlp() -> keras.Model:
    return keras.Sequential(
        [
            keras.Input((6,)),
            layers.Dense(10, activation="relu", name="one"),
            layers.Dropout(0.3),
            layers.Dense(7, name="two"),
            layers.BatchNormalization(name="norm"),
            layers.Activation("tanh", name="act"),
            layers.Dense(CLASSES),
        ]
    )


def cnn() -> keras.Model:
    return keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            layers.Conv2D(5, 3, use_bias=False, name="conv"),
            layers.BatchNormalization(name="norm"),
            layers.ReLU(name="relu"),
            layers.Conv2D(6, 3, activation="relu", name="conv_2"),
            layers.BatchNormalization(name="after"),
            layers.GlobalAveragePooling2D(),
            layers.Dense(CLASSES, activation="softmax"),
        ]
    )


def resnet() -> keras.Model:
    given = keras.Input((8, 8, 2))
    x = layers.Conv2D(4, 3, padding="same", name="c0")(given)
    x = start = layers.ReLU(name="r0")(layers.BatchNormalization(name="b0")(x))
    x = layers.Conv2D(4, 3, padding="same", name="c1")(x)
    x = layers.ReLU(name="r1")(layers.BatchNormalization(name="b1")(x))
    x = layers.Conv2D(4, 3, padding="same", name="c2")(x)
    x = layers.Add()([layers.BatchNormalization(name="b2")(x), start])
    x = layers.GlobalAveragePooling2D()(layers.ReLU(name="r2")(x))
    return keras.Model(given, layers.Dense(CLASSES)(x))


def layer_norm() -> keras.Model:
    parts = [keras.Input((6,))]
    for number in range(3):
        parts += [
            layers.Dense(9, name=f"d{number}"),
            layers.LayerNormalization(name=f"n{number}"),
            layers.Activation("gelu", name=f"a{number}"),
        ]
    return keras.Sequential([*parts, layers.Dense(CLASSES)])


def mobile_net() -> keras.Model:
    return keras.applications.MobileNet((32, 32, 3), alpha=0.25, weights=None, classes=CLASSES)


SMALL: dict[str, tuple[Callable[[], keras.Model], tuple[int, ...]]] = {
    "MLP": (mlp, (6,)),
    "CNN": (cnn, (8, 8, 1)),
    "residual": (resnet, (8, 8, 2)),
    "LayerNorm": (layer_norm, (6,)),
    "subclassed": (Subclassed, (6,)),
}
LARGE = {"MobileNet": (mobile_net, (32, 32, 3))}


def examples(shape: tuple[int, ...], count: int = 96) -> tuple[np.ndarray, np.ndarray]:
    """Random examples whose class follows from their mean."""
    x = np.random.default_rng(1).normal(size=(count, *shape)).astype(np.float32)
    mean = x.reshape(count, -1).mean(axis=1)
    return x, np.searchsorted(np.quantile(mean, [0.25, 0.5, 0.75]), mean).astype(np.int32)


def trained(
    name: str,
    callbacks: list,
    *,
    epochs: int = 2,
    initial_epoch: int = 0,
    steps_per_epoch: int | None = None,
    **options: object,
) -> keras.Model:
    """One of the models, trained from a seed."""
    make, shape = (SMALL | LARGE)[name]
    keras.utils.set_random_seed(3)
    model = make()
    softmax = name in ("CNN", "MobileNet")
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=not softmax)
    model.compile(
        keras.optimizers.Adam(1e-2), loss, metrics=["accuracy"], **{"jit_compile": False} | options
    )
    x, y = examples(shape)
    model.fit(
        x,
        y,
        batch_size=16,
        epochs=epochs,
        initial_epoch=initial_epoch,
        steps_per_epoch=steps_per_epoch,
        verbose=0,
        callbacks=callbacks,
    )
    return model
