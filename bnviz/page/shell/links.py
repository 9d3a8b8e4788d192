"""Address: what the page shows, in its URL."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from bnviz.settings import UPLOAD, Problem, Settings

#: Present in the URL once what it names has been trained: opening the link trains it again, or
#: joins those who do.
TRAIN = "train"
#: Name of the mode; the laboratory has none.
MODE = "mode"
_OPENED = "opened"


@dataclass(frozen=True)
class Link:
    """A link as it was read.

    Attributes:
        mode: Name of the mode; empty for the laboratory.
        settings: The nearest valid settings to those in it.
        named: Settings that stand in it.
        parameters: What it says beside the settings, by name, as it came.
        train: Whether it asks for training.
        problems: What is wrong with it.
    """

    mode: str
    settings: Settings
    named: frozenset[str]
    parameters: dict[str, str]
    train: bool
    problems: tuple[Problem, ...]


def arrived() -> bool:
    """Whether a link is to be followed: in a session's first run, and after Back or Forward."""
    context = get_script_run_ctx()
    moved = context is not None and context.is_history_navigation
    first = not st.session_state.get(_OPENED, False)
    st.session_state[_OPENED] = True
    return first or moved


def read(parameters: Mapping[str, Collection[str]]) -> Link:
    """The link in the URL; whatever stands there is a link.

    Args:
        parameters: By mode the names that it has beside the settings.
    """
    query = {name: st.query_params.get_all(name) for name in st.query_params}
    return understood(query, parameters)


def understood(
    query: Mapping[str, Sequence[str]], parameters: Mapping[str, Collection[str]]
) -> Link:
    """The link in a query that may be anything.

    Args:
        query: The values of each name, one at least.
        parameters: By mode the names that it has beside the settings.
    """
    problems: list[Problem] = []
    given = {}
    for name, values in query.items():
        if name != TRAIN and len(values) > 1:
            problems.append(Problem(name, ", ".join(values), "one value"))
        given[name] = values[-1]
    train = given.pop(TRAIN, "") == "1"
    # What one mode alone has in the URL opens it, as `?chapter=3` does.
    owners = [[mode for mode, own in parameters.items() if name in own] for name in given]
    implied = next((owner[0] for owner in owners if len(owner) == 1), "")
    mode = given.pop(MODE, implied)
    if mode not in parameters:
        allowed = f"one of {', '.join(name for name in parameters if name)}"
        problems.append(Problem(MODE, mode, allowed))
        mode = ""
    extra = {name: given.pop(name) for name in parameters[mode] if name in given}
    settings, more = Settings.nearest(given)
    problems += more
    if settings.dataset == UPLOAD:
        allowed = "a built-in one (a file is known to the tab alone in which it was chosen)"
        problems.append(Problem("dataset", UPLOAD, allowed))
        settings = settings.replace(dataset=Settings().dataset, upload="")
    return Link(mode, settings, frozenset(given), extra, train, tuple(problems))


def write(query: Mapping[str, str], *, mode: str, train: bool) -> None:
    """Puts what the page shows into the URL, if it is not there already.

    Args:
        query: The settings and what else the mode needs.
        mode: Name of the mode.
        train: Whether opening the link trains it.
    """
    whole = ({MODE: mode} if mode else {}) | dict(query) | ({TRAIN: "1"} if train else {})
    if st.query_params.to_dict() != whole:
        st.query_params.from_dict(whole)
