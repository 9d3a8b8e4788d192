"""Laboratory: starting, stopping and watching a run."""

from collections.abc import Iterable
from pathlib import Path

import streamlit as st

from bnviz.engine.runs import Run
from bnviz.page import own_data, sidebar
from bnviz.page.markup import plain
from bnviz.page.player_component import asked_change, last_want, show
from bnviz.page.session import engine, viewer
from bnviz.page.showing import Showing
from bnviz.settings import Problem, Settings, SettingsError, listed

#: The page's own style sheet, for `st.html`.
STYLE_SHEET = Path(__file__).parent / "page.css"
_RUN = "run"
_PROBLEMS = "problems"
_REFUSED = "refused"
_DREW_STOP = "drew_stop"
_REDRAW = "redraw"


def opened() -> bool:
    """Whether this session has been set up."""
    return _PROBLEMS in st.session_state


def open_at(settings: Settings, problems: Iterable[Problem], *, train: bool) -> None:
    """Sets the session up as a link says.

    Args:
        settings: The nearest valid settings to those of the link.
        problems: What was wrong with it.
        train: Whether they are to be trained; else the recorded run is shown.
    """
    if train:
        start(settings)
    st.session_state[_PROBLEMS] = tuple(problems)


def start(settings: Settings) -> None:
    """Trains these settings, or joins those who do."""
    before = _run()
    run = engine().start(settings, own_data.dataset(settings.upload))
    if before is not None:
        run.adopt(before.recording)
    st.session_state[_RUN] = run
    viewer().watch(run)
    st.session_state[_PROBLEMS] = ()
    st.session_state[_REFUSED] = ""


def change() -> None:
    """Changes the run that is shown at a step, as the player asked; it is trained again."""
    asked = asked_change()
    if asked is None:
        return
    step, what = asked
    run = _run()
    settings = Settings() if run is None else run.settings
    text = ",".join(filter(None, [settings.interventions, f"{step}:{what}"]))
    try:
        changed = settings.replace(interventions=text)
    except SettingsError as error:
        st.session_state[_REFUSED] = f"That change cannot be made: {error}."
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


def complaints() -> None:
    """Says what was wrong with the link, or with a change that was asked for."""
    if st.session_state.get(_REFUSED):
        st.warning(plain(st.session_state[_REFUSED]))
    problems = st.session_state[_PROBLEMS]
    if problems:
        st.warning(
            plain(
                "The link had settings that cannot be run; the nearest ones are used instead: "
                + listed(problems)
                + "."
            )
        )


@st.fragment
def stage() -> None:
    """The player and the run it shows; runs again whenever the player asks for more."""
    run = _run()
    viewer().watch(run)
    want = last_want()
    if want.ask:
        # The first picture stands: the workers may load TensorFlow while the visitor looks around.
        engine()
    ended = run is not None and not run.active
    showing = Showing.recorded() if run is None else Showing.of(run, engine())
    show(showing.answer(want), on_change=change)
    if st.session_state.pop(_REDRAW, False) or (ended and st.session_state[_DREW_STOP]):
        st.rerun(scope="app")


def _run() -> Run | None:
    run: Run | None = st.session_state.get(_RUN)
    return run
