"""Networks trained in a stack equal networks trained alone."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from bnviz.data import image_shape
from bnviz.data.image_shape import ImageShape
from bnviz.findings.wording import percent
from bnviz.lab import stack
from bnviz.lab.arms import compiled_networks
from bnviz.lab.block_training import BlockTraining, train
from bnviz.lab.datasets import load
from bnviz.lab.experiment import ExperimentError, run
from bnviz.lab.initial_kernels import initial_kernels
from bnviz.lab.networks import build, reset
from bnviz.lab.stack import Stack
from bnviz.lab.stack_data import stacked_examples
from bnviz.lab.stack_normalization import StackedNormalization
from bnviz.recording.frames import ARMS, INFERENCE_STATISTICS
from bnviz.settings import Settings
from bnviz.settings.choices import ACTIVATIONS, INITIALIZERS, STUDY_ARMS
from bnviz.studies.axis import Axis
from bnviz.studies.map_numbers import MapNumbers
from bnviz.studies.map_words import describe_cell
from bnviz.studies.phase_map import PhaseMap
from bnviz.studies.study import CURVES, Block
from bnviz.studies.sweep import ACCURACIES, Cell, Sweep
from tests.support.everyday import everyday

SMALL = Settings(
    dataset="wine", hidden_layers=1, units=5, steps=8, batch_size=16, learning_rate=0.1
)
EVERY_STEP = tuple(range(9))
#: Together: all optimizers, both positions of BN, each of its parameters left out, L2, and a data
#: set that depends on the seed.
CASES = {
    "sgd": SMALL.replace(activation="relu", hidden_layers=2),
    "momentum": SMALL.replace(optimizer="momentum", bn_position="after", l2=0.05),
    "adam": SMALL.replace(optimizer="adam", bn_center=False, activation="tanh", l2=0.01),
    "rmsprop": SMALL.replace(optimizer="rmsprop", bn_scale=False, dataset="moons"),
    "conv": SMALL.replace(architecture="conv", dataset="digits", hidden_layers=3, l2=0.01),
    "conv_after": SMALL.replace(
        architecture="conv", dataset="digits", units=9, bn_position="after", optimizer="adam"
    ),
    "residual": SMALL.replace(
        architecture="residual_dense", hidden_layers=5, zero_last_gamma=True, activation="tanh"
    ),
    "residual_after": SMALL.replace(
        architecture="residual_dense", hidden_layers=3, bn_position="after", bn_scale=False
    ),
    "residual_conv": SMALL.replace(
        architecture="residual_conv", dataset="digits", hidden_layers=3, zero_last_gamma=True
    ),
}
#: Second networks that are compared with single runs more often than the others, and where.
OFTEN_SECOND = {"renorm": "dense", "ghost_bn": "conv", "weight_norm": "dense"}
#: The cases of tests that train single runs beside the stack.
OFTEN = pytest.mark.parametrize(
    "case",
    [
        pytest.param(
            case, marks=pytest.mark.slow if case in ("sgd", "adam") else pytest.mark.widest
        )
        for case in CASES
    ],
)


def varied(settings):
    """Runs of a block that differ in all settings that may differ; the last one diverges."""
    noise = 0.1 if settings.dataset == "moons" else settings.noise
    return (
        settings,
        settings.replace(seed=3, learning_rate=0.01, noise=noise),
        settings.replace(seed=3, init_scale=2.5, bn_momentum=0.5, bn_epsilon=0.1),
        settings.replace(learning_rate=10.0, init_scale=100.0),
    )


@pytest.fixture(scope="module")
def trained():
    """Trains the block of a case once for all tests."""
    cache = {}

    def of(case, evaluation_steps=EVERY_STEP):
        if (case, evaluation_steps) not in cache:
            block = Block(varied(CASES[case]), evaluation_steps, compares=True)
            cache[case, evaluation_steps] = block, train(block)
        return cache[case, evaluation_steps]

    return of


@OFTEN
def test_networks_of_a_stack_equal_single_runs(case, trained):
    block, outcomes = trained(case)
    for number, settings in enumerate(block.settings):
        frames = np.array(list(run(settings)))
        for arm in ARMS:
            outcome, single = outcomes[arm], frames[arm]
            assert outcome.diverged_at[number] == single["diverged_at"][-1]
            if settings.learning_rate == 10:
                continue  # Losses that diverge have no common tolerance.
            for name, values in outcome.end.items():
                own = single[name][-1]
                # Drift is that of the last hidden layer; nothing moves what reaches the first one.
                expected = own[-1] if np.ndim(own) else own
                np.testing.assert_allclose(values[number], expected, rtol=2e-4, atol=1e-6)
            for name in CURVES:
                ours = getattr(outcome, name)[number]
                np.testing.assert_allclose(ours, single[name], rtol=2e-3, atol=2e-5, err_msg=name)


@pytest.mark.parametrize(
    ("arm", "architecture"),
    [
        pytest.param(
            arm,
            architecture,
            marks=pytest.mark.slow if OFTEN_SECOND.get(arm) == architecture else pytest.mark.widest,
        )
        for arm in STUDY_ARMS
        for architecture in ("dense", "conv")
    ],
)
def test_every_second_network_of_a_stack_equals_its_single_run(arm, architecture):
    settings = SMALL.replace(
        second_arm=arm,
        architecture=architecture,
        dataset="digits",
        hidden_layers=2,
        units=8,
        batch_size=20,
        l2=0.01,
        bn_position="after" if arm == "bn_other" else "before",
        deep=True,
    )
    runs = (settings, settings.replace(seed=3, learning_rate=0.02, bn_momentum=0.5))
    outcomes = train(Block(runs, EVERY_STEP, compares=True))
    assert [*outcomes] == ["none", arm]
    for number, each in enumerate(runs):
        frames = np.array(list(run(each)))
        outcome, single = outcomes[arm], frames[arm]
        for name in CURVES:
            ours = getattr(outcome, name)[number]
            np.testing.assert_allclose(ours, single[name], rtol=1e-3, atol=2e-5, err_msg=name)
        for name, values in outcome.end.items():
            own = single[name][-1]
            expected = own[-1] if np.ndim(own) else own
            np.testing.assert_allclose(values[number], expected, rtol=3e-3, atol=1e-6)
        by = dict(zip(INFERENCE_STATISTICS, single[-1]["inference_accuracy"], strict=True))
        assert outcome.accuracy_by_batch[number] == pytest.approx(by["batch"], abs=0.003)
        exact = outcome.accuracy_by_exact_statistics[number]
        assert exact == pytest.approx(by["precise"], abs=0.003)


@pytest.mark.parametrize("shape", [(20, 8), (20, 3, 4, 8)])
@pytest.mark.parametrize("arm", [arm for arm in STUDY_ARMS if arm != "weight_norm"])
def test_each_normalization_of_a_stack_equals_its_layer(arm, shape):
    architecture = "dense" if len(shape) == 2 else "conv"
    settings = Settings(
        architecture=architecture, hidden_layers=1, units=8, bn_epsilon=0.01, bn_momentum=0.7
    )
    image = None if len(shape) == 2 else ImageShape(8, 8, 1)
    network = build(settings, arm, 64, 10, image=image)
    reset(network, settings, initial_kernels(settings, 64, 10, image))
    (hidden,) = network.hidden_layers
    layer = hidden.normalization
    inputs = {
        name: tf.Variable(tf.fill((2, 1, 1), getattr(settings, name)))
        for name in ("bn_momentum", "bn_epsilon")
    }
    stacked = StackedNormalization(arm, 2, [8], inputs, center=True, scale=True)
    generator = np.random.default_rng(3)
    for variable in stacked.trained:
        start = generator.normal(size=variable.shape)
        variable.assign(start)
        name = variable.name.split("_")[0]
        own = layer.scale if arm == "rms_norm" else getattr(layer, name)
        own.assign(start[1].reshape(own.shape))
    for _ in range(3):
        values = tf.constant(generator.normal(1, 2, (2, *shape)), tf.float32)
        as_given = stacked.as_given(0, values)
        np.testing.assert_array_equal(as_given, stacked.in_training(0, values))
        np.testing.assert_allclose(as_given[1], layer(values[1], training=True), atol=2e-5)
    inference = stacked.in_inference(0, values)[1]
    np.testing.assert_allclose(inference, layer(values[1], training=False), atol=2e-5)


@OFTEN
def test_accuracies_by_other_statistics_equal_those_of_single_deep_runs(case, trained):
    block, outcomes = trained(case)
    for number, settings in enumerate(block.settings):
        if settings.learning_rate == 10:
            continue
        last = list(run(settings.replace(deep=True)))[-1]
        for arm in ARMS:
            alone = dict(zip(INFERENCE_STATISTICS, last[arm]["inference_accuracy"], strict=True))
            outcome, tolerance = outcomes[arm], 1.01 / len(load(settings).y_validation)
            for found, name in (
                (outcome.accuracy_by_batch, "batch"),
                (outcome.accuracy_by_exact_statistics, "precise"),
                (outcome.validation_accuracy[:, -1], "moving"),
            ):
                # An example at the boundary may fall to either side.
                assert found[number] == pytest.approx(alone[name], abs=tolerance), (arm, name)


@pytest.mark.slow
def test_a_cell_fails_by_lagging_moving_statistics_and_works_by_exact_ones():
    base = Settings(hidden_layers=3, activation="sigmoid", learning_rate=0.3, steps=200)
    momentum = Axis("bn_momentum", 0.9, 0.99, "linear", 2)
    phase_map = PhaseMap(Sweep(base, x=momentum, y=Axis("init_scale", 1.0, 2.0, "linear", 2)))
    for block in phase_map.blocks():
        phase_map.put(block, train(block))
    target, lagging = phase_map.sweep.target, Cell(0, 1)
    assert momentum.values[1] == 0.99
    by_moving, by_batch, by_exact = (phase_map.values("bn", name)[0] for name in ACCURACIES)
    assert by_moving[0] > target > by_moving[1]
    assert min(by_batch[1], by_exact[1]) > target
    np.testing.assert_array_equal(phase_map.values("none"), phase_map.values("none", ACCURACIES[2]))
    words = describe_cell(MapNumbers.of(phase_map), lagging)
    assert f"{percent(by_exact[1])} by exact ones" in words


def test_a_diverged_network_harms_no_other(trained):
    _, outcomes = trained("sgd")
    assert outcomes["none"].diverged_at[3] >= 0
    assert (outcomes["none"].diverged_at[:3] == -1).all()
    assert np.isfinite(outcomes["none"].validation_loss[:3]).all()


def test_evaluating_changes_nothing(trained):
    _, often = trained("sgd")
    _, seldom = trained("sgd", evaluation_steps=(0, 3, 8))
    for arm in ARMS:
        for name in CURVES:
            every = getattr(often[arm], name)[:, [0, 3, 8]]
            np.testing.assert_array_equal(getattr(seldom[arm], name), every)


def test_other_values_and_numbers_of_steps_and_runs_need_no_recompilation(trained):
    trained("sgd")
    before = compiled_networks()
    shorter = CASES["sgd"].replace(steps=3, seed=9, learning_rate=0.5, initializer="he_normal")
    outcome = train(Block((shorter,), (0, 3)))
    assert outcome["bn"].validation_loss.shape == (1, 2)
    assert compiled_networks() == before


def test_an_upload_without_its_data_is_refused():
    settings = SMALL.replace(dataset="upload", upload="0" * 32)
    with pytest.raises(ExperimentError, match="upload"):
        train(Block((settings,), (0, 8)))


@pytest.mark.parametrize("number", range(len(ACTIVATIONS)))
def test_every_activation_and_initializer_equals_that_of_a_single_network(number):
    settings = SMALL.replace(
        activation=ACTIVATIONS[number],
        initializer=INITIALIZERS[number % len(INITIALIZERS)],
        init_stddev=2.0,
        hidden_layers=2,
    )
    data = stacked_examples([settings], None)
    sizes = (data.num_features, data.num_classes)
    kernels = initial_kernels(settings, *sizes)
    alone = Stack(settings, "none", 1, *sizes)
    alone.reset([settings], [kernels])
    network = build(settings, "none", *sizes)
    reset(network, settings, kernels)
    x, y = data.validation
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    assert alone.evaluate(data.probe, data.validation)[2, 0] == pytest.approx(
        float(loss(y[0], network.model(x[0]))), rel=1e-5
    )


def test_a_block_that_compares_nothing_has_no_measures_at_its_end():
    block = Block((SMALL.replace(units=3),), EVERY_STEP)
    assert train(block)["bn"].end == {}


def test_a_turn_ends_while_stacks_are_compiled():
    training = BlockTraining(Block((SMALL.replace(units=7, hidden_layers=2),), EVERY_STEP))
    assert not training.advance(lambda: False)
    assert training.outcomes == {}
    assert training.advance()
    assert set(training.outcomes) == set(ARMS)


@pytest.fixture
def evaluated():
    """Evaluates two runs of convolutions in a new stack; returns the stack and what it gives."""
    runs = [CASES["conv"], CASES["conv"].replace(seed=1)]
    data = stacked_examples(runs, None)
    sizes = (data.num_features, data.num_classes, data.image)

    def made(arm):
        tried = Stack(runs[0], arm, len(runs), *sizes)
        tried.reset(runs, [initial_kernels(each, *sizes) for each in runs])
        return tried, data, tried.evaluate(data.probe, data.validation)

    return made


#: The values of a layer of both networks for a hundred examples.
_HUNDRED = 100 * 2 * CASES["conv"].units * 8 * 8


@pytest.mark.slow
@pytest.mark.parametrize("arm", everyday(["bn", "layer_norm", "ghost_bn"], [0]))
def test_large_images_are_evaluated_like_small_ones(arm, evaluated, monkeypatch):
    by_tensorflow, _, small = evaluated(arm)
    monkeypatch.setattr(stack, "_MANY_NEIGHBOURS", 0)
    # In blocks of a hundred, too.
    monkeypatch.setattr(image_shape, "MAX_VALUES", stack._XLA_BLOCKS * _HUNDRED)
    by_xla, _, large = evaluated(arm)
    assert (by_tensorflow._is_large, by_xla._is_large) == (False, True)
    np.testing.assert_allclose(large, small, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("arm", everyday(["bn", "ghost_bn", "renorm"], [0]))
def test_images_that_pass_in_blocks_are_evaluated_like_all_at_once(arm, evaluated, monkeypatch):
    def whole_or_in_blocks():
        tried, data, outcome = evaluated(arm)
        return (
            outcome,
            tried.compare_statistics(data.precise, data.validation),
            tried.last_layer(data.probe[0]).reaching,
        )

    whole = whole_or_in_blocks()
    # They divide none of the numbers of examples.
    monkeypatch.setattr(image_shape, "MAX_VALUES", _HUNDRED)
    for blocks, at_once in zip(whole_or_in_blocks(), whole, strict=True):
        np.testing.assert_allclose(blocks, at_once, rtol=1e-3, atol=1e-4)
