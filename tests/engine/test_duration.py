"""Predicted seconds of runs, blocks and studies, and what they follow from."""

import math
from dataclasses import astuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bnviz.data.choices import Choices
from bnviz.data.file_source import FileSource
from bnviz.engine.data_shapes import SHAPES, DataShape, image_shape, parameters
from bnviz.engine.duration import (
    STEP_PRODUCT,
    block_compile_seconds,
    block_seconds,
    compile_seconds,
    in_words,
    study_seconds,
    training_seconds,
)
from bnviz.lab.datasets import load
from bnviz.settings import Settings
from bnviz.settings.choices import DATASETS, PLANE_DATASETS
from bnviz.settings.settings import bounds
from bnviz.studies.axis import Axis
from bnviz.studies.phase_map import PhaseMap
from bnviz.studies.seeds import SeedBands
from bnviz.studies.stable_rates import StableRates
from bnviz.studies.study import BLOCK_SIZE, Block
from bnviz.studies.sweep import Sweep

fuzzed = settings(database=None)

WIDTHS, DEPTHS = map(Axis.parse, ("units=2:64:log:5", "hidden_layers=1:3:linear:3"))
SIZES = ("steps", "hidden_layers", "units", "batch_size")
any_settings = st.builds(
    Settings,
    dataset=st.sampled_from([name for name in DATASETS if name != "upload"]),
    optimizer=st.sampled_from(["sgd", "momentum", "adam", "rmsprop"]),
    dropout=st.sampled_from([0.0, 0.3]),
    third_arm=st.sampled_from(["no", "layer_norm", "noisy_bn"]),
    deep=st.booleans(),
    **{name: st.integers(int(bounds(name).low), int(bounds(name).high) - 1) for name in SIZES},
)


class TestDataShape:
    @pytest.mark.parametrize("name", ["digits", "breast_cancer", "wine", "moons", "spiral"])
    def test_matches_the_data(self, name):
        chosen = Settings(dataset=name)
        data = load(chosen)
        sizes = len(data.x_train), len(data.x_validation)
        assert DataShape.of(chosen) == DataShape(data.num_features, len(data.classes), *sizes)

    def test_every_data_set_has_one(self):
        assert {*SHAPES, *PLANE_DATASETS, "upload"} == {*DATASETS}

    def test_parameters_are_weights_and_biases(self):
        chosen = Settings(dataset="mnist", hidden_layers=3, units=100)
        assert parameters(chosen) == 784 * 100 + 100 + 2 * (100 * 100 + 100) + 100 * 10 + 10

    def test_of_an_upload_counts_its_features(self):
        data = FileSource("own.csv", b"", Choices(), num_features=7, num_classes=3)
        uploaded = Settings(dataset="upload", upload="0" * 32, hidden_layers=1, units=5)
        assert parameters(uploaded, data) == 8 * 5 + 6 * 3


