"""A Keras model that is watched: what is read of it, and that nothing of it changes."""

import errno
import io
import math
import os
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest

import bnviz
from bnviz.figures.view import TITLES, View
from bnviz.player.content import StageContent
from bnviz.player.message import unpack
from bnviz.player.request import PlayerRequest
from bnviz.recording import Recording
from bnviz.recording.arm_colours import WITH_BN, WITHOUT_BN
from bnviz.recording.frames import PERCENTILES
from bnviz.watch.growing_file import GrowingFile
from bnviz.watch.pace import Pace
from bnviz.watch.watch import Watch, WatchError
from tests.support.everyday import everyday
from tests.support.networks import header_of
from tests.support.recordings import random_recording
from tests.watch.models import CLASSES, LARGE, SMALL, cnn, examples, mlp, resnet, trained
from tests.watch.numpy_layers import ENTERING

ALL = [
    *everyday(SMALL, {0, 1}, otherwise=pytest.mark.slow),
    *(pytest.param(name, marks=pytest.mark.widest) for name in LARGE),
]


def watch_of(name: str, **options: object) -> Watch:
    _, shape = (SMALL | LARGE)[name]
    x, y = examples(shape)
    # A step of so small a model takes less than a frame.
    return Watch(x, y, validation=(x[:40], y[:40]), **{"budget": 1e9} | options)


@pytest.fixture(scope="module", params=ALL)
def run(request):
    """A model that was trained, the watch, and the same trained without."""
    watch = watch_of(request.param)
    model = trained(request.param, [watch.arm("mine")])
    return request.param, model, watch, trained(request.param, [])


def states(model: keras.Model) -> list[bytes]:
    """Weights, moving statistics and states of seeds, the optimizer's, and those of metrics."""
    variables = [*model.variables, *model.optimizer.variables]
    variables += [variable for metric in model.metrics for variable in metric.variables]
    return [variable.numpy().tobytes() for variable in variables]


def test_nothing_of_the_model_changes(run):
    _, model, _, plain = run
    assert states(model) == states(plain)


def test_the_layers_of_a_model_are_as_they_were(run):
    _, model, *_ = run
    for layer in model._flatten_layers():
        assert "call" not in vars(layer)
        assert "noting" not in repr(getattr(layer, "activation", None))


def test_its_recording_holds_step_0_and_the_last_one(run):
    _, _, watch, _ = run
    recording = watch.recording
    assert recording.complete
    assert recording.steps[[0, -1]].tolist() == [0, 12]
    assert len(recording) > 5


def test_every_view_answers_or_says_why_not(run):
    _, _, watch, _ = run
    recording = watch.recording
    for name in TITLES:
        request = PlayerRequest(view=View(name))
        header, _ = unpack(StageContent.recorded(recording, name="x").respond(request))
        if name in ("layers", "neurons", "gradients", "generalisation", "signal"):
            assert header["missing"] is None


def test_it_comes_back_from_its_file(run):
    _, _, watch, _ = run
    file = io.BytesIO()
    watch.save(file)
    file.seek(0)
    found = Recording.load(file)
    assert found.header == watch.recording.header
    assert found.frames.tobytes() == watch.recording.frames.tobytes()


