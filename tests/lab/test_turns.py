"""Turns: runs and blocks that are set aside while others train on the same compiled networks."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import numpy as np
import pytest

from bnviz.lab import training as lab_training
from bnviz.lab.arms import compiled_network, network_after
from bnviz.lab.block_training import BlockTraining, _stack, train
from bnviz.lab.experiment import Experiment, prepare, run
from bnviz.lab.network_training import NetworkTraining
from bnviz.recording.frames import ARMS, frame_steps
from bnviz.settings import Settings
from bnviz.settings.interventions import Intervention
from bnviz.studies.study import CURVES, Block
from tests.support.everyday import everyday

SMALL = Settings(
    dataset="wine",
    hidden_layers=2,
    units=4,
    activation="sigmoid",
    learning_rate=1.0,
    steps=20,
    batch_size=16,
)
#: Together: every optimizer, and all else that a run keeps from one step to the next.
CASES = {
    "sgd": SMALL,
    "momentum": SMALL.replace(optimizer="momentum", dropout=0.2, l2=0.01),
    "adam": SMALL.replace(optimizer="adam", learning_rate=0.01, third_arm="noisy_bn"),
    "rmsprop": SMALL.replace(optimizer="rmsprop", bn_position="after", third_arm="layer_norm"),
    "deep": SMALL.replace(deep=True),
    "changes": SMALL.replace(interventions="5:insert_bn,5:freeze_bn,12:learning_rate=0.2"),
}


def taken(experiment, most):
    """The next frames of a run, at most so many, in a turn of its own."""
    found = []
    with experiment.turn() as frames:
        for frame in frames:
            if frame is not None:
                found.append(frame)
            if len(found) == most:
                break
    return found


@pytest.mark.parametrize(
    "case",
    everyday(CASES, [list(CASES).index(each) for each in ("changes",)]),
)
def test_runs_that_take_turns_have_the_frames_of_runs_alone(case):
    settings = CASES[case]
    # Another run of the same networks, which leaves nothing in them as it was.
    other = settings.replace(seed=9, learning_rate=0.3 * settings.learning_rate)
    alone = [[frame.tobytes() for frame in run(each)] for each in (settings, other)]
    pair = [Experiment(each) for each in (settings, other)]
    frames = [[], []]
    for most in (1, 2, 1, 3, 5, 1, 1000):
        for found, experiment in zip(frames, pair, strict=True):
            found += taken(experiment, most)
    assert [[frame.tobytes() for frame in each] for each in frames] == alone


def test_others_have_their_turns_while_a_run_is_compiled():
    known, new = SMALL.replace(seed=5), SMALL.replace(units=11, hidden_layers=4)
    alone = [frame.tobytes() for frame in run(known)]
    waiting, other, found, turns = Experiment(new), Experiment(known), [], 0
    frames = []
    while len(frames) < len(alone):
        with waiting.turn() as own:
            # Gives up its turn at once, whether there is a frame or not.
            frame = next(own)
        found += [] if frame is None else [frame]
        turns += frame is None
        frames += taken(other, 1)
    assert turns > 0
    assert [frame.tobytes() for frame in frames] == alone
    found += taken(waiting, 1000)
    assert [f.tobytes() for f in found] == [frame.tobytes() for frame in run(new)]


def test_two_runs_of_a_new_network_are_compiled_one_after_the_other():
    settings = SMALL.replace(units=13)
    pair = [Experiment(settings.replace(seed=seed)) for seed in (1, 2)]
    frames = [[], []]
    while len(frames[1]) < 5:
        for own, experiment in zip(frames, pair, strict=True):
            with experiment.turn() as turn:
                frame = next(turn)
            own += [] if frame is None else [frame]
    for own, experiment, seed in zip(frames, pair, (1, 2), strict=True):
        own += taken(experiment, 1000)
        alone = [frame.tobytes() for frame in run(settings.replace(seed=seed))]
        assert [frame.tobytes() for frame in own] == alone


@pytest.fixture
def compiled_for_another():
    """Holds networks as the compiler does, for some seconds at most, in case somebody waits."""
    with ExitStack() as held:

        def hold(lock):
            held.enter_context(lock)
            timer = threading.Timer(5, held.close)
            held.callback(timer.cancel)
            timer.start()
            return held

        yield hold


@pytest.mark.parametrize("begun", [0, 2])
def test_a_run_gives_up_its_turn_while_its_networks_are_compiled_for_another(
    compiled_for_another, begun
):
    settings = SMALL.replace(seed=6)
    alone = [frame.tobytes() for frame in run(settings)]
    experiment = Experiment(settings)
    found = taken(experiment, begun) if begun else []
    held = compiled_for_another(compiled_network(settings, "bn", experiment.data).lock)
    with experiment.turn() as frames:
        assert next(frames) is None
    held.close()
    found += taken(experiment, 1000)
    assert [frame.tobytes() for frame in found] == alone


def test_a_run_gives_up_its_turn_while_the_network_after_a_change_is_compiled_for_another(
    compiled_for_another,
):
    settings = SMALL.replace(seed=6, interventions="5:insert_bn")
    alone = [frame.tobytes() for frame in run(settings)]
    experiment = Experiment(settings)
    found = taken(experiment, 3)
    change = Intervention(5, "insert_bn")
    network = network_after(experiment.arms["none"], change, settings, experiment.data)
    held = compiled_for_another(network.lock)
    with experiment.turn() as frames:
        for frame in frames:
            if frame is None:
                break
            found.append(frame)
    assert len(found) < len(alone)
    held.close()
    found += taken(experiment, 1000)
    assert [frame.tobytes() for frame in found] == alone


def test_others_have_their_turns_while_the_network_after_a_change_is_compiled():
    settings = SMALL.replace(units=15, interventions="5:insert_bn")
    experiment, end = Experiment(settings), object()
    found, waited = [], []
    while True:
        with experiment.turn() as frames:
            frame = next(frames, end)
        if frame is end:
            break
        if frame is None:
            waited.append(len(found))
        else:
            found.append(frame)
    # Those of steps 0 to 5.
    assert 6 in waited
    assert [frame.tobytes() for frame in found] == [frame.tobytes() for frame in run(settings)]


def test_a_block_gives_up_its_turn_while_its_networks_are_compiled_for_another(
    compiled_for_another,
):
    training = BlockTraining(Block((SMALL,), (0, 20)))
    assert training.compile()
    held = compiled_for_another(_stack(SMALL, "bn", training._data).lock)
    assert not training.advance(lambda: False)
    assert not training._arms  # not begun
    held.close()
    assert training.advance()


def test_a_run_that_is_closed_while_it_is_compiled_leaves_room_for_others():
    experiment = Experiment(SMALL.replace(units=14))
    with experiment.turn() as frames:
        assert next(frames) is None
    experiment.close()
    assert len(list(run(SMALL.replace(units=14, seed=2)))) > 2


def test_a_run_that_is_to_stop_ends_between_two_calls_of_a_long_stretch(monkeypatch):
    monkeypatch.setattr(lab_training, "_MAX_PRODUCTS", 1.0)  # so that each call takes one step
    settings = Settings(dataset="wine", hidden_layers=1, units=11, steps=20_000)
    stretches = np.diff(frame_steps(settings.steps))
    reached = threading.Event()
    asked = []

    def should_stop():
        asked.append(len(frames))
        return reached.is_set() and len(asked) > until[0]

    frames, until = [], [0]
    with Experiment(settings).turn(should_stop) as following:
        for frame in following:
            if frame is None:
                continue
            frames.append(frame)
            if len(frames) == 10:
                # Each of both networks is asked before each of its steps.
                until[0] = len(asked) + 5
                reached.set()
    assert 10 <= len(frames) <= 11
    assert stretches[10] > 20
    assert len(asked) <= until[0] + 2


def test_networks_are_not_made_of_a_run_that_is_to_stop_in_a_long_stretch(monkeypatch):
    monkeypatch.setattr(lab_training, "_MAX_PRODUCTS", 1.0)  # so that each call takes one step
    settings = Settings(dataset="wine", hidden_layers=1, units=13, steps=20_000)
    assert np.diff(frame_steps(settings.steps))[10] > 20
    training = NetworkTraining(settings, num_frames=12)
    before = frame_steps(settings.steps)[10]
    asked = []

    def should_stop():
        asked.append(training.step)
        return training.step == before and asked.count(before) > 5

    assert not training.advance(lambda: True, lambda: True, should_stop)
    assert training.networks is None
    assert training.step == before
    assert asked.count(before) < 20


def test_a_run_that_has_ended_has_no_frames_left():
    experiment = Experiment(SMALL)
    assert taken(experiment, 1000)
    assert taken(experiment, 1000) == []


def test_a_run_that_is_closed_while_it_is_set_aside_leaves_room_for_others():
    experiment = Experiment(SMALL)
    taken(experiment, 2)
    experiment.close()
    assert len(list(run(SMALL))) > 2


@pytest.mark.parametrize("case", everyday(["sgd", "adam", "rmsprop"], (1,)))
def test_blocks_that_take_turns_have_the_outcomes_of_blocks_alone(case):
    settings = CASES[case].replace(third_arm="no", steps=30)
    steps = (0, 7, 20, 30)
    blocks = [
        Block((settings, settings.replace(seed=seed, learning_rate=0.5, bn_momentum=0.5)), steps)
        for seed in (3, 4)
    ]
    alone = [train(block) for block in blocks]
    pair = [BlockTraining(block) for block in blocks]
    for _ in steps:
        assert not any([each.advance(lambda: False) for each in pair])  # noqa: C419
    assert all([each.advance(lambda: False) for each in pair])  # noqa: C419
    for training, outcomes in zip(pair, alone, strict=True):
        for arm in ARMS:
            for name in CURVES:
                found = getattr(training.outcomes[arm], name)
                np.testing.assert_array_equal(found, getattr(outcomes[arm], name))


def test_the_first_frame_of_a_prepared_run_waits_for_no_compilation():
    settings = SMALL.replace(units=11)
    prepare(settings, lambda: True)
    with Experiment(settings).turn() as frames:
        assert next(frames) is not None


def test_a_network_that_two_threads_ask_for_is_built_once():
    settings = SMALL.replace(units=12)
    data = Experiment(settings).data
    with ThreadPoolExecutor(2) as threads:
        one, two = threads.map(lambda _: compiled_network(settings, "bn", data), range(2))
    assert one is two
