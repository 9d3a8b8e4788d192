"""Networks of convolutions equal those of Keras, and what is measured of them equals NumPy."""

import itertools

import keras
import numpy as np
import pytest
import tensorflow as tf

from bnviz.data import image_shape
from bnviz.data.dataset import Dataset
from bnviz.data.image_shape import ImageShape, ShapeError
from bnviz.lab import experiment
from bnviz.lab.compiled_function import CompiledFunction, is_for_xla
from bnviz.lab.convolution import Convolution, Pooling, convolve
from bnviz.lab.datasets import DataError, load
from bnviz.lab.inference import Inference
from bnviz.lab.initial_kernels import initial_kernels
from bnviz.lab.keras_files import portable
from bnviz.lab.landscape import Landscape
from bnviz.lab.networks import build, reset
from bnviz.lab.observer import Observer
from bnviz.lab.surgery import insert_normalization, remove_normalization
from bnviz.lab.training import BatchOrder, Trainer
from bnviz.lab.weight_norm import WeightNorm, assign_kernel
from bnviz.recording import Recording
from bnviz.recording.frames import INFERENCE_STATISTICS, PROBE_SIZE
from bnviz.recording.networks import GHOST_SIZE, MAX_D, MAX_R
from bnviz.settings import Settings, SettingsError
from bnviz.settings.choices import PLANE_DATASETS, THIRD_ARMS, UPLOAD
from tests.support.everyday import everyday
from tests.support.layers_by_hand import linear

IMAGE, CLASSES, EXAMPLES = ImageShape(9, 8, 3), 3, 24
FEATURES = 9 * 8 * 3
BASE = Settings(
    architecture="conv",
    hidden_layers=2,
    units=4,
    activation="tanh",
    batch_size=8,
    learning_rate=0.1,
    bn_epsilon=0.01,
)
ARMS = (
    "none",
    "bn",
    "layer_norm",
    "group_norm",
    "instance_norm",
    "rms_norm",
    "weight_norm",
    "ghost_bn",
    "dyt",
    "renorm",
)


@pytest.fixture(scope="module")
def data():
    generator = np.random.default_rng(0)
    x = generator.normal(size=(EXAMPLES, FEATURES)).astype(np.float32)
    y = generator.integers(0, CLASSES, EXAMPLES).astype(np.int32)
    return Dataset(x, y, x[:10], y[:10], ("a", "b", "c"), (9, 8, 3))


def new(settings, arm, *, random=False):
    """A network at step 0, or with random weights and statistics."""
    network = build(settings, arm, FEATURES, CLASSES, image=IMAGE)
    reset(network, settings)
    if random:
        generator = np.random.default_rng(1)
        for variable in network.model.weights:
            variable.assign(generator.uniform(0.2, 0.9, variable.shape))
    return network