def test_what_enters_the_first_layer_is_what_numpy_computes(run):
    name, model, watch, _ = run
    x, _ = examples((SMALL | LARGE)[name][1])
    layer = watch.recording.header.layers[0]
    entering = np.asarray(ENTERING[name](model, x)).reshape(len(x), -1, layer.width)
    count = entering.shape[1]
    kept = entering[:, (np.arange(layer.positions) * count + count // 2) // layer.positions]
    found = last(watch)
    np.testing.assert_allclose(
        found["pre_activation_percentiles"][0],
        np.percentile(kept, PERCENTILES),
        rtol=2e-3,
        atol=2e-3,
    )
    neurons = found["neuron_mean"][0, : layer.width]
    np.testing.assert_allclose(neurons, kept.mean(axis=(0, 1)), rtol=2e-3, atol=2e-3)


def last(watch: Watch) -> np.void:
    recording = watch.recording
    return recording.frames[-1][recording.layout.arms[0]]


def test_values_of_a_dense_layer_are_those_of_numpy():
    watch = watch_of("MLP")
    model = trained("MLP", [watch.arm("mine")])
    x, y = examples((6,))
    one, two, norm, out = (
        model.get_layer(n) for n in ("one", "two", "norm", model.layers[-1].name)
    )
    w1, b1, w2, b2 = (v.numpy() for v in (*one.weights, *two.weights))
    before = x @ w1 + b1
    found = last(watch)
    np.testing.assert_allclose(
        found["pre_activation_percentiles"][0], np.percentile(before, PERCENTILES), rtol=1e-4
    )
    np.testing.assert_allclose(
        found["neuron_mean"][0, :10], before.mean(axis=0), rtol=2e-3, atol=1e-3
    )
    # Without dropout, by the probe's own mean and variance.
    inputs = np.maximum(before, 0) @ w2 + b2
    np.testing.assert_allclose(
        found["batch_mean"][1, :7], inputs.mean(axis=0), rtol=1e-3, atol=1e-3
    )
    np.testing.assert_allclose(found["batch_variance"][1, :7], inputs.var(axis=0), rtol=1e-3)
    gamma, beta, _, variance = (v.numpy() for v in norm.weights)
    score = (inputs - inputs.mean(axis=0)) / np.sqrt(inputs.var(axis=0) + norm.epsilon)
    entering = gamma * score + beta
    np.testing.assert_allclose(found["pre_activation_std"][1], entering.std(), rtol=1e-3)
    np.testing.assert_allclose(found["activation_mean"][1], np.tanh(entering).mean(), atol=1e-4)
    np.testing.assert_array_equal(found["moving_variance"][1, :7], variance)
    np.testing.assert_array_equal(found["gamma"][1, :7], gamma)
    assert np.isnan(found["gamma"][1, 7:]).all()
    assert np.isnan(found["gamma"][0]).all()
    logits = np.tanh(entering) @ out.weights[0].numpy() + out.weights[1].numpy()
    assert found["train_accuracy"] == pytest.approx((logits.argmax(axis=1) == y).mean())
    shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    assert found["train_loss"] == pytest.approx(-np.log(shares[np.arange(96), y]).mean(), rel=1e-4)
    evaluated = model.evaluate(x[:40], y[:40], verbose=0)
    assert found["validation_loss"] == pytest.approx(evaluated[0], rel=1e-4)
    assert found["validation_accuracy"] == pytest.approx(evaluated[1])


def test_a_channel_of_a_convolution_is_a_neuron_over_examples_and_positions():
    watch = watch_of("CNN")
    model = trained("CNN", [watch.arm("mine")])
    x, _ = examples((8, 8, 1))
    kernel = model.get_layer("conv").kernel.numpy()
    patches = np.lib.stride_tricks.sliding_window_view(x[..., 0], (3, 3), axis=(1, 2))
    made = np.einsum("nijab,abc->nijc", patches, kernel[:, :, 0])
    found, layer = last(watch), watch.recording.header.layers[0]
    np.testing.assert_allclose(
        found["batch_mean"][0, :5], made.mean(axis=(0, 1, 2)), rtol=1e-3, atol=1e-4
    )
    norm = model.get_layer("norm")
    score = (made - made.mean(axis=(0, 1, 2))) / np.sqrt(made.var(axis=(0, 1, 2)) + norm.epsilon)
    entering = (norm.gamma.numpy() * score + norm.beta.numpy()).reshape(96, 36, 5)
    places = (np.arange(layer.positions) * 36 + 18) // layer.positions
    kept = entering[:, places].reshape(-1, 5)
    assert layer.positions > 1
    assert found["pre_activation_counts"][0].sum() == kept.size
    np.testing.assert_allclose(
        found["pre_activation_percentiles"][0], np.percentile(kept, PERCENTILES), atol=2e-3
    )


def test_gradients_and_updates_are_those_of_the_training():
    watch = watch_of("LayerNorm")
    keras.utils.set_random_seed(3)
    x, y = examples((6,))
    model = keras.Sequential(
        [keras.Input((6,)), keras.layers.Dense(5, "tanh"), keras.layers.Dense(CLASSES)]
    )
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.SGD(0.5), loss)
    kept = []
    keep = keras.callbacks.LambdaCallback(
        on_train_batch_end=lambda *_, **__: kept.append(model.layers[0].kernel.numpy())
    )
    # In batches of all examples, a step follows the gradient on the probe.
    model.fit(x, y, batch_size=96, epochs=8, verbose=0, callbacks=[keep, watch.arm("mine")])
    recording = watch.recording
    measured = recording.frames["arm_1"]
    (at,) = np.flatnonzero(recording.steps == 5)
    update = kept[4] - kept[3]
    expected = np.log10(update.std() / kept[3].std())
    assert measured["update_ratio"][at, 0] == pytest.approx(expected, abs=1e-4)
    norm = np.linalg.norm(kept[5] - kept[4]) / 0.5
    assert measured["gradient_norm"][at, 0] == pytest.approx(norm, rel=1e-3)
    rate = 0.5 / np.linalg.norm(kept[4]) ** 2
    assert measured["effective_rate"][at, 0] == pytest.approx(rate, rel=1e-4)


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (mlp, [("one", "relu", None), ("act", "tanh", "before")]),
        (cnn, [("relu", "relu", "before"), ("conv_2", "relu", "after")]),
        (resnet, [("r0", "relu", "before"), ("r1", "relu", "before"), ("r2", "relu", None)]),
    ],
)
def test_each_layer_is_found_with_its_activation_and_its_place_of_bn(make, expected):
    name = {mlp: "MLP", cnn: "CNN", resnet: "residual"}[make]
    watch = watch_of(name)
    trained(name, [watch.arm("mine")], epochs=1)
    header = watch.recording.header
    norms = [norm and norm.position for norm in header.arms[0].norms]
    names = [(layer.name, layer.activation) for layer in header.layers]
    assert [(*each, norm) for each, norm in zip(names, norms, strict=True)] == expected


