"""Pace: how long browsers wait before they ask again.

Every question runs a fragment of the page's script, which costs this process the same whether much
or little is answered. So with many viewers each asks more seldom and gets more at once: what is
played runs on at the browser's own rate meanwhile.
"""

#: Milliseconds between two questions of a lonely viewer, by the state of what is shown.
POLL = {"queued": 300, "running": 120}
#: Milliseconds that an answer is reckoned to cost, with room for pages that are being opened, and
#: the share of a core that all answers may take.
ANSWER_COST, ANSWER_SHARE = 12.0, 0.5
#: Milliseconds that nobody waits longer than.
LONGEST = 4_000
#: Bytes of frames in one answer, about, at the pace of a lonely viewer and at any other.
MESSAGE_BYTES, MOST_BYTES = 192 * 1024, 1024 * 1024


def live(state: str) -> bool:
    """Whether more may come of what is in this state."""
    return state in POLL


def pause(state: str, viewers: int) -> int:
    """Milliseconds until the next question; 0 where nothing more comes.

    Args:
        state: Of what is shown.
        viewers: How many look at something that goes on, all sessions together.
    """
    if not live(state):
        return 0
    shared = viewers * ANSWER_COST / ANSWER_SHARE
    return round(min(max(POLL[state], shared), LONGEST))


def message_bytes(pause: int) -> int:
    """Bytes of frames in one answer, about; the player asks for the rest.

    Who asks more seldom gets as much more at once, beyond what a lonely viewer's answer has room
    for anyway.

    Args:
        pause: Milliseconds between two questions.
    """
    return min(MESSAGE_BYTES * max(1, pause // (4 * POLL["running"])), MOST_BYTES)
