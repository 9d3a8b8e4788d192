"""Networks trained in a stack equal networks trained alone."""

import keras
import numpy as np
import pytest

from bnviz.data import image_shape
from bnviz.findings.wording import percent
from bnviz.lab.arms import compiled_networks
from bnviz.lab.block_training import BlockTraining, train
from bnviz.lab.datasets import load
from bnviz.lab.experiment import ExperimentError, run
from bnviz.lab.initial_kernels import initial_kernels
from bnviz.lab.networks import build, reset
from bnviz.lab.stack import Stack
from bnviz.lab.stack_data import stacked_examples
from bnviz.recording.frames import ARMS, INFERENCE_STATISTICS
from bnviz.settings import ACTIVATIONS, INITIALIZERS, Settings
from bnviz.studies.axis import Axis
from bnviz.studies.map_numbers import MapNumbers
from bnviz.studies.map_words import describe_cell
from bnviz.studies.phase_map import PhaseMap
from bnviz.studies.study import CURVES, Block
from bnviz.studies.sweep import ACCURACIES, Cell, Sweep

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
    stack = Stack(settings, "none", 1, *sizes)
    stack.reset([settings], [kernels])
    network = build(settings, "none", *sizes)
    reset(network, settings, kernels)
    x, y = data.validation
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    assert stack.evaluate(data.probe, data.validation)[2, 0] == pytest.approx(
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


def test_images_that_pass_in_blocks_are_evaluated_like_all_at_once(monkeypatch):
    runs = [CASES["conv"], CASES["conv"].replace(seed=1)]
    data = stacked_examples(runs, None)
    sizes = (data.num_features, data.num_classes, data.image)

    def evaluated():
        stack = Stack(runs[0], "bn", len(runs), *sizes)
        stack.reset(runs, [initial_kernels(each, *sizes) for each in runs])
        return (
            stack.evaluate(data.probe, data.validation),
            stack.compare_statistics(data.precise, data.validation),
            stack.last_layer(data.probe[0]).reaching,
        )

    whole = evaluated()
    # A hundred examples, which divide none of their numbers.
    monkeypatch.setattr(image_shape, "MAX_VALUES", 100 * len(runs) * runs[0].units * 8 * 8)
    for blocks, at_once in zip(evaluated(), whole, strict=True):
        np.testing.assert_allclose(blocks, at_once, rtol=1e-3, atol=1e-4)