class TestTraining:
    @fuzzed
    @given(any_settings, st.sampled_from(SIZES))
    def test_grows_with_every_size(self, chosen, name):
        larger = chosen.replace(**{name: getattr(chosen, name) + 1})
        # Dropout takes longer in a single layer than in several.
        if name != "hidden_layers" or not chosen.dropout:
            assert training_seconds(larger) >= training_seconds(chosen)

    @fuzzed
    @given(any_settings)
    def test_a_third_network_and_costly_measures_take_time(self, chosen):
        plain = chosen.replace(third_arm="no", deep=False)
        for more in ({"third_arm": "layer_norm"}, {"deep": True}):
            assert training_seconds(plain.replace(**more)) > training_seconds(plain)

    @pytest.mark.parametrize("optimizer", ["momentum", "adam", "rmsprop"])
    def test_an_optimizer_that_remembers_takes_longer(self, optimizer):
        chosen = Settings(units=256)
        assert training_seconds(chosen.replace(optimizer=optimizer)) > training_seconds(chosen)

    def test_a_deep_network_on_single_examples_takes_more_than_its_multiplications(self):
        chosen = Settings(hidden_layers=50, units=256, batch_size=1, steps=50_000)
        assert training_seconds(chosen) > 5 * 50_000 * parameters(chosen) * STEP_PRODUCT

    def test_wider_examples_take_longer(self):
        shapes = (64, 10), (784, 10)
        files = [FileSource("own.csv", b"", Choices(), *shape) for shape in shapes]
        uploaded = Settings(dataset="upload", upload="0" * 32, units=256)
        few, many = (training_seconds(uploaded, source) for source in files)
        assert few < many

    @pytest.mark.parametrize("shape", [(8, 32), (9, 9, 3), (16, 16)])
    def test_images_of_a_file_have_their_own_shape(self, shape):
        source = FileSource("own.npz", b"", Choices(), math.prod(shape), 3, shape)
        run = Settings(architecture="conv", dataset="upload", upload="0" * 32)
        found = astuple(image_shape(run, source))
        assert found == (*shape, 1)[:3]

    def test_convolutions_take_longer_than_their_weights_tell(self):
        dense = Settings(units=8, hidden_layers=3)
        convolved = dense.replace(architecture="conv")
        assert parameters(convolved) == (9 + 1) * 8 + 2 * (9 * 8 + 1) * 8 + 9 * 10
        assert parameters(convolved) < 2 * parameters(dense)
        assert training_seconds(convolved) > 2 * training_seconds(dense)
        larger = convolved.replace(dataset="mnist")
        assert training_seconds(larger) > 4 * training_seconds(convolved)


class TestCompiling:
    @fuzzed
    @given(any_settings)
    def test_grows_with_layers_networks_and_measures_alone(self, chosen):
        seconds = compile_seconds(chosen)
        same = chosen.replace(steps=1, units=2, batch_size=1)
        assert compile_seconds(same) == seconds
        assert compile_seconds(chosen.replace(hidden_layers=chosen.hidden_layers + 1)) > seconds
        plain = chosen.replace(third_arm="no", deep=False)
        for more in ({"third_arm": "layer_norm"}, {"deep": True}):
            assert compile_seconds(plain.replace(**more)) > compile_seconds(plain)


class TestStudies:
    def test_a_block_takes_as_long_for_one_run_as_for_all(self):
        runs = tuple(Settings(steps=9, seed=seed) for seed in range(BLOCK_SIZE))
        assert block_seconds(Block(runs[:1], (0, 9))) == block_seconds(Block(runs, (0, 9)))

    def test_evaluations_take_time(self):
        runs = (Settings(steps=9),)
        assert block_seconds(Block(runs, (0, 9))) < block_seconds(Block(runs, (0, 4, 9)))

    @pytest.mark.parametrize(
        ("study", "architectures", "blocks"),
        [
            (PhaseMap(Sweep()), 1, 16),
            (PhaseMap(Sweep(y=WIDTHS)), 5, 5),
            (PhaseMap(Sweep(x=DEPTHS, y=WIDTHS)), 15, 15),
            (SeedBands(Settings(), 20), 1, 2),
            (StableRates(Settings()), 1, 6),
        ],
        ids=["map", "map of widths", "map of widths and depths", "seeds", "rates"],
    )
    def test_a_study_takes_all_its_blocks_and_compiles_each_architecture(
        self, study, architectures, blocks
    ):
        shown = study.architectures
        assert len(shown) == architectures
        training = sum(map(block_seconds, shown)) * blocks / architectures
        compiling = sum(map(block_compile_seconds, shown))
        assert study_seconds(shown, study.num_runs) == pytest.approx(training + compiling)

    def test_the_architectures_of_a_map_are_those_of_its_blocks(self):
        phase_map = PhaseMap(Sweep(y=WIDTHS))
        shown = {block.settings[0].units for block in phase_map.architectures}
        assert shown == {block.settings[0].units for block in phase_map.blocks()}


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.2, "1 s"),
        (1.2, "1 s"),
        (90, "90 s"),
        (300, "5 min"),
        (7_199, "120 min"),
        (3 * 3_600, "3 h"),
        (1e6, "12 days"),
    ],
)
def test_durations_in_words(seconds, words):
    assert in_words(seconds) == words
