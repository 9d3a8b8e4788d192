"""The answers in a frame are what the networks say of the shown examples."""

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from bnviz.data.dataset import Dataset
from bnviz.data.sampling import MeasuredExamples
from bnviz.lab import experiment
from bnviz.lab.answers import answers
from bnviz.lab.arms import new_arm
from bnviz.lab.datasets import load
from bnviz.lab.experiment import Experiment
from bnviz.recording.frames import NO_ANSWER, NUM_GUESSES, NUM_SHOWN
from bnviz.settings import Settings
from tests.support.everyday import everyday

SMALL = Settings(hidden_layers=2, units=9, steps=12, batch_size=16, learning_rate=0.3)


def forward(network, x):
    """Logits in inference, in NumPy, of a network with BN before its activations or without."""
    for hidden, dense in zip(network.hidden_layers, network.linear_layers, strict=False):
        x = x @ dense.kernel.numpy()
        layer = hidden.normalization
        if layer is None:
            x = x + dense.bias.numpy()
        else:
            x = (x - layer.moving_mean.numpy()) / np.sqrt(layer.moving_variance.numpy() + 1e-3)
            x = layer.gamma.numpy() * x + layer.beta.numpy()
        x = np.maximum(x, 0)
    last = network.linear_layers[-1]
    return x @ last.kernel.numpy() + last.bias.numpy()


def softmax(logits):
    shares = np.exp(logits - logits.max(axis=1, keepdims=True))
    return shares / shares.sum(axis=1, keepdims=True)


@pytest.mark.parametrize("arm", ["none", "bn"])
def test_equal_a_forward_pass_in_numpy(arm):
    data = load(SMALL)
    measured = MeasuredExamples.of(data)
    trained = new_arm(SMALL, arm, data)
    x, labels = (part[measured.shown] for part in measured.validation)
    pairs = [tuple(map(tf.constant, pair)) for pair in (measured.probe, measured.validation)]
    train = tf.constant(data.x_train), tf.constant(data.y_train)
    indices = np.arange(30 * 16, dtype=np.int32).reshape(30, 16)
    seen = []
    for _ in range(2):
        observer, network = trained.compiled.observer, trained.compiled.network
        observed = observer.observe(*pairs, (), tf.constant(measured.shown))
        found = answers(observed.shown.numpy(), labels)
        shares = softmax(forward(network, x))
        order = np.argsort(-shares, axis=1)[:, :NUM_GUESSES]
        np.testing.assert_array_equal(found["answers"], order)
        expected = np.take_along_axis(shares, order, axis=1)
        np.testing.assert_allclose(found["answer_probabilities"] / 255, expected, atol=0.0021)
        own = shares[np.arange(len(labels)), labels]
        np.testing.assert_allclose(found["true_probability"] / 255, own, atol=0.0021)
        seen.append(found["answers"].tolist())
        trained.train(*train, indices)
    assert seen[0] != seen[1]


@pytest.mark.parametrize(
    "settings",
    everyday(
        [
            SMALL,
            SMALL.replace(batch_size=1, third_arm="layer_norm"),
            SMALL.replace(interventions="5:insert_bn"),
        ],
        (1,),
    ),
    ids=["both", "batches of one", "changed"],
)
def test_every_frame_keeps_as_many_right_answers_as_its_accuracy_says(settings):
    whole = load(settings)
    chosen = MeasuredExamples.of(whole)
    x, y = (part[chosen.shown] for part in chosen.validation)
    data = Dataset(whole.x_train, whole.y_train, x, y, whole.classes, whole.example_shape)
    run = settings.replace(dataset="upload", upload="a" * 32)
    accuracies = []
    for frame in experiment.run(run, data):
        for arm in frame.dtype.names:
            if frame.dtype[arm].names:
                right = frame[arm]["answers"][:, 0] == np.sort(y)
                accuracies.append(frame[arm]["validation_accuracy"])
                assert right.mean() == pytest.approx(accuracies[-1])
    assert len(set(accuracies)) > 1


def test_a_run_says_what_is_drawn_of_its_examples():
    run = Experiment(SMALL)
    assert run.shown.kind == "image"
    with run.turn() as frames:
        frame = next(frame for frame in frames if frame is not None)
    assert (frame["bn"]["answers"][: len(run.shown.labels)] < 10).all()
    run.close()


logits = arrays(
    np.float32,
    st.tuples(st.integers(1, NUM_SHOWN), st.integers(2, 100)),
    elements=st.floats(width=32, allow_nan=True, allow_infinity=True),
)


@given(logits, st.randoms(use_true_random=False))
def test_only_finite_values_are_an_answer(values, random):
    labels = np.array([random.randrange(values.shape[1]) for _ in values], np.int32)
    found = answers(values, labels)
    guesses = min(NUM_GUESSES, values.shape[1])
    for row in range(NUM_SHOWN):
        classes, shares = found["answers"][row], found["answer_probabilities"][row]
        if row >= len(values) or not np.isfinite(values[row]).all():
            assert (classes == NO_ANSWER).all()
            assert not shares.any()
            assert not found["true_probability"][row]
            continue
        assert classes[0] == values[row].argmax()
        assert (classes[:guesses] < values.shape[1]).all()
        assert (classes[guesses:] == NO_ANSWER).all()
        assert (np.diff(shares[:guesses].astype(int)) <= 0).all()
        if labels[row] in classes:
            place = classes.tolist().index(labels[row])
            assert found["true_probability"][row] == shares[place]


def test_a_network_that_overflows_has_no_answer():
    settings = SMALL.replace(learning_rate=10.0, init_scale=10.0, activation="linear", steps=60)
    *_, last = experiment.run(settings)
    assert last["none"]["diverged_at"] >= 0
    assert (last["none"]["answers"] == NO_ANSWER).all()
