"""Training equals `keras.Model.fit`, is not disturbed by observing, and is reproducible."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from bnviz.data.dataset import Dataset
from bnviz.lab.dynamic_tanh import DynamicTanh
from bnviz.lab.inference import Inference
from bnviz.lab.initial_kernels import initial_kernels
from bnviz.lab.landscape import Landscape
from bnviz.lab.networks import build, reset
from bnviz.lab.noise import Noise
from bnviz.lab.normalization import GhostBatchNormalization
from bnviz.lab.observer import Observer
from bnviz.lab.training import CHUNK, BatchOrder, Trainer
from bnviz.lab.weight_norm import WeightNormDense, assign_kernel
from bnviz.settings import Settings
from bnviz.settings.choices import BN_POSITIONS, OPTIMIZERS
from tests.support.everyday import everyday

FEATURES, CLASSES, EXAMPLES = 6, 3, 90


@pytest.fixture(scope="module")
def data():
    generator = np.random.default_rng(0)
    x = generator.normal(size=(EXAMPLES, FEATURES)).astype(np.float32)
    y = generator.integers(0, CLASSES, EXAMPLES).astype(np.int32)
    return Dataset(x, y, x[:30], y[:30], ("a", "b", "c"))


def trained(settings, arm, data, steps):
    """A network of this arm after `steps` steps."""
    network = build(settings, arm, FEATURES, CLASSES)
    return train(network, Trainer(network, settings), settings, data, steps)


def train(network, trainer, settings, data, steps, *, observe=lambda: None, observe_every=0):
    """Trains a network from step 0 and observes it every `observe_every` steps."""
    reset(network, settings, initial_kernels(settings, FEATURES, CLASSES))
    trainer.reset(settings)
    x, y = tf.constant(data.x_train), tf.constant(data.y_train)
    order = BatchOrder(EXAMPLES, settings.batch_size, seed=settings.seed)
    done = 0
    while done < steps:
        part = min(observe_every or steps, steps - done)
        trainer.train(x, y, order.take(part))
        done += part
        observe()
    return network


def by_keras(settings, arm, data, steps):
    """The same arm, written in plain Keras and trained by `fit`."""
    optimizer = {
        "sgd": keras.optimizers.SGD(settings.learning_rate),
        "momentum": keras.optimizers.SGD(settings.learning_rate, momentum=0.9),
        "adam": keras.optimizers.Adam(settings.learning_rate),
        "rmsprop": keras.optimizers.RMSprop(settings.learning_rate),
    }[settings.optimizer]
    regularizer = keras.regularizers.L2(settings.l2) if settings.l2 else None
    layers = [keras.Input((FEATURES,))]
    for number in range(1, settings.hidden_layers + 1):
        normalized = arm not in ("none", "weight_norm")
        before = normalized and (settings.bn_position == "before") != (arm == "bn_other")
        after = normalized and not before
        options = {
            "epsilon": settings.bn_epsilon,
            "center": settings.bn_center,
            "scale": settings.bn_scale,
        }
        if arm == "layer_norm":
            normalization = [keras.layers.LayerNormalization(**options)]
        elif arm == "group_norm":
            normalization = [keras.layers.GroupNormalization(2, **options)]
        elif arm == "dyt":
            learnt = {"center": settings.bn_center, "scale": settings.bn_scale}
            normalization = [DynamicTanh(**learnt, name=f"tanh_{number}")]
        elif arm == "rms_norm":
            normalization = [keras.layers.RMSNormalization(epsilon=settings.bn_epsilon)]
        else:
            momentum = settings.bn_momentum
            if arm == "renorm":
                options |= {
                    "renorm": True,
                    "renorm_momentum": momentum,
                    "renorm_clipping": {"rmin": 1 / 3, "rmax": 3.0, "dmax": 5.0},
                }
            kind = keras.layers.BatchNormalization
            kind = GhostBatchNormalization if arm == "ghost_bn" else kind
            normalization = [kind(momentum=momentum, **options)]
        if arm == "noisy_bn":
            normalization.append(Noise(f"noise_{number}"))
            normalization[-1].reset(seed=settings.seed, number=number - 1)
        layers.append(
            WeightNormDense(settings.units, penalty=regularizer, name=f"weights_{number}")
            if arm == "weight_norm"
            else keras.layers.Dense(
                settings.units,
                use_bias=not before or arm in ("rms_norm", "dyt"),
                kernel_regularizer=regularizer,
            )
        )
        dropout = [keras.layers.Dropout(settings.dropout, seed=number)] if settings.dropout else []
        first = dropout if settings.dropout_position == "before" else []
        # Without BN, dropout is where it is with it.
        before_too = before or (not normalized and settings.bn_position == "before")
        layers += first if before_too else []
        layers += normalization if before else []
        layers.append(keras.layers.Activation(settings.activation))
        layers += [] if before_too else first
        layers += normalization if after else []
        layers += [] if first else dropout
    layers.append(keras.layers.Dense(CLASSES, kernel_regularizer=regularizer))
    model = keras.Sequential(layers)
    kernels = iter(initial_kernels(settings, FEATURES, CLASSES))
    for layer in model.layers:
        if isinstance(layer, keras.layers.Dense):
            assign_kernel(layer, next(kernels))
    model.compile(
        optimizer,
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        # Compiled by XLA, dropout draws other random numbers.
        jit_compile=bool(settings.dropout) or arm == "noisy_bn",
    )
    order = BatchOrder(EXAMPLES, settings.batch_size, seed=settings.seed)
    indices = order.take(steps).reshape(-1)
    model.fit(
        data.x_train[indices],
        data.y_train[indices],
        batch_size=settings.batch_size,
        shuffle=False,
        verbose=0,
    )
    return model


def weights(model):
    """Kernels, biases, gammas, betas and moving statistics in the order of the model."""
    return [
        variable.numpy()
        for layer in model.layers
        for variable in layer.variables
        if "seed" not in variable.path
    ]


BASE = Settings(
    hidden_layers=2, units=5, activation="tanh", batch_size=16, learning_rate=0.05, bn_epsilon=0.01
)
CASES = [
    *(("bn", BASE.replace(optimizer=optimizer)) for optimizer in OPTIMIZERS),
    ("bn", BASE.replace(bn_position="after")),
    ("bn", BASE.replace(bn_center=False, bn_momentum=0.5)),
    ("bn", BASE.replace(bn_scale=False, bn_position="after", optimizer="adam")),
    ("none", BASE),
    ("none", BASE.replace(optimizer="adam", l2=0.01)),
    ("bn", BASE.replace(dropout=0.3)),
    ("bn_other", BASE.replace(bn_position="after")),
    ("layer_norm", BASE),
    ("group_norm", BASE.replace(units=8)),
    ("rms_norm", BASE),
    pytest.param("rms_norm", BASE.replace(bn_position="after"), marks=pytest.mark.widest),
    ("renorm", BASE),
    ("renorm", BASE.replace(batch_size=2, init_scale=4.0, bn_position="after", bn_scale=False)),
    ("ghost_bn", BASE.replace(batch_size=18, bn_position="after", bn_center=False)),
    ("dyt", BASE.replace(optimizer="adam")),
    ("dyt", BASE.replace(bn_position="after", bn_scale=False, l2=0.01)),
    ("weight_norm", BASE.replace(l2=0.01)),
    ("weight_norm", BASE.replace(optimizer="adam", dropout=0.3)),
    ("noisy_bn", BASE.replace(bn_position="after", dropout=0.3)),
    ("bn", BASE.replace(dropout=0.3, dropout_position="before")),
    *(
        pytest.param(arm, settings, marks=pytest.mark.widest)
        for arm, settings in (
            ("bn", BASE.replace(bn_position="after", dropout=0.3, dropout_position="before")),
            *(
                ("none", BASE.replace(bn_position=side, dropout=0.3, dropout_position="before"))
                for side in BN_POSITIONS
            ),
        )
    ),
]


@pytest.mark.parametrize(("arm", "settings"), everyday(CASES, (2, 4, 7)))
def test_training_equals_keras_fit(arm, settings, data):
    ours = weights(trained(settings, arm, data, steps=25).model)
    theirs = weights(by_keras(settings, arm, data, steps=25))
    assert len(ours) == len(theirs)
    for our, their in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(our, their, rtol=2e-3, atol=2e-5)


@pytest.mark.parametrize("arm", everyday(["none", "bn", "noisy_bn"], (1,)))
def test_observing_changes_nothing(arm, data):
    network = build(BASE, arm, FEATURES, CLASSES)
    trainer = Trainer(network, BASE)
    observer = Observer(network, trainer.kernels_before)
    landscape, inference = Landscape(network), Inference(network)
    x, y = tf.constant(data.x_train), tf.constant(data.y_train)
    validation = tf.constant(data.x_validation), tf.constant(data.y_validation)

    def observe():
        observer.observe((x, y), validation, ())
        landscape.measure(x, y, BASE.learning_rate)
        inference.evaluate(x, validation)

    unobserved = weights(train(network, trainer, BASE, data, 12).model)
    network = train(network, trainer, BASE, data, 12, observe=observe, observe_every=3)
    observed = weights(network.model)
    for one, other in zip(observed, unobserved, strict=True):
        np.testing.assert_array_equal(one, other)


def test_more_steps_than_fit_in_one_call_are_all_trained(data):
    settings = BASE.replace(batch_size=1)
    network = build(settings, "bn", FEATURES, CLASSES)
    trainer = Trainer(network, settings)
    whole = weights(train(network, trainer, settings, data, CHUNK + 3).model)
    parts = weights(train(network, trainer, settings, data, CHUNK + 3, observe_every=100).model)
    for one, other in zip(whole, parts, strict=True):
        np.testing.assert_array_equal(one, other)


def test_the_row_of_the_first_bad_batch_is_returned(data):
    settings = BASE.replace(learning_rate=10.0, init_scale=100.0, activation="relu")
    network = build(settings, "none", FEATURES, CLASSES)
    trainer = Trainer(network, settings)
    reset(network, settings, initial_kernels(settings, FEATURES, CLASSES))
    trainer.reset(settings)
    x, y = tf.constant(data.x_train), tf.constant(data.y_train)
    order = BatchOrder(EXAMPLES, settings.batch_size, seed=0)
    assert trainer.train(x, y, order.take(1), limit=np.inf) == -1
    # Any loss exceeds a limit of 0.
    assert trainer.train(x, y, order.take(3), limit=0.0) == 0


def test_other_values_need_no_recompilation(data):
    network = build(BASE, "bn", FEATURES, CLASSES)
    trainer = Trainer(network, BASE)
    x, y = tf.constant(data.x_train), tf.constant(data.y_train)
    other = BASE.replace(learning_rate=0.2, bn_momentum=0.3, bn_epsilon=0.1, seed=7, init_scale=2.0)
    for settings in (BASE, other):
        reset(network, settings, initial_kernels(settings, FEATURES, CLASSES))
        trainer.reset(settings)
        trainer.train(x, y, BatchOrder(EXAMPLES, 16, seed=settings.seed).take(25))
    assert trainer.compilations == 1
    ours = weights(network.model)
    for our, their in zip(ours, weights(by_keras(other, "bn", data, 25)), strict=True):
        np.testing.assert_allclose(our, their, rtol=2e-3, atol=2e-5)


@pytest.mark.parametrize("batch_size", [1, 7, 90, 200])
def test_batches_use_every_example_equally_often(batch_size):
    order = BatchOrder(EXAMPLES, batch_size, seed=3)
    indices = np.concatenate([order.take(4), order.take(86)]).reshape(-1)
    whole = indices[: len(indices) // EXAMPLES * EXAMPLES].reshape(-1, EXAMPLES)
    assert whole.size
    assert (np.sort(whole, axis=1) == np.arange(EXAMPLES)).all()


def test_batches_do_not_depend_on_how_they_are_taken():
    whole = BatchOrder(EXAMPLES, 16, seed=5).take(40)
    order = BatchOrder(EXAMPLES, 16, seed=5)
    parts = np.concatenate([order.take(steps) for steps in (1, 2, 30, 7)])
    np.testing.assert_array_equal(whole, parts)
