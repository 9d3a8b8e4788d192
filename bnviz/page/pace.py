"""Pace: how long browsers wait before they ask again.

Every question runs a fragment of the page's script, which costs this process the same whether much
or little is answered. So with many viewers each asks more seldom and gets more at once: what is
played runs on at the browser's own rate meanwhile.
"""

#: States in which more may come.
LIVE = ("queued", "running")
#: Milliseconds between two questions of a lonely viewer.
POLL = 120
#: Milliseconds that an answer is reckoned to cost, with room for pages that are being opened, and
#: the share of a core that all answers may take.
ANSWER_COST, ANSWER_SHARE = 12.0, 0.5
#: Milliseconds that nobody waits longer than.
LONGEST = 4_000
#: Bytes of frames in the first answer, about, at the pace of a lonely viewer; and in any answer.
MESSAGE_BYTES, MOST_BYTES = 192 * 1024, 1024 * 1024


def live(state: str) -> bool:
    """Whether more may come of what is in this state."""
    return state in LIVE


def crowded(viewers: int) -> bool:
    """Whether so many look on that nothing is sent ahead of its need."""
    return _shared(viewers) > POLL


def pause(state: str, viewers: int) -> int:
    """Milliseconds until the next question; 0 where nothing more comes.

    Args:
        state: Of what is shown.
        viewers: How many look at something that goes on, all sessions together.
    """
    if not live(state):
        return 0
    return round(min(max(POLL, _shared(viewers)), LONGEST))


def _shared(viewers: int) -> float:
    """Milliseconds in which each viewer can be answered once within the share of all answers."""
    return viewers * ANSWER_COST / ANSWER_SHARE


def message_bytes(pause: int, held: int) -> int:
    """Bytes of frames in one answer, about; the player asks for the rest.

    The first picture waits for little. Then whoever has something to play gets as much again, so
    that a whole run comes in few answers; and whoever asks more seldom gets as much more at once.

    Args:
        pause: Milliseconds between two questions.
        held: Bytes of frames that the player holds.
    """
    at_once = MESSAGE_BYTES * max(1, pause // (4 * POLL))
    return min(max(at_once, held), MOST_BYTES)
