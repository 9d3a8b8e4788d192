"""Laboratory: starting, stopping and watching a run."""

from pathlib import Path

import streamlit as st

from bnviz.engine.runs import Run
from bnviz.page import complaints, own_data, session, sidebar
from bnviz.page.address import Link
from bnviz.page.player_component import asked_change, last_want, show
from bnviz.page.showing import Showing
from bnviz.settings import Problem, Settings, SettingsError

LABEL = "Laboratory"
PARAMETERS: tuple[str, ...] = ()

#: The page's own style sheet, for `st.html`.
STYLE_SHEET = Path(__file__).parent / "page.css"
_RUN = "run"
_DREW_STOP = "drew_stop"
_REDRAW = "redraw"


def open_at(link: Link) -> tuple[Problem, ...]:
    """Fills the form as a link says, and trains what it asks for, or shows the recorded run."""
    sidebar.fill_in(link.settings)
    if link.train:
        start(link.settings)
    else:
        st.session_state[_RUN] = None
    return ()


def form() -> Settings | None:
    """Draws the form of all settings and returns them; None as long as they lack the data."""
    return sidebar.form()


def query(settings: Settings) -> dict[str, str]:
    """The settings that differ from their defaults."""
    return settings.to_query()


def start(settings: Settings) -> None:
    """Trains these settings, or joins those who do."""
    before = _run()
    run = session.engine().start(settings, own_data.dataset(settings.upload))
    if before is not None:
        run.adopt(before.recording)
    st.session_state[_RUN] = run
    session.viewer().watch(run)
    complaints.clear()


def change() -> None:
    """Changes the run that is shown at a step, as the player asked; it is trained again."""
    asked = asked_change()
    if asked is None:
        return
    step, what = asked
    run = _run()
    settings = Settings() if run is None else run.settings
    text = ",".join(filter(None, [settings.interventions, f"{max(1, step)}:{what}"]))
    try:
        changed = settings.replace(interventions=text)
    except SettingsError as error:
        complaints.refuse(f"That change cannot be made: {error}.")
    else:
        start(changed)
        sidebar.fill_in(changed)
    st.session_state[_REDRAW] = True


def stop() -> None:
    """Stops the run for all who look at it."""
    run = _run()
    if run is not None:
        run.stop()


def shows(settings: Settings | None) -> bool:
    """Whether the stage shows a run of these settings."""
    run = _run()
    return run is not None and run.settings == settings


def actions(settings: Settings | None, *, key: str) -> None:
    """The button that trains, or the one that stops; without settings there is nothing to train."""
    run = _run()
    if run is not None and run.active:
        st.session_state[_DREW_STOP] = True
        st.button("Stop", on_click=stop, width="stretch", key=f"stop_{key}")
        return
    st.session_state[_DREW_STOP] = False
    st.button(
        "Train both",
        type="primary",
        on_click=start,
        args=(settings,),
        disabled=settings is None,
        width="stretch",
        key=f"train_{key}",
        shortcut="Ctrl+Enter" if key == "wide" else None,
    )


@st.fragment
def stage(_: Settings | None) -> None:
    """The player and the run it shows; runs again whenever the player asks for more."""
    run = _run()
    session.viewer().watch(run)
    want = last_want()
    if want.ask:
        # The first picture stands: the workers may load TensorFlow while the visitor looks around.
        session.engine()
    ended = run is not None and not run.active
    showing = Showing.recorded() if run is None else Showing.of(run, session.engine())
    show(showing.answer(want), on_change=change)
    if st.session_state.pop(_REDRAW, False) or (ended and st.session_state[_DREW_STOP]):
        st.rerun(scope="app")


def _run() -> Run | None:
    run: Run | None = st.session_state.get(_RUN)
    return run