def test_two_networks_are_compared_at_the_steps_that_both_have():
    watch = watch_of("MLP")
    trained("MLP", [watch.arm("first")], epochs=3)
    trained("MLP", [watch.arm("second")], epochs=2)
    recording = watch.recording
    assert recording.steps[0] == 0
    assert recording.steps[-1] <= 12
    first, second = recording.layout.arms
    for frame in recording.frames:
        assert frame[first]["train_loss"] == frame[second]["train_loss"]
    assert recording.certificate.kernels[first] == recording.certificate.kernels[second]
    assert [arm.colour for arm in recording.header.arms] == [WITH_BN, "#009E73"]


@pytest.mark.slow
def test_what_is_measured_after_training_is_what_it_was_in_training():
    x, y = examples((6,), 64)
    recordings = []
    for budget in (1e9, 0.0):
        watch = Watch(x, y, validation=(x, y), budget=budget)
        arm = watch.arm("mine")
        model = trained("MLP", [arm])
        assert arm.moments.wait == (budget == 0)
        # Training on would change what is read only now.
        model.fit(x, y, verbose=0)
        recordings.append(watch.recording)
    at_once, later = recordings
    assert len(later) > 5
    assert at_once.frames.tobytes() == later.frames.tobytes()


@pytest.mark.slow
def test_a_short_training_has_60_frames_and_says_how_much_each_was_measured_on():
    x, y = examples((6,), 1_000)
    watch = Watch(x, y, validation=(x, y), budget=0)
    trained("MLP", [watch.arm("mine")], epochs=20)
    recording = watch.recording
    assert 60 <= len(recording) <= 65
    about = "measured on 64 training examples, validated on 125"
    assert recording.header.about.endswith(about)
    assert recording.frames["arm_1"]["pre_activation_counts"][:, 0].sum(axis=1) == pytest.approx(
        64 * 10
    )


