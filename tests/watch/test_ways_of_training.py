"""Ways of training that Keras has: each is watched, and ends as without being watched."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from bnviz.watch.watch import Watch
from tests.watch.models import CLASSES, examples

EPOCHS, STEPS, BATCH = 4, 6, 16


def model_of(
    norm: Callable[[], layers.Layer], kind: type[keras.Model] = keras.Model
) -> keras.Model:
    given = keras.Input((6,))
    inner = layers.Activation("relu")(norm()(layers.Dense(8)(given)))
    return kind(given, layers.Dense(CLASSES, dtype="float32")(layers.Dropout(0.2)(inner)))


class OwnStep(keras.Model):
    """Trains by a step of its own."""

    def train_step(self, data):
        x, y = data
        with tf.GradientTape() as tape:
            loss = self.compute_loss(y=y, y_pred=self(x, training=True))
        variables = self.trainable_variables
        self.optimizer.apply(tape.gradient(loss, variables), variables)
        return {"loss": loss}


class Batches(keras.utils.PyDataset):
    def __init__(self, x, y):
        super().__init__()
        self._x, self._y = x, y

    def __len__(self):
        return len(self._x) // BATCH

    def __getitem__(self, number):
        part = slice(number * BATCH, (number + 1) * BATCH)
        return self._x[part], self._y[part]


def generator(x, y) -> Iterator:
    while True:
        batches = Batches(x, y)
        for number in range(len(batches)):
            yield batches[number]


def as_dataset(x, y) -> tf.data.Dataset:
    return tf.data.Dataset.from_tensor_slices((x, y)).batch(BATCH)


@contextmanager
def policy(name: str) -> Iterator[None]:
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(name)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)


BN = layers.BatchNormalization
#: The one that the long tests try; the widest try all.
_SLOW = "5 steps an execution"
#: Normalization, kind of model, dtype policy, options of `compile`, what makes the batches.
WAYS = {
    "mixed bfloat16": (BN, keras.Model, "mixed_bfloat16", {}, None),
    "mixed float16": (BN, keras.Model, "mixed_float16", {}, None),
    "XLA": (BN, keras.Model, "float32", {"jit_compile": True}, None),
    "5 steps an execution": (BN, keras.Model, "float32", {"steps_per_execution": 5}, None),
    "generator": (BN, keras.Model, "float32", {}, generator),
    "PyDataset": (BN, keras.Model, "float32", {}, Batches),
    "tf.data": (BN, keras.Model, "float32", {}, as_dataset),
    "groups": (lambda: layers.GroupNormalization(2), keras.Model, "float32", {}, None),
    "batch renorm": (lambda: BN(renorm=True), keras.Model, "float32", {}, None),
    "own step": (BN, OwnStep, "float32", {}, None),
}


def trained(way: str, callbacks: list) -> list[bytes]:
    """The states that a training ends with."""
    norm, kind, dtype, options, batches = WAYS[way]
    keras.utils.set_random_seed(3)
    with policy(dtype):
        model = model_of(norm, kind)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    options = {"jit_compile": False, "metrics": None if kind is OwnStep else ["accuracy"]} | options
    model.compile(keras.optimizers.Adam(1e-2), loss, **options)
    x, y = examples((6,))
    given = (x, y) if batches is None else (batches(x, y),)
    sized = {"steps_per_epoch": STEPS} if batches is generator else {}
    sized |= {"batch_size": BATCH} if batches is None else {"shuffle": False}
    model.fit(*given, epochs=EPOCHS, verbose=0, callbacks=callbacks, **sized)
    return [v.numpy().tobytes() for v in (*model.variables, *model.optimizer.variables)]


@pytest.mark.parametrize(
    "way",
    [
        pytest.param(way, marks=pytest.mark.slow if way == _SLOW else pytest.mark.widest)
        for way in WAYS
    ],
)
def test_each_way_is_watched_and_ends_as_without(way):
    x, y = examples((6,))
    watch = Watch(x, y, validation=(x, y), budget=1e9)
    assert trained(way, [watch.arm("mine")]) == trained(way, [])
    recording = watch.recording
    frames = recording.frames["arm_1"]
    assert recording.steps[-1] == EPOCHS * STEPS
    assert len(recording) > 2
    assert np.isfinite(frames["train_loss"]).all()
    assert np.isfinite(frames["validation_accuracy"]).all()
    assert frames["pre_activation_counts"].sum(axis=2).tolist() == [[96 * 8]] * len(recording)
    # A step of one's own may follow another loss; of several steps at once none is seen alone.
    assert np.isfinite(frames["gradient_norm"]).all() == (way != "own step")
    updates = frames["update_ratio"][1:-1]
    assert np.isfinite(updates).all() == (way != "5 steps an execution")
    assert recording.header.knows("update_ratio") == (way != "5 steps an execution")
    kind = {"groups": "group", "batch renorm": "renorm"}.get(way, "batch")
    assert recording.header.arm("arm_1").normalization == kind
