"""What a step costs: of which arms, in how many turns, and that larger networks cost more."""

import os
import threading
from pathlib import Path

import numpy as np
import pytest

from bnviz.lab import placement, step_cost
from bnviz.lab.experiment import Experiment, run
from bnviz.lab.step_cost import StepCost
from bnviz.settings import Settings

SMALL = Settings(
    dataset="wine", hidden_layers=1, units=4, batch_size=16, learning_rate=1.0, steps=20
)


@pytest.fixture(autouse=True)
def short(monkeypatch):
    """What is measured here need not be exact."""
    monkeypatch.setattr(step_cost, "ENOUGH_SECONDS", 0.02)


def measured(settings: Settings) -> StepCost:
    cost = StepCost(settings)
    assert cost.advance(lambda: True)
    return cost


@pytest.mark.parametrize("third", ["no", "layer_norm"])
def test_every_arm_has_its_cost(third):
    cost = measured(SMALL.replace(third_arm=third))
    arms = ["none", "bn"] + ["layer_norm"] * (third != "no")
    assert list(cost.seconds) == arms
    assert all(0 < seconds < 1 for seconds in cost.seconds.values())


def test_it_pauses_between_rounds_and_knows_nothing_before_its_end():
    cost, progress = StepCost(SMALL), [0.0]
    while not cost.advance(lambda: False):
        assert cost.seconds == {}
        assert progress[-1] <= cost.progress < 1
        progress.append(cost.progress)
    assert len(progress) >= step_cost.FEWEST_ROUNDS
    assert cost.progress == 1
    known = dict(cost.seconds)
    assert known
    assert cost.advance(pytest.fail)
    assert cost.seconds == known


def test_larger_networks_cost_more():
    small, large = (
        measured(settings).seconds
        for settings in (SMALL, SMALL.replace(units=256, hidden_layers=5))
    )
    for arm in ("none", "bn"):
        assert large[arm] > 3 * small[arm]


def test_compiling_is_no_part_of_it():
    settings = SMALL.replace(units=5)
    first, again = (measured(settings).seconds for _ in range(2))
    for arm in ("none", "bn"):
        assert first[arm] < 10 * again[arm]


def test_a_run_that_is_set_aside_meanwhile_goes_on_as_if_nothing_had_been_measured():
    alone = [frame.tobytes() for frame in run(SMALL)]
    experiment, cost, found = Experiment(SMALL), StepCost(SMALL.replace(learning_rate=0.01)), []
    while len(found) < len(alone):
        with experiment.turn() as frames:
            taken = [next(frames) for _ in range(min(3, len(alone) - len(found)))]
        found += [frame.tobytes() for frame in taken if frame is not None]
        cost.advance(lambda: False)
    assert found == alone


def tell(monkeypatch, chunks):
    """Makes the clock tell these seconds of the chunks that are trained, one after another."""
    times = iter(np.cumsum([each for seconds in chunks for each in (0, seconds)]).tolist())
    monkeypatch.setattr(step_cost.time, "process_time", lambda: next(times))


def test_the_cost_is_the_mean_of_the_fastest_quarter_of_the_rounds(monkeypatch):
    #: Seconds of a chunk without BN, then with it, round by round.
    rounds = [(1, 8), (9, 2), (3, 9), (8, 9), (9, 9), (9, 4), (9, 9), (9, 9)]
    assert len(rounds) == step_cost.FEWEST_ROUNDS
    tell(monkeypatch, [0, 0, *(seconds for each in rounds for seconds in each)])
    # The chunks are of one step.
    assert measured(SMALL).seconds == {"none": 2.0, "bn": 3.0}


def test_a_clock_that_is_too_coarse_tells_nothing(monkeypatch):
    rounds = [(1, 1), *[(0, 1)] * (step_cost.FEWEST_ROUNDS - 1)]
    # A first round that takes no time makes the chunks longer, and does not count.
    tell(monkeypatch, [0, 0, 0, 0, *(seconds for each in rounds for seconds in each)])
    assert measured(SMALL).seconds == {}


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="needs Linux")
class TestPlacement:
    @pytest.fixture
    def other(self):
        """The id of another thread, which waits."""
        done, began = threading.Event(), threading.Event()
        found = []

        def wait():
            found.append(threading.get_native_id())
            began.set()
            done.wait()

        thread = threading.Thread(target=wait)
        thread.start()
        began.wait()
        yield found[0]
        done.set()
        thread.join()

    def test_the_calling_thread_and_the_others_take_turns_and_are_free_again(self, other):
        this, before = threading.get_native_id(), os.sched_getaffinity(0)
        if len(before) < 2:
            pytest.skip("needs two processors")
        seen = set()
        with placement.taking_turns() as move:
            assert os.sched_getaffinity(other) == before
            for _ in before:
                move()
                (mine,), (others,) = map(os.sched_getaffinity, (this, other))
                assert mine != others
                seen.add(mine)
        assert seen == before
        assert os.sched_getaffinity(this) == os.sched_getaffinity(other) == before

    def test_they_are_free_again_after_an_error(self, other):
        before = os.sched_getaffinity(0)

        def interrupted() -> None:
            with placement.taking_turns() as move:
                move()
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            interrupted()
        assert os.sched_getaffinity(0) == os.sched_getaffinity(other) == before

    @pytest.mark.parametrize("cannot", ["one processor", "no list", "forbidden"])
    def test_nothing_moves_where_it_cannot(self, monkeypatch, cannot):
        def refuse(*_):
            raise PermissionError

        before = os.sched_getaffinity(0)
        if cannot == "one processor":
            monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0})
        elif cannot == "no list":
            monkeypatch.setattr(placement, "_THREADS", Path("/nowhere"))
        else:
            monkeypatch.setattr(os, "sched_setaffinity", refuse)
        with placement.taking_turns() as move:
            move()
        monkeypatch.undo()
        assert os.sched_getaffinity(0) == before