def test_states_that_would_take_too_much_memory_are_not_kept(monkeypatch):
    monkeypatch.setattr("bnviz.watch.moments._MAX_WAITING_BYTES", 1)
    watch = watch_of("MLP", budget=0)
    arm = watch.arm("mine")
    trained("MLP", [arm])
    assert not arm.moments.wait
    assert watch.recording.steps.tolist() == [0, 12]


def test_its_file_is_a_whole_recording_while_the_network_trains(tmp_path):
    path, found = tmp_path / "run.npz", []

    def look(*_: object, **__: object) -> None:
        if path.exists():
            there = Recording.load(path)
            found.append((int(there.frames["step"][-1]), int(there.steps[-1]), there.complete))

    x, y = examples((6,))
    watch = Watch(x, y, budget=1e9, file=path)
    callbacks = [watch.arm("mine"), keras.callbacks.LambdaCallback(on_train_batch_end=look)]
    trained("MLP", callbacks)
    assert found == [(step, 12 + (step == 12), False) for step in range(4, 13)]
    assert Recording.load(path).complete
    assert Recording.load(path).frames.tobytes() == watch.recording.frames.tobytes()
    assert list(tmp_path.iterdir()) == [path]


def test_its_file_is_written_at_the_end_where_the_budget_pays_for_nothing(tmp_path):
    x, y = examples((6,))
    watch = Watch(x, y, budget=0, file=tmp_path / "run.npz")
    trained("MLP", [watch.arm("mine")])
    assert len(Recording.load(tmp_path / "run.npz")) == len(watch.recording) > 5


def test_a_file_that_cannot_be_written_is_refused_before_the_training(tmp_path):
    x, y = examples((6,))
    for path in (tmp_path / "run.html", tmp_path / "nowhere" / "run.npz"):
        with pytest.raises(WatchError, match="in a folder that exists"):
            Watch(x, y, file=path)


def test_a_disk_that_fails_does_not_end_the_training(tmp_path):
    folder = tmp_path / "gone"
    folder.mkdir()
    x, y = examples((6,))
    watch = Watch(x, y, budget=0, file=folder / "run.npz")
    folder.rmdir()
    with pytest.warns(UserWarning, match="cannot be written: No such file"):
        trained("MLP", [watch.arm("mine")])
    assert len(watch.recording) > 5


def test_a_disk_that_has_become_read_only_does_not_end_the_training(tmp_path, monkeypatch):
    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    file = GrowingFile(tmp_path / "run.npz")
    monkeypatch.setattr(Recording, "save", refuse)
    monkeypatch.setattr(Path, "unlink", refuse)
    with pytest.warns(UserWarning, match="cannot be written: Read-only file system"):
        file.write(lambda: random_recording(header_of(1, (4,)), 3), 1.0, at_end=False)


def test_what_was_recorded_of_a_network_is_kept_while_the_next_one_is_trained(tmp_path):
    path, before = tmp_path / "run.npz", tmp_path / "run.before.npz"
    file = GrowingFile(path)
    for at_end, frames, kept in ((True, 5, 0), (False, 2, 5), (False, 3, 5), (True, 5, 0)):
        file.write(
            lambda frames=frames: random_recording(header_of(1, (4,)), frames), 1.0, at_end=at_end
        )
        assert len(Recording.load(path)) == frames
        assert (len(Recording.load(before)) if before.exists() else 0) == kept


def test_a_file_of_others_beside_it_is_left_alone(tmp_path):
    (tmp_path / "run.before.npz").write_bytes(b"mine")
    file = GrowingFile(tmp_path / "run.npz")
    file.write(lambda: random_recording(header_of(1, (4,)), 3), 1.0, at_end=True)
    assert (tmp_path / "run.before.npz").read_bytes() == b"mine"


@pytest.mark.slow
def test_a_file_that_is_not_written_at_the_end_is_warned_of(tmp_path):
    x, y = examples((6,))
    watch = Watch(x, y, budget=0, file=tmp_path / "run.npz")
    trained("MLP", [watch.arm("first")], epochs=2)
    with pytest.warns(UserWarning, match="was not written: the networks were measured at no step"):
        trained("MLP", [watch.arm("second")], epochs=1, steps_per_epoch=2)
    assert len(Recording.load(tmp_path / "run.npz")) > 5


