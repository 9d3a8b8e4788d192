"""ShownRun: the run that a session shows, as long as its page is connected."""

import streamlit as st

from bnviz.engine.runs import Run
from bnviz.page.forms import own_data
from bnviz.page.shell import session
from bnviz.settings import Settings


def put(name: str, run: Run | None) -> None:
    """Shows a run, or none, under a name.

    The session itself keeps the settings alone. Streamlit holds on to a session for minutes after
    its page was closed, and so it would to megabytes of frames.
    """
    st.session_state[name] = None if run is None else run.settings
    session.viewer().runs[name] = run


def get(name: str) -> Run | None:
    """The run that is shown under a name; after a lost connection the one of the same settings."""
    settings: Settings | None = st.session_state.get(name)
    if settings is None:
        return None
    runs = session.viewer().runs
    if name not in runs:
        engine = session.engine()
        known = engine.find(settings.digest)
        runs[name] = known or engine.start(settings, own_data.dataset(settings.upload))
    return runs[name]
