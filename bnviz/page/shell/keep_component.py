"""Keep component: the runs that a viewer's browser keeps across visits, in its own storage.

Whatever the browser says of them is not trusted: its storage is open to its owner.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from bnviz.page.shell import rerun
from bnviz.page.shell.components import component

_KEY = "keep"
#: Longest name and token that are taken, in characters.
_MAX_TEXT = 200


@dataclass(frozen=True)
class KeptRun:
    """A run that a viewer opens from the storage of their browser.

    Attributes:
        kept_as: Names it, see `VisitRun.kept_as`.
        name: What the viewer has called it.
        query: Parameters of a link that trains it, unchecked; empty if its file comes by itself.
    """

    kept_as: str = ""
    name: str = ""
    query: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, given: object) -> "KeptRun":
        """Reads what a browser sent; anything malformed takes its default."""
        if not isinstance(given, Mapping):
            return cls()
        query = given.get("query")
        pairs = query.items() if isinstance(query, Mapping) else ()
        return cls(
            _text(given.get("id")),
            _text(given.get("name")),
            {name: value for name, value in pairs if isinstance(value, str)},
        )


def keeps() -> bool:
    """Whether the browser keeps the runs of this visit."""
    return _holding().get("on") is True


def holds_any() -> bool:
    """Whether the browser holds any run, of this visit or an earlier one."""
    return _holding().get("holds") is True


def wanted() -> str:
    """Which run of this visit the browser lacks the file of; empty for none."""
    return _text(_state().get("wants"))


def opened() -> KeptRun:
    """The run that the viewer has just opened."""
    return KeptRun.read(_state().get("open"))


def draw(
    *,
    runs: Sequence[Mapping[str, object]],
    has_runs: bool,
    shown: str,
    file: Mapping[str, str] | None,
    on_open: Callable[[], None],
) -> None:
    """Draws the switch and what the browser keeps; nothing while there is nothing to be kept.

    Args:
        runs: The runs of this visit, if the browser keeps them: `id`, `name`, `curves` and `query`
            of each.
        has_runs: Whether this visit has any, kept or not.
        shown: Which of them is on the stage.
        file: `id` of the run that it wants, and `url` of its file, empty if it cannot be had.
        on_open: Called when the viewer opens a run that is kept without a file, or is here.
    """
    with st.container(key=_KEY + "_runs"):
        component("keep")(
            key=_KEY,
            data={
                "on": keeps(),
                "holds": holds_any(),
                "runs": list(runs),
                "has_runs": has_runs,
                "shown": shown,
                "file": file,
            },
            # The player may have asked for something at the same time.
            on_keeps_change=rerun.request,
            on_wants_change=rerun.request,
            on_open_change=on_open,
        )


def _holding() -> Mapping[str, object]:
    found = _state().get("keeps")
    return found if isinstance(found, Mapping) else {}


def _text(given: object) -> str:
    return given[:_MAX_TEXT] if isinstance(given, str) else ""


def _state() -> Any:
    return st.session_state.get(_KEY) or {}
