"""Laboratory: starting, stopping and watching a run."""

from pathlib import Path

import streamlit as st

from bnviz.engine.runs import Run
from bnviz.page.player_component import last_want, show
from bnviz.page.session import engine, viewer
from bnviz.page.showing import Showing
from bnviz.settings import Settings

#: The page's own style sheet, for `st.html`.
PAGE_CSS = Path(__file__).parent / "page.css"
_RUN = "run"


def shown_run() -> Run | None:
    """The run this session looks at; None while it looks at the recorded one."""
    run: Run | None = st.session_state.get(_RUN)
    return run


def start(settings: Settings) -> None:
    """Trains these settings, or joins those who do."""
    st.session_state[_RUN] = engine().start(settings)
    viewer().watch(shown_run())
    st.session_state.problems = ()


def stop() -> None:
    """Stops the run for all who look at it."""
    run = shown_run()
    if run is not None:
        run.stop()


@st.fragment
def stage() -> None:
    """The player and the run it shows; runs again whenever the player asks for more."""
    run = shown_run()
    viewer().watch(run)
    active = run is not None and run.active
    showing = Showing.recorded() if run is None else Showing.of(run, engine())
    show(showing.answer(last_want()))
    drawn_active = st.session_state.get("drawn_active", active)
    st.session_state.drawn_active = active
    if drawn_active and not active:
        # The form's button has become another one.
        st.rerun(scope="app")