def trained(network, settings, data, steps, *, observe=lambda _: None):
    trainer = Trainer(network, settings)
    reset(network, settings)
    trainer.reset(settings)
    x, y = tf.constant(data.x_train), tf.constant(data.y_train)
    order = BatchOrder(EXAMPLES, settings.batch_size, seed=settings.seed)
    for _ in range(steps // 4):
        trainer.train(x, y, order.take(4))
        observe(trainer)
    return [variable.numpy() for variable in network.model.weights]


# By NumPy, in double precision.


def standardized(z, axes, epsilon):
    return (z - z.mean(axes, keepdims=True)) / np.sqrt(z.var(axes, keepdims=True) + epsilon)


def normalized(arm, layer, z):
    """What a normalization makes of images, each by its definition."""
    learnt = {each.name: each.numpy() for each in layer.trainable_variables}
    if arm == "dyt":
        return learnt["gamma"] * np.tanh(layer.alpha.numpy() * z) + learnt["beta"]
    epsilon = float(layer.epsilon)
    match arm:
        case "rms_norm":
            return learnt["scale"] * z / np.sqrt(np.square(z).mean(-1, keepdims=True) + epsilon)
        case "layer_norm":
            z = standardized(z, (1, 2, 3), epsilon)
        case "group_norm":
            size = z.shape[-1] // layer.groups
            parts = np.split(z, z.shape[-1] // size, axis=-1)
            parts = [standardized(part, (1, 2, 3), epsilon) for part in parts]
            z = np.concatenate(parts, axis=-1)
        case "instance_norm":
            z = standardized(z, (1, 2), epsilon)
        case "ghost_bn":
            parts = [z[n : n + GHOST_SIZE] for n in range(0, len(z), GHOST_SIZE)]
            z = np.concatenate([standardized(part, (0, 1, 2), epsilon) for part in parts])
        case "renorm":
            std = np.sqrt(z.var((0, 1, 2)) + epsilon)
            moving_std = layer.renorm_stddev.numpy()
            r = np.clip(std / moving_std, 1 / MAX_R, MAX_R)
            d = np.clip((z.mean((0, 1, 2)) - layer.renorm_mean.numpy()) / moving_std, -MAX_D, MAX_D)
            z = standardized(z, (0, 1, 2), epsilon) * r + d
        case _:
            z = standardized(z, (0, 1, 2), epsilon)
    return learnt["gamma"] * z + learnt["beta"]


def kernel_by_hand(layer):
    kernel = layer.kernel.numpy().astype(float)
    if isinstance(layer, WeightNorm):
        kernel *= layer.g.numpy() / np.sqrt(np.square(kernel).sum((0, 1, 2)))
    return kernel


def maps(network, arm):
    """The map of each hidden layer, with the weights of now."""

    def mapped(hidden, kernel, bias, h):
        z = linear(h, kernel, bias)
        return normalized(arm, hidden.normalization, z) if hidden.position == "before" else z

    found = []
    for hidden in network.hidden_layers:
        bias = hidden.linear.bias.numpy() if hidden.linear.use_bias else 0
        kernel = kernel_by_hand(hidden.linear)
        found.append(lambda h, each=(hidden, kernel, bias): mapped(*each, h))
    return found


def passed(network, arm, x):
    """What reaches each layer, its pre-activations and activations, and the logits."""
    h, found = x.reshape(-1, 9, 8, 3).astype(float), []
    for number, (hidden, layer_map) in enumerate(
        zip(network.hidden_layers, maps(network, arm), strict=True)
    ):
        z = layer_map(h)
        a = np.tanh(z)
        found.append((h, z, a))
        h = normalized(arm, hidden.normalization, a) if hidden.position == "after" else a
        if number == 0:
            # Nine rows make four: the last has no partner.
            h = h[:, :8].reshape(len(h), 4, 2, 4, 2, -1).mean((2, 4))
    logits = h.mean((1, 2)) @ network.output.kernel.numpy() + network.output.bias.numpy()
    return found, logits


def read(z):
    """The 16 positions of which values are kept."""
    places = [[(k * size + size // 2) // 4 for k in range(4)] for size in z.shape[1:3]]
    return z[:, places[0]][:, :, places[1]].reshape(-1, z.shape[-1])


SHAPES = [(5, 4, 6, 2, 3), (1, 3, 3, 1, 1), (7, 28, 28, 1, 8), (2, 9, 5, 6, 4)]


@pytest.mark.parametrize(
    ("examples", "height", "width", "channels", "units"), everyday(SHAPES, (0,))
)
def test_values_and_gradients_of_a_compiled_convolution_are_those_of_keras(
    examples, height, width, channels, units
):
    generator = np.random.default_rng(0)
    x = tf.constant(generator.normal(size=(examples, height, width, channels)), tf.float32)
    kernel = tf.constant(generator.normal(size=(3, 3, channels, units)), tf.float32)
    weights = generator.normal(size=(examples, height, width, units))

    def found(x, kernel):
        compiled = is_for_xla()
        with tf.GradientTape() as tape:
            tape.watch([x, kernel])
            values = convolve(x, kernel) if compiled else tf.nn.conv2d(x, kernel, 1, "SAME")
            total = tf.reduce_sum(values * weights)
        return [values, *tape.gradient(total, [x, kernel])]

    ours = CompiledFunction(found, jit_compile=True)(x, kernel)
    theirs = found(x, kernel)
    assert not is_for_xla()
    for our, their in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(our, their, rtol=1e-3, atol=1e-4)
    np.testing.assert_allclose(ours[0], linear(x.numpy(), kernel.numpy()), rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize(
    ("sides", "layers", "after"),
    [
        ((8, 8), 3, (1,)),
        ((28, 28), 5, (1, 3)),
        ((32, 32), 3, (1, 2)),
        ((28, 28), 2, (1,)),
        ((4, 40), 5, ()),
        ((8, 8), 1, ()),
    ],
)
def test_pooling_is_spread_evenly_and_leaves_a_side_of_four(sides, layers, after):
    assert ImageShape(*sides, 1).pooled_after(layers) == after


def keras_layers(settings, arm):
    """The hidden layers of an arm in plain Keras."""
    norm = {"epsilon": settings.bn_epsilon}
    for number in range(settings.hidden_layers):
        before = arm != "none" and settings.bn_position == "before"
        kind = {
            "layer_norm": lambda: keras.layers.GroupNormalization(1, **norm),
            "group_norm": lambda: keras.layers.GroupNormalization(2, **norm),
            "instance_norm": lambda: keras.layers.GroupNormalization(settings.units, **norm),
            "rms_norm": lambda: keras.layers.RMSNormalization(**norm),
        }.get(arm, lambda: keras.layers.BatchNormalization(momentum=settings.bn_momentum, **norm))
        yield keras.layers.Conv2D(
            settings.units, 3, padding="same", use_bias=not before or arm == "rms_norm"
        )
        yield from [kind()] if before else []
        yield keras.layers.Activation(settings.activation)
        yield from [kind()] if arm != "none" and not before else []
        if settings.dropout:
            yield keras.layers.Dropout(settings.dropout, seed=number + 1)
        if number == 0:
            yield keras.layers.AveragePooling2D(2)


CASES = [
    ("bn", BASE),
    ("none", BASE),
    ("bn", BASE.replace(bn_position="after", optimizer="adam", learning_rate=0.01)),
    ("layer_norm", BASE),
    ("group_norm", BASE.replace(units=8)),
    ("instance_norm", BASE),
    ("rms_norm", BASE),
    ("bn", BASE.replace(dropout=0.3)),
]


@pytest.mark.parametrize(("arm", "settings"), everyday(CASES, (0,)))
def test_training_equals_keras_fit(arm, settings, data):
    ours = trained(build(settings, arm, FEATURES, CLASSES, image=IMAGE), settings, data, 12)
    layers = [
        keras.Input((FEATURES,)),
        keras.layers.Reshape((9, 8, 3)),
        *keras_layers(settings, arm),
        keras.layers.GlobalAveragePooling2D(),
        keras.layers.Dense(CLASSES),
    ]
    model = keras.Sequential(layers)
    kernels = iter(initial_kernels(settings, FEATURES, CLASSES, IMAGE))
    for layer in model.layers:
        if isinstance(layer, keras.layers.Conv2D | keras.layers.Dense):
            layer.kernel.assign(next(kernels))
    optimizer = {"sgd": keras.optimizers.SGD, "adam": keras.optimizers.Adam}[settings.optimizer]
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    # Compiled by XLA, dropout draws other random numbers.
    jit = bool(settings.dropout)
    model.compile(optimizer(settings.learning_rate), loss, jit_compile=jit)
    order = BatchOrder(EXAMPLES, settings.batch_size, seed=settings.seed).take(12).reshape(-1)
    model.fit(data.x_train[order], data.y_train[order], batch_size=8, shuffle=False, verbose=0)
    theirs = [variable.numpy() for variable in model.weights]
    for our, their in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(our, their, rtol=2e-3, atol=2e-5)


PASSES = [*itertools.product(ARMS, ("before", "after"))]


@pytest.mark.parametrize(("arm", "position"), everyday(PASSES, (2, 4)))
def test_a_forward_pass_equals_that_of_numpy(arm, position, data):
    settings = BASE.replace(bn_position=position, units=8 if arm == "group_norm" else 4)
    network = new(settings, arm, random=True)
    layers, logits = passed(network, arm, data.x_train)
    found = network.probe(tf.constant(data.x_train))
    for number, (h, z, a) in enumerate(layers):
        np.testing.assert_allclose(found.pre_activations[number], read(z), rtol=1e-3, atol=1e-4)
        np.testing.assert_allclose(found.activations[number], read(a), rtol=1e-3, atol=1e-4)
        if number:
            np.testing.assert_allclose(found.reaching[number - 1], h, rtol=1e-3, atol=1e-4)
    np.testing.assert_allclose(found.logits, logits, rtol=1e-3, atol=1e-4)
    if arm == "bn":
        given = linear(layers[1][0], network.hidden_layers[1].linear.kernel.numpy())
        given = given if position == "before" else layers[1][2]
        np.testing.assert_allclose(found.moments[0, 1], given.mean((0, 1, 2)), rtol=1e-3)
        np.testing.assert_allclose(found.moments[1, 1], given.var((0, 1, 2)), rtol=1e-3)


# The gradient of batch renormalization is by definition not that of what it computes.
@pytest.mark.parametrize("arm", everyday([arm for arm in ARMS if arm != "renorm"], (1,)))
def test_gradients_equal_finite_differences(arm, data):
    network = new(BASE, arm)
    x, y = data.x_train, data.y_train

    def loss():
        logits = passed(network, arm, x)[1]
        largest = logits.max(1)
        log_sums = largest + np.log(np.exp(logits - largest[:, None]).sum(1))
        return (log_sums - logits[np.arange(len(y)), y]).mean()

    layers = network.linear_layers
    observer = Observer(network, [tf.Variable(layer.kernel) for layer in layers])
    pair = tf.constant(x), tf.constant(y)
    norms = observer.observe(pair, pair, ()).kernel_measures[0].numpy()
    for layer, norm in zip(layers, norms, strict=True):
        start, gradient = layer.kernel.numpy(), np.zeros(layer.kernel.shape)
        for place in np.ndindex(*gradient.shape):
            ends = []
            for sign in (1, -1):
                moved = start.copy()
                moved[place] += sign * 0.01
                assign_kernel(layer, moved)
                ends.append(loss())
            gradient[place] = (ends[0] - ends[1]) / 0.02
        assign_kernel(layer, start)
        assert norm == pytest.approx(np.linalg.norm(gradient), rel=0.01)


@pytest.mark.parametrize("arm", everyday(ARMS, (1,)))
def test_the_split_of_drift_takes_the_maps_of_whole_images(arm, data):
    network = new(BASE, arm, random=True)
    kernels = [tf.Variable(layer.kernel) for layer in network.linear_layers]
    observer = Observer(network, kernels)
    pair = tf.constant(data.x_train), tf.constant(data.y_train)
    reference = observer.reference(pair[0])
    maps_then = maps(network, arm)
    reaching_then = [h for h, *_ in passed(network, arm, data.x_train)[0]]
    before = [read(one(h)) for one, h in zip(maps_then, reaching_then, strict=True)]
    generator = np.random.default_rng(2)
    # The normalizations keep theirs, so that the maps of then can still be computed.
    for variable in [hidden.linear.kernel for hidden in network.hidden_layers]:
        variable.assign_add(generator.normal(scale=0.4, size=variable.shape).astype(np.float32))
    reaching_now = [h for h, *_ in passed(network, arm, data.x_train)[0]]
    [crossed] = observer.observe(pair, pair, (reference,)).crossed
    for number in range(2):
        inputs = read(maps_then[number](reaching_now[number]))
        weights = read(maps(network, arm)[number](reaching_then[number]))
        for found, expected in (
            (crossed.values, before[number]),
            (crossed.moved_inputs, inputs),
            (crossed.moved_weights, weights),
        ):
            np.testing.assert_allclose(found[number], expected, rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("arm", everyday(("bn", "noisy_bn", "none"), (0,)))
def test_measuring_changes_nothing(arm, data):
    network = new(BASE, arm)
    landscape, inference = Landscape(network), Inference(network)
    x, y = tf.constant(data.x_train), tf.constant(data.y_train)

    def observe(trainer):
        Observer(network, trainer.kernels_before).observe((x, y), (x, y), ())
        landscape.measure(x, y, 0.1)
        inference.evaluate(x, (x, y))

    unobserved = trained(network, BASE, data, 8)
    observed = trained(network, BASE, data, 8, observe=observe)
    for one, other in zip(observed, unobserved, strict=True):
        np.testing.assert_array_equal(one, other)


def test_an_example_alone_is_normalized_by_its_own_positions(data):
    network = new(BASE.replace(activation="linear"), "bn", random=True)
    examples = tf.constant(data.x_train), tf.constant(data.y_train)
    found = Inference(network).evaluate(examples[0], examples)["inference_loss"]
    alone = [passed_linear(network, x[None]) for x in data.x_train]
    losses = keras.losses.sparse_categorical_crossentropy(
        data.y_train, np.concatenate(alone), from_logits=True
    )
    at = INFERENCE_STATISTICS.index("alone")
    assert found[at] == pytest.approx(float(tf.reduce_mean(losses)), rel=1e-3)


def passed_linear(network, x):
    """Logits without a non-linearity, BN by the batch that is given."""
    h = x.reshape(-1, 9, 8, 3)
    for number, layer_map in enumerate(maps(network, "bn")):
        h = layer_map(h)
        h = h[:, :8].reshape(len(h), 4, 2, 4, 2, -1).mean((2, 4)) if number == 0 else h
    return h.mean((1, 2)) @ network.output.kernel.numpy() + network.output.bias.numpy()


@pytest.mark.parametrize("position", everyday(("before", "after"), (0,)))
def test_inserting_bn_keeps_the_function_in_inference(position, data):
    settings = BASE.replace(bn_position=position)
    source, target = new(settings, "none", random=True), new(settings, "bn")
    x = tf.constant(data.x_train)
    insert_normalization(source, target, x)
    expected = source.model(x, training=False)
    np.testing.assert_allclose(target.model(x, training=False), expected, rtol=1e-3, atol=1e-3)
    # Training normalizes by the same statistics, since they are those of all positions.
    np.testing.assert_allclose(target.probe(x).logits, expected, rtol=1e-3, atol=1e-3)


def test_removing_bn_keeps_the_function_in_inference(data):
    source, target = new(BASE, "bn", random=True), new(BASE, "none")
    x = tf.constant(data.x_train)
    remove_normalization(source, target)
    expected = source.model(x, training=False)
    np.testing.assert_allclose(target.model(x, training=False), expected, rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("arm", everyday(ARMS, (1,)))
def test_the_file_of_a_network_holds_layers_of_keras_alone(arm, data):
    network = new(BASE, arm, random=True)
    copy = portable(network, BASE, learning_rate=0.1, name="copy")
    assert not any(isinstance(layer, Convolution | Pooling) for layer in copy.layers)
    expected = network.model(data.x_train, training=False)
    np.testing.assert_allclose(copy(data.x_train), expected, rtol=1e-3, atol=1e-4)


RUN = Settings(architecture="conv", units=8, hidden_layers=2, batch_size=16, steps=3)


def recorded(settings):
    recording = Recording(settings)
    for frame in experiment.run(settings):
        recording.append(frame)
    return recording


def test_a_run_is_reproducible_and_counts_every_value_that_is_read():
    recording = recorded(RUN)
    assert recording.frames.tobytes() == recorded(RUN).frames.tobytes()
    [layer, _] = recording.header.layers
    assert (layer.kind, layer.width, layer.positions) == ("convolution", 8, 16)
    for arm in recording.layout.arms:
        counts = recording.frames[arm]["activation_counts"].sum(axis=-1)
        assert (counts == PROBE_SIZE * 8 * 16).all()


@pytest.mark.widest
@pytest.mark.parametrize("third", THIRD_ARMS[1:])
def test_every_network_runs_with_the_costly_measures_and_with_changes(third):
    changes = "1:insert_bn,2:remove_bn,2:freeze_bn"
    recording = recorded(RUN.replace(third_arm=third, deep=True, interventions=changes))
    assert len(recording) == 4
    for arm in recording.layout.arms:
        assert np.isfinite(recording.frames[arm]["drift_whole"]).all()
        assert np.isfinite(recording.frames[arm]["inference_loss"]).all()


@pytest.mark.parametrize("dataset", everyday([*PLANE_DATASETS, "wine", "breast_cancer"], (0,)))
def test_examples_that_are_no_images_are_refused_by_name(dataset):
    with pytest.raises(SettingsError, match=f"architecture is 'conv'.*{dataset}"):
        Settings(architecture="conv", dataset=dataset)
    settings, problems = Settings.nearest({"architecture": "conv", "dataset": dataset})
    assert (settings.architecture, settings.dataset) == ("dense", dataset)
    assert [problem.name for problem in problems] == ["architecture"]


@pytest.mark.parametrize("shape", [(4, 4), (5, 6, 3)])
def test_images_of_a_file_are_convolved(shape):
    settings = BASE.replace(dataset=UPLOAD, upload="0" * 32)
    x, y = np.zeros((6, int(np.prod(shape))), np.float32), np.zeros(6, np.int32)
    data = Dataset(x, y, x, y, ("a", "b"), shape)
    assert load(settings, data) is data
    assert ImageShape.of(settings, data) == ImageShape(*(*shape, 1)[:3])


@pytest.mark.parametrize("shape", [(), (16,), (3, 5), (5, 5, 2), (4, 4, 4, 1)])
def test_other_examples_of_a_file_are_refused_with_their_shape(shape):
    settings = BASE.replace(dataset=UPLOAD, upload="0" * 32)
    x, y = np.zeros((6, int(np.prod(shape or (7,)))), np.float32), np.zeros(6, np.int32)
    data = Dataset(x, y, x, y, ("a", "b"), shape)
    words = " × ".join(map(str, shape)) or "7"
    with pytest.raises(DataError, match=f"'conv' needs images.*has the shape {words};"):
        load(settings, data)
    with pytest.raises(ShapeError):
        ImageShape.of(settings, data)


@pytest.mark.parametrize(
    ("shape", "hinted"), [((3, 8, 8), True), ((1, 8, 8), True), ((2, 8, 8), False), ((8,), False)]
)
def test_images_whose_channels_come_first_are_refused_with_how_to_write_them(shape, hinted):
    settings = BASE.replace(dataset=UPLOAD, upload="0" * 32)
    x, y = np.zeros((6, int(np.prod(shape))), np.float32), np.zeros(6, np.int32)
    with pytest.raises(ShapeError) as refused:
        ImageShape.of(settings, Dataset(x, y, x, y, ("a", "b"), shape))
    assert ("transpose(0, 2, 3, 1)" in str(refused.value)) == hinted
    last = np.zeros((6, *shape)).transpose(0, 2, 3, 1).shape[1:] if hinted else shape
    assert (ImageShape.fitting(last) is not None) == hinted


# In blocks of examples.


@pytest.mark.parametrize("arm", everyday(["bn", "none", "ghost_bn"], [0]))
def test_examples_that_pass_in_blocks_are_measured_like_all_at_once(arm, data, monkeypatch):
    def measured():
        network = new(BASE, arm, random=True)
        x, y = tf.constant(data.x_train), tf.constant(data.y_train)
        validation = tf.constant(data.x_validation), tf.constant(data.y_validation)
        observer = Observer(network, Trainer(network, BASE).kernels_before)
        observed = observer.observe((x, y), validation, (), tf.range(10))
        return [*Inference(network).evaluate(x, validation).values(), observed.losses]

    whole = measured()
    # Seven examples, which divide neither number of them.
    monkeypatch.setattr(image_shape, "MAX_VALUES", 7 * BASE.units * 9 * 8)
    for blocks, at_once in zip(measured(), whole, strict=True):
        np.testing.assert_allclose(blocks, at_once, rtol=1e-4)
