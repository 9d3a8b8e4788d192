"""How often browsers ask."""

import pytest

from bnviz.engine.job import ACTIVE
from bnviz.page.shell.polling import (
    MAX_WAIT,
    RESPONSE_COST,
    RESPONSE_SHARE,
    crowded,
    pause,
)
from bnviz.player.message import FIRST_BYTES, MAX_BYTES, POLL, frame_bytes


@pytest.mark.parametrize("state", ACTIVE)
def test_a_lonely_viewer_asks_at_a_pace_of_its_own(state):
    assert pause(state, 1) == POLL


@pytest.mark.parametrize("viewers", [50, 100, 120])
def test_the_answers_to_many_viewers_take_their_share_of_a_core_at_the_most(viewers):
    answers_a_second = viewers * 1_000 / pause("running", viewers)
    assert answers_a_second * RESPONSE_COST / 1_000 <= RESPONSE_SHARE * 1.001


def test_nobody_waits_longer_than_the_longest_pause():
    assert pause("running", 10_000) == MAX_WAIT


@pytest.mark.parametrize("state", ["recorded", "finished", "failed", "stopped"])
def test_what_is_over_is_not_asked_for(state):
    assert pause(state, 5) == 0


def test_who_asks_more_seldom_gets_more_at_once():
    sizes = [frame_bytes(pause("running", viewers), 0) for viewers in (1, 20, 100, 10_000)]
    assert sizes[0] == frame_bytes(0, 0) == FIRST_BYTES
    assert sizes == sorted(sizes)
    assert sizes[-1] == MAX_BYTES


def test_a_long_recording_comes_in_few_answers_after_a_short_first_one():
    held, answers = 0, 0
    while held < 20 * FIRST_BYTES:
        held += frame_bytes(0, held)
        answers += 1
    assert answers <= 7
    assert frame_bytes(0, held) == MAX_BYTES


def test_what_nobody_has_asked_for_is_sent_to_few_viewers_alone():
    assert not crowded(1)
    assert crowded(100)