def test_the_last_frame_is_of_the_last_step_though_other_weights_come_back_after_it():
    class Last(keras.callbacks.Callback):
        norm = math.nan

        def on_epoch_end(self, epoch, logs=None):  # noqa: ARG002
            self.norm = float(np.linalg.norm(self.model.get_layer("one").kernel.numpy()))

    last, watch = Last(), watch_of("MLP", budget=0)
    # The first epoch has the highest loss.
    best = keras.callbacks.EarlyStopping("loss", mode="max", patience=9, restore_best_weights=True)
    model = trained("MLP", [last, best, watch.arm("mine")])
    recording = watch.recording
    norm = recording.frames[-1][recording.layout.arms[0]]["kernel_norm"][0]
    assert norm == pytest.approx(last.norm, rel=1e-6)
    restored = float(np.linalg.norm(model.get_layer("one").kernel.numpy()))
    assert norm != pytest.approx(restored, rel=1e-6)


def test_steps_of_epochs_that_were_trained_before_are_not_expected():
    watch = watch_of("MLP")
    arm = watch.arm("mine")
    trained("MLP", [arm], epochs=3, initial_epoch=1)
    assert arm.pace.total == 12


@pytest.mark.slow
def test_networks_without_a_step_in_common_are_not_joined():
    watch = watch_of("MLP")
    trained("MLP", [watch.arm("first")], epochs=2)
    trained("MLP", [watch.arm("second")], epochs=1, steps_per_epoch=2)
    with pytest.raises(WatchError, match="no step that they share"):
        _ = watch.recording


def test_a_callback_watches_one_model():
    watch = watch_of("MLP")
    arm = watch.arm("mine")
    trained("MLP", [arm], epochs=1)
    with pytest.raises(WatchError, match="another model"):
        trained("MLP", [arm], epochs=1)


def test_orange_is_that_of_a_network_without_bn():
    watch = watch_of("MLP")
    x, y = examples((6,))
    model = keras.Sequential(
        [keras.Input((6,)), keras.layers.Dense(5, "relu"), keras.layers.Dense(4)]
    )
    model.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    model.fit(x, y, verbose=0, callbacks=[watch.arm("plain")])
    assert watch.recording.header.arms[0].colour == WITHOUT_BN


@pytest.mark.slow
def test_layers_are_chosen_by_name_or_predicate():
    for choice in (["act"], lambda name: name.startswith("a")):
        watch = watch_of("MLP", layers=choice)
        trained("MLP", [watch.arm("mine")], epochs=1)
        assert [layer.name for layer in watch.recording.header.layers] == ["act"]
        assert "1 of 2 activations" in watch.recording.header.about


class OwnStep(keras.Model):
    def train_step(self, data):
        return super().train_step(data)


def test_a_step_of_ones_own_has_no_known_gradient():
    x, y = examples((6,))
    y = np.eye(CLASSES)[y]
    watch = Watch(x, y)
    given = keras.Input((6,))
    model = OwnStep(given, keras.layers.Dense(4)(keras.layers.Dense(5, "relu")(given)))
    model.compile("sgd", "mse")
    model.fit(x, y, verbose=0, callbacks=[watch.arm("mine")])
    assert not watch.recording.header.knows("gradient_norm")
    assert np.isnan(watch.recording.frames["arm_1"]["gradient_norm"]).all()
    assert np.isnan(watch.recording.frames["arm_1"]["validation_accuracy"]).all()


@pytest.mark.parametrize(
    ("x", "y", "words"),
    [
        (np.zeros((0, 3)), np.zeros(0), "row for each"),
        (np.zeros((3, 2)), np.zeros(4), "row for each"),
        ([[1], [1, 2]], [0, 1], "not an array|two arrays"),
        (np.array([{}, {}]), np.zeros(2), "two arrays"),
    ],
)
def test_examples_that_are_no_arrays_are_refused_in_a_sentence(x, y, words):
    with pytest.raises(WatchError, match=words):
        Watch(x, y)


