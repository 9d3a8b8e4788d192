"""Address: the settings in the page's URL."""

from collections.abc import Mapping, Sequence

import streamlit as st

from bnviz.settings import UPLOAD, Problem, Settings

#: Present in the URL once these settings have been trained: opening the link trains them again, or
#: joins the run.
TRAIN = "train"


def read() -> tuple[Settings, bool, tuple[Problem, ...]]:
    """The settings in the URL, whether they are to be trained, and what is wrong with them."""
    return understood({name: st.query_params.get_all(name) for name in st.query_params})


def understood(
    query: Mapping[str, Sequence[str]],
) -> tuple[Settings, bool, tuple[Problem, ...]]:
    """The same for a query that may be anything.

    Args:
        query: The values of each name, one at least.

    Returns:
        The nearest settings that can be run, whether to train them, and what was wrong.
    """
    problems: list[Problem] = []
    given = {}
    for name, values in query.items():
        if name == TRAIN:
            continue
        if len(values) > 1:
            problems.append(Problem(name, ", ".join(values), "one value"))
        given[name] = values[-1]
    settings, more = Settings.nearest(given)
    problems += more
    if settings.dataset == UPLOAD:
        allowed = "a built-in one (a file is known to the tab alone in which it was chosen)"
        problems.append(Problem("dataset", UPLOAD, allowed))
        settings = settings.replace(dataset=Settings().dataset, upload="")
    return settings, [*query.get(TRAIN, ())][-1:] == ["1"], tuple(problems)


def write(settings: Settings, *, train: bool) -> None:
    """Puts the settings into the URL, if they are not there already."""
    query = settings.to_query() | ({TRAIN: "1"} if train else {})
    if st.query_params.to_dict() != query:
        st.query_params.from_dict(query)
