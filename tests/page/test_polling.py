"""How often browsers poll, and how much they get each time."""

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
def test_a_single_viewer_polls_at_the_base_interval(state):
    assert pause(state, 1) == POLL


def test_a_first_frame_is_asked_for_more_often_while_there_are_few_viewers():
    assert pause("queued", 1, opening=True) < POLL
    for viewers in (10, 100):
        assert pause("queued", viewers, opening=True) == pause("queued", viewers)


@pytest.mark.parametrize("viewers", [50, 100, 120])
def test_the_responses_to_many_viewers_keep_within_their_share_of_a_core(viewers):
    responses_per_second = viewers * 1_000 / pause("running", viewers)
    assert responses_per_second * RESPONSE_COST / 1_000 <= RESPONSE_SHARE * 1.001


def test_no_viewer_waits_longer_than_the_maximum():
    assert pause("running", 10_000) == MAX_WAIT


@pytest.mark.parametrize("state", ["recorded", "finished", "failed", "stopped"])
def test_inactive_work_is_not_polled(state):
    assert pause(state, 5) == 0


@pytest.mark.parametrize("viewers", [0, 100])
def test_what_has_ended_is_polled_seldom_while_more_will_be_known_of_it(viewers):
    assert pause("finished", viewers, awaited=True) == MAX_WAIT


def test_a_page_that_polls_less_often_gets_more_each_time():
    sizes = [frame_bytes(pause("running", viewers), 0) for viewers in (1, 20, 100, 10_000)]
    assert sizes[0] == frame_bytes(0, 0) == FIRST_BYTES
    assert sizes == sorted(sizes)
    assert sizes[-1] == MAX_BYTES


def test_a_long_recording_takes_few_responses_after_a_short_first_one():
    held, responses = 0, 0
    while held < 20 * FIRST_BYTES:
        held += frame_bytes(0, held)
        responses += 1
    assert responses <= 7
    assert frame_bytes(0, held) == MAX_BYTES


def test_only_few_viewers_are_sent_detail_ahead_of_need():
    assert not crowded(1)
    assert crowded(100)
