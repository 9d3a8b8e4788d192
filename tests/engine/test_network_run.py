"""NetworkRun: the networks of a run, trained again by a real worker and opened by Keras."""

import io
import tempfile
import zipfile

import keras
import numpy as np
import pytest

from bnviz.engine import Engine
from bnviz.engine.data_shapes import network_bytes
from bnviz.engine.run_registry import RunRegistry
from bnviz.export import bundle
from bnviz.lab.network_training import NetworkTraining
from bnviz.recording.header import arm_file_name
from bnviz.recording.trained_networks import TrainedNetworks
from bnviz.settings import Settings
from tests.support.engine import PATIENCE, until, watched, workers_of

SHORT = Settings(hidden_layers=1, units=4, batch_size=512, steps=40)
LONG = SHORT.replace(steps=50_000)
NETWORKS = TrainedNetworks({"a": bytes(3), "b": bytes(4)}, {}, (), ())
# Keras 3.15 converts variables in a way that NumPy 2.4 warns of.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


class TestRegistry:
    def registry(self, **options):
        return RunRegistry(**{"grace": 9, "cache_bytes": 10**9, "changed": lambda: None, **options})

    def test_who_asks_for_the_same_networks_gets_the_same_run(self):
        runs = self.registry()
        run = runs.start_networks(SHORT, 41)
        assert runs.start_networks(SHORT, 41) is run
        run.take(NETWORKS)
        assert runs.start_networks(SHORT, 41) is run
        others = [runs.start_networks(SHORT, 40), runs.start_networks(LONG, 41), runs.start(SHORT)]
        assert len({run, *others}) == 4

    def test_they_are_no_run_that_others_are_shown(self):
        runs = self.registry()
        runs.start_networks(SHORT, 41).take(NETWORKS)
        assert runs.complete() == {}
        assert runs.find(SHORT.digest) is None

    def test_they_are_stopped_when_nobody_waits_for_them(self):
        runs = self.registry(grace=0)
        run = runs.start_networks(SHORT, 41)
        run.join("viewer")
        runs.tidy()
        assert run.active
        run.leave("viewer")
        runs.tidy()
        assert run.state == "stopped"
        run.take(NETWORKS)
        assert run.networks is None

    @pytest.mark.parametrize(
        ("own", "kept"), [({}, 7), ({"dataset": "upload", "upload": 32 * "0"}, 0)]
    )
    def test_files_with_examples_of_a_viewers_own_go_with_the_last_viewer(self, own, kept):
        runs, settings = self.registry(), SHORT.replace(**own)
        run = runs.start_networks(settings, 41)
        for viewer in "ab":
            run.join(viewer)
        run.take(NETWORKS)
        run.leave("a")
        assert runs.kept == 7
        run.leave("b")
        assert runs.kept == kept
        assert (runs.start_networks(settings, 41) is run) == bool(kept)

    def test_they_count_with_what_they_may_hold_and_then_with_what_they_hold(self):
        runs = self.registry()
        run = runs.start_networks(SHORT, 41)
        run.join("viewer")
        assert runs.held_bytes() == network_bytes(SHORT)
        run.take(NETWORKS)
        assert runs.held_bytes() == runs.kept == 7
        run.leave("viewer")
        assert (runs.held_bytes(), runs.kept) == (0, 7)


@pytest.mark.widest
@pytest.mark.parametrize(
    "settings",
    [
        SHORT.replace(hidden_layers=5, units=64, third_arm="bn_other", optimizer="momentum"),
        Settings(dataset="wine", hidden_layers=12, units=2, optimizer="rmsprop"),
        Settings(hidden_layers=2, units=256, optimizer="adam", third_arm="layer_norm"),
    ],
)
def test_files_take_no_more_than_is_planned(settings):
    training = NetworkTraining(settings, num_frames=1)
    assert training.advance(lambda: True, lambda: True)
    assert training.networks.size <= network_bytes(settings)


@pytest.fixture(scope="module")
def engine():
    with Engine(grace=1.0) as started:
        yield started


@pytest.fixture(scope="module")
def recording(engine):
    with watched(engine.start(SHORT)) as run:
        assert run.wait(PATIENCE)
    return run.recording


@pytest.mark.slow
class TestWorker:
    @pytest.mark.parametrize("num_frames", [41, 7])
    def test_what_keras_opens_has_the_figures_of_the_recording(self, engine, recording, num_frames):
        with watched(engine.networks(SHORT, num_frames)) as run:
            assert run.wait(PATIENCE)
        assert run.state == "finished", run.error
        assert run.networks.departs_at(recording) == -1
        assert run.networks.size <= run.planned_bytes
        packed = io.BytesIO(bundle.networks(run.networks, recording, ""))
        with zipfile.ZipFile(packed) as archive:
            files = {name: archive.read(name) for name in archive.namelist()}
        examples = np.load(io.BytesIO(files["examples.npz"]))
        for arm in recording.layout.arms:
            with tempfile.NamedTemporaryFile(suffix=".keras") as file:
                file.write(files[f"{arm_file_name(SHORT, arm)}.keras"])
                file.flush()
                network = keras.models.load_model(file.name)
            loss, accuracy = network.evaluate(
                examples["x_validation"], examples["y_validation"], verbose=0
            )
            last = recording.frames[num_frames - 1][arm]
            assert accuracy == last["validation_accuracy"]
            np.testing.assert_allclose(loss, last["validation_loss"], rtol=1e-6)

    @pytest.mark.widest
    def test_it_goes_on_after_its_worker_was_killed(self, engine, recording):
        run = engine.networks(LONG, 301)
        with watched(run):
            until(lambda: run.progress > 0)
            for worker in workers_of():
                worker.kill()
            until(lambda: not run.progress)
            until(lambda: run.progress > 0)
            run.stop()
        assert run.networks is None
        # The worker is free for others then.
        with watched(engine.networks(SHORT, 3)) as other:
            assert other.wait(PATIENCE)
        assert other.networks.departs_at(recording) == -1
