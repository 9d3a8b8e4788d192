"""Preparation: what viewers have chosen is compiled before they start it, while nobody waits."""

import pytest
from distributed import Client

from bnviz.engine import Engine
from bnviz.engine.choices import MAX_VIEWERS, PAUSE, Choices
from bnviz.engine.origin import Origin
from bnviz.lab.experiment import run
from bnviz.settings import Settings
from tests.support.engine import DaskCluster, until, watched

ANN, BOB = Origin("ann", "here"), Origin("bob", "there")
UNWANTED = 3
SMALL = Settings(hidden_layers=1, units=4, batch_size=512, steps=40)


class Clock:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


def chosen(*notes):
    """What is settled after choices at these times, and the clock."""
    clock = Clock()
    choices = Choices(lambda settings: settings.units != UNWANTED, clock)
    for clock.now, settings, origin in notes:
        choices.note(settings, origin)
    return choices, clock


class TestChoices:
    def test_a_choice_is_settled_after_a_pause(self):
        choices, clock = chosen((0.0, SMALL, ANN))
        assert choices.settled() == []
        clock.now = PAUSE
        assert choices.settled() == [SMALL]

    def test_the_last_choice_of_each_viewer_counts_and_the_latest_comes_first(self):
        wide, deep = SMALL.replace(units=8), SMALL.replace(hidden_layers=2)
        choices, clock = chosen((0.0, SMALL, ANN), (1.0, deep, BOB), (2.0, wide, ANN))
        clock.now = 9.0
        assert choices.settled() == [wide, deep]

    def test_a_choice_that_is_noted_again_stays_settled(self):
        choices, _ = chosen((0.0, SMALL, ANN), (PAUSE, SMALL, ANN))
        assert choices.settled() == [SMALL]

    def test_what_is_not_wanted_takes_the_place_of_what_was(self):
        choices, clock = chosen((0.0, SMALL, ANN), (1.0, SMALL.replace(units=UNWANTED), ANN))
        clock.now = 9.0
        assert choices.settled() == []

    def test_viewers_who_chose_long_ago_are_forgotten(self):
        notes = [(0.0, SMALL, Origin(str(number), "here")) for number in range(MAX_VIEWERS + 1)]
        choices, clock = chosen(*notes)
        clock.now = PAUSE
        assert len(choices.settled()) == MAX_VIEWERS


def _compiled() -> int:
    from bnviz.lab import compiler

    return len(compiler._done)


@pytest.mark.slow
def test_a_worker_prepares_what_is_chosen_and_its_frames_are_the_same(tmp_path):
    with DaskCluster(tmp_path) as cluster:
        cluster.add_worker()
        with Engine(scheduler=cluster.address) as engine, Client(cluster.address) as client:
            until(lambda: engine.status.state == "ready")
            # A download, which nobody has asked for, and what takes long to compile.
            for refused in (SMALL.replace(dataset="mnist"), SMALL.replace(hidden_layers=40)):
                engine.note_choice(refused, BOB)
            engine.note_choice(SMALL, ANN)
            until(lambda: sum(client.run(_compiled).values()) == len(("none", "bn")))
            with watched(engine.start(SMALL)) as job:
                until(lambda: job.state == "finished")
                frames = [frame.tobytes() for frame in job.recording.frames]
            assert frames == [frame.tobytes() for frame in run(SMALL)]
