"""Polling: how long browsers wait before they ask again.

Every request runs a fragment of the page's script, which costs this process the same whether the
response is short or long. With many viewers each page therefore polls less often and gets more each
time; playback goes on at the browser's own rate meanwhile.
"""

from bnviz.engine.job import ACTIVE
from bnviz.player.message import POLL

#: Milliseconds that a response is assumed to cost, with room for pages that are being opened, and
#: the share of a core that all responses may take.
RESPONSE_COST, RESPONSE_SHARE = 12.0, 0.5
#: Longest wait, in milliseconds.
MAX_WAIT = 4_000


def crowded(viewers: int) -> bool:
    """Whether so many watch that nothing is sent before it is needed."""
    return _fair_wait(viewers) > POLL


def pause(state: str, viewers: int) -> int:
    """Milliseconds until a browser's next request; 0 if no more will come.

    Args:
        state: Of the run or study that is shown.
        viewers: How many watch something active, over all sessions.
    """
    if state not in ACTIVE:
        return 0
    return round(min(max(POLL, _fair_wait(viewers)), MAX_WAIT))


def _fair_wait(viewers: int) -> float:
    """Milliseconds in which every viewer can be answered once within `RESPONSE_SHARE`."""
    return viewers * RESPONSE_COST / RESPONSE_SHARE
