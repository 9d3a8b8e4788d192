"""Polling: how long browsers wait between two requests.

Each request runs a fragment of the page's script, at a cost that hardly depends on the length of
the response. With many viewers each page therefore polls less often and gets more each time;
playback meanwhile continues at the browser's own rate.
"""

from bnviz.engine.job import ACTIVE
from bnviz.player.message import POLL

#: Milliseconds that one response is assumed to cost, with a margin for pages that are being opened,
#: and the share of one core that all responses together may use.
RESPONSE_COST, RESPONSE_SHARE = 12.0, 0.5
#: Milliseconds between two requests while a run's first frame is a moment away.
OPENING = 40
#: Longest wait, in milliseconds.
MAX_WAIT = 4_000


def crowded(viewers: int) -> bool:
    """Whether so many viewers watch that nothing is sent before it is needed."""
    return _fair_wait(viewers) > POLL


def pause(state: str, viewers: int, *, awaited: bool = False, opening: bool = False) -> int:
    """Milliseconds until a browser's next request; 0 if nothing more will come.

    Args:
        state: State of the run or study that is shown.
        viewers: Number of viewers of active work, over all sessions.
        awaited: Whether something will still be known of it after its end.
        opening: Whether its first frame is a moment away.
    """
    if state not in ACTIVE:
        return MAX_WAIT if awaited else 0
    least = OPENING if opening else POLL
    return round(min(max(least, _fair_wait(viewers)), MAX_WAIT))


def _fair_wait(viewers: int) -> float:
    """Milliseconds in which every viewer can be answered once within `RESPONSE_SHARE`."""
    return viewers * RESPONSE_COST / RESPONSE_SHARE