def test_another_backend_is_refused_in_a_sentence(monkeypatch):
    monkeypatch.setattr(keras.backend, "backend", lambda: "jax")
    with pytest.raises(WatchError, match="Keras runs on jax; only models on TensorFlow"):
        watch_of("MLP")


def test_where_tensorflow_is_missing_one_sentence_says_so():
    program = "import sys; sys.modules['tensorflow'] = None; import bnviz; bnviz.Watch"
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    last = found.stderr.splitlines()[-1]
    assert last.startswith("ImportError: bnviz.Watch needs TensorFlow: ")


def test_what_cannot_be_watched_says_so():
    watch = watch_of("MLP")
    with pytest.raises(WatchError, match="nothing has been trained"):
        _ = watch.recording
    with pytest.raises(WatchError, match="without markup"):
        watch.arm("<b>")
    watch.arm("a")
    with pytest.raises(WatchError, match="already"):
        watch.arm("a")
    trained("MLP", [watch.arm("b")], epochs=1)
    with pytest.raises(WatchError, match="not those of “b”"):
        trained("LayerNorm", [watch.arm("c")], epochs=1)
    with pytest.raises(WatchError, match="at most 3"):
        watch.arm("d")


def test_a_model_without_hidden_activations_is_refused():
    x, _ = examples((6,))
    watch = Watch(x, x[:, :4])
    model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(4)])
    model.compile("sgd", "mse")
    with pytest.raises(WatchError, match="no hidden layer"):
        model.fit(x, x[:, :4], verbose=0, callbacks=[watch.arm("mine")])


def test_answers_that_are_not_those_of_the_loss_are_refused_in_a_sentence():
    watch = watch_of("MLP")
    dense = keras.layers.Dense
    model = keras.Sequential([keras.Input((6,)), dense(5, "relu"), dense(5)])
    model.compile("sgd", "mse")
    x, _ = examples((6,))
    with pytest.raises(WatchError, match="cannot be called on the examples"):
        model.fit(x, x[:, :5], verbose=0, callbacks=[watch.arm("mine")])


def test_it_is_the_packages_own_name_and_loads_keras_only_when_used():
    assert bnviz.Watch is Watch
    assert bnviz.WatchError is WatchError


@pytest.mark.slow
def test_a_process_that_watches_keeps_its_threads():
    program = "import os, bnviz; bnviz.Watch; assert 'TF_NUM_INTRAOP_THREADS' not in os.environ"
    free = {name: value for name, value in os.environ.items() if "THREADS" not in name}
    subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, env=free)


def frames_of(total: int | None, steps: int, step: float, frame: float) -> tuple[list[int], Pace]:
    """The steps that are measured when steps and frames take so many seconds."""
    pace, found = Pace(total), []
    pace.expect(frame)
    for number in range(1, steps + 1):
        due = pace.is_due(number, can_wait=False)
        pace.note_step(step)
        if due:
            found.append(number)
            pace.note_due(number)
            pace.note_frame(frame)
    return found, pace


@pytest.mark.parametrize("disturbed", [False, True])
def test_steps_that_are_executed_together_all_count(disturbed):
    pace = Pace(100)
    for _ in range(2):
        pace.note_step(1.0, 10)
    pace.note_step(1.5, 10, disturbed=disturbed)
    assert pace.trained == pytest.approx(3.0 if disturbed else 3.5)
    assert pace.spent == pytest.approx(0.5 if disturbed else 0.0)
    assert pace.affordable(0.1) == pytest.approx(10)


@pytest.mark.parametrize("total", [5_000, None])
@pytest.mark.parametrize(("step", "frame"), [(0.01, 0.01), (0.01, 0.1), (0.01, 1.0), (1.0, 0.001)])
def test_measuring_takes_at_most_a_tenth_of_training(total, step, frame):
    found, pace = frames_of(total, 5_000, step, frame)
    assert 0 < pace.spent <= 0.1 * pace.trained + 1e-9
    assert len(found) <= 310
    assert len(found) >= min(250 if total else 100, 0.7 * 0.1 * 5_000 * step / frame)
