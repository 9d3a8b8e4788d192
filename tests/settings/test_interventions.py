"""Changes in mid-run, as text and as what they do."""

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st

from bnviz.lab.arms import intervene, new_arm
from bnviz.lab.datasets import load
from bnviz.lab.experiment import run
from bnviz.lab.training import BatchOrder
from bnviz.recording import Recording
from bnviz.settings import Settings
from bnviz.settings.choices import LEARNING_RATES, STEPS
from bnviz.settings.interventions import (
    ACTIONS,
    LEARNING_RATE,
    MAX_CHANGES,
    Intervention,
    InterventionError,
    parse,
    to_text,
)
from tests.support.everyday import everyday

BOUNDS = {"steps": STEPS, "learning_rates": LEARNING_RATES}

changes = st.builds(
    lambda step, action, rate: Intervention(
        step, action, float(f"{rate:g}") if action == LEARNING_RATE else 0.0
    ),
    st.integers(*STEPS),
    st.sampled_from(list(ACTIONS)),
    st.floats(*LEARNING_RATES),
)


@given(st.lists(changes, max_size=MAX_CHANGES, unique_by=lambda change: change.action))
def test_text_is_read_back_as_it_was_written(given):
    ordered = tuple(sorted(given))
    assert parse(to_text(ordered), **BOUNDS) == ordered


def test_they_are_ordered_by_step():
    found = parse("300:insert_bn,20:learning_rate=0.5", **BOUNDS)
    assert [change.step for change in found] == [20, 300]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("0:insert_bn", "step"),
        ("50001:insert_bn", "step"),
        ("-1:insert_bn", "step"),
        ("²:insert_bn", "step"),
        ("x", "step"),
        (",", "step"),
        ("5:melt", "unknown"),
        ("5:insert_bn=1", "unknown"),
        ("5:learning_rate", "number"),
        ("5:learning_rate=a", "number"),
        ("5:learning_rate=nan", "number"),
        ("5:learning_rate=11", "from"),
        ("5:insert_bn,6:insert_bn", "twice"),
        (",".join(f"{n}:learning_rate=1" for n in range(1, MAX_CHANGES + 2)), "more than"),
        ("5:" * 1000, "long"),
    ],
)
def test_bad_text_is_refused_with_a_reason(text, reason):
    with pytest.raises(InterventionError, match=reason):
        parse(text, **BOUNDS)


@given(st.text(max_size=80))
def test_any_text_is_read_or_refused(text):
    try:
        found = parse(text, **BOUNDS)
    except InterventionError:
        return
    assert parse(to_text(found), **BOUNDS) == found


SMALL = Settings(dataset="wine", hidden_layers=2, units=4, steps=20, batch_size=16)


def network_after(arm, position, steps=15):
    settings = SMALL.replace(bn_position=position, seed=3)
    data = load(settings)
    found = new_arm(settings, arm, data)
    order = BatchOrder(len(data.x_train), settings.batch_size, seed=0)
    found.compiled.trainer.train(
        tf.constant(data.x_train), tf.constant(data.y_train), order.take(steps)
    )
    return settings, data, found


@pytest.mark.parametrize("position", everyday(["before", "after"], (0,)))
@pytest.mark.parametrize(("arm", "action"), [("none", "insert_bn"), ("bn", "remove_bn")])
def test_inserting_and_removing_bn_keeps_the_function(arm, action, position):
    settings, data, before = network_after(arm, position)
    examples = (tf.constant(data.x_validation), tf.constant(data.y_validation))
    predicted = before.compiled.network.model.predict(data.x_validation, verbose=0)
    after = intervene(before, Intervention(5, action), settings, data, examples, examples)
    assert (after.kind == "bn") == (action == "insert_bn")
    assert bool(after.compiled.network.hidden_layers[0].normalization) == (after.kind == "bn")
    found = after.compiled.network.model.predict(data.x_validation, verbose=0)
    np.testing.assert_allclose(found, predicted, atol=2e-5)
    assert after.change_losses[0] == pytest.approx(after.change_losses[1], rel=1e-4)
    assert after.compiled.trainer.batches_digest == before.compiled.trainer.batches_digest


def test_freezing_keeps_the_statistics_and_trains_the_rest():
    settings, data, before = network_after("bn", "before")
    x, y = tf.constant(data.x_train), tf.constant(data.y_train)
    after = intervene(before, Intervention(5, "freeze_bn"), settings, data, (x, y), (x, y))
    layer = after.compiled.network.hidden_layers[0].normalization
    kept = [variable.numpy() for variable in (layer.moving_mean, layer.moving_variance)]
    gamma, loss = layer.gamma.numpy(), after.change_losses[1]
    after.compiled.trainer.train(x, y, BatchOrder(len(x), 16, seed=1).take(40))
    for was, variable in zip(kept, (layer.moving_mean, layer.moving_variance), strict=True):
        np.testing.assert_array_equal(variable.numpy(), was)
    assert not np.array_equal(layer.gamma.numpy(), gamma)
    outcome = after.compiled.observer.observe((x, y), (x, y), ()).outcome()
    assert outcome["validation_loss"] < loss
    # Frozen, it trains by the same statistics as it is evaluated by.
    assert outcome["train_loss"] == pytest.approx(outcome["validation_loss"], rel=1e-5)


def recorded(**changes):
    recording = Recording(SMALL.replace(**changes))
    for frame in run(recording.settings):
        recording.append(frame)
    return recording


@pytest.fixture(scope="module")
def plain():
    return recorded()


@pytest.mark.parametrize(
    "text",
    everyday(
        [
            "8:learning_rate=1e-05",
            "8:insert_bn",
            "8:remove_bn",
            "8:freeze_bn",
            "3:insert_bn,8:freeze_bn",
        ],
        (0, 4),
    ),
)
def test_frames_up_to_the_change_are_those_of_the_run_without(text, plain):
    found = recorded(interventions=text)
    first = found.settings.changes[0].step
    assert plain.shared_with(found.settings) == found.shared_with(SMALL) == first + 1
    assert found.frames[: first + 1].tobytes() == plain.frames[: first + 1].tobytes()
    assert found.frames[first + 1].tobytes() != plain.frames[first + 1].tobytes()
    assert found.certificate.holds
    assert found.frames.tobytes() == recorded(interventions=text).frames.tobytes()


def test_losses_around_a_change_are_in_the_frame_after_it():
    frames = recorded(interventions="8:insert_bn").frames
    losses = frames["none"]["change_losses"]
    known = np.flatnonzero(np.isfinite(losses).all(axis=1))
    assert known.tolist() == [9]
    before = frames["none"]["validation_loss"][8]
    np.testing.assert_allclose(losses[9], before, rtol=1e-4)
    assert np.isnan(frames["bn"]["change_losses"]).all()
    assert np.isfinite(frames["bn"]["gamma"]).all()
    gone = recorded(interventions="8:remove_bn").frames["bn"]["gamma"]
    assert np.isfinite(gone[:9]).all()
    assert np.isnan(gone[9:]).all()


def test_a_tiny_learning_rate_stops_learning(plain):
    frames = recorded(interventions="8:learning_rate=1e-05").frames
    moved = np.abs(np.diff(frames["none"]["train_loss"]))
    assert moved[8:].max() < 0.01 * moved[:8].max()
    assert np.abs(np.diff(plain.frames["none"]["train_loss"]))[8:].max() > moved[8:].max()


def test_runs_that_differ_in_more_share_no_frames(plain):
    assert plain.shared_with(SMALL.replace(seed=1, interventions="8:insert_bn")) == 0
    assert plain.shared_with(SMALL) == len(plain)
