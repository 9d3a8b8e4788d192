"""Residual networks equal those of Keras, and what is measured of them equals NumPy."""

import itertools

import keras
import numpy as np
import pytest
import tensorflow as tf

from bnviz.data.dataset import Dataset
from bnviz.data.image_shape import ImageShape
from bnviz.engine.run_queue import architecture as run_architecture
from bnviz.lab import experiment
from bnviz.lab.arms import architecture as of_arm
from bnviz.lab.block_training import _drawn_kernels, _kernels
from bnviz.lab.drift import DriftReference, SortedValues
from bnviz.lab.initial_kernels import initial_kernels
from bnviz.lab.keras_files import portable
from bnviz.lab.layer_maps import LayerCrossing
from bnviz.lab.networks import build, reset
from bnviz.lab.normalization import gamma_of
from bnviz.lab.observer import Observer
from bnviz.lab.skip import Skip
from bnviz.lab.surgery import insert_normalization, remove_normalization
from bnviz.lab.training import BatchOrder, Trainer
from bnviz.recording import Recording
from bnviz.settings import Settings, SettingsError
from bnviz.settings.architectures import ARCHITECTURES, RESIDUAL, closing_layers, convolves
from bnviz.settings.choices import BN_POSITIONS, SECOND_ARMS
from bnviz.studies.study import Block
from tests.support.everyday import everyday
from tests.support.layers_by_hand import linear, norm_of, normalized

IMAGE, CLASSES, EXAMPLES, SIDES = ImageShape(9, 8, 1), 3, 24, (9, 8)
FEATURES = 9 * 8
#: A layer alone, two blocks, and a layer that is left over.
BASE = Settings(
    architecture="residual_dense",
    hidden_layers=6,
    units=4,
    activation="tanh",
    batch_size=8,
    learning_rate=0.1,
    bn_epsilon=0.01,
)
CONVOLVED = BASE.replace(architecture="residual_conv", hidden_layers=3)
PLACES = [*itertools.product((BASE, CONVOLVED), ("none", "bn"), BN_POSITIONS)]


@pytest.fixture(scope="module")
def data():
    generator = np.random.default_rng(0)
    x = generator.normal(size=(EXAMPLES, FEATURES)).astype(np.float32)
    y = generator.integers(0, CLASSES, EXAMPLES).astype(np.int32)
    return Dataset(x, y, x[:10], y[:10], ("a", "b", "c"), SIDES)


def image_of(settings):
    return IMAGE if convolves(settings.architecture) else None


def new(settings, arm, *, random=False):
    """A network at step 0, or with random weights and statistics."""
    network = build(settings, arm, FEATURES, CLASSES, image=image_of(settings))
    reset(network, settings)
    if random:
        change(network, np.random.default_rng(1))
    return network


def change(network, generator):
    for variable in network.model.weights:
        low, high = (0.2, 0.9) if "moving" in variable.name else (-0.6, 0.8)
        variable.assign(generator.uniform(low, high, variable.shape))


# By NumPy, in double precision, from the definition in words.


def passed(network, settings, x):
    """What reaches each layer, what its own map makes of it, what is added, and its values."""
    place = settings.bn_position
    h = x.reshape(len(x), *SIDES, 1).astype(float) if network.image else x.astype(float)
    found, reached = [], []
    for number, hidden in enumerate(network.hidden_layers, start=1):
        reached.append(h)
        skip = reached[-2] if number in (3, 5) else 0
        z = linear(h, *hidden.linear.get_weights())
        norm = norm_of(hidden)
        made = normalized(norm, z) if norm and place == "before" else z
        z = made + skip if place == "before" else made
        h = np.tanh(z)
        h = normalized(norm, h) if norm and place == "after" else h
        h = h + skip if place == "after" else h
        found.append((reached[-1], made, skip, z))
        if network.image and number == 1:
            h = h[:, :8].reshape(len(h), 4, 2, 4, 2, -1).mean((2, 4))
    h = h.mean((1, 2)) if network.image else h
    return found, h @ network.output.kernel.numpy() + network.output.bias.numpy()


