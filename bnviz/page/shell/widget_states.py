"""WidgetStates: keeps two scripts of one session from breaking each other's loops.

With its `fastReruns`, Streamlit (1.67) answers a message by a second script while the first one of
the session still runs, each with a lock of its own around the same widget states. So one may add a
state while the other goes through them, which ends with a RuntimeError on the page.
"""

import logging
from collections.abc import Iterator
from functools import cache
from typing import Any

_log = logging.getLogger(__name__)


@cache
def iterate_over_copies() -> None:
    """Has Streamlit go through a copy of the widget states, once.

    If they are not those that this was written for, they stay as they are.
    """
    try:
        from streamlit.runtime.state.session_state import WStates
    except ImportError:
        _log.warning("Widget states are left as they are: this version of Streamlit is not known.")
        return

    def over_a_copy(states: Any) -> Iterator[str]:
        # Copying lets no other thread in between.
        return iter(tuple(states.states))

    WStates.__iter__ = over_a_copy  # type: ignore[method-assign]