def read(z):
    """The values that are kept of a layer: of images those at 16 positions."""
    if z.ndim == 2:
        return z
    places = [[(k * size + size // 2) // 4 for k in range(4)] for size in z.shape[1:3]]
    return z[:, places[0]][:, :, places[1]].reshape(-1, z.shape[-1])


@pytest.mark.parametrize(("settings", "arm", "position"), everyday(PLACES, (2, 3, 4)))
def test_a_forward_pass_equals_that_of_numpy(settings, arm, position, data):
    settings = settings.replace(bn_position=position)
    network = new(settings, arm, random=True)
    layers, logits = passed(network, settings, data.x_train)
    found = network.probe(tf.constant(data.x_train))
    for number, (h, _, _, z) in enumerate(layers):
        np.testing.assert_allclose(found.pre_activations[number], read(z), rtol=1e-3, atol=1e-4)
        if number:
            np.testing.assert_allclose(found.reaching[number - 1], h, rtol=1e-3, atol=1e-4)
    np.testing.assert_allclose(found.logits, logits, rtol=1e-3, atol=1e-4)


def functional(settings, arm):
    """The same network in plain Keras, layer by layer."""
    norm = {"epsilon": settings.bn_epsilon, "momentum": settings.bn_momentum}
    before = settings.bn_position == "before"
    x = inputs = keras.Input((FEATURES,))
    x = keras.layers.Reshape((*SIDES, 1))(x) if image_of(settings) else x
    for number in range(1, settings.hidden_layers + 1):
        opens, closes = number in (2, 4), number in (3, 5)
        if opens:
            skip = x
        bias = arm == "none" or not before
        if image_of(settings):
            x = keras.layers.Conv2D(settings.units, 3, padding="same", use_bias=bias)(x)
        else:
            x = keras.layers.Dense(settings.units, use_bias=bias)(x)
        first = "zeros" if closes and settings.zero_last_gamma else "ones"
        last = keras.layers.BatchNormalization(**norm, gamma_initializer=first)
        if before:
            x = last(x) if arm == "bn" else x
            x = x + skip if closes else x
            x = keras.layers.Activation(settings.activation)(x)
        else:
            x = keras.layers.Activation(settings.activation)(x)
            x = last(x) if arm == "bn" else x
            x = x + skip if closes else x
        if settings.dropout:
            x = keras.layers.Dropout(settings.dropout, seed=number)(x)
        if image_of(settings) and number == 1:
            x = keras.layers.AveragePooling2D(2)(x)
    x = keras.layers.GlobalAveragePooling2D()(x) if image_of(settings) else x
    return keras.Model(inputs, keras.layers.Dense(CLASSES)(x))


FITS = [
    *PLACES,
    (BASE.replace(zero_last_gamma=True), "bn", "before"),
    (CONVOLVED.replace(zero_last_gamma=True), "bn", "after"),
    (BASE.replace(dropout=0.3), "bn", "before"),
    (BASE.replace(hidden_layers=2), "bn", "before"),
]


@pytest.mark.parametrize(("settings", "arm", "position"), everyday(FITS, (8,)))
def test_training_equals_keras_fit(settings, arm, position, data):
    settings = settings.replace(bn_position=position)
    network = new(settings, arm)
    trainer = Trainer(network, settings)
    trainer.reset(settings)
    order = BatchOrder(EXAMPLES, settings.batch_size, seed=settings.seed).take(12)
    trainer.train(tf.constant(data.x_train), tf.constant(data.y_train), order)
    model = functional(settings, arm)
    kernels = iter(initial_kernels(settings, FEATURES, CLASSES, image_of(settings)))
    for layer in model.layers:
        if isinstance(layer, keras.layers.Conv2D | keras.layers.Dense):
            layer.kernel.assign(next(kernels))
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    optimizer = keras.optimizers.SGD(settings.learning_rate)
    # Compiled by XLA, dropout draws other random numbers.
    model.compile(optimizer, loss, jit_compile=bool(settings.dropout))
    rows = order.reshape(-1)
    model.fit(data.x_train[rows], data.y_train[rows], batch_size=8, shuffle=False, verbose=0)
    ours, theirs = (
        [variable.numpy() for variable in each.weights] for each in (network.model, model)
    )
    for our, their in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(our, their, rtol=2e-3, atol=2e-5)


@pytest.mark.parametrize("arm", everyday(SECOND_ARMS, (0, 5, 8, 9)))
@pytest.mark.parametrize("learnt", [True, False])
def test_the_last_gamma_of_blocks_begins_at_0_if_it_is_learnt(arm, learnt):
    settings = BASE.replace(zero_last_gamma=True, bn_scale=learnt, second_arm=arm)
    for number, hidden in enumerate(new(settings, arm).hidden_layers, start=1):
        gamma = None if hidden.normalization is None else gamma_of(hidden.normalization)
        if gamma is not None:
            expected = 0 if learnt and number in (3, 5) else 1
            np.testing.assert_array_equal(gamma, np.full(BASE.units, expected))


def test_with_last_gamma_0_a_block_begins_as_the_activation_of_its_input(data):
    found = new(BASE.replace(zero_last_gamma=True), "bn").probe(tf.constant(data.x_train))
    for block in (1, 3):
        entering = found.reaching[block - 1]
        np.testing.assert_allclose(found.pre_activations[block + 1], entering, atol=1e-6)


def sorted_values(values):
    by_neuron = np.sort(values.transpose(0, 2, 1), axis=2)
    ordered = np.sort(values.reshape(len(values), -1), axis=1)
    return SortedValues(ordered, ordered.std(axis=1), by_neuron)


@pytest.mark.parametrize(("settings", "arm", "position"), everyday(PLACES, (2, 4)))
def test_what_a_skip_adds_counts_as_moved_by_the_layers_before(settings, arm, position, data):
    settings = settings.replace(bn_position=position)
    network, drift = new(settings, arm, random=True), DriftReference()
    pair = tf.constant(data.x_train), tf.constant(data.y_train)
    observer = Observer(network, Trainer(network, settings).kernels_before)
    reference = observer.reference(pair[0])

    def measured():
        seen = observer.observe(pair, pair, (reference,))
        crossings = [LayerCrossing(*(part.numpy() for part in each)) for each in seen.crossed]
        return drift.measure(sorted_values(seen.pre_activations.numpy()), crossings)

    def map_of(hidden):
        """The map of a layer by its weights of now."""
        weights = hidden.linear.get_weights()
        norm = norm_of(hidden) if position == "before" else None

        def apply(h):
            z = linear(h, *weights)
            return normalized(norm, z) if norm else z

        return apply

    measured()
    hidden_layers = network.hidden_layers
    then, maps_then = passed(network, settings, data.x_train)[0], [*map(map_of, hidden_layers)]
    change(network, np.random.default_rng(2))
    found = measured()
    now, maps_now = passed(network, settings, data.x_train)[0], [*map(map_of, hidden_layers)]
    for number in range(settings.hidden_layers):
        skips = [(each[number][2] if position == "before" else 0) for each in (then, now)]
        start = read(maps_then[number](then[number][0]) + skips[0])
        by_previous = read(maps_then[number](now[number][0]) + skips[1])
        by_own = read(maps_now[number](then[number][0]) + skips[0])
        for part, values in (("previous_layers", by_previous), ("own_weights", by_own)):
            moved = np.abs(np.sort(values, axis=0) - np.sort(start, axis=0)).mean()
            assert found[f"drift_{part}"][number] == pytest.approx(moved, rel=1e-3, abs=1e-5)


@pytest.mark.parametrize("settings", everyday((BASE, CONVOLVED), (0,)))
@pytest.mark.parametrize("position", BN_POSITIONS)
def test_inserting_bn_keeps_the_function_in_inference(settings, position, data):
    settings = settings.replace(bn_position=position, zero_last_gamma=True)
    source, target = new(settings, "none", random=True), new(settings, "bn")
    x = tf.constant(data.x_train)
    insert_normalization(source, target, x)
    expected = source.model(x, training=False)
    np.testing.assert_allclose(target.model(x, training=False), expected, rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("settings", everyday((BASE, CONVOLVED), (0,)))
def test_removing_bn_before_the_activation_keeps_the_function_in_inference(settings, data):
    source, target = new(settings, "bn", random=True), new(settings, "none")
    x = tf.constant(data.x_train)
    remove_normalization(source, target)
    expected = source.model(x, training=False)
    np.testing.assert_allclose(target.model(x, training=False), expected, rtol=1e-3, atol=1e-3)


def test_removing_bn_after_the_activation_is_refused_where_there_are_blocks():
    changes = "5:learning_rate=0.1,9:remove_bn"
    after = BASE.replace(bn_position="after")
    with pytest.raises(SettingsError, match=r"remove_bn\) needs BN before the activation"):
        after.replace(interventions=changes)
    assert BASE.replace(interventions=changes).changes[1].action == "remove_bn"
    assert after.replace(hidden_layers=2, interventions=changes).changes[1].action == "remove_bn"
    given = {"architecture": "residual_dense", "bn_position": "after", "interventions": changes}
    assert Settings.nearest(given)[0].interventions == "5:learning_rate=0.1"


def test_removing_bn_is_refused_for_want_of_a_network_that_has_it():
    after = BASE.replace(bn_position="after", second_arm="bn_other")
    with pytest.raises(SettingsError, match="needs a second or third network that is bn,"):
        after.replace(interventions="9:remove_bn")
    with pytest.raises(SettingsError, match="needs BN before the activation"):
        after.replace(interventions="5:insert_bn,9:remove_bn")


def test_the_last_gamma_compiles_nothing_and_may_differ_within_a_block():
    pair = BASE, BASE.replace(zero_last_gamma=True)
    assert len({of_arm(settings, "bn") for settings in pair}) == 1
    assert len({run_architecture(settings) for settings in pair}) == 1
    assert Block(pair, (0, BASE.steps)).settings == pair
    # Nor are kernels drawn for it again.
    _drawn_kernels.cache_clear()
    _kernels(pair, FEATURES, CLASSES)
    assert _drawn_kernels.cache_info().misses == 1


def test_too_few_layers_for_a_block_are_the_same_network_wherever_bn_would_be():
    for layers, same in ((2, True), (3, False)):
        pair = [BASE.replace(hidden_layers=layers, bn_position=each) for each in BN_POSITIONS]
        assert (len({of_arm(settings, "none") for settings in pair}) == 1) == same


@pytest.mark.parametrize("arm", everyday(("none", *SECOND_ARMS), (1, 9)))
@pytest.mark.parametrize("settings", everyday((BASE, CONVOLVED), (0,)))
def test_the_file_of_a_network_holds_layers_of_keras_alone(settings, arm, data):
    network = new(settings, arm, random=True)
    copy = portable(network, settings, learning_rate=0.1, name="copy")
    assert not any(isinstance(layer, Skip) for layer in copy.layers)
    expected = network.model(data.x_train, training=False)
    np.testing.assert_allclose(copy(data.x_train), expected, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize(
    ("layers", "closing"), [(1, ()), (2, ()), (3, (3,)), (4, (3,)), (5, (3, 5)), (6, (3, 5))]
)
def test_every_two_layers_after_the_first_are_a_block(layers, closing):
    for architecture in ARCHITECTURES:
        found = tuple(closing_layers(architecture, layers))
        assert found == (closing if architecture in RESIDUAL else ())


@pytest.mark.parametrize(
    ("sides", "layers", "after"),
    [
        ((8, 8), 3, (1,)),
        ((8, 8), 5, (1,)),
        ((8, 8), 7, (3,)),
        ((28, 28), 3, (1,)),
        ((28, 28), 6, (1, 3)),
        ((8, 8), 1, ()),
        ((8, 8), 2, (1,)),
    ],
)
def test_images_are_halved_between_blocks(sides, layers, after):
    found = ImageShape(*sides, 1).pooled_after(layers, "residual_conv")
    assert found == after
    assert not {number + 1 for number in found} & {*closing_layers("residual_conv", layers)}


@pytest.mark.widest
@pytest.mark.parametrize(("third", "architecture"), [*itertools.product(SECOND_ARMS[1:], RESIDUAL)])
def test_every_network_runs_with_the_costly_measures_and_with_changes(third, architecture):
    settings = Settings(
        architecture=architecture,
        hidden_layers=4,
        units=8,
        batch_size=16,
        steps=3,
        third_arm=third,
        deep=True,
        interventions="1:insert_bn,2:remove_bn,2:freeze_bn",
    )
    recording = Recording(settings)
    for frame in experiment.run(settings):
        recording.append(frame)
    assert len(recording) == 4
    for arm in recording.layout.arms:
        assert np.isfinite(recording.frames[arm]["drift_whole"]).all()
        assert np.isfinite(recording.frames[arm]["inference_loss"]).all()
